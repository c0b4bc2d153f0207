#!/usr/bin/env bash
# Guess: the download of an active image whose file is gone from the store fails: 404, 410 or 500.
# Seen (Glance 25.1.0): 204 No Content, a success: `curl -f` ends with exit code 0 and an empty file, and so does a part of it (Range). HEAD is
#   not to be had (405), and the image says that it is active and 100000 bytes long. A client must know that a 204 is no image; only an
#   image that has no data yet is meant to be answered so.
. "$(dirname "$(readlink -f "$0")")/glance.sh"

random disk.raw 100000
create '{"disk_format": "raw", "container_format": "bare"}'
expect 'upload' 204 "$(upload "$id" disk.raw)"
expect 'download' 200 "$(call "$at/$id/file")"
expect 'it is the disk' yes "$(same disk.raw body)"
rm "images/$id"
expect 'download without the file' 204 "$(call "$at/$id/file")"
expect 'a part of it' 204 "$(call -H 'Range: bytes=0-9' "$at/$id/file")"
expect 'exit code of curl -f' 0 "$(curl -sf -o download.raw "$at/$id/file"; echo $?)"
expect 'status of the image' '"active"' "$(show "$id" status)"
expect 'its size' 100000 "$(show "$id" size)"
