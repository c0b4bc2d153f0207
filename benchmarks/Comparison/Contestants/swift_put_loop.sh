#!/usr/bin/env bash
# What the server takes when nobody hashes: segments of 6 MiB, four at once, sent by curl. FILE
set -euo pipefail
headers=$(curl --silent --dump-header - --output /dev/null -H 'X-Auth-User: test:tester' -H 'X-Auth-Key: testing' http://127.0.0.1:18080/auth/v1.0 | tr -d '\r')
export token=$(sed -n 's/^X-Auth-Token: //p' <<<"$headers") account=$(sed -n 's/^X-Storage-Url: //p' <<<"$headers") file=$1
size=$(stat --format %s "$file")
put() { # index
    dd if="$file" bs=6M skip="$1" count=1 status=none | curl --silent --fail --output /dev/null -X PUT -H "X-Auth-Token: $token" -H 'Expect:' \
        --data-binary @- "$account/glancestore-benchmark/loop-$1"
}
export -f put
seq 0 $(((size - 1) / (6 << 20))) | xargs -P 4 -I{} bash -c 'put {}'
