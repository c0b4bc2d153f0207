#!/usr/bin/env bash
# Guess: a range of an RBD image that was discarded reads as zeros, as it does after BLKDISCARD on most disks, or the discard fails.
# Seen (librbd 16.2.15): only whole blocks of 64 KiB (rbd_discard_granularity_bytes) of the range are dropped; the rest keeps its old bytes,
#   and a discard of 4 KiB, or of 64 KiB off the grid, does nothing at all and says that it has succeeded.
#   Write zeros, or set the option to 4096, the least it takes (0 is an error).
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh" python3-rbd=16.2.15+ds-0+deb12u2 python3-rados=16.2.15+ds-0+deb12u2
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
cat >discard.py <<'P'
import sys
import rados, rbd

offset, length, granularity = (int(word) for word in sys.argv[1:])
with rados.Rados(conffile='ceph.conf', name='client.admin', conf={} if granularity < 0 else {'rbd_discard_granularity_bytes': str(granularity)}) as cluster:
    with cluster.open_ioctx('images') as pool:
        name = 'image-%d-%d-%d' % (offset, length, granularity)
        rbd.RBD().create(pool, name, 4 << 20)
        with rbd.Image(pool, name) as image:
            image.write(b'x' * (4 << 20), 0)
            image.discard(offset, length)
            print(image.read(offset, length).count(b'\0'), 'of', length)
P
discard() { /usr/bin/python3 discard.py "$@"; }

expect 'zeros in 4 KiB that were discarded' '0 of 4096' "$(discard 0 4096 -1)"
expect 'zeros in 64 KiB that were discarded, off the grid' '0 of 65536' "$(discard 4096 65536 -1)"
expect 'zeros in 64 KiB that were discarded, on the grid' '65536 of 65536' "$(discard 65536 65536 -1)"
expect 'zeros in 200 KiB that were discarded, off the grid' '131072 of 204800' "$(discard 4096 204800 -1)"
expect 'zeros in 4 KiB, discarded with a granularity of 4 KiB' '4096 of 4096' "$(discard 0 4096 4096)"
