#!/usr/bin/env bash
# Guess: a GPT dumped with `sfdisk -d` and written to a bigger image (`sfdisk bigger <dump`) is laid out for the bigger one: its end is free
#   to be partitioned, as after sgdisk's --backup and --load-backup.
# Seen (sfdisk 2.38.1, sgdisk 1.0.9): the dump holds "last-lba", which sfdisk takes over: of 256 MiB only the 64 MiB of before can be used,
#   and neither sfdisk nor sgdisk -v calls it a fault. A dump without that line, or sgdisk's backup, gives all of it.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'fdisk=2.38.1-5+deb12u3' 'gdisk=1.0.9-2.1'

truncate -s 64M small.raw
printf 'label: gpt\nsize=10M\n' | sfdisk -q small.raw
sfdisk -d small.raw >dump
grep -v last-lba dump >shorter-dump
sgdisk -b backup small.raw >/dev/null

truncate -s 256M by-dump.raw by-shorter-dump.raw by-sgdisk.raw
sfdisk -q by-dump.raw <dump
sfdisk -q by-shorter-dump.raw <shorter-dump
sgdisk -l backup by-sgdisk.raw >/dev/null

last() { sgdisk -p "$1" | sed -n 's/.*last usable sector is //p'; }
expect 'last usable sector of 131072' 131038 "$(last small.raw)"
expect 'of 524288, by the dump' 131038 "$(last by-dump.raw)"
expect 'sgdisk -v' 1 "$(sgdisk -v by-dump.raw | grep -c 'No problems found')"
free() { sfdisk -F "$1" | sed -n 's/^Unpartitioned space [^,]*, \([0-9]*\) bytes.*/\1/p'; }
expect 'free bytes, by the dump' 55557632 "$(free by-dump.raw)"
expect 'free bytes, by the dump without last-lba' 256884224 "$(free by-shorter-dump.raw)"
expect 'free bytes, by sgdisk' 255853056 "$(free by-sgdisk.raw)"
