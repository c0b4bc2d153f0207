#!/usr/bin/env bash
# Guess: swift_store_large_object_size = 5120, glance_store's default, "in MB", is 5120 MiB, the 5 GiB that is the most one object of Swift
#   holds; or, taking the letters at their word, 5120 million bytes.
# Seen (glance_store 4.1.0): 5,242,880,000: a megabyte of the Swift driver is 1000 times 1024 bytes. So is the one of the segments: 200 are
#   204,800,000 bytes. Those of its S3 and RBD drivers, in the same words of the same file, have 1,048,576.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-glance-store=4.1.0-4' 'python3-swiftclient=1:4.1.0-2' 'python3-boto3=1.26.27+dfsg-1'

/usr/bin/python3 -W ignore - >sizes 2>store.log <<'P' || cat store.log >&2
from oslo_config import cfg
import glance_store
from glance_store._drivers import s3
from glance_store._drivers.swift import store

glance_store.register_opts(cfg.CONF)
cfg.CONF([])
group = cfg.CONF.glance_store
swift = store.SingleTenantStore(cfg.CONF)
swift.configure()
print(group.swift_store_large_object_size, swift.large_object_size)
print(group.swift_store_large_object_chunk_size, swift.large_object_chunk_size)
for name, value in dict(s3_store_host='http://localhost', s3_store_access_key='a', s3_store_secret_key='a', s3_store_bucket='images', s3_store_bucket_url_format='path').items():
    cfg.CONF.set_override(name, value, 'glance_store')
objects = s3.Store(cfg.CONF)
objects.configure()
print(group.s3_store_large_object_size, objects.s3_store_large_object_size)
P
expect 'MB of swift_store_large_object_size, bytes' '5120 5242880000' "$(sed -n 1p sizes)"
expect 'MB of swift_store_large_object_chunk_size, bytes' '200 204800000' "$(sed -n 2p sizes)"
expect 'MB of s3_store_large_object_size, bytes' '100 104857600' "$(sed -n 3p sizes)"
