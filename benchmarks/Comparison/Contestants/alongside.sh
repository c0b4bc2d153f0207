#!/usr/bin/env bash
# A server and its client as one command, whose processor time is that of both, and whose time goes from the server's start to the client's end.
#   alongside.sh SERVER CLIENT...   SERVER writes a line to its standard output, or into $READY, once clients can connect, and ends with SIGTERM
# What the server says after that line comes last. A client that has told a time of its own has the first word.
set -euo pipefail
READY=$(mktemp --dry-run "$PWD/ready.XXXXXX")
export READY
mkfifo "$READY"
exec 3<>"$READY" # also to write, or it would end whenever the server, which may close its standard output, has it not open
began=${EPOCHREALTIME/[.,]/}
bash -c "exec $1" >"$READY" 3<&- &
server=$!

finish() {
    rm "$READY"
    kill "$server"
    wait "$server"
    while read -r -t 0.05 -u 3 line; do echo "$line"; done
}
trap finish EXIT

until read -r -t 0.5 -u 3 _; do kill -0 "$server"; done
"${@:2}" 3<&-
took=$((${EPOCHREALTIME/[.,]/} - began))
printf 'seconds: %d.%06d\n' $((took / 1000000)) $((took % 1000000))
