# shellcheck shell=bash
# Sourced by the findings about Glance: one glance-api with a file store below $work, without accounts; its images are at $at, their files in
# the folder images. $flavor is the pipeline of its paste.ini, $extra_conf goes to its configuration.

. "$(dirname "$(readlink -f "$0")")/common.sh"
glance=2:25.1.0-2+deb12u5
debs "glance-api=$glance" "glance-common=$glance" "python3-glance=$glance" "$@"
direct

port=$((20000 + RANDOM % 10000))
at=http://127.0.0.1:$port/v2/images
mkdir images staging tasks locks cache
cat >glance.conf <<C
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $port
workers = 0
use_stderr = true
enabled_backends = fs:file
image_cache_dir = $work/cache
[oslo_concurrency]
lock_path = $work/locks
[database]
connection = sqlite:///$work/glance.db
[paste_deploy]
config_file = $root/usr/share/glance-common/glance-api-paste.ini
flavor = ${flavor:-}
[glance_store]
default_backend = fs
[fs]
filesystem_store_datadir = $work/images
[os_glance_staging_store]
filesystem_store_datadir = $work/staging
[os_glance_tasks_store]
filesystem_store_datadir = $work/tasks
${extra_conf:-}
C
glance() { /usr/bin/python3 -W ignore "$root/usr/bin/$1" --config-file "$work/glance.conf" "${@:2}"; }
glance glance-manage db_sync >>daemons.log 2>&1 || { tail -n 5 daemons.log >&2; exit 2; }
serve /usr/bin/python3 -W ignore "$root/usr/bin/glance-api" --config-file "$work/glance.conf"
until_ok curl -sf -o /dev/null "http://127.0.0.1:$port/healthcheck"

# create JSON: an image, its id in $id; patch ID JSON; show ID NAME: a member of it, as JSON.
create() { call -H 'Content-Type: application/json' -d "$1" "$at" >/dev/null; id=$(member id <body | tr -d '"'); }
patch() { call -X PATCH -H 'Content-Type: application/openstack-images-v2.1-json-patch' -d "$2" "$at/$1"; }
member() { python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin).get(sys.argv[1])))' "$1"; }
show() { curl -s "$at/$1" | member "$2"; }
upload() { call -X PUT -H 'Content-Type: application/octet-stream' -T "$2" "$at/$1/file"; }
