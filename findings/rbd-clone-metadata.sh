#!/usr/bin/env bash
# Guess: a clone of a snapshot is what the image was when the snapshot was taken: metadata (rbd image-meta) that the image got later, or lost,
#   is not the clone's.
# Seen (rbd 16.2.15): bytes and size are the snapshot's, the metadata are the image's of the moment of the clone: a key set after the snapshot
#   is in the clone, one removed since is not, a value changed since is the new one. Settings kept there (conf_rbd_...) come along: a limit set
#   on a template today holds for every guest cloned from its snapshot of last year.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh"
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
meta() { rbd image-meta get "images/$1" "$2" 2>/dev/null || echo none; }
rbd create --size 8M images/template
rbd image-meta set images/template kept before >/dev/null
rbd image-meta set images/template removed before >/dev/null
rbd snap create --no-progress images/template@snap
rbd snap protect images/template@snap
rbd resize --no-progress --size 16M images/template
rbd image-meta set images/template kept after >/dev/null
rbd image-meta remove images/template removed >/dev/null
rbd config image set images/template rbd_qos_iops_limit 100

rbd clone images/template@snap images/guest
expect 'size of the clone' 8388608 "$(rbd info --format json images/guest | python3 -c 'import json, sys; print(json.load(sys.stdin)["size"])')"
expect 'metadata changed since the snapshot' after "$(meta guest kept)"
expect 'metadata removed since' none "$(meta guest removed)"
expect 'a limit set since' 100 "$(meta guest conf_rbd_qos_iops_limit)"
rbd image-meta set images/template kept later >/dev/null
expect 'metadata changed since the clone' after "$(meta guest kept)"
