#!/usr/bin/env bash
# Guess: a library that opens a version 3 qcow2 and refuses the feature bits it does not know reads its zero clusters as zeros.
# Seen (libqcow 20201213): a cluster that the guest zeroed in place (marked "reads as zeros" in its table, its room kept) comes back with the
#   OLD bytes that lie in that room, and no error. qemu-img and 7-Zip read zeros. No feature bit announces such clusters: they belong to
#   every version 3 image.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'python3-libqcow=20201213-1+b2'

random disk.raw 1048576
qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2
qemu-io -f qcow2 -c 'write -z 65536 65536' disk.qcow2 >/dev/null
qemu-img convert -f qcow2 -O raw disk.qcow2 by-qemu.raw
/usr/bin/python3 - <<'P'
import pyqcow

image = pyqcow.open('disk.qcow2')
with open('by-libqcow.raw', 'wb') as out:
    while out.tell() < image.get_media_size():
        out.write(image.read_buffer(65536))
print('libqcow', pyqcow.get_version())
P
cluster() { dd if="$1" bs=65536 skip=1 count=1 status=none; }
cluster disk.raw >old; cluster by-qemu.raw >qemu; cluster by-libqcow.raw >libqcow; head -c 65536 /dev/zero >zeros
expect 'qemu-img reads the zeroed cluster as zeros' yes "$(same zeros qemu)"
expect 'libqcow reads it as the bytes of before' yes "$(same old libqcow)"
