#!/usr/bin/env bash
# Guess: an object that has expired (X-Delete-At of the Swift API) is gone for everybody: 404, by the gateway's S3 API as by its Swift API.
# Seen (radosgw 16.2.15): the S3 API serves it as if nothing were, until the gateway's own sweep comes by (every ten minutes), does not tell
#   that it expires, and copies it: the copy never expires and is there for both APIs. The Swift API lists what it answers 404 for.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

printf 0123456789 >disk
s3 PUT /images >/dev/null
expect 'PUT of an object that expires in a second' 201 "$(call -T disk -H 'X-Delete-After: 1' "$at/images/disk")"
expired() { [ "$(call -I "$at/images/disk")" = 404 ]; }
until_ok expired
expect 'GET by the Swift API' 404 "$(call "$at/images/disk")"
expect 'GET by S3' 200 "$(s3 GET /images/disk)"
expect 'what came' 0123456789 "$(cat body)"
expect 'when it expires, by S3' '' "$(header x-delete-at)$(header x-amz-expiration)"
expect 'copy by S3' 200 "$(s3 PUT /images/copy x-amz-copy-source:/images/disk)"
expect 'the copy, by S3' 200 "$(s3 GET /images/copy)"
expect 'the copy, by the Swift API' 200 "$(call "$at/images/copy")"
call "$at/images" >/dev/null
expect 'listed by the Swift API' disk "$(grep -x disk body)"
