#!/usr/bin/env bash
# A compute agent with nothing in its cache, network block devices of images, and what reads them, as one command.
#   with_agent.sh now|when_used CONFIG DEVICES COMMAND RECEIPT...   so many devices of each image; COMMAND runs for all of them at once, with the address as $1
# With "now" an image is there before it has a device.
set -euo pipefail
fetch=$1 config=$2 devices=$3 command=$4
shift 4

agent() { curl --silent --show-error --fail --noproxy '*' --unix-socket agent.sock "$@"; }

ready() { # image
    local image
    until image=$(agent "http://agent/images/$1") && [[ $image == *'"state":"ready"'* ]]; do
        [[ $image != *'"state":"failed"'* ]] || { echo "$image" >&2; exit 1; }
        sleep 0.05
    done
}

rm -rf agent
"$COMPUTE_AGENT" --config "$config" --Logging:LogLevel:Default=Warning --ComputeAgent:Directory="$PWD/agent" \
    --ComputeAgent:Socket="$PWD/agent.sock" --ComputeAgent:Nbd="unix:$PWD/agent-nbd.sock" >&2 &
server=$!
trap 'kill "$server" && wait "$server"' EXIT
until agent http://agent/health >/dev/null 2>&1; do
    kill -0 "$server"
    sleep 0.05
done

addresses=()
for receipt; do
    image=$(basename "$receipt" .json)
    { printf '{"fetch": "%s", "receipt": ' "$fetch" && cat "$receipt" && echo '}'; } | agent --request PUT --data-binary @- "http://agent/images/$image" >/dev/null
    [[ $fetch != now ]] || ready "$image"
    for ((device = 0; device < devices; device++)); do
        addresses+=("$(agent --data '{"kind": "nbd"}' "http://agent/images/$image/disks" | sed 's/.*"uri":"\([^"]*\)".*/\1/')")
    done
done
printf '%s\n' "${addresses[@]}" | xargs --max-procs=0 --max-args=1 bash -c "$command" -
