#!/usr/bin/env bash
# Guess: a dirty bitmap of a qcow2 marks all that reads otherwise than before, so that a full backup with the marked blocks of today copied into
#   it is the disk of today; `qemu-img resize` updates it, or refuses.
# Seen (qemu-img and qemu-nbd 7.2.22, nbdcopy 1.14.2): a disk that is shrunk and grown again reads zeros where it was cut off, and the bitmap is
#   clean there. The backup brought up to date by it keeps the old bytes, and has the right length.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'libnbd-bin=1.14.2-1'

random disk.raw 4194304
qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2
cp disk.raw backup.raw
qemu-img bitmap --add -f qcow2 disk.qcow2 changed
qemu-io -f qcow2 -c 'write -P 1 1M 64k' disk.qcow2 >io.log
expect 'shrunk to 2 MiB, exit code' 0 "$(qemu-img resize -q -f qcow2 --shrink disk.qcow2 2M; echo $?)"
expect 'grown to 4 MiB again' 0 "$(qemu-img resize -q -f qcow2 disk.qcow2 4M; echo $?)"

serve qemu-nbd -r -t -k "$work/socket" -B changed -f qcow2 disk.qcow2
until_ok [ -S socket ]
uri="nbd+unix:///?socket=$work/socket"
nbdcopy "$uri" today.raw
nbdinfo --map=qemu:dirty-bitmap:changed "$uri" | awk '$4 == "dirty" { print $1, $2 }' >dirty
expect 'dirty: offset and length' '1048576 65536' "$(cat dirty)"
while read -r offset length; do dd if=today.raw of=backup.raw bs=65536 skip=$((offset / 65536)) seek=$((offset / 65536)) count=$((length / 65536)) conv=notrunc status=none; done <dirty
part() { tail -c +2097153 "$1"; }
expect 'the backup is the disk of today' no "$(same today.raw backup.raw)"
expect 'up to where it was cut it is' yes "$(head -c 2097152 today.raw >one; head -c 2097152 backup.raw >two; same one two)"
expect 'behind it the disk has zeros' yes "$(part today.raw >one; head -c 2097152 /dev/zero >two; same one two)"
expect 'and the backup its old bytes' yes "$(part backup.raw >one; part disk.raw >two; same one two)"
