"""OpenStack's own library, told what to do line by line: a JSON object in, a JSON object out.

interoperation.py REFERENCES CONTAINER SEED; the file of accounts may be "-", and then the environment says who logs in.
"""
import hashlib
import io
import json
import os
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg


def make(references, container, seed):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="interoperation", default_config_files=[])
    options = {"stores": ["swift"], "default_store": "swift", "swift_store_container": container, "swift_store_large_object_size": 1,
               "swift_store_large_object_chunk_size": 1, "swift_store_multiple_containers_seed": int(seed),
               "swift_store_create_container_on_put": True, "swift_store_auth_version": os.environ.get("AUTH_VERSION", "3"),
               "swift_store_region": os.environ.get("REGION")}
    if references == "-":
        options.update({"swift_store_auth_address": os.environ["AUTH_ADDRESS"], "swift_store_user": os.environ["AUTH_USER"],
                        "swift_store_key": os.environ["AUTH_KEY"]})
    else:
        options["swift_store_config_file"] = references
    for name, value in options.items():
        conf.set_override(name, value, group="glance_store")
    glance_store.create_stores(conf)
    return conf, glance_store.get_store_from_scheme("swift")


def bytes_of(seed, size):
    """The same bytes on both sides: SHA-256 of the seed and a counter, over and over."""
    blocks = (hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range((size + 31) // 32))
    return b"".join(blocks)[:size]


def run(conf, store, verb, **arguments):
    if verb == "put":
        data = bytes_of(arguments["seed"], arguments["size"])
        size = len(data) if arguments["known"] else 0
        uri, stored, checksum, multihash, _ = store.add(arguments["id"], io.BytesIO(data), size, "sha512")
        return {"uri": uri, "size": stored, "checksum": checksum, "multihash": multihash}
    location = get_location_from_uri(arguments["uri"], conf)
    if verb == "get":
        chunks, size = store.get(location)
        digest, length = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            length += len(chunk)
        return {"size": int(size), "length": length, "sha256": digest.hexdigest()}
    if verb == "size":
        return {"size": int(store.get_size(location))}
    store.delete(location)
    return {}


def main(references, container, seed):
    conf, store = make(references, container, seed)
    for line in sys.stdin:
        try:
            reply = run(conf, store, **json.loads(line))
        except Exception as e:  # told to whoever asked
            reply = {"error": type(e).__name__, "message": str(e)}
        print(json.dumps(reply), flush=True)


main(*sys.argv[1:])
