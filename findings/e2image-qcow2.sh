#!/usr/bin/env bash
# Guess: `e2image -Q -a` (metadata and all data, as qcow2) of an ext4 volume is a copy of the volume, and a qcow2 without faults.
# Seen (e2fsprogs 1.47.0, qemu-img 7.2.22): the backup superblocks and group descriptors read as zeros, so `e2fsck -b 8193`, which works on
#   the volume, finds nothing in the copy; and `qemu-img check` of the fresh file reports a leaked cluster with exit code 3, which scripts
#   take for a damaged image. The primary superblock, files and journal are all right.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'e2fsprogs=1.47.0-2' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

truncate -s 20M volume.raw
mke2fs -q -t ext4 -b 1024 volume.raw
e2image -Q -a volume.raw volume.qcow2 >/dev/null 2>&1
qemu-img convert -f qcow2 -O raw volume.qcow2 copy.raw

code=0
qemu-img check -f qcow2 volume.qcow2 >check.log 2>&1 || code=$?
cat check.log
expect 'exit code of qemu-img check' 3 "$code"
backup() { dd if="$1" bs=1024 skip=8193 count=1 status=none | od -An -tx1 -j56 -N2 | tr -d ' '; }
expect 'mark of the backup superblock in the volume' 53ef "$(backup volume.raw)"
expect 'mark of the backup superblock in the copy' 0000 "$(backup copy.raw)"
by_backup() { if e2fsck -fn -b 8193 -B 1024 "$1" >fsck.log 2>&1 || grep -q 'FILE SYSTEM WAS MODIFIED\|files (' fsck.log; then echo yes; else echo no; fi; }
expect 'e2fsck reads the volume by its backup' yes "$(by_backup volume.raw)"
expect 'e2fsck reads the copy by its backup' no "$(by_backup copy.raw)"
expect 'e2fsck finds the copy clean by its primary superblock' yes "$(if e2fsck -fn copy.raw >/dev/null 2>&1; then echo yes; else echo no; fi)"
