#!/usr/bin/env bash
# Guess: `rados put` of a file that is larger than an object may be (128 MiB, unless told otherwise) fails and leaves what was there.
# Seen (rados 16.2.15): it fails ("File too large"), after it has overwritten the object: the old one is gone, and the new one is the first
#   128 MiB of the file, which `rados get` then gives with exit code 0.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh"
rados --version

ceph osd pool create images >/dev/null 2>&1
put() { rados -p images put disk "$1" >put.log 2>&1 && echo 0 || echo $?; }
random old.raw 1048576
random new.raw 135266304
expect 'put of 1 MiB, exit code' 0 "$(put old.raw)"
expect 'put of 129 MiB over it, exit code' 1 "$(put new.raw)"
expect 'it says' '(27) File too large' "$(grep -o '([0-9]*) .*' put.log)"
expect 'get, exit code' 0 "$(rados -p images get disk seen.raw >get.log 2>&1; echo $?)"
expect 'what came is as long as' 134217728 "$(size seen.raw)"
expect 'and is the start of the new file' yes "$(head -c 134217728 new.raw >start.raw; same start.raw seen.raw)"
