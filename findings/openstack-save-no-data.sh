#!/usr/bin/env bash
# Guess: saving an image whose data have not come yet fails with either client, as there is nothing to save.
# Seen (openstackclient 6.0.0, glanceclient 4.1.0, Glance 25.1.0): "glance image-download" says "has no data", ends with 1 and makes no file; "openstack
#   image save" ends with 0 and an empty file: Glance answers 204, which is a success.
. "$(dirname "$(readlink -f "$0")")/glance.sh" python3-glanceclient=1:4.1.0-2 python3-openstackclient=6.0.0-4

export HOME=$work/home
mkdir "$HOME"
create '{"disk_format": "raw", "container_format": "bare"}'
expect "status" '"queued"' "$(show "$id" status)"
status=0
/usr/bin/python3 -W ignore "$root/usr/bin/glance" --os-image-url "http://127.0.0.1:$port" --os-auth-token none image-download --file glance.raw "$id" >glance.log 2>&1 || status=$?
expect "glance image-download, exit code" 1 "$status"
expect "says" 'has no data.' "$(grep -o 'has no data.' glance.log)"
expect "file" no "$([ -e glance.raw ] && echo yes || echo no)"
status=0
/usr/bin/python3 -W ignore "$root/usr/bin/openstack" --os-auth-type none --os-endpoint "http://127.0.0.1:$port" image save --file openstack.raw "$id" >openstack.log 2>&1 || status=$?
expect "openstack image save, exit code" 0 "$status"
expect "bytes in its file" 0 "$(size openstack.raw)"
