#!/usr/bin/env bash
# Guess: `qemu-img measure` says, close enough, how large the file of `qemu-img convert` will be: next to nothing for an empty disk, whatever
#   its format, and never too little (its manual guarantees that the image fits).
# Seen (qemu-img 7.2.22): an empty VHDX of 1 GiB is measured as full (1,074,135,040 bytes as qcow2, 2700 times what an empty VMDK, VDI or
#   qcow2 needs; convert writes 196,624): qemu does not look at the block table of a VHDX when it asks what is data. And
#   preallocation=metadata measures as no preallocation at all: 3,342,336 bytes for a file of 21,299,200.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

measure() { qemu-img measure --output=json -O qcow2 "$@" | sed -n 's/.*"required": \([0-9]*\).*/\1/p'; }
measured() { # FORMAT: of an empty disk of 1 GiB
    qemu-img create -q -f "$1" "empty.$1" 1G
    measure -f "$1" "empty.$1"
}
for format in qcow2 vmdk vdi parallels; do expect "empty $format, measured" 393216 "$(measured $format)"; done
expect 'empty vhdx, measured' 1074135040 "$(measured vhdx)"
qemu-img convert -f vhdx -O qcow2 empty.vhdx empty-as.qcow2
expect 'empty vhdx, converted' 196624 "$(size empty-as.qcow2)"
expect 'what the map says of it' '1073741824 bytes, data: true' "$(qemu-img map -f vhdx --output=json empty.vhdx | sed -n 's/.*"length": \([0-9]*\),.*"data": \([a-z]*\).*/\1 bytes, data: \2/p')"

random disk.raw 3000000
truncate -s 20M disk.raw
for option in compat=1.1 preallocation=metadata; do
    qemu-img convert -f raw -O qcow2 -o $option disk.raw disk.qcow2
    expect "3 MB in 20 MiB with $option, measured" 3342336 "$(measure -o $option -f raw disk.raw)"
    expect 'converted' "$([ $option = compat=1.1 ] && echo 3342336 || echo 21299200)" "$(size disk.qcow2)"
done
