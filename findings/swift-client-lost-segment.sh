#!/usr/bin/env bash
# Guess: `swift download` of an image that `swift upload -S` cut into segments fails when one of them is gone: the client compares lengths and
#   digests, and itself has put the image's length into the names of the segments.
# Seen (python-swiftclient 4.1.0 with Swift 2.30.1): only of a static large object. A dynamic one, which -S makes without --use-slo here, is what
#   is listed at the moment: the file is short of the lost segment, also in its middle, and the exit code is 0. Copied in that state, it is for
#   good an object of its own, with a digest that is right.
. "$(dirname "$(readlink -f "$0")")/swift.sh"
debs 'python3-swiftclient=1:4.1.0-2'

swift() { /usr/bin/python3 -W ignore "$root/usr/bin/swift" --os-storage-url "$at" --os-auth-token none "$@"; }
upload_cut() { swift upload -q -S 1000000 --object-name "$@" images disk.raw >upload.log 2>&1; }
download() { # NAME: the exit code and the length of the file
    local status=0
    rm -f back.raw
    swift download -q -o back.raw images "$1" >download.log 2>&1 || status=$?
    echo "$status, $(size back.raw)"
}
random disk.raw 3000000
upload_cut dynamic
upload_cut static --use-slo
for name in dynamic static; do
    expect "$name: download, exit code and bytes" '0, 3000000' "$(download $name)"
    expect 'it is the disk' yes "$(same disk.raw back.raw)"
    segment=$(swift list images_segments | grep "^$name/\|/$name/" | sed -n 2p)
    expect 'the second of its segments, deleted' 204 "$(call -X DELETE "$at/images_segments/$segment")"
done
expect 'static: download, exit code and bytes' '1, 1000000' "$(download static)"
expect 'dynamic' '0, 2000000' "$(download dynamic)"
expect 'it says' '' "$(cat download.log)"
expect 'it is the first and the last segment' yes "$({ head -c 1000000 disk.raw; tail -c 1000000 disk.raw; } >ends; same ends back.raw)"
swift copy -q -d /images/copied images dynamic >copy.log 2>&1
expect 'its copy' '0, 2000000' "$(download copied)"
expect 'ETag of the copy' "$(md5sum <ends | cut -c1-32)" "$(call -I "$at/images/copied" >/dev/null; header etag)"
