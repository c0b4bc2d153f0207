#!/usr/bin/env bash
# Guess: with copyonwrite, nbd-server's client reads what it has written, else the exported file, to its last byte; sparse_cow only lets the file
#   of differences have holes.
# Seen (nbd-server 3.24, libnbd 1.14.2): with sparse_cow a block that was written is read as an error, or, once more have been written, as
#   another block's bytes, with success. Without it all is well, but for a file that is no multiple of 4096: of that the last piece can't be
#   read, while the same file without copyonwrite, or with its size a multiple, comes over whole.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'nbd-server=1:3.24-1.1' 'libnbd-bin=1.14.2-1' 'python3-libnbd=1.14.2-1'

random even.raw 1048576
random odd.raw 1049088
port=$((20000 + RANDOM % 10000))
{
    printf '[generic]\nport = %s\nlistenaddr = 127.0.0.1\nallowlist = true\n' "$port"
    for file in even odd; do
        printf '[%s]\nexportname = %s\n' $file "$work/$file.raw"
        printf '[%s-cow]\nexportname = %s\ncopyonwrite = true\n' $file "$work/$file.raw"
    done
    printf '[sparse]\nexportname = %s\ncopyonwrite = true\nsparse_cow = true\n' "$work/even.raw"
} >nbd.conf
nbd-server -C "$work/nbd.conf" -p "$work/pid" >>daemons.log 2>&1
until_ok test -s pid
started+=("$(cat pid)")
until_ok nbdinfo --size "nbd://127.0.0.1:$port/even"

cat >client.py <<'P'
import sys
import nbd

client = nbd.NBD()
client.connect_uri(sys.argv[1])
seen = []
for number in range(1, 6): client.pwrite(bytes([number]) * 4096, 4096 * 3 * number)
for number in range(1, 6):
    try:
        block = client.pread(4096, 4096 * 3 * number)
        seen.append('right' if block == bytes([number]) * 4096 else 'wrong')
    except nbd.Error as error: seen.append(error.errno)
print(*seen)
P
blocks() { /usr/bin/python3 -W ignore client.py "nbd://127.0.0.1:$port/$1"; }
expect 'copyonwrite, five blocks that were written' 'right right right right right' "$(blocks even-cow)"
expect 'with sparse_cow' 'wrong EINVAL EINVAL EINVAL EINVAL' "$(blocks sparse)"

for export_ in even even-cow odd odd-cow; do
    expect "$export_: nbdcopy, exit code" "$([ $export_ = odd-cow ] && echo 1 || echo 0)" "$(nbdcopy "nbd://127.0.0.1:$port/$export_" back.raw 2>nbdcopy.log; echo $?)"
done
expect 'it says' 'Invalid argument' "$(grep -o 'Invalid argument' nbdcopy.log)"
