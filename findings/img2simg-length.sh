#!/usr/bin/env bash
# Guess: img2simg refuses a raw image that is no multiple of its 4096-byte block (the sparse header counts blocks), or keeps the rest apart.
# Seen (android-sdk-libsparse-utils 29.0.6): it takes any length, says nothing, exit code 0; simg2img gives back 12288 bytes of 10000, the
#   end padded with zeros. The true length is nowhere in the file, so no reader can restore the image or its digest.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'android-sdk-libsparse-utils=1:29.0.6-28'
export LD_LIBRARY_PATH=$lib/android:${lib#"$root"}/android:$LD_LIBRARY_PATH

random disk.raw 10000
expect 'img2simg says' '' "$(img2simg disk.raw disk.simg 2>&1)"
simg2img disk.simg back.raw
expect 'bytes of 10000 that come back' 12288 "$(size back.raw)"
truncate -s 12288 disk.raw
expect 'they are the image and zeros' yes "$(same disk.raw back.raw)"
