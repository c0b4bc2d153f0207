#!/usr/bin/env bash
# Guess: deleting a static large object of Swift by its S3 API deletes what Swift's own DELETE deletes, the manifest: the segments may be other
#   large objects' as well. And overwriting an object that was uploaded in parts, by S3, frees the parts, as on S3.
# Seen (Swift 2.30.1): each the other way round. S3's DELETE takes all segments along, whoever put them there and whatever else is made of
#   them: another large object of the same segments can't be read any more. An overwritten object's parts stay for good in the container
#   "images+segments", which no S3 client lists unless it knows of it.
. "$(dirname "$(readlink -f "$0")")/swift.sh"
debs 'memcached=1.6.18-1'

# A second proxy, with the S3 API: its user t:t has the account that the first one serves without a login. Its tempauth wants a memcached.
s3=http://127.0.0.1:$((port + 4))
s3_user=t:t
sed -e "s/bind_port = .*/bind_port = $((port + 4))/" -e 's/listing_formats copy/cache listing_formats s3api tempauth copy/' proxy.conf >s3.conf
printf '[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:%s\n[filter:s3api]\nuse = egg:swift#s3api\n[filter:tempauth]\nuse = egg:swift#tempauth\nuser_t_t = secret .admin\n' $((port + 5)) >>s3.conf
serve memcached -l 127.0.0.1 -p $((port + 5)) -u "$(id -un)"
serve /usr/bin/python3 -W ignore "$work/here.py" "$work" "$root/usr/bin/swift-proxy-server" "$work/s3.conf"
until_ok curl -sf -o /dev/null "$s3/healthcheck"

call -X PUT "$at/segments" >/dev/null
call -X PUT -d aaaaaaaaaa "$at/segments/1" >/dev/null
make() { call -X PUT -d '[{"path":"/segments/1"}]' "$at/images/$1?multipart-manifest=put"; }
for name in one two three; do expect "large object $name of one segment" 201 "$(make $name)"; done
expect 'DELETE of one by the Swift API' 204 "$(call -X DELETE "$at/images/one")"
expect 'reading two' 200 "$(call "$at/images/two")"
expect 'DELETE of two by S3' 204 "$(s3 DELETE /images/two)"
expect 'the segment' 404 "$(call "$at/segments/1")"
expect 'reading three' 409 "$(call "$at/images/three")"

head -c 5242880 /dev/zero >part
expect 'an upload in parts, by S3' 200 "$(s3 POST '/images/disk?uploads' -d '')"
upload=$(sed -n 's/.*<UploadId>\(.*\)<\/UploadId>.*/\1/p' body)
expect 'its part' 200 "$(s3 PUT "/images/disk?partNumber=1&uploadId=$upload" -T part)"
expect 'its end' 200 "$(s3 POST "/images/disk?uploadId=$upload" -d "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>$(header etag)</ETag></Part></CompleteMultipartUpload>")"
expect 'PUT over it' 200 "$(s3 PUT /images/disk -d new)"
expect 'reading it' 200 "$(s3 GET /images/disk)"
expect 'what came' new "$(cat body)"
call "$at/images+segments" >/dev/null
expect 'the part that was overwritten is listed' "disk/$upload/1" "$(cat body)"
expect 'reading it' 200 "$(call "$at/images+segments/disk/$upload/1")"
expect 'bytes of it' 5242880 "$(size body)"
