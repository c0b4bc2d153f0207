#!/usr/bin/env bash
# Guess: of two clients that rename two RBD images to one name at the same moment, one wins and the other is told that the name is taken
#   (EEXIST), as it is told when the name was taken before.
# Seen (librbd 16.2.15): both are told that it worked, nearly every time: that the name is taken is asked before, and not told when it turns
#   out later. One image has the name, the other one its old name still, and its owner believes that it is the one: a rename is no commit
#   and no lock. `rbd rename` is the same call.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/ceph.sh" python3-rbd=16.2.15+ds-0+deb12u2 python3-rados=16.2.15+ds-0+deb12u2
rbd --version

ceph osd pool create images >/dev/null 2>&1
until_ok rbd pool init images
cat >rename.py <<'P'
import threading
import rados, rbd

def rename(source, target, start, answers):
    with rados.Rados(conffile='ceph.conf', name='client.admin') as cluster, cluster.open_ioctx('images') as pool:
        start.wait()
        try:
            rbd.RBD().rename(pool, source, target)
            answers.append('renamed')
        except rbd.ImageExists:
            answers.append('exists')
        except rbd.Error as error:
            answers.append(type(error).__name__)

def identity(pool, name):
    try:
        with rbd.Image(pool, name, read_only=True) as image:
            return image.id()
    except rbd.ImageNotFound:
        return None

def race(pool, number):
    target, sources = 'target-%d' % number, ['source-%s-%d' % (who, number) for who in 'ab']
    answers, start = [], threading.Barrier(2)
    for source in sources: rbd.RBD().create(pool, source, 1 << 20)
    before = [identity(pool, source) for source in sources]
    both = [threading.Thread(target=rename, args=(source, target, start, answers)) for source in sources]
    for thread in both: thread.start()
    for thread in both: thread.join()
    after = [identity(pool, name) for name in (target, *sources)]
    return sorted(answers), after in ([before[0], None, before[1]], [before[1], before[0], None])

with rados.Rados(conffile='ceph.conf', name='client.admin') as cluster, cluster.open_ioctx('images') as pool:
    rbd.RBD().create(pool, 'taken', 1 << 20)
    rbd.RBD().create(pool, 'late', 1 << 20)
    try:
        rbd.RBD().rename(pool, 'late', 'taken')
    except rbd.ImageExists:
        print('alone: exists')
    races = [race(pool, number) for number in range(20)]
    lost = [one_has_its_old_name for answers, one_has_its_old_name in races if answers == ['renamed', 'renamed']]
    print('both were told that it worked:', 'often' if len(lost) >= 3 else len(lost))
    print('one of them has its old name still:', 'each time' if all(lost) else '%d of %d times' % (sum(lost), len(lost)))
P
/usr/bin/python3 rename.py >races
expect 'a name that is taken' 'alone: exists' "$(sed -n 1p races)"
expect '20 times two at once' 'both were told that it worked: often' "$(sed -n 2p races)"
expect 'then' 'one of them has its old name still: each time' "$(sed -n 3p races)"
