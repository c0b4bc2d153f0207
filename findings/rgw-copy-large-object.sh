#!/usr/bin/env bash
# Guess: COPY on the gateway's Swift API does what Swift's does: the copy of a large object is an object of its own, which lives on when the
#   original and its segments are deleted; and COPY with a Range takes that range of the source.
# Seen (radosgw 16.2.15; Swift 2.30.1 does what was guessed): the copy is one more manifest of the same segments: deleting the original with
#   ?multipart-manifest=delete, the way to delete it whole, takes the bytes of its copy away, which is 404 though still listed. The copy of
#   a dynamic one is 200 with 0 bytes then. Range is ignored: the whole is copied (201).
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

copy() { call -X COPY -H "Destination: images/$2" "${@:3}" "$at/images/$1"; }
bytes() { call "$at/images/$1" >/dev/null; size body; }
call -X PUT "$at/images" >/dev/null
call -X PUT "$at/segments" >/dev/null
for number in 1 2; do
    head -c 100000 /dev/zero | tr '\0' "$number" >part
    call -T part "$at/segments/$number" >/dev/null
done
expect 'static large object' 201 "$(call -X PUT -d '[{"path":"/segments/1"},{"path":"/segments/2"}]' "$at/images/static?multipart-manifest=put")"
expect 'dynamic large object' 201 "$(call -X PUT -H 'X-Object-Manifest: segments/' -H 'Content-Length: 0' "$at/images/dynamic")"
for kind in static dynamic; do
    expect "COPY of the $kind one" 201 "$(copy $kind "$kind-copy")"
    expect 'bytes of the copy' 200000 "$(bytes "$kind-copy")"
done
expect 'DELETE of the static one with its segments' 200 "$(call -X DELETE "$at/images/static?multipart-manifest=delete")"
expect 'reading the copy of the static one' 404 "$(call "$at/images/static-copy")"
call "$at/images" >/dev/null
expect 'it is listed' 1 "$(grep -c '^static-copy$' body)"
expect 'reading the copy of the dynamic one' 200 "$(call "$at/images/dynamic-copy")"
expect 'bytes of it' 0 "$(size body)"

call -T part "$at/images/plain" >/dev/null
expect 'COPY with a range of 10 bytes' 201 "$(copy plain ten -H 'Range: bytes=0-9')"
expect 'bytes of the copy' 100000 "$(bytes ten)"
