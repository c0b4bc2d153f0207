#!/usr/bin/env bash
# Guess: cursive, with which Glance and Nova verify image signatures, takes every RSA-PSS signature that OpenSSL verifies.
# Seen (cursive 0.2.3 on cryptography 38.0.4, OpenSSL 3.0.22): only with the longest salt that the key has room for. That is what OpenSSL makes when
#   it is not told otherwise; with a salt of the digest's length, which other tools make and TLS 1.3 demands, the signature is invalid to
#   cursive, on the same bytes, while OpenSSL verifies both without being told which it is.
. "$(dirname "$(readlink -f "$0")")/common.sh"
debs 'python3-cursive=0.2.3-1' 'python3-cryptography=38.0.4-3+deb12u1' 'openssl=3.0.22-1~deb12u2'

cat >verify.py <<'P'
import base64
import sys
from cryptography import exceptions, x509
from cursive import signature_utils

with open('certificate', 'rb') as file: certificate = x509.load_pem_x509_certificate(file.read())
with open('signature', 'rb') as file: signature = base64.b64encode(file.read()).decode()
signature_utils.get_certificate = lambda context, uuid: certificate # as if it came from the key manager
verifier = signature_utils.get_verifier(None, 'some', sys.argv[1], signature, 'RSA-PSS')
with open('disk.raw', 'rb') as file: verifier.update(file.read())
try:
    verifier.verify()
    print('valid')
except exceptions.InvalidSignature:
    print('invalid')
P
random disk.raw 100000
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -subj /CN=signer -days 2 2>/dev/null
openssl x509 -in certificate -noout -pubkey >public
verdicts() { # DIGEST HASH-METHOD [OPTION]...: signs, and prints what OpenSSL and cursive say
    local padding=(-sigopt rsa_padding_mode:pss)
    openssl dgst "-$1" -sign key "${padding[@]}" "${@:3}" -out signature disk.raw
    echo "$(openssl dgst "-$1" -verify public "${padding[@]}" -signature signature disk.raw), $(/usr/bin/python3 -W ignore verify.py "$2")"
}
expect 'SHA-256, no word of the salt' 'Verified OK, valid' "$(verdicts sha256 SHA-256)"
expect 'SHA-256, a salt of 222 bytes, the longest' 'Verified OK, valid' "$(verdicts sha256 SHA-256 -sigopt rsa_pss_saltlen:222)"
expect 'SHA-256, a salt of 32 bytes' 'Verified OK, invalid' "$(verdicts sha256 SHA-256 -sigopt rsa_pss_saltlen:32)"
expect 'SHA-512, a salt as long as the digest' 'Verified OK, invalid' "$(verdicts sha512 SHA-512 -sigopt rsa_pss_saltlen:digest)"
expect 'SHA-512, no word of the salt' 'Verified OK, valid' "$(verdicts sha512 SHA-512)"
