# What the programs "server" share; sourced, never run. Sets $state, a folder with conf, data, log and run, and $host.
# Every daemon leads a process group of its own and is recorded as "pid start-time", so that only what was started here is ever signalled.
set -euo pipefail
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
host=127.0.0.1

state_of() { # name
    state=${GLANCESTORE_SERVERS:-${TMPDIR:-/tmp}/glancestore-servers-$(id -u)}/$1
    mkdir -p "$state"/{conf,data,log,run}
}

fail() { echo "$(basename "$state"): $*; see $state/log" >&2; exit 1; }

field() { # pid field: of /proc/PID/stat, counted after the name, which may hold blanks
    sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f"$2"
}

runs() { # daemon
    local pid began
    [[ -f $state/run/$1.pid ]] || return 1
    read -r pid began <"$state/run/$1.pid"
    [[ $(field "$pid" 20) == "$began" && $(field "$pid" 1) != Z ]]
}

spawn() { # daemon command...
    local name=$1 pid
    shift
    runs "$name" && return
    setsid "$@" >"$state/log/$name.log" 2>&1 </dev/null &
    pid=$!
    echo "$pid $(field $pid 20)" >"$state/run/$name.pid"
}

reap() { # daemon: end its process group, by force after ten seconds
    local pid began tries=100
    if runs "$1"; then
        read -r pid began <"$state/run/$1.pid"
        kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
        while ((tries-- > 0)) && runs "$1"; do sleep 0.1; done
        kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$state/run/$1.pid"
}

await() { # seconds daemon condition...: until the condition holds, or the daemon has ended
    local until=$((SECONDS + $1)) name=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        runs "$name" || fail "$name ended"
        ((SECONDS < until)) || fail "$name did not come up"
        sleep 0.1
    done
}

answers() { # url
    curl --silent --fail --output /dev/null --max-time 5 "$1"
}

report() { # daemons...: whether each runs; not 0 where one does not
    local name up=0
    for name; do
        if runs "$name"; then echo "$name runs"; else echo "$name is down"; up=3; fi
    done
    return $up
}
