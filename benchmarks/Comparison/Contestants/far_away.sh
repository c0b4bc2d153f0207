#!/usr/bin/env bash
# A network in which the servers of this machine's loopback are far away.
#   start MILLISECONDS PORT...   begins it in the background, in place of the one before; it ends by itself when nobody has used it for two minutes
#   in COMMAND...                runs a command in it
set -euo pipefail
case $1 in
    start)
        shift
        [[ ! -f far.pid ]] || kill "$(cat far.pid)" 2>/dev/null || true
        rm -f far.sock far.log near.log far.pid
        glance-store-bench far-away serve far.sock >near.log 2>&1 &
        unshare --map-root-user --net bash -c 'ip link set lo up; echo $$ >far.pid; exec glance-store-bench far-away listen far.sock "$@"' - "$@" >far.log 2>&1 &
        for log in near.log far.log; do
            for ((tries = 100; tries > 0; tries--)); do
                if grep -q ready $log; then continue 2; fi
                sleep 0.1
            done
            cat $log >&2
            exit 1
        done
        ;;
    in)
        shift
        exec nsenter --target "$(cat far.pid)" --user --net --preserve-credentials "$@"
        ;;
    *) exit 2 ;;
esac
