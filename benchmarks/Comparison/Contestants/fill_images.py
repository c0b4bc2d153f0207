#!/usr/bin/python3
"""Writes COUNT images, with names, tags and properties, into the database of an image service: ours|glance DATABASE COUNT.

Fifty images have the same name, and a hundred the same tag. Does nothing where they are there already.
"""
import sqlite3
import sys

kind, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = sqlite3.connect(path, timeout=60)


def id_of(number):
    return '%08x-0000-4000-8000-000000000000' % number


def fill(images, properties, tags, time_of):
    numbers = range(count)
    database.executemany(images, ((id_of(n), 'name-%d' % (n % (count // 50)), time_of(n), time_of(n)) for n in numbers))
    database.executemany(properties, ((id_of(n), key, value) for n in numbers for key, value in (('os_distro', 'debian'), ('os_version', str(n % 12)))))
    database.executemany(tags, ((id_of(n), tag) for n in numbers for tag in ('tag-%d' % (n % (count // 100)), 'all')))


if database.execute('SELECT COUNT(*) FROM images WHERE id = ?', (id_of(0),)).fetchone()[0] == 0:
    if kind == 'glance':
        fill("INSERT INTO images (id, name, created_at, updated_at, status, deleted, size, min_disk, min_ram, protected, visibility, os_hidden, disk_format, container_format) "
             "VALUES (?, ?, ?, ?, 'active', 0, 1024, 0, 0, 0, 'public', 0, 'raw', 'bare')",
             "INSERT INTO image_properties (image_id, name, value, created_at, deleted) VALUES (?, ?, ?, '2026-01-01 00:00:00', 0)",
             "INSERT INTO image_tags (image_id, value, created_at, deleted) VALUES (?, ?, '2026-01-01 00:00:00', 0)",
             lambda n: '2026-01-%02d %02d:%02d:%02d.000000' % (1 + n // 86400, n // 3600 % 24, n // 60 % 60, n % 60))
    else:
        fill("INSERT INTO images (id, name, created_at, updated_at, status, size, min_disk, min_ram, protected, visibility, os_hidden, disk_format, container_format) "
             "VALUES (?, ?, ?, ?, 'active', 1024, 0, 0, 0, 'public', 0, 'raw', 'bare')",
             'INSERT INTO image_properties (image_id, name, value) VALUES (?, ?, ?)',
             'INSERT INTO image_tags (image_id, value) VALUES (?, ?)',
             lambda n: (1767225600 + n) * 1000000)
    database.commit()
