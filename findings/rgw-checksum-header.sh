#!/usr/bin/env bash
# Guess: an upload whose bytes are not those of its x-amz-checksum header (CRC32 or SHA-256) is refused by Ceph's gateway, as by S3, or the
#   header is: a client that sends one has its image checked on the way in, and can ask for it later.
# Seen (radosgw 16.2.15): the header is ignored. The wrong bytes are stored with 200, in one piece and in parts, and no answer has a checksum,
#   also when x-amz-checksum-mode asks for it. What it does check is the ETag that an upload by its Swift API may send.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

call -X PUT "$at/images" >/dev/null
printf 'the disk' >disk
printf 'the disc' >damaged
crc32=$(python3 -c 'import base64, zlib; print(base64.b64encode(zlib.crc32(open("disk", "rb").read()).to_bytes(4, "big")).decode())')
sha256=$(python3 -c 'import base64, hashlib; print(base64.b64encode(hashlib.sha256(open("disk", "rb").read()).digest()).decode())')

expect 'other bytes than those of the CRC32' 200 "$(s3 PUT /images/crc32 x-amz-checksum-crc32:"$crc32" -T damaged)"
expect 'checksums in the answer' 0 "$(grep -ic checksum headers || true)"
expect 'other bytes than those of the SHA-256' 200 "$(s3 PUT /images/sha256 x-amz-checksum-sha256:"$sha256" x-amz-sdk-checksum-algorithm:SHA256 -T damaged)"
expect 'reading it, with its checksum' 200 "$(s3 GET /images/sha256 x-amz-checksum-mode:ENABLED)"
expect 'what came' 'the disc' "$(cat body)"
expect 'checksums in the answer' 0 "$(grep -ic checksum headers || true)"

expect 'an upload in parts' 200 "$(s3 POST '/images/parts?uploads' x-amz-checksum-algorithm:SHA256 -d '')"
upload=$(sed -n 's/.*<UploadId>\(.*\)<\/UploadId>.*/\1/p' body)
expect 'other bytes than those of its SHA-256' 200 "$(s3 PUT "/images/parts?partNumber=1&uploadId=$upload" x-amz-checksum-sha256:"$sha256" -T damaged)"
part="<Part><PartNumber>1</PartNumber><ETag>$(header etag)</ETag><ChecksumSHA256>$sha256</ChecksumSHA256></Part>"
expect 'its end, which names the checksum again' 200 "$(s3 POST "/images/parts?uploadId=$upload" -d "<CompleteMultipartUpload>$part</CompleteMultipartUpload>")"
expect 'reading it' 200 "$(s3 GET /images/parts)"
expect 'what came' 'the disc' "$(cat body)"

expect 'by the Swift API, other bytes than those of its ETag' 422 "$(call -H "ETag: $(md5sum <disk | cut -c1-32)" -T damaged "$at/images/etag")"
