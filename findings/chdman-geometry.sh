#!/usr/bin/env bash
# Guess: chdman gives a raw disk of whole sectors back to the byte, and the "SHA1" that it shows is the disk's.
# Seen (chdman 0.251): it makes up a geometry of cylinders, heads and sectors and fills the disk up to it with zeros, without a word: 8,193 sectors
#   come back as 8,194. "SHA1" is that of the data and its own metadata; the data's is "Data SHA1", with the zeros.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'mame-tools=0.251+dfsg.1-1'
export LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$lib/pulseaudio

sectors_back() { # sectors
    rm -f disk.raw disk.chd back.raw
    random disk.raw $(($1 * 512))
    chdman createhd -i disk.raw -o disk.chd >chdman.log 2>&1
    chdman extracthd -i disk.chd -o back.raw >chdman.log 2>&1
    echo $(($(size back.raw) / 512))
}
shown() { chdman info -i disk.chd | sed -n "s/^$1: *//p"; }
digest() { sha1sum <"$1" | cut -d' ' -f1; }

expect "8192 sectors come back as" 8192 "$(sectors_back 8192)"
expect "the same" yes "$(same disk.raw back.raw)"
expect "SHA1 is the disk's" no "$([ "$(shown SHA1)" = "$(digest disk.raw)" ] && echo yes || echo no)"
expect "Data SHA1 is the disk's" yes "$([ "$(shown 'Data SHA1')" = "$(digest disk.raw)" ] && echo yes || echo no)"
expect "8193 sectors come back as" 8194 "$(sectors_back 8193)"
expect "Data SHA1 is the disk's" no "$([ "$(shown 'Data SHA1')" = "$(digest disk.raw)" ] && echo yes || echo no)"
truncate -s $((8193 * 512)) back.raw
expect "the same but for what was added" yes "$(same disk.raw back.raw)"
