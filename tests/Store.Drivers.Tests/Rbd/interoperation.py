"""OpenStack's own library on the pool of a cluster, told what to do line by line: interoperation.py CONF USER POOL

A line is a JSON list: ["put", ID, FILE, SIZE], with 0 for a size that is not told, ["get", URI, FILE], ["size", URI] or ["delete", URI].
The answer is an object a line; what fails is {"error": NAME}.
"""
import hashlib
import json
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg


def make(ceph_conf, user, pool):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="interoperation", default_config_files=[])
    options = {"stores": ["rbd"], "default_store": "rbd", "rbd_store_pool": pool, "rbd_store_user": user, "rbd_store_ceph_conf": ceph_conf}
    for name, value in options.items():
        conf.set_override(name, value, group="glance_store")
    glance_store.create_stores(conf)
    return conf


def put(store, conf, image, path, size):
    with open(path, "rb") as source:
        uri, stored, checksum, multihash, _ = store.add(image, source, size, "sha512")
    return {"uri": uri, "size": stored, "checksum": checksum, "multihash": multihash}


def get(store, conf, uri, path):
    chunks, size = store.get(get_location_from_uri(uri, conf))
    digest = hashlib.sha512()
    with open(path, "wb") as target:
        for chunk in chunks:
            target.write(chunk)
            digest.update(chunk)
    return {"size": size, "multihash": digest.hexdigest()}


def size(store, conf, uri):
    return {"size": store.get_size(get_location_from_uri(uri, conf))}


def delete(store, conf, uri):
    store.delete(get_location_from_uri(uri, conf))
    return {}


def main(*place):
    conf = make(*place)
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        # It keeps the growth of an image in itself, and glance takes a new one for each.
        store = glance_store.get_store_from_scheme("rbd")
        try:
            answer = {"put": put, "get": get, "size": size, "delete": delete}[verb](store, conf, *arguments)
        except Exception as error:
            answer = {"error": type(error).__name__}
        print(json.dumps(answer), flush=True)


main(*sys.argv[1:])
