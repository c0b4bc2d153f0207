#!/usr/bin/env bash
# Guess: Glance's Content-MD5 is what the header's definition (RFC 1864) and every other server's is: base64 of the 16 bytes, of the bytes
#   that follow, so that of a part (206) it is the part's.
# Seen (Glance 25.1.0): 32 hex digits, and on a part the digest of the whole image. A library that checks the header by its definition decodes
#   the hex digits, which are valid base64, to 24 bytes and finds every image damaged; one that knows of the hex finds every part damaged.
. "$(dirname "$(readlink -f "$0")")/glance.sh"

random disk.raw 100000
create '{"disk_format": "raw", "container_format": "bare"}'
expect 'upload' 204 "$(upload "$id" disk.raw)"
digest=$(md5sum <disk.raw | cut -d' ' -f1)
expect 'download' 200 "$(call "$at/$id/file")"
expect 'Content-MD5' "$digest" "$(header content-md5)"
expect 'bytes that it is as base64' 24 "$(header content-md5 | base64 -d | wc -c)"
expect 'a part' 206 "$(call -H 'Range: bytes=0-9' "$at/$id/file")"
expect 'bytes of it' 10 "$(size body)"
expect 'its Content-MD5' "$digest" "$(header content-md5)"
