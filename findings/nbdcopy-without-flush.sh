#!/usr/bin/env bash
# Guess: when nbdcopy has ended with exit code 0 and nbdkit has then been ended properly (SIGTERM), the copy is in the file that nbdkit
#   serves, whatever filters are between.
# Seen (nbdcopy 1.14.2, nbdkit 1.32.5, qemu-img 7.2.22): through nbdkit's cache filter, as it is without options, nothing at all arrives in
#   the file, and nobody says so: the filter writes back when the client asks it to flush, not when it leaves or the server ends, and
#   nbdcopy asks only with --flush. qemu-img flushes by itself.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'nbdkit=1.32.5-1' 'libnbd-bin=1.14.2-1' 'qemu-utils=1:7.2+dfsg-7+deb12u18+b3'

random disk.raw 1048576
truncate -s 1M empty.raw
copy() { # FILTER COMMAND...: run with the URI of an empty file that is served through the filter; the file is served.raw in the end
    local server
    cp empty.raw served.raw
    nbdkit -f -U socket --filter="$lib/nbdkit/filters/nbdkit-$1-filter.so" "$lib/nbdkit/plugins/nbdkit-file-plugin.so" served.raw 2>>daemons.log &
    server=$!
    started+=("$server")
    until_ok [ -S socket ]
    "${@:2}" 'nbd+unix:///?socket=socket'
    kill "$server"
    wait "$server" || true
    rm -f socket
}
copy nocache nbdcopy disk.raw
expect 'another filter, nbdcopy: the file is the disk' yes "$(same disk.raw served.raw)"
copy cache nbdcopy disk.raw
expect 'cache, nbdcopy: the file is the disk' no "$(same disk.raw served.raw)"
expect 'the file is as empty as before' yes "$(same empty.raw served.raw)"
copy cache nbdcopy --flush disk.raw
expect 'cache, nbdcopy --flush: the file is the disk' yes "$(same disk.raw served.raw)"
copy cache qemu-img convert -n -f raw -O raw disk.raw
expect 'cache, qemu-img convert: the file is the disk' yes "$(same disk.raw served.raw)"
