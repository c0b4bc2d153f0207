#!/usr/bin/env bash
# Guess: Glance's format inspector, which watches an image go by "in a streaming-friendly manner", finds the same in it whatever the pieces
#   are in which the store reads it: 64 KiB for files, 5 MiB for S3, 8 MiB for RBD.
# Seen (Glance 25.1.0): of a VHDX that is read in pieces of 4 MiB or more it finds the size 0, which becomes no virtual_size at all: of the two
#   regions that it looks for one after the other, in one piece it takes only the first. The same image has a virtual_size or not by the
#   store it is uploaded to. qcow2 and VMDK are found in pieces of any size.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-glance=2:25.1.0-2+deb12u5' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 8388608
virtual_size() { # FORMAT PIECE
    /usr/bin/python3 -W ignore - "$@" <<'P'
import sys
from glance.common import format_inspector

name, piece = sys.argv[1], int(sys.argv[2])
inspector = format_inspector.get_inspector(name)()
with open('disk.' + name, 'rb') as image:
    while True:
        data = image.read(piece)
        if not data:
            break
        inspector.eat_chunk(data)
print(inspector.virtual_size)
P
}
for format in qcow2 vmdk vhdx; do
    qemu-img convert -f raw -O $format disk.raw disk.$format
    for piece in 512 65536 1048576; do expect "$format in pieces of $piece" 8388608 "$(virtual_size $format $piece)"; done
done
for format in qcow2 vmdk; do expect "$format in pieces of 5242880" 8388608 "$(virtual_size $format 5242880)"; done
for piece in 5242880 8388608; do expect "vhdx in pieces of $piece" 0 "$(virtual_size vhdx $piece)"; done
