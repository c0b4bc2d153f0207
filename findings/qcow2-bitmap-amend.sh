#!/usr/bin/env bash
# Guess: `qemu-img amend -o compat=0.10` refuses a qcow2 with a dirty bitmap, which that version can't have, as it refuses one with extended L2
#   entries: what can't be kept is not thrown away.
# Seen (qemu-img 7.2.22): exit code 0, and not a word. From then on the bitmap is gone (the next command calls it inconsistent, and it does not come
#   back with compat=1.1), its clusters leak, and the next incremental backup has nothing to go by.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

amend() { qemu-img amend -f qcow2 -o compat="$1" "$2" >amend.log 2>&1 && echo 0 || echo $?; }
bitmaps() { qemu-img info -f qcow2 --output=json "$1" 2>info.log | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["format-specific"]["data"].get("bitmaps", [])))'; }
qemu-img create -q -f qcow2 -o extended_l2=on extended.qcow2 4M
expect 'with extended L2 entries, exit code' 1 "$(amend 0.10 extended.qcow2)"
qemu-img create -q -f qcow2 disk.qcow2 4M
qemu-img bitmap --add -f qcow2 disk.qcow2 changed
expect 'bitmaps' 1 "$(bitmaps disk.qcow2)"
expect 'check, exit code' 0 "$(qemu-img check -q -f qcow2 disk.qcow2 >check.log 2>&1; echo $?)"
expect 'with a bitmap' 0 "$(amend 0.10 disk.qcow2)"
expect 'it says' '' "$(cat amend.log)"
expect 'bitmaps' 0 "$(bitmaps disk.qcow2)"
expect 'check, exit code (3 is leaked clusters)' 3 "$(qemu-img check -q -f qcow2 disk.qcow2 >check.log 2>&1; echo $?)"
expect 'back to compat=1.1' 0 "$(amend 1.1 disk.qcow2)"
expect 'bitmaps' 0 "$(bitmaps disk.qcow2)"
