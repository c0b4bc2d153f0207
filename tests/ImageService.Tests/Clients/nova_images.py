#!/usr/bin/python3
"""What Nova does with images, done by Nova's own modules: URL OWNER-TOKEN OTHER-TOKEN ADMIN-TOKEN OTHER-PROJECT FOLDER.

FOLDER has base.raw and base.qcow2. Prints one JSON object of what came of each step.
"""
import json
import os
import sys

from nova import conf, context
from nova.image import glance
from nova.virt import images
from nova.virt.libvirt import imagebackend

from steps import digest_of, failure_of

url, owner_token, other_token, admin_token, other_project, folder = sys.argv[1:]
conf.CONF([], project='nova', default_config_files=[])
conf.CONF.set_override('api_servers', [url], 'glance')
conf.CONF.set_override('num_retries', 0, 'glance')
conf.CONF.set_override('images_rbd_glance_store_name', 'cold', 'libvirt')
conf.CONF.set_override('images_rbd_glance_copy_poll_interval', 1, 'libvirt')
owner = context.RequestContext(user_id='alice', project_id='a', auth_token=owner_token)
other = context.RequestContext(user_id='bob', project_id=other_project, auth_token=other_token)
admin = context.RequestContext(user_id='root', project_id='ops', auth_token=admin_token)
api = glance.API()
told = {}


def at(name):
    return os.path.join(folder, name)


def upload(name, path, disk_format, **properties):
    with open(path, 'rb') as data:
        return api.create(owner, {'name': name, 'disk_format': disk_format, 'container_format': 'bare', 'visibility': 'private',
                                  'properties': properties}, data)


base = upload('base', at('base.qcow2'), 'qcow2', os_distro='debian', hw_disk_bus='virtio')
shown = api.get(owner, base['id'], include_locations=True)
told['created'] = {'status': base['status'], 'size': shown['size'], 'properties': shown['properties'], 'locations': shown['locations']}

# The image of a server: what its base image says, and what Nova adds; the data follow when the hypervisor has them.
properties = dict(shown['properties'], image_type='snapshot', instance_uuid='11111111-2222-3333-4444-555555555555', user_id='alice',
                  base_image_ref=base['id'], boot_roles='member', owner_project_name='a', owner_user_name='alice', instance_owner=other_project)
snapshot = api.create(admin, {'name': 'snapshot', 'disk_format': 'qcow2', 'container_format': 'bare', 'min_disk': 1, 'min_ram': 0,
                              'visibility': 'shared', 'properties': properties})
told['snapshot'] = {'before': api.get(admin, snapshot['id'])['status'], 'seen_by_the_instances_owner': api.get(other, snapshot['id'])['id'] == snapshot['id']}
with open(at('base.raw'), 'rb') as data:
    api.update(admin, snapshot['id'], {'status': 'active', 'name': 'snapshot', 'disk_format': 'raw', 'container_format': 'bare', 'properties': {
        'kernel_id': None, 'ramdisk_id': None, 'image_location': 'snapshot', 'image_state': 'available', 'owner_id': other_project}}, data, purge_props=False)
after = api.get(admin, snapshot['id'])
told['snapshot'].update(after=after['status'], disk_format=after['disk_format'], size=after['size'],
                        kept=after['properties']['base_image_ref'] == base['id'], image_state=after['properties']['image_state'])

# Of a server that boots from a volume: no bytes, and what to make volumes of in a property.
empty = api.create(owner, {'name': 'volumes', 'size': 0, 'properties': {'root_device_name': '/dev/vda', 'bdm_v2': True, 'block_device_mapping': [
    {'source_type': 'snapshot', 'snapshot_id': 's', 'boot_index': 0, 'volume_size': 1}]}})
shown = api.get(owner, empty['id'])
told['empty'] = {'status': shown['status'], 'size': shown['size'], 'disk_format': shown['disk_format'],
                 'snapshot_id': shown['properties']['block_device_mapping'][0]['snapshot_id']}
told['empty']['download'] = failure_of(api.download, owner, empty['id'], dest_path=at('empty'))

# Lists, page by page, by filters.
ids = [api.create(owner, {'name': 'many', 'visibility': 'private', 'properties': {'n': str(n), 'hw_kind': 'odd' if n % 2 else 'even'}})['id'] for n in range(7)]
pages, marker = [], None
while True:
    page = api.get_all(owner, filters={'name': 'many'}, sort_key='created_at', sort_dir='asc', limit=3, marker=marker)
    if not page:
        break
    pages.append([image['id'] for image in page])
    marker = page[-1]['id']
told['list'] = {
    'pages': [len(page) for page in pages],
    'in_order': sum(pages, []) == ids,
    'small_pages': len(api.get_all(owner, filters={'name': 'many'}, page_size=2)),
    # No property whose name begins with one of the letters of "property-": Nova takes those off as well.
    'by_property': len(api.get_all(owner, filters={'property-hw_kind': 'odd', 'name': 'many'})),
    'active': sorted(image['name'] for image in api.get_all(owner, filters={'status': 'active'})),
    'since': len(api.get_all(owner, filters={'changes-since': '2020-01-01T00:00:00Z', 'name': 'many'})),
    'public': len(api.get_all(owner, filters={'is_public': 'true'})),
    'of_another': len(api.get_all(other, filters={'name': 'many'})),
}

# Downloads: to a path, to a file, and to a path as the libvirt driver makes its base file: inspected, and converted to raw.
api.download(owner, base['id'], dest_path=at('path.qcow2'))
with open(at('file.qcow2'), 'wb') as file:
    api.download(owner, base['id'], data=file)
images.fetch_to_raw(owner, base['id'], at('fetched.raw'))
told['download'] = {'path': digest_of(at('path.qcow2')) == digest_of(at('base.qcow2')), 'file': digest_of(at('file.qcow2')) == digest_of(at('base.qcow2')),
                    'raw': digest_of(at('fetched.raw')) == digest_of(at('base.raw'))}

# An update that removes all properties that it does not name.
told['update'] = api.update(owner, base['id'], {'name': 'renamed', 'min_disk': 2, 'properties': {'os_distro': 'ubuntu', 'new': '1'}}, purge_props=True)


def copy(image_id):
    """As the driver for RBD has an image copied to its store, and waits for it, before it clones the image; the method uses nothing of its object."""
    imagebackend.Rbd.copy_to_store(None, admin, {'id': image_id})


# Another store, then the same once more; and the copy of an image that is damaged where it is.
copy(base['id'])
told['copy'] = {'stores': api.get(admin, base['id'])['stores'], 'again': failure_of(api.copy_image_to_store, admin, base['id'], 'cold'),
                'by_the_owner': failure_of(api.copy_image_to_store, owner, base['id'], 'cold'), 'of_no_data': failure_of(api.copy_image_to_store, admin, ids[0], 'cold')}
damaged = upload('damaged', at('base.raw'), 'raw')
with open(api.get(owner, damaged['id'], include_locations=True)['locations'][0]['url'].replace('file://', ''), 'r+b') as file:
    file.write(b'no longer what it was')
told['copy']['of_damaged_data'] = failure_of(copy, damaged['id'])
told['refused'] = {'damaged': failure_of(api.download, owner, damaged['id'], dest_path=at('damaged'))}
told['purged_after_import'] = sorted(api.update(owner, base['id'], {'properties': {'new': '2'}}, purge_props=True)['properties'].items())

# What is refused, and what Nova makes of it.
told['refused'].update({
    'foreign': failure_of(api.get, other, base['id']),
    'absent': failure_of(api.get, owner, '00000000-0000-0000-0000-000000000000'),
    'delete_of_a_member': failure_of(api.delete, other, snapshot['id']),
    'wrong_format': failure_of(upload, 'wrong', at('base.raw'), 'qcow2'),
})
api.update(owner, base['id'], {'protected': True}, purge_props=False)
told['refused']['protected'] = failure_of(api.delete, owner, base['id'])
api.update(owner, base['id'], {'protected': False}, purge_props=False)
api.delete(owner, base['id'])
told['refused']['deleted'] = failure_of(api.get, owner, base['id'])
told['refused']['deleted_again'] = failure_of(api.delete, owner, base['id'])
print(json.dumps(told, default=str))
