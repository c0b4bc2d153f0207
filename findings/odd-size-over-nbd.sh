#!/usr/bin/env bash
# Guess: a raw image of 1000 bytes is 1000 bytes over NBD, whoever serves it: the protocol counts bytes.
# Seen (qemu-nbd and qemu-img 7.2.22, nbdkit 1.32.5, nbdcopy 1.14.2, nbd-server 3.24): nbdkit and nbd-server export 1000, qemu-nbd exports
#   1024 (24 zeros more, so a copy has another digest), nbdkit's blocksize filter 512 (the tail is gone), and qemu-img, reading nbdkit's
#   exact 1000, writes 1024. Only nbdcopy from nbdkit or nbd-server gives the file back.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3' 'nbdkit=1.32.5-1' 'libnbd-bin=1.14.2-1' 'nbd-server=1:3.24-1.1'

random disk.raw 1000
with_nbdkit() { # COMMAND, [FILTER PARAMETER]
    nbdkit -r -U - ${2:+--filter="$lib/nbdkit/filters/nbdkit-$2-filter.so"} "$lib/nbdkit/plugins/nbdkit-file-plugin.so" disk.raw ${3:+"$3"} --run "$1"
}
# shellcheck disable=SC2016 # nbdkit fills in $uri
{
    expect 'nbdkit exports' 1000 "$(with_nbdkit 'nbdinfo --size "$uri"')"
    expect 'nbdkit with its blocksize filter exports' 512 "$(with_nbdkit 'nbdinfo --size "$uri"' blocksize minblock=512)"
    with_nbdkit 'nbdcopy "$uri" by-nbdcopy.raw; qemu-img convert -f raw -O raw "$uri" by-qemu-img.raw'
}
expect 'nbdcopy from nbdkit gives the file' yes "$(same disk.raw by-nbdcopy.raw)"
expect 'qemu-img from nbdkit writes' 1024 "$(size by-qemu-img.raw)"

socket=$work/qemu.sock
qemu-nbd -f raw -r -t -k "$socket" disk.raw &
started+=($!)
for _ in {1..200}; do [ -S "$socket" ] && break; sleep 0.1; done
expect 'qemu-nbd exports' 1024 "$(nbdinfo --size "nbd+unix:///?socket=$socket")"
nbdcopy "nbd+unix:///?socket=$socket" by-qemu-nbd.raw
expect 'what it adds is zeros' yes "$(truncate -s 1024 disk.raw; same disk.raw by-qemu-nbd.raw; truncate -s 1000 disk.raw)"

port=$((20000 + RANDOM % 10000))
printf '[generic]\nlistenaddr = 127.0.0.1\nport = %s\n[disk]\nexportname = %s\nreadonly = true\n' "$port" "$work/disk.raw" >nbd.conf
nbd-server -d -C nbd.conf >nbd.log 2>&1 &
started+=($!)
for _ in {1..200}; do nbdinfo --size "nbd://127.0.0.1:$port/disk" >nbd.size 2>/dev/null && break; sleep 0.1; done
expect 'nbd-server exports' 1000 "$(cat nbd.size)"
