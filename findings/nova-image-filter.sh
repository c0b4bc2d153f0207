#!/usr/bin/env bash
# Guess: Nova hands a filter on an image property ("property-os_type=linux", as its image list takes them) to Glance as os_type=linux.
# Seen (Nova 26.2.2): as "s_type": the prefix is taken off with Python's lstrip, which takes off every leading letter of "property-" that it
#   finds. "os_type" loses its o, "os_distro" too, "type" and "property" are nothing any more; "image_type", "instance_uuid" and
#   "hw_disk_bus" stay, being lucky. Glance knows no image with such a property, so the list is empty, with 200.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-nova=2:26.2.2-1~deb12u5'

asked() { # PROPERTY: the name under which Glance's client is asked for it
    /usr/bin/python3 -W ignore - "$1" 2>nova.log <<'P'
import sys
from nova.image import glance

class Client:
    def call(self, context, version, method, controller=None, args=None, kwargs=None):
        print(*(name for name in kwargs['filters']))
        return []

glance.GlanceImageServiceV2(Client()).detail(None, filters={'property-' + sys.argv[1]: 'linux'})
P
}
for name in image_type instance_uuid hw_disk_bus; do expect "$name" $name "$(asked $name)"; done
expect os_type s_type "$(asked os_type)"
expect os_distro s_distro "$(asked os_distro)"
expect owner_id wner_id "$(asked owner_id)"
expect rescue scue "$(asked rescue)"
expect type '' "$(asked type)"
