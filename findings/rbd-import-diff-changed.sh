#!/usr/bin/env bash
# Guess: `rbd import-diff` of what changed from snapshot "one" to "two" is refused on an image that was written to since "one", or takes it
#   back to "one" first, as `zfs receive` does: what has the name of a snapshot is that snapshot.
# Seen (rbd 16.2.15): only that "one" exists is looked at. The diff goes onto whatever the image is now, and a snapshot "two" is made of that:
#   exit code 0, nothing said, and the copy's "two" is not the original's. One boot of the copy is enough.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh" python3-rbd=16.2.15+ds-0+deb12u2 python3-rados=16.2.15+ds-0+deb12u2
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
write() { # IMAGE OFFSET: 4 KiB of random bytes
    /usr/bin/python3 - "$@" <<'P'
import os, sys
import rados, rbd

with rados.Rados(conffile='ceph.conf', name='client.admin') as cluster, cluster.open_ioctx('images') as pool, rbd.Image(pool, sys.argv[1]) as image:
    image.write(os.urandom(4096), int(sys.argv[2]))
P
}
random disk.raw 8388608
rbd import --no-progress disk.raw images/original
rbd snap create --no-progress images/original@one
rbd export --no-progress --export-format 2 images/original - | rbd import --no-progress --export-format 2 - images/copy
write original 0
rbd snap create --no-progress images/original@two
rbd export-diff --no-progress --from-snap one images/original@two two.diff

write copy 4194304
expect 'import-diff onto the copy, written to since "one"' 'exit code 0' "$(rbd import-diff --no-progress two.diff images/copy >import.log 2>&1; echo "exit code $?")"
expect 'what it says' '' "$(cat import.log)"
for image in original copy; do
    rbd export --no-progress images/$image@one $image.one
    rbd export --no-progress images/$image@two $image.two
done
expect '"one" of both is the same' yes "$(same original.one copy.one)"
expect '"two" of both is the same' no "$(same original.two copy.two)"

rbd snap rm --no-progress images/copy@two
rbd snap rollback --no-progress images/copy@one
rbd import-diff --no-progress two.diff images/copy
rbd export --no-progress images/copy@two copy.two.again
expect 'after a rollback to "one" it is' yes "$(same original.two copy.two.again)"
