#!/usr/bin/env bash
# Guess: 7-Zip unpacks a tar with a sparse disk image in it as tar does, as it knows sparse files: those of GNU tar it does unpack.
# Seen (7-Zip 26.02, bsdtar 3.6.2, tar 1.34): only of GNU's own format. Of the pax one, which bsdtar writes by itself as soon as a file has
#   holes, it unpacks the data pushed together, behind its map, in a folder that has no business there: exit code 0, "Everything is Ok", and
#   an image of another length. `7zz t` finds nothing either.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs '7zip=22.01+really26.02+dfsg-0+deb12u1' 'libarchive-tools=3.6.2-1+deb12u5' 'tar=1.34+dfsg-1.2+deb12u1'

truncate -s 20M disk.raw
for at in 1 10; do head -c 65536 /dev/urandom | dd of=disk.raw bs=1M seek=$at conv=notrunc status=none; done
tar --format=gnu --sparse -cf gnu.tar disk.raw
tar --format=posix --sparse -cf pax.tar disk.raw
bsdtar -cf bsd.tar disk.raw
for made in gnu pax bsd; do
    mkdir $made $made.tar.out
    expect "$made: 7zz t" 'Everything is Ok' "$(7zz t $made.tar | grep Everything)"
    expect "$made: 7zz x, exit code" 0 "$(7zz x -o$made $made.tar >seven.log; echo $?)"
    tar -xf $made.tar -C $made.tar.out
    expect "$made: tar's file is the disk" yes "$(same disk.raw $made.tar.out/disk.raw)"
    file=$(find $made -type f)
    expect "$made: 7-Zip's file is the disk" "$([ $made = gnu ] && echo yes || echo no)" "$(same disk.raw "$file")"
done
expect 'where 7-Zip puts the one of tar' 'pax/GNUSparseFile.N/disk.raw' "$(find pax -type f | sed 's/\.[0-9][0-9]*/.N/')"
expect 'where 7-Zip puts the one of bsdtar' 'bsd/GNUSparseFile.N/disk.raw' "$(find bsd -type f | sed 's/\.[0-9][0-9]*/.N/')"
expect 'its length' 131584 "$(size "$file")"
