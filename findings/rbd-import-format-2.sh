#!/usr/bin/env bash
# Guess: `rbd import` knows what `rbd export --export-format 2` wrote, which begins with a banner of its own: it imports the image or refuses.
# Seen (rbd 16.2.15): without --export-format 2 the file itself becomes the image: exit code 0, and the guest's disk begins with the words
#   "rbd image v2" and is longer than it was. With the option it is the image again, snapshot and all.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh"
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
random disk.raw 8388608
rbd import --no-progress disk.raw images/first
rbd snap create --no-progress images/first@snap
rbd export --no-progress --export-format 2 images/first disk.export

expect 'import without the option' 'exit code 0' "exit code $(rbd import --no-progress disk.export images/wrong >import.log 2>&1; echo $?)"
expect 'what it says' '' "$(cat import.log)"
rbd export --no-progress images/wrong wrong.raw
expect 'the disk begins with' 'rbd image v2' "$(head -c 12 wrong.raw)"
expect 'the disk is the exported file' yes "$(same wrong.raw disk.export)"
expect 'longer than the image was' yes "$([ "$(size wrong.raw)" -gt 8388608 ] && echo yes || echo no)"
expect 'snapshots of it' '' "$(rbd snap ls images/wrong)"

rbd import --no-progress --export-format 2 disk.export images/right
rbd export --no-progress images/right right.raw
expect 'with the option the disk is the one exported' yes "$(same right.raw disk.raw)"
expect 'with its snapshot' snap "$(rbd snap ls images/right --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["name"])')"
