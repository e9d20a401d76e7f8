#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jose.sh <build>: what the validator signs verifies with somebody else's JOSE library, given the exported JWK Set.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for python in /usr/bin/python3 python3 none; do
    if "$python" -c 'import jwcrypto' 2>/dev/null; then break; fi
done
[ "$python" != none ] || { echo 'skipped: python3-jwcrypto is missing'; exit 77; }
. "$here/vendor.sh"

vendor keys export --brand acme >"$work/keys.json"
vendor license file --license "$id" >"$work/good.license"
forge "$work/good.license" >"$work/forged.license"
curl -sf "$server/.well-known/jwks.json" >"$work/served.json"

# verify <file> <JWKS>: prints the claims
verify() { "$python" "$here/jose_verify.py" "$1" "$2" 2>"$work/jose.log"; }

expect 'the license verifies' "*\"sub\": \"$id\"*" "$(verify "$work/good.license" "$work/keys.json")"
expect 'it does with the keys that the server gives' "*\"sub\": \"$id\"*" "$(verify "$work/good.license" "$work/served.json")"
for claim in iss sub aud iat nbf exp jti; do
    expect "it has the claim $claim" "*\"$claim\": *" "$(verify "$work/good.license" "$work/keys.json")"
done
if verify "$work/forged.license" "$work/keys.json"; then fail 'a forged license verifies'; fi
expect 'a forged one does not' '*InvalidJWSSignature*' "$(cat "$work/jose.log")"

"$validator" init --data "$work/other" --brand Other --slug other --json >/dev/null
"$validator" keys export --data "$work/other" --brand other >"$work/other.json"
if verify "$work/good.license" "$work/other.json"; then fail "another vendor's keys verify it"; fi
echo "ok: another vendor's keys verify nothing"
