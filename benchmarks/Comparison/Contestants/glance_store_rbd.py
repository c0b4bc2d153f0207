"""Python's glance_store, as it comes: its RBD driver with every default but the user and the cluster's file, MD5 and SHA-512.

CONF put FILE ID | CONF put-pipe ID | CONF get ID | CONF size ID | CONF put-many COUNT BYTES
"""
import io
import os
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg


def open_store(ceph_conf):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="benchmark", default_config_files=[])
    for name, value in [("stores", ["rbd"]), ("default_store", "rbd"), ("rbd_store_user", "glance"), ("rbd_store_ceph_conf", ceph_conf)]:
        conf.set_override(name, value, group="glance_store")
    glance_store.create_stores(conf)
    return conf, glance_store.get_store_from_scheme("rbd")


def location_of(conf, ceph_conf, image):
    with open(ceph_conf) as lines:
        fsid = next(line.split("=")[1].strip() for line in lines if line.startswith("fsid"))
    return get_location_from_uri("rbd://%s/images/%s/snap" % (fsid, image), conf)


def main(ceph_conf, verb, *arguments):
    conf, store = open_store(ceph_conf)
    if verb == "put":
        path, image = arguments
        with open(path, "rb") as source:
            store.add(image, source, os.path.getsize(path), "sha512")
    elif verb == "put-pipe":
        store.add(arguments[0], sys.stdin.buffer, 0, "sha512")
    elif verb == "get":
        chunks, _ = store.get(location_of(conf, ceph_conf, arguments[0]))
        for _ in chunks:
            pass
    elif verb == "size":
        print(store.get_size(location_of(conf, ceph_conf, arguments[0])))
    else:
        count, size = map(int, arguments)
        image = os.urandom(size)
        for number in range(count):
            store.add("image-%d" % number, io.BytesIO(image), size, "sha512")


main(*sys.argv[1:])
