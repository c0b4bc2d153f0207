#!/usr/bin/env bash
# Guess: of what qemu-img writes, only VHD and VHDX differ from run to run (a time, GUIDs); VMDK and VDI of the same disk are the same bytes.
# Seen (qemu-img 7.2.22): VMDK (all kinds, streamOptimized too: a random CID) and VDI (two random UUIDs) differ each time as well;
#   only qcow2, QED and Parallels repeat. The digest of a converted image says nothing about its content in four formats of seven,
#   and there is no option that fixes these ids.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 1048576
repeats() { # FORMAT OPTIONS...
    qemu-img convert -f raw -O "$@" disk.raw first
    qemu-img convert -f raw -O "$@" disk.raw second
    same first second
}
for format in qcow2 qed parallels; do expect "$format, twice the same bytes" yes "$(repeats "$format")"; done
for format in vpc vhdx vmdk vdi; do expect "$format, twice the same bytes" no "$(repeats "$format")"; done
expect 'vmdk streamOptimized, twice the same bytes' no "$(repeats vmdk -o subformat=streamOptimized)"
