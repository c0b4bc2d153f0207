#!/usr/bin/env bash
# Guess: glance_store reads every Swift location that it has written: the user and the key (the password) in it are percent-encoded.
# Seen (glance_store 4.1.0): a key with a colon comes back as another user and another key: the whole is decoded before it is divided at the
#   last colon. One with a slash, which the encoding leaves as it is, is no user and no key at all, but a piece of the address. No error,
#   in either case: the image was stored, and the login to read or delete it is refused. Space, %, @ and + are well.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-glance-store=4.1.0-4' 'python3-swiftclient=1:4.1.0-2'

back() { # USER KEY: both as they come back
    /usr/bin/python3 -W ignore - "$@" 2>store.log <<'P'
import sys
from oslo_config import cfg
from glance_store._drivers.swift import store

user, key = sys.argv[1:]
parts = dict(scheme='swift+https', user=user, key=key, auth_or_store_url='https://auth.example.com:5000/v3', container='images', obj='disk')
written = store.StoreLocation(parts, cfg.CONF).get_uri()
read = store.StoreLocation({}, cfg.CONF)
read.parse_uri(written)
print(read.user, read.key, read.swift_url)
P
}
address=https://auth.example.com:5000/v3
for key in secret 'a b' 'a%b' 'a@b' 'a+b'; do expect "user project:glance, key $key" "project:glance $key $address" "$(back project:glance "$key")"; done
expect 'user project:glance, key a:b' "project:glance:a b $address" "$(back project:glance a:b)"
expect 'user project:glance, key a/b' 'None None https://project%3Aglance:a/b@auth.example.com:5000/v3' "$(back project:glance a/b)"
