#!/usr/bin/env bash
# Guess: oslo.utils' string_to_bytes, which OpenStack's services use for sizes, reads "10Gb" as "10GB", 10 GiB, and "10G" likewise.
# Seen (oslo.utils 6.0.1): the lower-case b means BITS: "10Gb" is 1342177280, an eighth; "512b" is 64; and "10G", as qemu-img writes
#   sizes, is an error. A quota or limit written with the wrong case is eight times too small and nobody complains.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-oslo.utils=6.0.1-2'

bytes() { /usr/bin/python3 -W ignore -c 'import sys
from oslo_utils import strutils
try: print(strutils.string_to_bytes(sys.argv[1], return_int=True))
except ValueError: print("ValueError")' "$1"; }
expect '10GB' 10737418240 "$(bytes 10GB)"
expect '10Gb' 1342177280 "$(bytes 10Gb)"
expect '512b' 64 "$(bytes 512b)"
expect '10G' ValueError "$(bytes 10G)"
