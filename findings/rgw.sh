# shellcheck shell=bash
# Sourced after common.sh by the findings about Ceph's gateway: the cluster of ceph.sh and a gateway, its Swift API at $at with $token, its S3 API at $s3.

. "$findings/ceph.sh" radosgw=16.2.15+ds-0+deb12u2 "$@"
s3=http://127.0.0.1:$port
s3_user=access
at=$s3/swift/v1
serve radosgw -f -n client.admin
until_ok curl -sf -o /dev/null "$s3/"
radosgw-admin user create --uid t --display-name t --access-key access --secret-key secret >/dev/null 2>&1
radosgw-admin subuser create --uid t --subuser t:swift --access full --key-type swift --secret secret >/dev/null 2>&1
token=$(curl -s -D - -o /dev/null -H 'X-Auth-User: t:swift' -H 'X-Auth-Key: secret' "$s3/auth/1.0" | tr -d '\r' | awk 'tolower($1) == "x-auth-token:" { print $2 }')
radosgw --version
