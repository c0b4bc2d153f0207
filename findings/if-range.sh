#!/usr/bin/env bash
# Guess: a download taken up again with "If-Range: ETAG", the header made for it, gets the rest (206) while the object is the same, and all of
#   it anew (200) when it was replaced: from Swift and from Ceph's gateway, which check If-Match, as from any web server.
# Seen (Swift 2.30.1, radosgw 16.2.15): neither looks at If-Range, in Swift's API or S3's: 206 with the rest of the NEW object, which the client
#   joins to its half of the old one. Only the ETag of the answer tells. If-Match instead is answered with 412.
. "$(dirname "$(readlink -f "$0")")/swift.sh"

printf aaaaaaaaaa >first
printf bbbbbbbbbb >second
stale='"00000000000000000000000000000000"'
rest() { "$@" -H 'Range: bytes=5-' -H "If-Range: $stale"; }
try() { # the object at $at/images/disk, replaced after its ETag was taken
    call -T first "$at/images/disk" >/dev/null
    stale="\"$(header etag)\""
    call -T second "$at/images/disk" >/dev/null
    expect 'the rest, if it is the same' 206 "$(rest call "$at/images/disk")"
    expect 'what came' bbbbb "$(cat body)"
    expect 'ETag' "$(md5sum <second | cut -d' ' -f1)" "$(header etag)"
    expect 'the same with If-Match' 412 "$(call -H 'Range: bytes=5-' -H "If-Match: $stale" "$at/images/disk")"
}
try
. "$findings/rgw.sh"
call -X PUT "$at/images" >/dev/null
try
expect 'the rest, by S3' 206 "$(rest s3 GET /images/disk)"
expect 'what came' bbbbb "$(cat body)"
