#!/usr/bin/env bash
# Guess: `qemu-img convert -n` onto a raw file whose room is reserved (preallocation=full or falloc, for a thick disk) writes the image into
#   it, which keeps its room: -n says that the file is there and not to be made anew.
# Seen (qemu-img 7.2.22): the room is given back where the image has zeros: of 16 MiB reserved 1 MiB is left, from raw as from qcow2, with
#   no word. The guest of a thick disk meets a full file system later. With "-S 0" the room stays; without -n, preallocation=full keeps
#   what it reserves.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random data 1048576
truncate -s 16M disk.raw
dd if=data of=disk.raw conv=notrunc status=none
qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2
reserved() { [ "$(($(stat -c '%b * %B' thick.raw)))" -ge 16777216 ] && echo all || echo 'not all'; }
onto() { # RESERVED-HOW FORMAT OPTIONS...: the image, written onto 16 MiB that are reserved
    rm -f thick.raw
    qemu-img create -q -f raw -o preallocation="$1" thick.raw 16M
    [ "$(reserved)" = all ] || { echo "the file system of $work reserves nothing" >&2; exit 2; }
    qemu-img convert -n "${@:3}" -f "$2" -O raw "disk.$2" thick.raw
    echo "$(reserved), is the disk: $(same disk.raw thick.raw)"
}
for how in full falloc; do
    for format in raw qcow2; do expect "preallocation=$how, from $format: reserved still" 'not all, is the disk: yes' "$(onto $how $format)"; done
    expect "preallocation=$how, with -S 0: reserved still" 'all, is the disk: yes' "$(onto $how raw -S 0)"
done
rm thick.raw
qemu-img convert -f raw -O raw -o preallocation=full disk.raw thick.raw
expect 'without -n, preallocation=full: reserved' all "$(reserved)"
