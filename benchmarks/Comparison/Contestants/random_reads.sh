#!/usr/bin/env bash
# All blocks of 4 KiB of a network block device, each once and in random order, 32 requests under way; tells the time of these reads alone.
# Once it is read in order before, so that whatever there is to be fetched or compared is done. ADDRESS
set -euo pipefail
nbdcopy "$1" null:
fio --name=reads --ioengine=nbd --uri="$1" --rw=randread --bs=4k --iodepth=32 --output-format=terse --terse-version=3 |
    awk -F';' '$1 == 3 { printf "seconds: %.3f\n", $9 / 1000 }' # of the terse output, version 3: the run time of the reads, in ms (fio(1))
