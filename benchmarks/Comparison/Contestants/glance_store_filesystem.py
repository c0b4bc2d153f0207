"""Python's glance_store, as it comes: its filesystem driver with every default, MD5 and SHA-512.

put FILE | put-pipe | get | put-many COUNT BYTES, always under ./python-images.
"""
import io
import os
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg

FOLDER = os.path.abspath("python-images")


def open_store():
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="benchmark", default_config_files=[])
    conf.set_override("stores", ["file"], group="glance_store")
    conf.set_override("filesystem_store_datadir", FOLDER, group="glance_store")
    glance_store.create_stores(conf)
    return conf, glance_store.get_store_from_scheme("file")


def put(store, image_id, source, size):
    return store.add(image_id, source, size, hashing_algo="sha512")


def get(conf, store, image_id):
    location = get_location_from_uri("file://%s/%s" % (FOLDER, image_id), conf)
    chunks, _ = store.get(location)
    for _ in chunks:
        pass


def main(verb, *arguments):
    conf, store = open_store()
    if verb == "put":
        with open(arguments[0], "rb") as source:
            put(store, "image", source, os.path.getsize(arguments[0]))
    elif verb == "put-pipe":
        put(store, "image", sys.stdin.buffer, 0)
    elif verb == "get":
        get(conf, store, "image")
    elif verb == "put-many":
        count, size = map(int, arguments)
        image = os.urandom(size)
        for number in range(count):
            put(store, "image-%d" % number, io.BytesIO(image), size)
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
