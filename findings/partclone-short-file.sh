#!/usr/bin/env bash
# Guess: partclone restores a file system into a new file of the file system's length.
# Seen (partclone 0.3.23): without -C it refuses an empty file as too small; with -C it says "successfully restored", ends with 0, and the file ends
#   behind the last block in use: some megabytes short of the file system, which e2fsck does not object to. Cut to the right length with
#   truncate, the file is the file system again. Whoever takes such a file for the disk, or its digest, has another disk.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'partclone=0.3.23+repack-1' 'e2fsprogs=1.47.0-2+b2'

mkdir tree
random tree/file 3000000
truncate -s 64M disk.raw
mkfs.ext4 -q -F -d tree disk.raw
restore() { # file, options
    local status=0
    partclone.ext4 "${@:2}" -r -s saved -o "$1" -L restore.log >partclone.log 2>&1 || status=$?
    echo "$status"
}
partclone.ext4 -c -s disk.raw -o saved -L save.log >partclone.log 2>&1
expect "restored into a new file, exit code" 1 "$(restore refused.raw)"
expect "says" "smaller than source" "$(grep -o 'smaller than source' partclone.log)"
expect "with -C, exit code" 0 "$(restore back.raw -C)"
expect "says" "successfully restored" "$(grep -o 'successfully restored' partclone.log)"
expect "shorter than the disk" yes "$([ "$(size back.raw)" -lt 67108864 ] && echo yes || echo no)"
chmod u+w back.raw
expect "e2fsck" 0 "$(e2fsck -fn back.raw >/dev/null 2>&1; echo $?)"
truncate -s 64M back.raw
mkdir out
expect "the file in it, once the length is right" yes "$(debugfs -R 'dump /file out/file' back.raw >/dev/null 2>&1; same tree/file out/file)"
