#!/usr/bin/env bash
# A server and its client as one command, whose processor time is that of both, and whose time goes from the server's start to the client's end.
#   alongside.sh SERVER CLIENT...   SERVER writes a line to its standard output, or into $READY, once clients can connect, and ends with SIGTERM
# What the server says after that line comes last. A client that has told a time of its own has the first word.
set -euo pipefail
READY=$(mktemp --dry-run "$PWD/ready.XXXXXX")
export READY
mkfifo "$READY"
began=${EPOCHREALTIME/[.,]/}
bash -c "exec $1" >"$READY" &
server=$!
trap 'rm "$READY" && kill "$server" && wait "$server" && cat <&3' EXIT
exec 3<"$READY"
read -r _ <&3
"${@:2}" 3<&-
took=$((${EPOCHREALTIME/[.,]/} - began))
printf 'seconds: %d.%06d\n' $((took / 1000000)) $((took % 1000000))
