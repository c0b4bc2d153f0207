#!/usr/bin/env bash
# Guess: qemu-img grows every format it can create; shrinking is the delicate one.
# Seen (qemu-img 7.2.22): only raw, qcow2 and QED grow. VMDK, VDI, VHD, VHDX, Parallels and qcow (v1) answer
#   "Image format driver does not support resize" (an error, nothing is harmed): to grow one, convert there and back.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

grow() {
    qemu-img create -q -f "$1" disk 4M
    qemu-img resize -f "$1" disk 8M 2>&1 || true
}
for format in raw qcow2 qed; do expect "$format" 'Image resized.' "$(grow "$format")"; done
for format in vmdk vdi vpc vhdx parallels qcow; do
    expect "$format" 'qemu-img: Image format driver does not support resize' "$(grow "$format")"
done
