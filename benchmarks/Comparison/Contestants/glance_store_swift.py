"""Python's glance_store, as it comes: its Swift driver with every default but the store's place and the length of its segments.

put FILE ID | get ID. The default threshold is 5.2 GB, below which it makes one request of any image; Swift takes no more than 5 GiB in one.
"""
import os
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg

AUTH, CONTAINER, USER, KEY = "127.0.0.1:18080/auth/v1.0", "glancestore-benchmark", "test:tester", "testing"


def main(verb, *arguments):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="benchmark", default_config_files=[])
    for name, value in [("stores", ["swift"]), ("default_store", "swift"), ("swift_store_auth_address", "http://" + AUTH),
                        ("swift_store_auth_version", "1"), ("swift_store_user", USER), ("swift_store_key", KEY),
                        ("swift_store_container", CONTAINER), ("swift_store_create_container_on_put", True),
                        ("swift_store_large_object_size", 200), ("swift_store_large_object_chunk_size", 200)]:
        conf.set_override(name, value, group="glance_store")
    glance_store.create_stores(conf)
    store = glance_store.get_store_from_scheme("swift")
    if verb == "put":
        path, image = arguments
        with open(path, "rb") as source:
            store.add(image, source, os.path.getsize(path), "sha512")
    else:
        uri = "swift+http://%s:%s@%s/%s/%s" % (USER.replace(":", "%3A"), KEY, AUTH, CONTAINER, arguments[0])
        chunks, _ = store.get(get_location_from_uri(uri, conf))
        for _ in chunks:
            pass


main(*sys.argv[1:])
