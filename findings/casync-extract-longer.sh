#!/usr/bin/env bash
# Guess: `casync extract` of an image onto a file that exists makes that file the image, as cp does.
# Seen (casync 2+20201210): the file keeps its length. Onto a longer one (the image of a bigger disk, or of the version before) the image is
#   written to the front, the rest stays, and the exit code is 0. The digest that `casync digest` gives for the file is then not the index's.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'casync=2+20201210-1+b1'

random disk.raw 3000000
random longer.raw 5000000
random shorter.raw 1000000
cp longer.raw before.raw
casync make --store=store disk.caibx disk.raw >digest
for file in new.raw shorter.raw longer.raw; do
    expect "extract onto $file, exit code" 0 "$(casync extract --store=store disk.caibx $file >casync.log 2>&1; echo $?)"
    expect 'it says' '' "$(cat casync.log)"
    expect 'its length' "$([ $file = longer.raw ] && echo 5000000 || echo 3000000)" "$(size $file)"
    expect 'its first 3000000 bytes are the image' yes "$(head -c 3000000 $file >front; same disk.raw front)"
done
expect 'the rest is of the file that was there' yes "$(tail -c 2000000 before.raw >old; tail -c 2000000 longer.raw >rest; same old rest)"
expect 'digest of new.raw is the one of the index' yes "$(casync digest new.raw >seen; same digest seen)"
expect 'digest of longer.raw is' no "$(casync digest longer.raw >seen; same digest seen)"
