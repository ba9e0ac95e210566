#!/usr/bin/env bash
# Keycloak 26.7.3 (org.keycloak:keycloak-quarkus-dist from Maven Central), Java 17 or newer.
#
# An access token of Keycloak says who it is about only because of a client scope. sub is
# written by a mapper in the scope "basic", so a client whose default scopes were listed by
# hand (a realm file, Terraform, the admin API) without it gets signed, valid access tokens
# of users with no sub at all, while name and address are there. A server that keeps sub as
# "who did it" keeps nobody. The same client with "basic" has a sub, and so has a service
# account whose client was listed without it. RFC 9068 2.2 requires the claim; Keycloak's
# upgrading guide to 25 says that it moved there.
#
# Output seen:
#   user, scopes profile email:           sub missing, name present
#   service account, scope profile:       sub present, azp present
#   user, scopes basic profile email:     sub present, name present
# Seen 2026-11-27
set -euo pipefail

version=26.7.3
dir=$(mktemp -d)
server=
clean() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$dir"
}
trap clean EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port) management=$(free_port)
base=http://127.0.0.1:$port

mvn -q dependency:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:$version:zip -DoutputDirectory="$dir" >"$dir/mvn.log" 2>&1
(cd "$dir" && unzip -q keycloak-quarkus-dist-$version.zip)
HOME=$dir KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin \
  "$dir/keycloak-$version/bin/kc.sh" start-dev --http-host=127.0.0.1 --http-port="$port" --http-management-port="$management" >"$dir/server.log" 2>&1 &
server=$!
until curl -sf "$base/realms/master" >/dev/null; do
  kill -0 "$server" || { tail "$dir/server.log" >&2; exit 1; }
  sleep 1
done

member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
admin=$(curl -sf "$base/realms/master/protocol/openid-connect/token" -d grant_type=password -d client_id=admin-cli -d username=admin -d password=admin | member access_token)
post() { curl -sf -X POST "$base/admin/realms$1" -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' -d "$2" >/dev/null; }

post '' '{"realm": "r", "enabled": true}'
user='"publicClient": true, "directAccessGrantsEnabled": true, "enabled": true'
post /r/clients '{"clientId": "by-hand", '"$user"', "defaultClientScopes": ["profile", "email"]}'
post /r/clients '{"clientId": "with-basic", '"$user"', "defaultClientScopes": ["basic", "profile", "email"]}'
post /r/clients '{"clientId": "machine", "secret": "secret", "publicClient": false, "serviceAccountsEnabled": true, "enabled": true, "defaultClientScopes": ["profile"]}'
post /r/users '{"username": "ana", "email": "ana@example.com", "emailVerified": true, "firstName": "Ana", "lastName": "Example", "enabled": true, "credentials": [{"type": "password", "value": "password"}]}'

# says prints whether the access token of an answer has the claims.
says() {
  python3 -c '
import base64, json, sys
payload = json.load(sys.stdin)["access_token"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
print(", ".join(name + (" present" if name in claims else " missing") for name in sys.argv[1:]))' "$@"
}
token() { curl -sf "$base/realms/r/protocol/openid-connect/token" "$@"; }
signed_in() { token -d grant_type=password -d username=ana -d password=password -d client_id="$1" | says sub name; }

got=$(
  printf 'user, scopes profile email:           %s\n' "$(signed_in by-hand)"
  printf 'service account, scope profile:       %s\n' "$(token -d grant_type=client_credentials -u machine:secret | says sub azp)"
  printf 'user, scopes basic profile email:     %s\n' "$(signed_in with-basic)"
)
want='user, scopes profile email:           sub missing, name present
service account, scope profile:       sub present, azp present
user, scopes basic profile email:     sub present, name present'
echo "$got"
[ "$got" = "$want" ] || { echo "Keycloak $version behaves in another way than noted here" >&2; exit 1; }
