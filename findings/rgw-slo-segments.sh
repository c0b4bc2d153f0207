#!/usr/bin/env bash
# Guess: a static large object on Ceph's Swift API behaves as on Swift: the manifest's segment digests are checked when it is put and when it
#   is read (Swift: 400, and 409 for a segment that was overwritten since), and "range" in a manifest entry takes that part of the segment.
# Seen (radosgw 16.2.15; Swift 2.30.1 does what was guessed): the manifest with a WRONG digest is stored (201) and served; a segment
#   overwritten by other bytes of the same length is served with 200 under the object's old ETag; "range" is ignored without a word, so the
#   object holds the whole segment. A wrong size_bytes is refused (400), so the manifest is looked at. And a request for two ranges gets a
#   206 with the first one alone.
. "$(dirname "$(readlink -f "$0")")/common.sh"
ceph=16.2.15+ds-0+deb12u2
debs "ceph-mon=$ceph" "ceph-osd=$ceph" "radosgw=$ceph" "ceph-common=$ceph"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

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
serve() { "$@" >>daemons.log 2>&1 & started+=($!); }
until_ok() { local n; for n in {1..300}; do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; echo "did not come up: $* ($n tries)" >&2; tail -n 5 daemons.log >&2; exit 2; }

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
serve radosgw -f -n client.admin
until_ok curl -sf -o /dev/null "http://127.0.0.1:$port/"
radosgw-admin user create --uid t --display-name t >/dev/null 2>&1
radosgw-admin subuser create --uid t --subuser t:swift --access full --key-type swift --secret secret >/dev/null 2>&1
token=$(curl -s -D - -o /dev/null -H 'X-Auth-User: t:swift' -H 'X-Auth-Key: secret' "http://127.0.0.1:$port/auth/1.0" | tr -d '\r' | awk 'tolower($1) == "x-auth-token:" { print $2 }')
radosgw --version

at=http://127.0.0.1:$port/swift/v1
call() { curl -s -o body -D headers -w '%{http_code}' -H "X-Auth-Token: $token" "$@"; }
manifest() { call -X PUT --data-binary "$2" "$at/images/$1?multipart-manifest=put"; }
head -c 100000 /dev/zero | tr '\0' a >a.bytes
head -c 100000 /dev/zero | tr '\0' b >b.bytes
digest() { md5sum <"$1.bytes" | cut -d' ' -f1; }
etag() { tr -d '\r"' <headers | awk 'tolower($1) == "etag:" { print $2 }'; }
call -X PUT "$at/images" >/dev/null
call -X PUT "$at/segments" >/dev/null
call -T a.bytes "$at/segments/1" >/dev/null
call -T b.bytes "$at/segments/2" >/dev/null

expect 'manifest with a wrong size' 400 "$(manifest size '[{"path":"/segments/1","size_bytes":99}]')"
expect 'manifest with the digest of other bytes' 201 "$(manifest digest "[{\"path\":\"/segments/1\",\"etag\":\"$(digest b)\",\"size_bytes\":100000}]")"
expect 'reading it' 200 "$(call "$at/images/digest")"
expect 'manifest with "range":"0-9" of one segment' 201 "$(manifest range '[{"path":"/segments/1","range":"0-9"}]')"
call "$at/images/range" >/dev/null
expect 'bytes of that object' 100000 "$(size body)"

expect 'right manifest' 201 "$(manifest right "[{\"path\":\"/segments/1\",\"etag\":\"$(digest a)\",\"size_bytes\":100000},{\"path\":\"/segments/2\",\"etag\":\"$(digest b)\",\"size_bytes\":100000}]")"
call "$at/images/right" >/dev/null
before=$(etag)
expect 'two ranges asked' 206 "$(call -H 'Range: bytes=0-9,100000-100009' "$at/images/right")"
expect 'bytes of the answer' aaaaaaaaaa "$(cat body)"
call -T b.bytes "$at/segments/1" >/dev/null
expect 'reading it after its first segment was overwritten' 200 "$(call "$at/images/right")"
expect 'its first byte now' b "$(head -c 1 body)"
expect 'under the ETag of before' "$before" "$(etag)"
