#!/usr/bin/env bash
# Guess: nbdkit's tar filter serves a member of a tar as tar unpacks it, also where it was packed with `tar --sparse`; or it refuses.
# Seen (nbdkit 1.32.5, tar 1.34): it serves as many bytes as the member has when it is unpacked, from where its packed data begin: the holes
#   are left out, all that is behind them is too far in front, and the end is filled with what comes next in the tar, the following
#   member. No error. Without --sparse it is right.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'nbdkit=1.32.5-1' 'libnbd-bin=1.14.2-1' 'tar=1.34+dfsg-1.2+deb12u1'

random data 262144
truncate -s 1M disk.raw
dd if=data of=disk.raw bs=65536 seek=8 conv=notrunc status=none
random next.raw 2097152
tar --format=gnu -cf plain.tar disk.raw next.raw
tar --format=gnu --sparse -cf sparse.tar disk.raw next.raw
expect 'tar unpacks the sparse one to the disk' yes "$(tar -xOf sparse.tar disk.raw >unpacked.raw; same disk.raw unpacked.raw)"

served() { # TAR
    rm -f served.raw
    # shellcheck disable=SC2016 # nbdkit fills in $uri
    nbdkit -r -U - --filter="$lib/nbdkit/filters/nbdkit-tar-filter.so" "$lib/nbdkit/plugins/nbdkit-file-plugin.so" "$1" tar-entry=disk.raw --run 'nbdcopy "$uri" served.raw'
}
served plain.tar
expect 'the plain one is served as the disk' yes "$(same disk.raw served.raw)"
served sparse.tar
expect 'bytes of the sparse one that are served' 1048576 "$(size served.raw)"
expect 'they are the disk' no "$(same disk.raw served.raw)"
expect 'the data of 512 KiB are at the beginning' yes "$(head -c 262144 served.raw >start; same data start)"
expect 'the end is of the next member' yes "$(tail -c +262657 served.raw >end; head -c "$(size end)" next.raw >start; same start end)"
