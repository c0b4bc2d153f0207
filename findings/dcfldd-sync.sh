#!/usr/bin/env bash
# Guess: the digest that dcfldd logs is that of the file that it writes.
# Seen (dcfldd 1.9): not with conv=sync, which imaging of bad disks asks for together with noerror: the last block is filled up with zeros on its way
#   to the file and not for the digest, so the file's length and digest are others than the log's, and dcfldd ends with 0.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'dcfldd=1.9-2'

random disk.raw 100300
copied() { # options
    dcfldd if=disk.raw of=copy.raw bs=4096 hash=sha256 hashlog=hash.log "$@" 2>dcfldd.log
    [ "$(grep -o '[0-9a-f]\{64\}' hash.log)" = "$(sha256sum <copy.raw | cut -d' ' -f1)" ] && echo same || echo other
}
expect "logged digest and the file's" same "$(copied)"
expect "with conv=sync,noerror" other "$(copied conv=sync,noerror)"
expect "bytes of 100300" 102400 "$(size copy.raw)"
