#!/usr/bin/env bash
# Guess: Nova starts guests from images of all the disk formats that it has an inspector for, VHD among them: it converts them to raw.
# Seen (Nova 26.2.2, qemu-img 7.2.22): every VHD is refused, "Image content does not match disk_format", and it does match: the inspector
#   calls the format "vhd", as Glance does, qemu-img calls it "vpc", and Nova wants both to say the same word. qcow2, VMDK, VDI, VHDX and
#   raw are taken.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-nova=2:26.2.2-1~deb12u5' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 1048576
fetch() { # FORMAT-OF-GLANCE FORMAT-OF-QEMU: what Nova makes of such an image
    qemu-img convert -f raw -O "$2" disk.raw "image.$2"
    /usr/bin/python3 -W ignore - "$1" "image.$2" 2>nova.log <<'P' || cat nova.log
import shutil, sys
from nova import exception
from nova.virt import images

class Glance:
    def get(self, context, image):
        return {'disk_format': sys.argv[1]}

    def download(self, context, image, dest_path, trusted_certs=None):
        shutil.copy(image, dest_path)

images.IMAGE_API = Glance()
try:
    images.fetch_to_raw(None, sys.argv[2], 'fetched.raw')
    print('taken')
except exception.ImageUnacceptable as refusal:
    print(str(refusal).split(': ')[-1])
P
}
for format in raw qcow2 vmdk vdi vhdx; do
    expect "$format" taken "$(fetch $format $format)"
    expect 'its first megabyte is the disk' yes "$(head -c 1048576 fetched.raw >start; same disk.raw start)"
done
expect vhd 'Image content does not match disk_format' "$(fetch vhd vpc)"
