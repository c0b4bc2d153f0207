#!/usr/bin/env bash
# Guess: `qemu-img dd bs=1M skip=1 count=1` copies the second megabyte, as dd does: count is what is copied.
# Seen (qemu-img 7.2.22): count is where in the input the copy ends: with skip=1 count=2 one megabyte comes out, where dd gives two, and with
#   skip=1 count=1 none: an image of 0 bytes, "cannot skip to specified offset", although it could, and exit code 0. Alone, each of the two
#   does what dd does.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 4194304
copies() { # OPERANDS: bytes that dd and qemu-img dd write, whether theirs begin the same
    rm -f qemu.raw
    dd if=disk.raw of=dd.raw bs=1M "$@" status=none
    qemu-img dd -f raw -O raw if=disk.raw of=qemu.raw bs=1M "$@" 2>qemu.log || echo "exit code $?"
    head -c "$(size qemu.raw)" dd.raw >start.raw
    echo "$(size dd.raw), $(size qemu.raw), $(same start.raw qemu.raw)"
}
expect 'count=1: bytes of dd, of qemu-img dd, the same as far as they go' '1048576, 1048576, yes' "$(copies count=1)"
expect 'skip=1' '3145728, 3145728, yes' "$(copies skip=1)"
expect 'skip=1 count=3' '3145728, 2097152, yes' "$(copies skip=1 count=3)"
expect 'it says' '' "$(cat qemu.log)"
expect 'skip=1 count=2' '2097152, 1048576, yes' "$(copies skip=1 count=2)"
expect 'skip=2 count=1' '1048576, 0, yes' "$(copies skip=2 count=1)"
expect 'it says' 'qemu-img: disk.raw: cannot skip to specified offset' "$(cat qemu.log)"
expect 'exit code of that' 0 "$(qemu-img dd -f raw -O qcow2 if=disk.raw of=part.qcow2 bs=1M skip=2 count=1 2>qemu.log; echo $?)"
expect 'virtual size of that, as qcow2' 0 "$(qemu-img info -f qcow2 --output=json part.qcow2 | sed -n 's/.*"virtual-size": \([0-9]*\).*/\1/p' | tail -n 1)"
