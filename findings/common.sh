# shellcheck shell=bash
# Sourced by every finding: a temporary folder, pinned packages unpacked in it, and assertions. Nothing is installed on the machine.

set -euo pipefail
findings=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
work=$(mktemp -d)
root=$work/root
lib=$root/usr/lib/$(uname -m)-linux-gnu
started=()
token=
export LC_ALL=C

tidy() {
    local n
    for ((n = ${#started[@]} - 1; n >= 0; n--)); do kill "${started[n]}" 2>/dev/null || true; wait "${started[n]}" 2>/dev/null || true; done # a gateway before its cluster
    rm -rf "$work"
}
trap tidy EXIT
cd "$work"

# debs NAME=VERSION...: downloads them, with what they need and the machine lacks, and unpacks them below $root.
debs() {
    local deb
    mkdir -p "$work/archives/partial" "$root"
    apt-get -qq -y --no-install-recommends --allow-downgrades --reinstall --download-only \
        -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Dir::Cache::archives="$work/archives" install "$@" >"$work/apt.log" 2>&1 ||
        { cat "$work/apt.log" >&2; echo "not to be had: $* (Debian 12 and a fresh 'apt-get update' are needed)" >&2; exit 2; }
    for deb in "$work"/archives/*.deb; do dpkg -x "$deb" "$root"; done
    export PATH=$root/usr/sbin:$root/usr/bin:$root/sbin:$root/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export LD_LIBRARY_PATH=$lib:$root${lib#"$root/usr"}
    export PYTHONPATH=$root/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1
    echo "with $*"
}

# expect WHAT WANTED SEEN: prints what was seen, and ends the script when that is not what was seen when the finding was written.
expect() {
    echo "$1: $3"
    [ "$2" = "$3" ] || { echo "CHANGED: $1 was '$2' when this was written" >&2; exit 1; }
}

# random NAME BYTES: a file of random bytes, other ones in every run.
random() { head -c "$2" /dev/urandom >"$1"; }

size() { stat -c %s "$1"; }
same() { if cmp -s "$1" "$2"; then echo yes; else echo no; fi; }

# serve COMMAND...: a server in the background, its words in daemons.log, ended with the script.
serve() { "$@" >>"$work/daemons.log" 2>&1 & started+=($!); }

# until_ok COMMAND...: waits until it succeeds, or ends the script with 2.
until_ok() { local n; for n in {1..300}; do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; echo "did not come up: $* ($n tries)" >&2; tail -n 5 "$work/daemons.log" >&2; exit 2; }

# direct: no proxy between the clients and the servers on the loopback.
direct() { unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY; }

# call CURL-ARGUMENTS...: a request with $token (when there is one); prints the status, leaves the answer in the files body and headers.
call() { curl -s -o body -D headers -w '%{http_code}' ${token:+-H "X-Auth-Token: $token"} "$@"; }

# s3 METHOD /BUCKET/KEY[?SUBRESOURCE] CURL-ARGUMENTS...: a request to $s3 signed (version 2) with $s3_user and "secret"; an argument
# "x-amz-NAME:VALUE" is a header, these in order of their names. Prints and leaves what call does.
s3() {
    local method=$1 resource=$2 date signature argument amz='' curl=()
    for argument in "${@:3}"; do
        case $argument in x-amz-*) amz+=$argument$'\n'; curl+=(-H "$argument") ;; *) curl+=("$argument") ;; esac
    done
    date=$(date -u '+%a, %d %b %Y %H:%M:%S GMT')
    signature=$(printf '%s\n\n\n%s\n%s%s' "$method" "$date" "$amz" "$resource" |
        python3 -c 'import base64, hmac, sys; print(base64.b64encode(hmac.digest(b"secret", sys.stdin.buffer.read(), "sha1")).decode())')
    token='' call -X "$method" -H "Date: $date" -H "Authorization: AWS $s3_user:$signature" -H 'Content-Type:' "${curl[@]}" "$s3$resource"
}

# header NAME: of the last answer, without quotes.
header() { tr -d '\r"' <headers | awk -v name="$1:" 'tolower($1) == name { sub(/^[^ ]* /, ""); print }'; }
