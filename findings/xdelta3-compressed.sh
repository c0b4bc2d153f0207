#!/usr/bin/env bash
# Guess: a delta of xdelta3 gives back the new file to the byte, or fails: there are checksums in it.
# Seen (xdelta3 3.0.11, gzip 1.12, xz 5.4.1): not of a file that gzip, bzip2 or xz has compressed. It makes the delta of what is in the two, and when
#   it is applied compresses that anew, by itself: another file than the one that was delivered, with another digest, and exit code 0. Who
#   makes the delta gets a warning, who applies it none. With -D on both sides it is the file.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'xdelta3=3.0.11-dfsg-1.2' 'gzip=1.12-1' 'xz-utils=5.4.1-1+deb12u2'

random old.raw 1048576
cp old.raw new.raw
printf 'new words' | dd of=new.raw bs=1 seek=1000 conv=notrunc status=none
gzip -k -9 old.raw new.raw # its name and time go into the file
for file in old new; do xz -c -0 $file.raw >$file.raw.xz; done
for kind in gz xz; do
    expect "$kind: delta, exit code" 0 "$(xdelta3 -e -s old.raw.$kind new.raw.$kind delta.$kind 2>encode.log; echo $?)"
    expect 'warnings' yes "$(grep -q 'WARNING: this may result in different compressed data' encode.log && echo yes || echo no)"
    expect 'applied, exit code' 0 "$(xdelta3 -d -s old.raw.$kind delta.$kind back.raw.$kind 2>decode.log; echo $?)"
    expect 'warnings' no "$(grep -q WARNING decode.log && echo yes || echo no)"
    expect 'it is the new file' no "$(same new.raw.$kind back.raw.$kind)"
done
expect 'what is in both is' 'yes yes' "$(gzip -dc back.raw.gz >one; xz -dc back.raw.xz >two; same one new.raw) $(same two new.raw)"
xdelta3 -D -e -s old.raw.gz new.raw.gz delta.plain
xdelta3 -D -d -s old.raw.gz delta.plain back.plain
expect 'with -D it is the new file' yes "$(same new.raw.gz back.plain)"
