#!/usr/bin/env bash
# Guess: on the gateway's Swift API the ETag of a static large object is the MD5 of its segments' ETags, as on Swift, so that it differs
#   where the bytes do; the listing says its size, as Swift's does; and ?multipart-manifest=get gives the manifest back.
# Seen (radosgw 16.2.15): a manifest without digests, which is valid (they are optional), makes an object with the ETag of nothing,
#   d41d8cd98f00b204e9800998ecf8427e, whatever is in it: another object than the one a client has is "not modified" (304). The listings of
#   both APIs give every such object that hash, also one whose HEAD says another, and the manifest's length for its size. The manifest
#   comes back as 200 and nothing.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh"

nothing=d41d8cd98f00b204e9800998ecf8427e
call -X PUT "$at/images" >/dev/null
call -X PUT "$at/segments" >/dev/null
printf aaaaaaaaaa >a
printf bbbbb >b
for name in a b; do call -T $name "$at/segments/$name" >/dev/null; done
manifest() { call -X PUT -d "$2" "$at/images/$1?multipart-manifest=put"; }
expect 'manifest of a, without its digest' 201 "$(manifest a '[{"path":"/segments/a"}]')"
expect 'ETag' $nothing "$(header etag)"
expect 'manifest of b, without its digest' 201 "$(manifest b '[{"path":"/segments/b"}]')"
expect 'ETag' $nothing "$(header etag)"
call "$at/images/a" >/dev/null
expect 'reading b where a is known' 304 "$(call -H "If-None-Match: \"$(header etag)\"" "$at/images/b")"

digest=$(md5sum <a | cut -d' ' -f1)
expect 'manifest of a, with its digest' 201 "$(manifest c "[{\"path\":\"/segments/a\",\"etag\":\"$digest\",\"size_bytes\":10}]")"
call -I "$at/images/c" >/dev/null
expect 'ETag is the MD5 of its digest' "$(printf %s "$digest" | md5sum | cut -d' ' -f1)" "$(header etag)"
expect 'its length' 10 "$(header content-length)"
listed() { call "$at/images?format=json&prefix=$1" >/dev/null; sed -n "s/.*\"$2\":\"\{0,1\}\([0-9a-f]*\).*/\1/p" body; }
expect 'listed hash' $nothing "$(listed c hash)"
expect 'listed bytes' 82 "$(listed c bytes)"
s3 GET /images >/dev/null
expect 'bytes listed by S3' 82 "$(sed -n 's/.*<Key>c<\/Key>.*<Size>\([0-9]*\)<\/Size>.*/\1/p' body)"
expect 'the manifest' 200 "$(call "$at/images/c?multipart-manifest=get")"
expect 'bytes of it' 0 "$(size body)"
