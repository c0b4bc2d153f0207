#!/usr/bin/env bash
# Guess: 7-Zip, which opens VHDX, opens any VHDX that qemu-img makes of a disk of whole sectors.
# Seen (7-Zip 26.02, qemu-img 7.2.22): only where the disk is a multiple of 4 KiB. With one sector of 512 bytes more, which the file's own metadata
#   allow, a VHDX is "Cannot open the file as [VHDX] archive"; libvhdi and qemu-img read it to the last byte.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs '7zip=22.01+really26.02+dfsg-0+deb12u1' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'python3-libvhdi=20210425-1+b2'

opens() { # vhdx
    if 7zz x -so "$1" >out.raw 2>7z.log; then same disk.raw out.raw; else grep -ho 'Cannot open the file as \[VHDX\] archive' 7z.log | head -n 1; fi
}
libvhdi_reads() { # vhdx
    /usr/bin/python3 -c '
import sys, pyvhdi
image = pyvhdi.file()
image.open(sys.argv[1])
size = image.get_media_size()
open("out.raw", "wb").write(b"".join(image.read_buffer_at_offset(min(65536, size - at), at) for at in range(0, size, 65536)))' "$1"
    same disk.raw out.raw
}
for bytes in 4198400 4194816; do
    rm -f disk.raw
    random disk.raw "$bytes"
    answer=yes
    ((bytes % 4096 == 0)) || answer='Cannot open the file as [VHDX] archive'
    for kind in dynamic fixed; do
        qemu-img convert -f raw -O vhdx -o "subformat=$kind" disk.raw "$kind.vhdx"
        qemu-img convert -f vhdx -O raw "$kind.vhdx" back.raw
        expect "qemu-img reads its $kind VHDX of $bytes bytes" yes "$(same disk.raw back.raw)"
        expect "libvhdi reads it" yes "$(libvhdi_reads "$kind.vhdx")"
    done
    expect "7-Zip reads the dynamic one of $bytes bytes" "$answer" "$(opens dynamic.vhdx)"
done
