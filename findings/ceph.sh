# shellcheck shell=bash
# Sourced after common.sh by the findings about Ceph: a cluster of one monitor and one OSD, all in memory, on ports of its own.

ceph=16.2.15+ds-0+deb12u2
debs "ceph-mon=$ceph" "ceph-osd=$ceph" "ceph-common=$ceph" "$@"
direct

port=$((20000 + RANDOM % 10000))
mkdir mon osd
export CEPH_CONF=$work/ceph.conf CEPH_ARGS=
plugins=$lib
[ -d "$plugins/rados-classes" ] || plugins=/usr/lib/$(uname -m)-linux-gnu
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >ceph.conf <<C
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]
mon initial members = a
public network = 127.0.0.0/8
ms bind port min = $((port + 3))
ms bind port max = $((port + 40))
keyring = $work/\$name.keyring
run dir = $work
admin socket =
log file = $work/\$name.log
plugin dir = $plugins/ceph
erasure code dir = $plugins/ceph/erasure-code
osd class dir = $plugins/rados-classes
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon data = $work/mon
mon data avail crit = 1
osd data = $work/osd
osd objectstore = memstore
memstore device bytes = 268435456
rgw frontends = beast endpoint=127.0.0.1:$port
C

ceph-authtool -C mon.keyring --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool -C client.admin.keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >/dev/null
ceph-authtool mon.keyring --import-keyring client.admin.keyring >/dev/null
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]" monmap >/dev/null
ceph-mon -i a --mkfs --monmap monmap --keyring mon.keyring >>daemons.log 2>&1
serve ceph-mon -f -i a
until_ok ceph --connect-timeout 2 mon stat
uuid=$(cat /proc/sys/kernel/random/uuid)
ceph osd new "$uuid" >/dev/null 2>&1
ceph auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' -o osd.0.keyring 2>/dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$uuid" >>daemons.log 2>&1
ceph osd crush create-or-move osd.0 1.0 host=localhost root=default >/dev/null 2>&1
serve ceph-osd -f -i 0
osd_up() { ceph osd stat | grep -q '1 up'; }
until_ok osd_up
