#!/usr/bin/env bash
# Guess: qemu-img and nbdkit open an image at a URL that curl downloads: also at a presigned one, of S3, as at a temporary one, of Swift.
# Seen (qemu-img 7.2.22, nbdkit 1.32.5, radosgw 16.2.15): a presigned URL for GET they do not: both ask with HEAD first how long the image is,
#   and the method is part of what is signed: 403. A temporary URL of Swift for GET lets HEAD through, and they read it, from the same
#   gateway. A disk to be read in place needs another kind of URL than one to be downloaded.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh" 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'qemu-block-extra=1:7.2+dfsg-7+deb12u18+b3' 'nbdkit=1.32.5-1' 'libnbd-bin=1.14.2-1'
export QEMU_MODULE_DIR=$lib/qemu

random disk.raw 1048576
s3 PUT /images >/dev/null
expect 'PUT' 200 "$(s3 PUT /images/disk -T disk.raw)"
hmac() { python3 -c 'import base64, hmac, sys, urllib.parse
digest = hmac.digest(b"secret", sys.argv[2].encode(), "sha1")
print(digest.hex() if sys.argv[1] == "hex" else urllib.parse.quote(base64.b64encode(digest), ""))' "$@"; }
expires=$(($(date +%s) + 3600))
presigned="$s3/images/disk?AWSAccessKeyId=access&Expires=$expires&Signature=$(hmac base64 "GET"$'\n\n\n'"$expires"$'\n'/images/disk)"
call -X POST -H 'X-Account-Meta-Temp-URL-Key: secret' "$at" >/dev/null
temporary="$at/images/disk?temp_url_sig=$(hmac hex "GET"$'\n'"$expires"$'\n'/v1/images/disk)&temp_url_expires=$expires"

by_qemu() { if qemu-img convert --image-opts -O raw "driver=raw,file.driver=http,file.url=$1" back.raw 2>qemu.log; then same disk.raw back.raw; else grep -o 'error: 403' qemu.log; fi; }
by_nbdkit() {
    rm -f back.raw
    # shellcheck disable=SC2016 # nbdkit fills in $uri
    if nbdkit -r -U - "$lib/nbdkit/plugins/nbdkit-curl-plugin.so" url="$1" --run 'nbdcopy "$uri" back.raw' 2>nbdkit.log; then same disk.raw back.raw; else grep -o 'error: 403' nbdkit.log | head -n 1; fi
}
token=
for kind in temporary presigned; do
    answer=$([ $kind = temporary ] && echo yes || echo 'error: 403')
    expect "curl at the $kind URL" 200 "$(call "${!kind}")"
    expect 'it is the disk' yes "$(same disk.raw body)"
    expect 'HEAD' "$([ $kind = temporary ] && echo 200 || echo 403)" "$(call -I "${!kind}")"
    expect 'qemu-img gives the disk' "$answer" "$(by_qemu "${!kind}")"
    expect 'nbdkit and nbdcopy give the disk' "$answer" "$(by_nbdkit "${!kind}")"
done
