#!/usr/bin/env bash
# Guess: `rbd rm` refuses an image that is in use, as it says of one that a guest has open ("image still has watchers"); and if it were removed
#   under an `rbd export`, that would end with an error.
# Seen (rbd 16.2.15): export opens the image read-only, and such a reader is not seen: the removal succeeds at once, and the export ends with
#   exit code 0 and the full length: the rest are zeros, since an object that is not there reads as zeros. Compare digests, or export a
#   snapshot, which keeps a watch.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh"
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
random disk.raw 100663296
rbd import --no-progress disk.raw images/disk
mkfifo exported
{ rbd export --no-progress images/disk - >exported 2>export.log; echo $? >export.code; } &
export_=$!
exec 3<exported
head -c 4194304 <&3 >first
expect 'rbd rm while it is exported' 'exit code 0' "$(rbd rm --no-progress images/disk >rm.log 2>&1; echo "exit code $?")"
expect 'image list' '' "$(rbd ls images)"
cat <&3 >rest
wait "$export_"
expect 'exit code of the export' 0 "$(cat export.code)"
expect 'what it says' '' "$(cat export.log)"
cat first rest >exported.raw
expect 'bytes of 100663296 exported' 100663296 "$(size exported.raw)"
expect 'they are the disk' no "$(same disk.raw exported.raw)"
expect 'the last half is zeros' yes "$(head -c 50331648 /dev/zero >zeros; tail -c 50331648 exported.raw >last; same zeros last)"
