"""OpenStack's own library on the pool of a cluster: interoperation.py CONF POOL put ID <BYTES, interoperation.py CONF POOL get|delete LOCATION >BYTES."""
import io
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg


def make(ceph_conf, pool):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="interoperation", default_config_files=[])
    options = {"stores": ["rbd"], "default_store": "rbd", "rbd_store_pool": pool, "rbd_store_user": "glance", "rbd_store_ceph_conf": ceph_conf}
    for name, value in options.items():
        conf.set_override(name, value, group="glance_store")
    glance_store.create_stores(conf)
    return conf, glance_store.get_store_from_scheme("rbd")


def main(ceph_conf, pool, verb, subject):
    conf, store = make(ceph_conf, pool)
    if verb == "put":
        data = sys.stdin.buffer.read()
        print(store.add(subject, io.BytesIO(data), len(data), "sha512")[0])
    elif verb == "get":
        chunks, _ = store.get(get_location_from_uri(subject, conf))
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
    else:
        store.delete(get_location_from_uri(subject, conf))


main(*sys.argv[1:])
