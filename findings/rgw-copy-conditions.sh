#!/usr/bin/env bash
# Guess: CopyObject and UploadPartCopy on Ceph's gateway, which honours If-Match on GET (412), honour "x-amz-copy-source-if-match" as S3 does:
#   a copy of an object that was replaced since it was looked at is refused (412).
# Seen (radosgw 16.2.15): all four conditions of that name are ignored: 200, copied. CopyObject listens to "x-amz-copy-if-match" instead, a
#   name that no S3 client sends; UploadPartCopy to neither. And a part copied with the range "bytes=-3", which S3 refuses, is bytes 0 to 3.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

printf 0123456789 >disk
other='"00000000000000000000000000000000"'
s3 PUT /images >/dev/null
s3 PUT /images/disk -T disk >/dev/null
etag=$(header etag)
copy() { s3 PUT /images/copy x-amz-copy-source:/images/disk "$@"; }
expect 'GET with the If-Match of another object' 412 "$(s3 GET /images/disk -H "If-Match: $other")"
expect 'x-amz-copy-source-if-match of another object' 200 "$(copy "x-amz-copy-source-if-match:$other")"
expect 'x-amz-copy-source-if-none-match of this one' 200 "$(copy "x-amz-copy-source-if-none-match:\"$etag\"")"
expect 'x-amz-copy-source-if-unmodified-since the year 2000' 200 "$(copy 'x-amz-copy-source-if-unmodified-since:Sat, 01 Jan 2000 00:00:00 GMT')"
expect 'x-amz-copy-source-if-modified-since the year 2100' 200 "$(copy 'x-amz-copy-source-if-modified-since:Fri, 01 Jan 2100 00:00:00 GMT')"
s3 GET /images/copy >/dev/null
expect 'the copy' 0123456789 "$(cat body)"
expect 'x-amz-copy-if-match of another object' 412 "$(s3 PUT /images/copy "x-amz-copy-if-match:$other" x-amz-copy-source:/images/disk)"

expect 'a multipart upload' 200 "$(s3 POST '/images/parts?uploads' -d '')"
upload=$(sed -n 's/.*<UploadId>\(.*\)<\/UploadId>.*/\1/p' body)
part() { s3 PUT "/images/parts?partNumber=1&uploadId=$upload" "$@" -d ''; }
expect 'the part of another object' 200 "$(part x-amz-copy-source:/images/disk "x-amz-copy-source-if-match:$other")"
expect 'the same part, x-amz-copy-if-match' 200 "$(part "x-amz-copy-if-match:$other" x-amz-copy-source:/images/disk)"
expect 'the part bytes=-3' 200 "$(part x-amz-copy-source:/images/disk x-amz-copy-source-range:bytes=-3)"
expect 'digest of that part' "$(printf 0123 | md5sum | cut -d' ' -f1)" "$(sed -n 's/.*<ETag>\(.*\)<\/ETag>.*/\1/p' body)"
