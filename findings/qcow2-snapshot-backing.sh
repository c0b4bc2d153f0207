#!/usr/bin/env bash
# Guess: a snapshot inside a qcow2 overlay is what it was when it was taken: what gives the overlay another backing file (`qemu-img rebase`,
#   not -u) or writes to that (`qemu-img commit`) keeps it so, or refuses.
# Seen (qemu-img 7.2.22): both end with 0, and so does qemu-img check; only the disk of today keeps its bytes. Where a snapshot has no clusters
#   of its own it reads whatever backs the overlay now: the new backing file, the data committed since, and, when the overlay was made to stand
#   alone (rebase -b ""), zeros: that snapshot is lost.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

write() { qemu-io -f "$1" -c "write -P $3 $4 $5" "$2" >>io.log; }
qemu-img create -q -f raw base.raw 4M
write raw base.raw 1 0 4M
cp base.raw other.raw
write raw other.raw 2 0 1M
qemu-img create -q -f qcow2 -b base.raw -F raw overlay.qcow2
write qcow2 overlay.qcow2 3 3M 64k
qemu-img snapshot -c snap overlay.qcow2
read_both() { # FOLDER: what the disk and its snapshot read
    mkdir "$1"
    qemu-img convert -f qcow2 -O raw overlay.qcow2 "$1/disk"
    qemu-img convert -f qcow2 -O raw -l snap overlay.qcow2 "$1/snap"
}
first() { od -An -tu1 -N1 "$1/snap" | tr -d ' '; }
read_both before
cp overlay.qcow2 saved.qcow2

expect 'rebase onto another file, exit code' 0 "$(qemu-img rebase -f qcow2 -b other.raw -F raw overlay.qcow2; echo $?)"
read_both rebased
expect 'the disk is as before' yes "$(same before/disk rebased/disk)"
expect 'the snapshot is' no "$(same before/snap rebased/snap)"
expect 'its first byte, before and now' '1 2' "$(first before) $(first rebased)"

cp saved.qcow2 overlay.qcow2
expect 'rebase onto no file, exit code' 0 "$(qemu-img rebase -f qcow2 -b '' overlay.qcow2; echo $?)"
expect 'check, exit code' 0 "$(qemu-img check -q -f qcow2 overlay.qcow2; echo $?)"
read_both alone
expect 'the disk is as before' yes "$(same before/disk alone/disk)"
expect 'the first byte of the snapshot' 0 "$(first alone)"

cp saved.qcow2 overlay.qcow2
write qcow2 overlay.qcow2 4 0 1M
expect 'commit of what was written after the snapshot, exit code' 0 "$(qemu-img commit -q -f qcow2 overlay.qcow2; echo $?)"
read_both committed
expect 'the first byte of the snapshot' 4 "$(first committed)"
