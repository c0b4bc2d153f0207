#!/usr/bin/python3
"""Writes COUNT images, with names, tags and properties, into the PostgreSQL database of an image service: ours|glance DATABASE COUNT.

Fifty images have the same name, and a hundred the same tag. Does nothing where they are there already.
"""
import sys

import psycopg2
from psycopg2.extras import execute_values

kind, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = psycopg2.connect(address)
cursor = database.cursor()


def id_of(number):
    return '%08x-0000-4000-8000-000000000000' % number


def insert(table, columns, row, values):
    execute_values(cursor, 'INSERT INTO %s (%s) VALUES %%s' % (table, columns), values, template='(%s)' % row, page_size=1000)


def fill(images, properties, tags, time_of):
    numbers = range(count)
    insert(*images, ((id_of(n), 'name-%d' % (n % (count // 50)), time_of(n), time_of(n)) for n in numbers))
    insert(*properties, ((id_of(n), key, value) for n in numbers for key, value in (('os_distro', 'debian'), ('os_version', str(n % 12)))))
    insert(*tags, ((id_of(n), tag) for n in numbers for tag in ('tag-%d' % (n % (count // 100)), 'all')))


cursor.execute('SELECT COUNT(*) FROM images WHERE id = %s', (id_of(0),))
if cursor.fetchone()[0] == 0:
    if kind == 'glance':
        fill(('images',
              'id, name, created_at, updated_at, status, deleted, size, min_disk, min_ram, protected, visibility, os_hidden, disk_format, container_format',
              "%s, %s, %s, %s, 'active', false, 1024, 0, 0, false, 'public', false, 'raw', 'bare'"),
             ('image_properties', 'image_id, name, value, created_at, deleted', "%s, %s, %s, '2026-01-01 00:00:00', false"),
             ('image_tags', 'image_id, value, created_at, deleted', "%s, %s, '2026-01-01 00:00:00', false"),
             lambda n: '2026-01-%02d %02d:%02d:%02d.000000' % (1 + n // 86400, n // 3600 % 24, n // 60 % 60, n % 60))
    else:
        fill(('images',
              'id, name, created_at, updated_at, status, size, min_disk, min_ram, protected, visibility, os_hidden, disk_format, container_format',
              "%s, %s, %s, %s, 'active', 1024, 0, 0, 0, 'public', 0, 'raw', 'bare'"),
             ('image_properties', 'image_id, name, value', '%s, %s, %s'),
             ('image_tags', 'image_id, value', '%s, %s'),
             lambda n: (1767225600 + n) * 1000000)
    database.commit()
    database.autocommit = True
    cursor.execute('ANALYZE')
