#!/usr/bin/env bash
# Guess: POST on an object, which replaces its X-Object-Meta headers, leaves alone what is no metadata: the bytes of a large object and the
#   time at which an object expires.
# Seen (Swift 2.30.1): a POST of one metadata header to a dynamic large object takes its X-Object-Manifest away: the object is now its own,
#   empty body, 0 bytes, where 20 were read before; the answer is 202. It takes X-Delete-At away too: the object never expires. A static
#   large object keeps its bytes. Whoever tags an image must send both headers again.
. "$(dirname "$(readlink -f "$0")")/swift.sh"

call -X PUT -d aaaaaaaaaa "$at/images/part/1" >/dev/null
call -X PUT -d bbbbbbbbbb "$at/images/part/2" >/dev/null
tag() { call -X POST -H 'X-Object-Meta-Owner: t' "$at/images/$1"; }
bytes() { call "$at/images/$1" >/dev/null; size body; }

expect 'dynamic large object' 201 "$(call -X PUT -H 'X-Object-Manifest: images/part/' -H 'Content-Length: 0' "$at/images/dynamic")"
expect 'its bytes' 20 "$(bytes dynamic)"
expect 'POST of metadata to it' 202 "$(tag dynamic)"
expect 'its bytes after that' 0 "$(bytes dynamic)"

expect 'static large object' 201 "$(call -X PUT -d '[{"path":"/images/part/1"},{"path":"/images/part/2"}]' "$at/images/static?multipart-manifest=put")"
expect 'POST of metadata to it' 202 "$(tag static)"
expect 'its bytes after that' 20 "$(bytes static)"

expires=$(($(date +%s) + 86400))
expect 'object that expires tomorrow' 201 "$(call -X PUT -H "X-Delete-At: $expires" -d x "$at/images/leased")"
call -I "$at/images/leased" >/dev/null
expect 'it says when' "$expires" "$(header x-delete-at)"
expect 'POST of metadata to it' 202 "$(tag leased)"
call -I "$at/images/leased" >/dev/null
expect 'when it expires after that' '' "$(header x-delete-at)"
