#!/usr/bin/python3
"""What Cinder does with images, done by Cinder's own modules: URL OWNER-TOKEN OTHER-TOKEN FOLDER.

FOLDER has base.raw, of whole MiB, and base.qcow2 of the same content. Prints one JSON object of what came of each step.
"""
import json
import os
import sys

from cinder import context
from cinder.image import glance, image_utils
from oslo_config import cfg

from steps import digest_of, failure_of

url, owner_token, other_token, folder = sys.argv[1:]
cfg.CONF([], project='cinder', default_config_files=[])
cfg.CONF.set_override('glance_api_servers', [url])
cfg.CONF.set_override('glance_num_retries', 0)
cfg.CONF.set_override('image_conversion_dir', folder)
owner = context.RequestContext(user_id='alice', project_id='a', auth_token=owner_token)
other = context.RequestContext(user_id='bob', project_id='b', auth_token=other_token)
service = glance.get_default_image_service()
told = {}


def at(name):
    return os.path.join(folder, name)


def volume_to_image(name, disk_format, store=None, base=None):
    image = service.create(owner, {'name': name, 'disk_format': disk_format, 'container_format': 'bare', 'visibility': 'private',
                                   'properties': {'signature_verified': 'False', 'os_distro': 'debian', 'glancestore_format': 'vmdk'}})
    image_utils.upload_volume(owner, service, image, at('base.raw'), run_as_root=False, compress=False, store_id=store, base_image_ref=base)
    return service.show(owner, image['id'])


# A volume becomes an image: as it is, into a store that is named; and converted.
raw = volume_to_image('volume', 'raw', store='cold')
qcow2 = volume_to_image('converted', 'qcow2', base=raw['id'])
told['uploaded'] = {'status': raw['status'], 'size': raw['size'], 'stores': raw['properties'].get('stores', raw.get('stores')), 'checksum': raw['checksum'],
                    'format_found': raw['properties'].get('glancestore_format')}
told['converted'] = {'status': qcow2['status'], 'disk_format': qcow2['disk_format'], 'virtual_size': qcow2.get('virtual_size', qcow2['properties'].get('virtual_size'))}

# An image becomes a volume: fetched and checked, and converted to raw.
image_utils.fetch_verify_image(owner, service, qcow2['id'], at('verified.qcow2'))
image_utils.fetch_to_raw(owner, service, qcow2['id'], at('volume.raw'), '1M', run_as_root=False)
told['fetched'] = {'raw': digest_of(at('volume.raw')) == digest_of(at('base.raw'))}
with open(at('file.raw'), 'wb') as file:
    service.download(owner, raw['id'], file)
told['fetched']['file'] = digest_of(at('file.raw')) == digest_of(at('base.raw'))

# What it asks.
told['asked'] = {
    'location': service.get_location(owner, raw['id']),
    'listed': sorted(image['name'] for image in service.detail(owner, filters={'status': 'active'}, limit=10)),
    'members': service.list_members(owner, raw['id']),
    'stores': service.get_stores(owner),
    'store_is_valid': failure_of(image_utils.validate_stores_id, owner, 'cold'),
    'store_is_not': failure_of(image_utils.validate_stores_id, owner, 'nowhere'),
}

# Cinder's update removes the properties that it does not name, without being asked to.
told['updated'] = sorted(service.update(owner, raw['id'], {'name': 'renamed', 'properties': {'new': '1'}})['properties'].items())

told['refused'] = {
    'foreign': failure_of(service.show, other, raw['id']),
    'no_store': failure_of(volume_to_image, 'nowhere', 'raw', store='nowhere'),
    'uploaded_twice': failure_of(image_utils.upload_volume, owner, service, raw, at('base.raw'), run_as_root=False),
}
service.delete(owner, raw['id'])
told['refused']['deleted'] = failure_of(service.show, owner, raw['id'])
print(json.dumps(told, default=str))
