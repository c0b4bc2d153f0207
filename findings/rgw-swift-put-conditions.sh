#!/usr/bin/env bash
# Guess: "If-None-Match: *" on a PUT to Ceph's gateway keeps an object from being overwritten (412): by its Swift API, as Swift does, and by its
#   S3 API, which is the same code behind.
# Seen (radosgw 16.2.15): by the S3 API it does, and "If-Match" as well; by the Swift API neither is looked at: 201 and overwritten. Who
#   creates an object only if there is none, as Swift's documentation tells, overwrites there.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

other='"00000000000000000000000000000000"'
printf one >one
printf two >two
s3 PUT /images >/dev/null
put() { call -T "$1" "${@:2}" "$at/images/disk"; }
expect 'PUT' 201 "$(put one)"
expect 'PUT by S3 with If-None-Match: *' 412 "$(s3 PUT /images/disk -T two -H 'If-None-Match: *')"
expect 'PUT by S3 with the If-Match of another object' 412 "$(s3 PUT /images/disk -T two -H "If-Match: $other")"
expect 'PUT by the Swift API with If-None-Match: *' 201 "$(put two -H 'If-None-Match: *')"
call "$at/images/disk" >/dev/null
expect 'the object' two "$(cat body)"
expect 'PUT by the Swift API with the If-Match of another object' 201 "$(put one -H "If-Match: $other")"
expect 'GET by the Swift API with it' 412 "$(call -H "If-Match: $other" "$at/images/disk")"
