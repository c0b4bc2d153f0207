"""Python's glance_store, as it comes: its S3 driver with every default but the store's place.

put FILE ID | get ID
"""
import os
import sys

import glance_store
from glance_store.location import get_location_from_uri
from oslo_config import cfg

HOST, BUCKET, KEY, SECRET = "127.0.0.1:18300", "glancestore-benchmark", "testaccess", "testsecret"


def main(verb, *arguments):
    conf = cfg.ConfigOpts()
    glance_store.register_opts(conf)
    conf([], project="benchmark", default_config_files=[])
    for name, value in [("stores", ["s3"]), ("default_store", "s3"), ("s3_store_host", "http://" + HOST),
                        ("s3_store_access_key", KEY), ("s3_store_secret_key", SECRET), ("s3_store_bucket", BUCKET),
                        ("s3_store_bucket_url_format", "path"), ("s3_store_create_bucket_on_put", True)]:
        conf.set_override(name, value, group="glance_store")
    glance_store.create_stores(conf)
    store = glance_store.get_store_from_scheme("s3")
    if verb == "put":
        path, image = arguments
        with open(path, "rb") as source:
            store.add(image, source, os.path.getsize(path), "sha512")
    else:
        uri = "s3://%s:%s@%s/%s/%s" % (KEY, SECRET, HOST, BUCKET, arguments[0])
        chunks, _ = store.get(get_location_from_uri(uri, conf))
        for _ in chunks:
            pass


main(*sys.argv[1:])
