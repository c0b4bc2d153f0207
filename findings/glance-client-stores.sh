#!/usr/bin/env bash
# Guess: a command of the glance client that worked against a Glance without Keystone works the next time, too.
# Seen (glanceclient 4.1.0, Glance 25.1.0 with enabled_backends): once. The first run keeps the schema of images in ~/.glanceclient; from then on
#   every command makes options of its properties, "stores", which nobody may set, among them, and ends with "argument --stores: conflicting option
#   string: --stores", until the folder is removed. The openstack client keeps none.
. "$(dirname "$(readlink -f "$0")")/glance.sh" python3-glanceclient=1:4.1.0-2 python3-openstackclient=6.0.0-4

export HOME=$work/home
mkdir "$HOME"
list() {
    local status=0
    /usr/bin/python3 -W ignore "$root/usr/bin/glance" --os-image-url "http://127.0.0.1:$port" --os-auth-token none image-list >list.log 2>&1 || status=$?
    echo "$status $(grep -o 'argument --stores: conflicting option string: --stores' list.log || true)"
}
create '{"disk_format": "raw", "container_format": "bare"}'
expect "glance image-list" "0 " "$(list)"
expect "kept" image_schema.json "$(ls "$HOME/.glanceclient" | grep image)"
expect "glance image-list again" "1 argument --stores: conflicting option string: --stores" "$(list)"
openstack_list() { /usr/bin/python3 -W ignore "$root/usr/bin/openstack" --os-auth-type none --os-endpoint "http://127.0.0.1:$port" image list -f value -c ID 2>openstack.log; }
expect "openstack image list" "$id" "$(openstack_list)"
rm -r "$HOME/.glanceclient"
expect "glance image-list without what was kept" "0 " "$(list)"
