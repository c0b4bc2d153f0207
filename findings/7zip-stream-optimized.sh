#!/usr/bin/env bash
# Guess: 7-Zip, which opens VMDK, opens qemu-img's streamOptimized VMDK, the kind that an .ova holds, as it opens its monolithicSparse.
# Seen (7-Zip 26.02, qemu-img 7.2.22): "Cannot open the file as [VMDK] archive" for every streamOptimized file of qemu-img, which qemu-img
#   reads without complaint; the same disk as streamOptimized by VMDKstream (with a footer, which qemu-img never writes), and as
#   monolithicSparse by qemu-img, opens and unpacks to the right bytes. "streamOptimized" is not one format.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs '7zip=22.01+really26.02+dfsg-0+deb12u1' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'python3-vmdkstream=0.2-8'

random disk.raw 1048576
opens() {
    if 7zz x -so "$1" >out.raw 2>7z.log; then same disk.raw out.raw; else grep -ho 'Cannot open the file as \[VMDK\] archive' 7z.log | head -n 1; fi
}
qemu-img convert -f raw -O vmdk -o subformat=monolithicSparse disk.raw sparse.vmdk
qemu-img convert -f raw -O vmdk -o subformat=streamOptimized disk.raw stream.vmdk
/usr/bin/python3 -W ignore -c 'import VMDKstream; VMDKstream.convert_to_stream("disk.raw", "footer.vmdk")'
qemu-img convert -f vmdk -O raw stream.vmdk back.raw
expect "qemu-img reads its streamOptimized" yes "$(same disk.raw back.raw)"
expect "7-Zip reads qemu-img's monolithicSparse" yes "$(opens sparse.vmdk)"
expect "7-Zip reads VMDKstream's streamOptimized" yes "$(opens footer.vmdk)"
expect "7-Zip reads qemu-img's streamOptimized" 'Cannot open the file as [VMDK] archive' "$(opens stream.vmdk)"
