#!/usr/bin/env bash
# Guess: a file that holds a passphrase and a newline, as `echo` writes it, is the same passphrase to every tool that opens a LUKS image.
# Seen (qemu-img 7.2.22, nbdkit 1.32.5): to qemu-img (`--object secret,file=`) the newline belongs to the passphrase, to nbdkit
#   (`passphrase=+FILE`) it does not. What qemu-img encrypted nbdkit cannot open with the very same file: "LUKS passphrase is not correct".
#   From a file without a newline both read the same.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'nbdkit=1.32.5-1' 'libnbd-bin=1.14.2-1'

random disk.raw 1048576
echo passphrase >line
printf passphrase >bare
qemu-img convert -f raw -O luks --object secret,id=key,file=line -o key-secret=key,iter-time=10 disk.raw line.luks
qemu-img convert -f raw -O luks --object secret,id=key,file=bare -o key-secret=key,iter-time=10 disk.raw bare.luks

by_nbdkit() { # IMAGE FILE
    rm -f back.raw
    # shellcheck disable=SC2016 # nbdkit fills in $uri
    nbdkit -r -U - --filter="$lib/nbdkit/filters/nbdkit-luks-filter.so" "$lib/nbdkit/plugins/nbdkit-file-plugin.so" "$1" passphrase=+"$2" \
        --run 'nbdcopy "$uri" back.raw' 2>nbdkit.log && same disk.raw back.raw || grep -o 'LUKS passphrase is not correct' nbdkit.log
}
by_qemu() { qemu-img convert --object secret,id=key,file="$2" --image-opts driver=luks,key-secret=key,file.filename="$1" -O raw back.raw 2>qemu.log && same disk.raw back.raw || echo no; }
expect 'qemu-img opens its image with the same file' yes "$(by_qemu line.luks line)"
expect 'nbdkit opens it with the same file' 'LUKS passphrase is not correct' "$(by_nbdkit line.luks line)"
expect 'nbdkit opens the image of the bare passphrase with the bare file' yes "$(by_nbdkit bare.luks bare)"
expect 'and with the line' yes "$(by_nbdkit bare.luks line)"
expect 'qemu-img opens it with the line' no "$(by_qemu bare.luks line)"
