#!/usr/bin/env bash
# Guess: what a guest has zeroed in a VMDK reads as zeros, whoever reads the file.
# Seen (qemu-img 7.2.22, libvmdk 20200926 in img_cat of sleuthkit 4.11.1, 7-Zip 26.02): with zeroed_grain=on qemu marks such a grain with
#   the number 1 instead of a sector. 7-Zip knows that; libvmdk reads from sector 1 on, so the guest's disk holds the text of the VMDK's own
#   descriptor, and img_cat ends with 0. Without that option, zeros are written and all agree.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'sleuthkit=4.11.1+dfsg-1+b1' 'libvmdk1=20200926-2+b2' '7zip=22.01+really26.02+dfsg-0+deb12u1'

random disk.raw 4194304
for zeroed in off on; do
    qemu-img convert -f raw -O vmdk -o zeroed_grain=$zeroed disk.raw $zeroed.vmdk
    qemu-io -f vmdk -c 'write -z 1M 1M' $zeroed.vmdk >io.log
    qemu-img convert -f vmdk -O raw $zeroed.vmdk guest.raw
    expect "zeroed_grain=$zeroed: qemu-img reads zeros there" yes "$(head -c 1048576 /dev/zero >zeros; tail -c +1048577 guest.raw | head -c 1048576 >seen; same zeros seen)"
    7zz x -so $zeroed.vmdk >seven.raw 2>>daemons.log
    expect '7-Zip reads what qemu-img reads' yes "$(same guest.raw seven.raw)"
    expect 'img_cat, exit code' 0 "$(img_cat -i vmdk $zeroed.vmdk >img_cat.raw; echo $?)"
    expect 'img_cat reads what qemu-img reads' "$([ $zeroed = off ] && echo yes || echo no)" "$(same guest.raw img_cat.raw)"
done
expect 'it reads there' '# Disk DescriptorFile' "$(tail -c +1048577 img_cat.raw | head -n 1)"
expect 'the disk without that megabyte is right' yes "$({ head -c 1048576 img_cat.raw; cat zeros; tail -c 2097152 img_cat.raw; } >mended; same guest.raw mended)"
