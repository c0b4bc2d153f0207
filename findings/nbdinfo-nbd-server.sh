#!/usr/bin/env bash
# Guess: nbdinfo tells the size of an export as the clients see it, with --size or without.
# Seen (libnbd 1.14.2, nbd-server 3.24): of what nbd-server exports "export-size: 0" and "content: empty", with --list too, because it asks with
#   NBD_OPT_INFO, which that server answers before it has opened the file; --size, nbdcopy and qemu-img, which ask with NBD_OPT_GO, get all of it.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'nbd-server=1:3.24-1.1' 'libnbd-bin=1.14.2-1' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 1048576
port=$((20000 + RANDOM % 10000))
printf '[generic]\nport = %s\nlistenaddr = 127.0.0.1\nallowlist = true\n[disk]\nexportname = %s\n' "$port" "$work/disk.raw" >nbd.conf
nbd-server -C nbd.conf -p "$work/pid" >>daemons.log 2>&1
until_ok test -s pid
started+=("$(cat pid)")
export_=nbd://127.0.0.1:$port/disk
until_ok nbdinfo --size "$export_"
expect "nbdinfo" "export-size: 0" "$(nbdinfo "$export_" | grep -o 'export-size: [0-9]*')"
expect "content" "content: empty" "$(nbdinfo "$export_" | grep -o 'content: .*')"
expect "nbdinfo --list" "export-size: 0" "$(nbdinfo --list "nbd://127.0.0.1:$port" | grep -o 'export-size: [0-9]*')"
expect "nbdinfo --size" 1048576 "$(nbdinfo --size "$export_")"
expect "qemu-img info" 1048576 "$(qemu-img info --output=json -f raw "$export_" | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["virtual-size"])')"
nbdcopy "$export_" back.raw
expect "nbdcopy copies all" yes "$(same disk.raw back.raw)"
