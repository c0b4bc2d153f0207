#!/usr/bin/env bash
# Guess: a qcow2 snapshot taken at 8 MiB, before the disk was grown to 16, converts (qemu-img convert -l) to the 8 MiB it was.
# Seen (qemu-img 7.2.22): to 16 MiB, with zeros behind; and the other way round, a snapshot of 8 MiB of a disk shrunk to 4 gives 4 MiB,
#   half of it lost with exit code 0, although the snapshot table does record the 8 MiB (`qemu-img snapshot -a` brings them back).
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 8388608
qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2
qemu-img snapshot -c before disk.qcow2

cp disk.qcow2 grown.qcow2
qemu-img resize -q -f qcow2 grown.qcow2 16M
qemu-img convert -f qcow2 -O raw -l before grown.qcow2 grown.raw
expect 'bytes of the 8388608-byte snapshot after the disk grew' 16777216 "$(size grown.raw)"

cp disk.qcow2 shrunk.qcow2
qemu-img resize -q -f qcow2 --shrink shrunk.qcow2 4M
qemu-img convert -f qcow2 -O raw -l before shrunk.qcow2 shrunk.raw
expect 'bytes of the 8388608-byte snapshot after the disk shrank' 4194304 "$(size shrunk.raw)"

qemu-img snapshot -a before shrunk.qcow2
qemu-img convert -f qcow2 -O raw shrunk.qcow2 restored.raw
expect 'the snapshot applied in place is whole' yes "$(same disk.raw restored.raw)"
