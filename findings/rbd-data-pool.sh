#!/usr/bin/env bash
# Guess: what is made of an image whose data are in a pool of their own (`--data-pool`, an erasure-coded one usually) has its data there, too:
#   its clones, its copies, and what `rbd export --export-format 2` and import make of it, as they keep the image's other properties.
# Seen (rbd 16.2.15): none of them, `rbd deep cp` neither: all data are written to the pool of the metadata, without a word, unless --data-pool
#   is said every time. All guests of a template end up where only names should be, at another price and another redundancy.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh"
rbd --version

for pool in images data; do
    ceph osd pool create $pool >/dev/null 2>&1
    until_ok rbd pool init $pool
done
data_pool() { rbd info --format json "images/$1" | python3 -c 'import json, sys; print(json.load(sys.stdin).get("data_pool"))'; }
stored_in() { # IMAGE: the pools that have data objects of it
    local prefix pool
    prefix=$(rbd info --format json "images/$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["block_name_prefix"])')
    for pool in images data; do if rados -p $pool ls | grep -q "^$prefix"; then echo $pool; fi; done
}
random disk.raw 8388608
rbd import --no-progress --data-pool data --stripe-unit 65536 --stripe-count 2 disk.raw images/template
rbd snap create --no-progress images/template@snap
rbd snap protect images/template@snap
rbd clone images/template@snap images/clone
rbd cp --no-progress images/template images/copy
rbd deep cp --no-progress images/template images/deep
rbd export --no-progress --export-format 2 images/template - | rbd import --no-progress --export-format 2 - images/imported
expect 'template: its data pool' data "$(data_pool template)"
expect 'has its data in' data "$(stored_in template)"
for image in copy deep imported; do
    expect "$image: its data pool" None "$(data_pool $image)"
    expect 'has its data in' images "$(stored_in $image)"
    expect 'keeps the stripes' '2 x 65536' "$(rbd info --format json images/$image | python3 -c 'import json, sys; i = json.load(sys.stdin); print(i.get("stripe_count"), "x", i.get("stripe_unit"))')"
done
expect 'clone: its data pool' None "$(data_pool clone)"
rbd flatten --no-progress images/clone
expect 'flattened, it has its data in' images "$(stored_in clone)"
