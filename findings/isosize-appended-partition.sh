#!/usr/bin/env bash
# Guess: isosize tells how many bytes of a medium are the ISO image that xorriso wrote on it, so that dd with that count copies all of it.
# Seen (util-linux 2.38.1, xorriso 1.5.4): those of the ISO 9660 file system alone. A partition that xorriso appended, as hybrid images have one for
#   EFI, lies behind it: the copy has the partition table's entry and none of the partition's bytes.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'xorriso=1.5.4-4' 'util-linux=2.38.1-5+deb12u3' 'fdisk=2.38.1-5+deb12u3'

mkdir tree
random tree/file 100000
random efi.img 2097152
xorriso -as mkisofs -quiet -o plain.iso tree 2>/dev/null
xorriso -as mkisofs -quiet -o hybrid.iso -append_partition 2 0xef efi.img tree 2>/dev/null
expect "isosize of an image without another partition, over the file" equal "$([ "$(isosize plain.iso)" = "$(size plain.iso)" ] && echo equal || echo other)"
isosize=$(isosize hybrid.iso)
expect "bytes behind isosize in the hybrid one are at least the partition's" yes "$([ $(($(size hybrid.iso) - isosize)) -ge 2097152 ] && echo yes || echo no)"
head -c "$isosize" hybrid.iso >copy.iso
start=$(sfdisk --json hybrid.iso | /usr/bin/python3 -c 'import json, sys; print([p["start"] for p in json.load(sys.stdin)["partitiontable"]["partitions"] if p["type"] == "ef"][0])')
partition() { tail -c "+$((start * 512 + 1))" "$1" | head -c 2097152 >part.raw; same efi.img part.raw; }
expect "the partition is in the file" yes "$(partition hybrid.iso)"
expect "the partition is in the copy" no "$(partition copy.iso)"
expect "the copy's table has it" yes "$(sfdisk --json copy.iso 2>/dev/null | grep -q '"type": *"ef"' && echo yes || echo no)"
