#!/usr/bin/env bash
# Guess: a delta knows the file that it is for: applied to another one it is refused, or the digest in it is found wrong.
# Seen (rdiff 2.3.2, bsdiff 4.3, xdelta3 3.0.11): xdelta3 refuses. rdiff and bspatch end with 0 and say nothing, and write a file of the right
#   length that is neither the new one nor the old: an image whose base was written to once is patched to something that never was. Whoever
#   ships deltas of images with them must ship the digest of the result, too.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'rdiff=2.3.2-1+b1' 'bsdiff=4.3-23' 'xdelta3=3.0.11-dfsg-1.2'

random old 1048576
cp old new
printf 'new words' | dd of=new bs=1 seek=1000 conv=notrunc status=none
cp old written
printf 'one write' | dd of=written bs=1 seek=700000 conv=notrunc status=none
rdiff signature old signature
rdiff delta signature new delta.rdiff
bsdiff old new delta.bsdiff
xdelta3 -e -s old new delta.xdelta3

for base in old written; do
    expect "rdiff onto the file '$base', exit code" 0 "$(rdiff patch $base delta.rdiff $base.rdiff >rdiff.log 2>&1; echo $?)"
    expect "bspatch" 0 "$(bspatch $base $base.bsdiff delta.bsdiff >bspatch.log 2>&1; echo $?)"
    expect "xdelta3" "$([ $base = old ] && echo 0 || echo 1)" "$(xdelta3 -d -s $base delta.xdelta3 $base.xdelta3 >xdelta3.log 2>&1; echo $?)"
done
for tool in rdiff bsdiff; do
    expect "$tool: the result is the new file, from the right base" yes "$(same new old.$tool)"
    expect "$tool: from the other" no "$(same new written.$tool)"
    expect "$tool: its length" 1048576 "$(size written.$tool)"
    expect "$tool: said" '' "$(cat rdiff.log bspatch.log)"
done
