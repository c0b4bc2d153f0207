# shellcheck shell=bash
# Sourced by the findings about Swift: one server of each kind below $work, without authentication; an account is at $at.

. "$(dirname "$(readlink -f "$0")")/common.sh"
swift=2.30.1-0+deb12u3
debs "swift-proxy=$swift" "swift-account=$swift" "swift-container=$swift" "swift-object=$swift" "python3-swift=$swift"
direct

port=$((20000 + RANDOM % 10000))
at=http://127.0.0.1:$port/v1/AUTH_t
mkdir -p devices/sda1 run
printf '[swift-hash]\nswift_hash_path_suffix = s\nswift_hash_path_prefix = p\n[storage-policy:0]\nname = one\ndefault = yes\n' >swift.conf
common="bind_ip = 127.0.0.1
workers = 0
user = $(id -un)
swift_dir = $work"
storage() { # KIND PORT
    cat >"$1.conf" <<C
[DEFAULT]
$common
bind_port = $2
devices = $work/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
recon_cache_path = $work/run
[pipeline:main]
pipeline = healthcheck $1-server
[filter:healthcheck]
use = egg:swift#healthcheck
[app:$1-server]
use = egg:swift#$1
C
}
storage account $((port + 1))
storage container $((port + 2))
storage object $((port + 3))
cat >proxy.conf <<C
[DEFAULT]
$common
bind_port = $port
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
C
for filter in catch_errors gatekeeper healthcheck listing_formats copy slo dlo; do printf '[filter:%s]\nuse = egg:swift#%s\n' $filter $filter; done >>proxy.conf

# Swift reads swift.conf from one fixed place: the two programs below name this folder's before it does.
cat >here.py <<'P'
import runpy, sys
from swift.common import utils
folder, program, *sys.argv[1:] = sys.argv[1:]
sys.argv[0] = program
utils.SWIFT_CONF_FILE = folder + '/swift.conf'
utils.HASH_PATH_PREFIX = utils.HASH_PATH_SUFFIX = b''
utils.validate_hash_conf()
runpy.run_path(program, run_name='__main__')
P
cat >rings.py <<'P'
import sys
from swift.common.ring import RingBuilder
for number, kind in enumerate(('account', 'container', 'object'), int(sys.argv[1]) + 1):
    ring = RingBuilder(4, 1, 0)
    ring.add_dev(dict(region=1, zone=1, ip='127.0.0.1', port=number, device='sda1', weight=1.0, replication_ip='127.0.0.1', replication_port=number, meta=''))
    ring.rebalance()
    ring.get_ring().save(kind + '.ring.gz')
P
swiftly() { /usr/bin/python3 -W ignore "$work/here.py" "$work" "$@"; }
swiftly "$work/rings.py" "$port" >>daemons.log 2>&1 || { cat daemons.log >&2; exit 2; }
for kind in account container object proxy; do
    program=$root/usr/bin/swift-$kind-server
    serve /usr/bin/python3 -W ignore "$work/here.py" "$work" "$program" "$work/$kind.conf"
done
for number in 0 1 2 3; do until_ok curl -sf -o /dev/null "http://127.0.0.1:$((port + number))/healthcheck"; done
created() { [ "$(call -X PUT "$at/images")" = 201 ] || [ "$(call -X PUT "$at/images")" = 202 ]; }
until_ok created
