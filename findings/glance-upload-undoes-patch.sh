#!/usr/bin/env bash
# Guess: what is changed on an image (its name, its tags, a property, its protection) while its data are being uploaded stands when the
#   upload has ended: the end of the upload writes the size, the checksums and the status.
# Seen (Glance 25.1.0): it writes the whole image back as it was when the upload began. Every PATCH was answered with 200 and could be read,
#   and after the upload's 204 the old name is there again, the new property is gone, and the image that was protected is not. An upload
#   may last hours. What is changed after it stays.
. "$(dirname "$(readlink -f "$0")")/glance.sh"

create '{"name": "before", "disk_format": "raw", "container_format": "bare"}'
mkfifo data
upload "$id" data >status &
upload=$!
exec 3>data
head -c 100000 /dev/zero >&3
saving() { [ "$(show "$id" status)" = '"saving"' ]; }
until_ok saving

expect 'PATCH during the upload' 200 "$(patch "$id" '[{"op": "replace", "path": "/name", "value": "after"},
    {"op": "replace", "path": "/protected", "value": true}, {"op": "add", "path": "/os_distro", "value": "debian"}]')"
expect 'its name then' '"after"' "$(show "$id" name)"
exec 3>&-
wait "$upload"
expect 'the upload' 204 "$(cat status)"
expect 'status' '"active"' "$(show "$id" status)"
expect 'name' '"before"' "$(show "$id" name)"
expect 'protected' false "$(show "$id" protected)"
expect 'the property' null "$(show "$id" os_distro)"
expect 'PATCH after the upload' 200 "$(patch "$id" '[{"op": "replace", "path": "/name", "value": "after"}]')"
expect 'name' '"after"' "$(show "$id" name)"
