"""Python's glance_store, set up by a glance-api.conf as glance sets it up, doing what it is told on stdin: CONF STORE

A line is a JSON list: ["put", ID, FILE], ["get", URI, FILE], ["size", URI] or ["delete", URI]. So is the answer, an object a line; what is
not there is {"missing": true}. STORE is "-" where the configuration is of the older form, with one store a type.
"""
import hashlib
import json
import os
import sys

import glance_store
from oslo_config import cfg

CONF = cfg.CONF


class Several:
    def __init__(self, store):
        self.store = store
        glance_store.register_store_opts(CONF)
        glance_store.create_multi_stores(CONF)
        glance_store.verify_store()

    def add(self, image, source, size):
        return glance_store.add_with_multihash(CONF, image, source, size, self.store, "sha512")

    def get(self, uri):
        return glance_store.get(uri, self.store)

    def size(self, uri):
        return glance_store.get_size_from_uri_and_backend(uri, self.store)

    def delete(self, uri):
        glance_store.delete(uri, self.store)


class OneOfAType:
    def __init__(self):
        glance_store.register_opts(CONF)
        glance_store.create_stores(CONF)
        glance_store.verify_default_store()

    def add(self, image, source, size):
        return glance_store.add_to_backend_with_multihash(CONF, image, source, size, "sha512")

    def get(self, uri):
        return glance_store.get_from_backend(uri)

    def size(self, uri):
        return glance_store.get_size_from_backend(uri)

    def delete(self, uri):
        glance_store.delete_from_backend(uri)


def put(glance, image, path):
    with open(path, "rb") as source:
        location, size, checksum, multihash, metadata = glance.add(image, source, os.path.getsize(path))
    return {"location": location, "size": size, "checksum": checksum, "multihash": multihash, "metadata": metadata}


def get(glance, uri, path):
    chunks, size = glance.get(uri)
    digest = hashlib.sha512()
    with open(path, "wb") as target:
        for chunk in chunks:
            target.write(chunk)
            digest.update(chunk)
    return {"size": size, "multihash": digest.hexdigest()}


def delete(glance, uri):
    glance.delete(uri)
    return {}


def size(glance, uri):
    return {"size": glance.size(uri)}


def main(conf, store):
    CONF.register_opt(cfg.DictOpt("enabled_backends"))
    CONF(["--config-file", conf], project="glance", default_config_files=[], default_config_dirs=[])
    glance = OneOfAType() if store == "-" else Several(store)
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        try:
            answer = {"put": put, "get": get, "size": size, "delete": delete}[verb](glance, *arguments)
        except glance_store.NotFound:
            answer = {"missing": True}
        print(json.dumps(answer), flush=True)


main(*sys.argv[1:])
