#!/usr/bin/env bash
# Guess: Glance, asked with a token while Keystone is not to be reached, answers 503, as keystonemiddleware does: a client waits and tries
#   again.
# Seen (Glance 25.1.0, keystonemiddleware 10.1.0): 401, "This server could not verify that you are authorized": Glance's pipeline sets
#   delay_auth_decision, and with it the middleware takes an outage for an invalid token. Clients throw their token away and log in anew
#   or give up; Nova retries a 503 and not a 401. The same middleware without that setting does answer 503.
flavor=keystone
extra_conf='[keystone_authtoken]
auth_url = http://127.0.0.1:9
www_authenticate_uri = http://127.0.0.1:9
auth_type = password
username = glance
password = secret
project_name = service
user_domain_id = default
project_domain_id = default'
. "$(dirname "$(readlink -f "$0")")/glance.sh"

token=gAAAAABtoken
expect 'Glance' 401 "$(call "$at")"
cat >app.py <<'P'
import sys
import webob, webob.dec
from keystonemiddleware import auth_token

settings = dict(line.split(' = ', 1) for line in sys.stdin.read().splitlines()[1:])

@webob.dec.wsgify
def application(request):
    return 'let through'

for delay in ('true', 'false'):
    middleware = auth_token.AuthProtocol(application, dict(settings, delay_auth_decision=delay))
    print(webob.Request.blank('/', headers={'X-Auth-Token': sys.argv[1]}).get_response(middleware).status_int, end=' ')
P
expect 'the middleware with and without delay_auth_decision' '200 503 ' "$(/usr/bin/python3 -W ignore app.py $token <<<"$extra_conf" 2>>daemons.log)"
