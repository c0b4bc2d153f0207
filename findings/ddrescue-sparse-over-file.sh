#!/usr/bin/env bash
# Guess: `ddrescue -S` (sparse) onto a file that exists makes it the input, with holes for zeros, as `cp --sparse=always` and `dd conv=sparse` do.
# Seen (ddrescue 1.27): what is zero in the input is skipped, not written, so there the file keeps what it had; what it had behind the input's end
#   stays, too. All is "finished" in the map and the exit code is 0. A file for images that is used again must be emptied first.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'gddrescue=1.27-1'

random data 1048576
{ cat data; head -c 2097152 /dev/zero; cat data; } >disk.raw
random used.raw 5242880
rescue() { ddrescue -q "$@"; echo $?; } # it asks for -f when the output is a device only
expect 'into no file, exit code' 0 "$(rescue -S disk.raw new.raw new.map)"
expect 'it is the disk' yes "$(same disk.raw new.raw)"
cp used.raw plain.raw
expect 'onto a file, without -S' 0 "$(rescue disk.raw plain.raw plain.map)"
expect 'its beginning is the disk' yes "$(head -c 4194304 plain.raw >start; same disk.raw start)"
cp used.raw sparse.raw
expect 'onto a file, with -S' 0 "$(rescue -S disk.raw sparse.raw sparse.map)"
expect 'the map is the same' yes "$(grep -v '^#' plain.map >one; grep -v '^#' sparse.map >two; same one two)"
expect 'its beginning is the disk' no "$(head -c 4194304 sparse.raw >start; same disk.raw start)"
part() { tail -c +1048577 "$1" | head -c 2097152; }
expect 'where the disk has zeros it has the old bytes' yes "$(part used.raw >one; part sparse.raw >two; same one two)"
expect 'its length' 5242880 "$(size sparse.raw)"
cp used.raw other.raw
cp --sparse=always disk.raw other.raw
expect 'cp --sparse=always onto a file: it is the disk' yes "$(same disk.raw other.raw)"
cp used.raw other.raw
dd if=disk.raw of=other.raw bs=64k conv=sparse status=none
expect 'dd conv=sparse onto a file: it is the disk' yes "$(same disk.raw other.raw)"
