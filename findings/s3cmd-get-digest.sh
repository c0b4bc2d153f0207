#!/usr/bin/env bash
# Guess: `s3cmd get` ends with an error when the file that it got has not the MD5 that it finds in the answer: it does compute both.
# Seen (s3cmd 2.3.0 with radosgw 16.2.15): a warning, and exit code 0. `get --continue` onto another image's beginning joins the two, warns and
#   ends well; a second time it says nothing any more, as the file is as long as the object. A script that looks at the exit code has a
#   mixture of two disks.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$findings/rgw.sh" s3cmd=2.3.0-1

call -X PUT "$at/images" >/dev/null
cat >s3cfg <<C
[default]
access_key = access
secret_key = secret
host_base = 127.0.0.1:$port
host_bucket = 127.0.0.1:$port/%(bucket)
use_https = False
signature_v2 = True
C
s3cmd() { /usr/bin/python3 -W ignore "$root/usr/bin/s3cmd" -c "$work/s3cfg" --no-progress "$@" >s3cmd.log 2>&1; echo $?; }
warnings() { grep -c '^WARNING: MD5 signatures do not match' s3cmd.log || true; }
random old.raw 1000000
random disk.raw 3000000
expect 'put, exit code' 0 "$(s3cmd put disk.raw s3://images/disk)"
head -c 1000000 disk.raw >right.raw
expect 'get --continue onto its own beginning' 0 "$(s3cmd get --continue s3://images/disk right.raw)"
expect 'it is the disk' yes "$(same disk.raw right.raw)"
cp old.raw back.raw
expect 'get --continue onto other bytes' 0 "$(s3cmd get --continue s3://images/disk back.raw)"
expect 'warnings' 1 "$(warnings)"
expect 'the file is as long as the disk' 3000000 "$(size back.raw)"
expect 'it is the disk' no "$(same disk.raw back.raw)"
expect 'its beginning is the old file' yes "$(head -c 1000000 back.raw >start; same old.raw start)"
expect 'get --continue once more' 0 "$(s3cmd get --continue s3://images/disk back.raw)"
expect 'warnings' 0 "$(warnings)"
expect 'it is the disk' no "$(same disk.raw back.raw)"
expect 'get --force' 0 "$(s3cmd get --force s3://images/disk back.raw)"
expect 'it is the disk' yes "$(same disk.raw back.raw)"
