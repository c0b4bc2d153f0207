"""Python's glance_store, as it comes: its HTTP driver with every default, which verifies nothing.

get URL
"""
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg


def main(verb, url):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="benchmark", default_config_files=[])
    conf.set_override("stores", ["http"], group="glance_store")
    glance_store.create_stores(conf)
    store = glance_store.get_store_from_scheme("http")
    chunks, _ = store.get(get_location_from_uri(url, conf))
    for _ in chunks:
        pass


main(*sys.argv[1:])
