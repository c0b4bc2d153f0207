#!/usr/bin/env bash
# Guess: `rbd migration prepare --import-only` from a qcow2 file, whose documentation names what of qcow2 it cannot read (compression,
#   encryption, backing and data files), imports the disk that qemu-img reads from any other qcow2.
# Seen (librbd 16.2.15, qemu-img 7.2.22): a cluster that was zeroed in place (marked as zeros in its table, its room kept) is not zeros in the
#   RBD image but what lies in that room, from one byte too far on: the mark, the lowest bit of the entry, is taken for part of the
#   offset. prepare, execute and commit end with exit code 0. Convert such a qcow2 with qemu-img and import that.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh" 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
migrate() { # NAME: imports NAME.qcow2, leaves the image's bytes in NAME-in-rbd.raw
    local source="{\"type\":\"qcow\",\"stream\":{\"type\":\"file\",\"file_path\":\"$work/$1.qcow2\"}}"
    rbd migration prepare --import-only --source-spec "$source" "images/$1"
    rbd migration execute --no-progress "images/$1"
    rbd migration commit --no-progress "images/$1"
    rbd export --no-progress "images/$1" "$1-in-rbd.raw"
}
cluster() { dd if="$1" bs=65536 skip=1 count=1 status=none; }

random disk.raw 1048576
qemu-img convert -f raw -O qcow2 disk.raw plain.qcow2
expect 'exit code' 0 "$(migrate plain >plain.log 2>&1; echo $?)"
expect 'the image is the disk' yes "$(same disk.raw plain-in-rbd.raw)"

cp plain.qcow2 zeroed.qcow2
qemu-io -f qcow2 -c 'write -z 65536 65536' zeroed.qcow2 >/dev/null
qemu-img convert -f qcow2 -O raw zeroed.qcow2 zeroed.raw
head -c 65536 /dev/zero >zeros
cluster zeroed.raw >by-qemu
expect 'qemu-img reads the zeroed cluster as zeros' yes "$(same zeros by-qemu)"
expect 'exit code' 0 "$(migrate zeroed >zeroed.log 2>&1; echo $?)"
expect 'the image is the disk' no "$(same zeroed.raw zeroed-in-rbd.raw)"
cluster zeroed-in-rbd.raw | head -c 65535 >in-rbd
cluster disk.raw | tail -c +2 >old
expect 'the zeroed cluster is the old bytes, shifted by one' yes "$(same old in-rbd)"
