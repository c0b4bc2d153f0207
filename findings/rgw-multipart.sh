#!/usr/bin/env bash
# Guess: CompleteMultipartUpload on Ceph's gateway makes the object of the parts that are listed, as S3 does: a part that was uploaded and is
#   not listed is dropped, parts out of order are refused. GET with ?partNumber=N gives that part (206 on S3), or an error.
# Seen (radosgw 16.2.15): leaving any part out is 400 InvalidPart, also the last one: it is the list that is said to be wrong, and only
#   all the parts or an abort end the upload. The order 2, 1 is taken (200) and means 1, 2. ?partNumber is ignored: 200 with the whole
#   object, so a client that reads part by part and joins them gets it as often as it has parts.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

s3 PUT /images >/dev/null
head -c 5242880 /dev/zero | tr '\0' a >1.part
head -c 5242880 /dev/zero | tr '\0' b >2.part
printf ccc >3.part
begin() { # KEY: an upload of three parts
    local number
    s3 POST "/images/$1?uploads" -d '' >/dev/null
    upload=$(sed -n 's/.*<UploadId>\(.*\)<\/UploadId>.*/\1/p' body)
    for number in 1 2 3; do
        s3 PUT "/images/$1?partNumber=$number&uploadId=$upload" -T $number.part >/dev/null
        etags[number]=$(header etag)
    done
}
complete() { # KEY NUMBERS...
    local number list=
    for number in "${@:2}"; do list+="<Part><PartNumber>$number</PartNumber><ETag>${etags[number]}</ETag></Part>"; done
    s3 POST "/images/$1?uploadId=$upload" -d "<CompleteMultipartUpload>$list</CompleteMultipartUpload>"
}
etags=()
begin disk
for some in '1 3' '2 3' '1 2'; do
    # shellcheck disable=SC2086 # several numbers
    expect "parts $some of 1 2 3" 400 "$(complete disk $some)"
    expect 'code' InvalidPart "$(sed -n 's/.*<Code>\(.*\)<\/Code>.*/\1/p' body)"
done
expect 'parts 2 1 3 of 1 2 3' 200 "$(complete disk 2 1 3)"
expect 'reading the object' 200 "$(s3 GET /images/disk)"
cat 1.part 2.part 3.part >whole
expect 'it is 1 2 3' yes "$(same whole body)"
expect 'GET of part 3' 200 "$(s3 GET /images/disk?partNumber=3)"
expect 'what came is the whole object' yes "$(same whole body)"
