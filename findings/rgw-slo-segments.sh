#!/usr/bin/env bash
# Guess: a static large object on Ceph's Swift API behaves as on Swift: the manifest's segment digests are checked when it is put and when it
#   is read (Swift: 400, and 409 for a segment that was overwritten since), and "range" in a manifest entry takes that part of the segment.
# Seen (radosgw 16.2.15; Swift 2.30.1 does what was guessed): the manifest with a WRONG digest is stored (201) and served; a segment
#   overwritten by other bytes of the same length is served with 200 under the object's old ETag; "range" is ignored without a word, so the
#   object holds the whole segment. A wrong size_bytes is refused (400), so the manifest is looked at. And a request for two ranges gets a
#   206 with the first one alone.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

manifest() { call -X PUT --data-binary "$2" "$at/images/$1?multipart-manifest=put"; }
head -c 100000 /dev/zero | tr '\0' a >a.bytes
head -c 100000 /dev/zero | tr '\0' b >b.bytes
digest() { md5sum <"$1.bytes" | cut -d' ' -f1; }
call -X PUT "$at/images" >/dev/null
call -X PUT "$at/segments" >/dev/null
call -T a.bytes "$at/segments/1" >/dev/null
call -T b.bytes "$at/segments/2" >/dev/null

expect 'manifest with a wrong size' 400 "$(manifest size '[{"path":"/segments/1","size_bytes":99}]')"
expect 'manifest with the digest of other bytes' 201 "$(manifest digest "[{\"path\":\"/segments/1\",\"etag\":\"$(digest b)\",\"size_bytes\":100000}]")"
expect 'reading it' 200 "$(call "$at/images/digest")"
expect 'manifest with "range":"0-9" of one segment' 201 "$(manifest range '[{"path":"/segments/1","range":"0-9"}]')"
call "$at/images/range" >/dev/null
expect 'bytes of that object' 100000 "$(size body)"

expect 'right manifest' 201 "$(manifest right "[{\"path\":\"/segments/1\",\"etag\":\"$(digest a)\",\"size_bytes\":100000},{\"path\":\"/segments/2\",\"etag\":\"$(digest b)\",\"size_bytes\":100000}]")"
call "$at/images/right" >/dev/null
before=$(header etag)
expect 'two ranges asked' 206 "$(call -H 'Range: bytes=0-9,100000-100009' "$at/images/right")"
expect 'bytes of the answer' aaaaaaaaaa "$(cat body)"
call -T b.bytes "$at/segments/1" >/dev/null
expect 'reading it after its first segment was overwritten' 200 "$(call "$at/images/right")"
expect 'its first byte now' b "$(head -c 1 body)"
expect 'under the ETag of before' "$before" "$(header etag)"
