#!/usr/bin/env bash
# Guess: ewfacquire keeps a raw image of odd length to its last byte, as dd and sha256sum read it, or refuses it; and ewfverify then agrees.
# Seen (libewf 20140813): it ends with 0 and drops what is behind the last whole sector of 512 bytes, while the MD5 that it stores is of other
#   bytes than those it keeps: ewfverify fails for the file that ewfacquire has just made, and the export is shorter. A whole number of sectors is kept.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'ewf-tools=20140813-1+b1'

length_kept() { # bytes
    local status=0
    rm -f disk.raw image.E01 back.raw
    random disk.raw "$1"
    ewfacquire -u -t image disk.raw >acquire.log 2>&1 || status=$?
    ewfexport -u -t back -f raw image.E01 >export.log 2>&1
    echo "$status, $(size back.raw)"
}
verdict() { ewfverify image.E01 2>&1 | grep -o 'SUCCESS\|FAILURE'; }

expect "exit code, bytes kept of 100352" "0, 100352" "$(length_kept 100352)"
expect "ewfverify" SUCCESS "$(verdict)"
expect "exit code, bytes kept of 100300" "0, 99840" "$(length_kept 100300)"
expect "ewfverify" FAILURE "$(verdict)"
