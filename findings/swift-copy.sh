#!/usr/bin/env bash
# Guess: COPY, which makes an object as PUT does, takes "If-None-Match: *" as PUT does: 201 for a new name, 412 for one that is taken. And
#   the copy of an object that expires does not expire: X-Delete-At belongs to the object, not to its metadata.
# Seen (Swift 2.30.1): with "If-None-Match: *" a COPY answers 304 for either name and copies nothing: the condition is put to the source,
#   which exists. So there is no copy without overwriting, by COPY or by PUT with X-Copy-From. And a copy expires when its source does,
#   unless X-Fresh-Metadata is sent, which takes the other metadata away too.
. "$(dirname "$(readlink -f "$0")")/swift.sh"

copy() { call -X COPY -H "Destination: images/$1" "${@:2}" "$at/images/disk"; }
call -X PUT -d one "$at/images/disk" >/dev/null
call -X PUT -d two "$at/images/taken" >/dev/null
expect 'PUT with If-None-Match: * on a name that is taken' 412 "$(call -X PUT -H 'If-None-Match: *' -d three "$at/images/taken")"
expect 'PUT with it on a new name' 201 "$(call -X PUT -H 'If-None-Match: *' -d three "$at/images/put")"
expect 'COPY with it to a name that is taken' 304 "$(copy taken -H 'If-None-Match: *')"
expect 'COPY with it to a new name' 304 "$(copy new -H 'If-None-Match: *')"
expect 'reading that' 404 "$(call "$at/images/new")"
expect 'PUT with X-Copy-From and it to a new name' 304 "$(call -X PUT -H 'Content-Length: 0' -H 'X-Copy-From: images/disk' -H 'If-None-Match: *' "$at/images/new")"
expect 'COPY without it' 201 "$(copy new)"

expires=$(($(date +%s) + 86400))
call -X PUT -H "X-Delete-At: $expires" -H 'X-Object-Meta-Owner: t' -d x "$at/images/disk" >/dev/null
expect 'COPY of an object that expires' 201 "$(copy kept)"
call -I "$at/images/kept" >/dev/null
expect 'when the copy expires' "$expires" "$(header x-delete-at)"
expect 'COPY with X-Fresh-Metadata' 201 "$(copy fresh -H 'X-Fresh-Metadata: true')"
call -I "$at/images/fresh" >/dev/null
expect 'when that one expires' '' "$(header x-delete-at)"
expect 'its owner' '' "$(header x-object-meta-owner)"
