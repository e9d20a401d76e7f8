#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# license_inspect.sh <build>: pospal-license inspect on each kind of document, verified and not, whole and spoiled.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"
machine till

# inspect <expected exit code> <word>...: sets $printed (standard output) and $complaint (standard error)
inspect() {
    wanted=$1
    shift
    code=0
    "$command" inspect "$@" >"$work/out" 2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    complaint=$(cat "$work/complaint")
    [ "$code" = "$wanted" ] || fail "inspect $* ended with $code, not $wanted: $printed $complaint"
}

base64url() { base64 | tr -d '\n=' | tr '/+' '_-'; }

vendor license file --license "$id" >"$work/till.license"

# --- a license file: both documents, believed only with the roots ---
inspect 0 "$work/till.license"
expect 'without roots it says so' '*type *pospal-license+jwt*algorithm *EdDSA*verified *NOT VERIFIED:*--roots FILE*' "$printed"
expect 'claims, with times in words' '*iat *T*Z (*exp *4070908800  2099-01-01T00:00:00Z (in 7? years)*pospal-keyset+jwt*' "$printed"
case $printed in *'verified          yes'*) fail 'believed without roots' ;; esac
inspect 0 "$work/till.license" --roots "$roots"
expect 'with roots' '*verified *yes*signed by *a key of the keyset*key state *current*pospal-keyset+jwt*verified *yes*signed by *the root key in use*' "$printed"
inspect 0 "$work/till.license" --json
expect 'as JSON, without roots' '{"documents":?{"type":"pospal-license+jwt",*"verified":false,"why":"no root keys were given","claims":{"iss":*"entitlements":{"kds":{"value":true},"tills":{"value":3}}*"times":{"iat":{"at":"*","relative":"*"verified":false}' "$printed"
python3 -m json.tool "$work/out" >/dev/null || fail 'inspect --json is no JSON'
inspect 0 - --roots "$roots" --json <"$work/till.license"
expect 'from standard input, verified' '*,"verified":true}' "$printed"

# --- one document alone, as a word or a file ---
token=$(sed -n 1p "$work/till.license")
sed -n 2p "$work/till.license" >"$work/keyset"
inspect 0 "$token"
expect 'a document typed as a word' '*pospal-license+jwt*NOT VERIFIED*' "$printed"
inspect 6 "$token" --roots "$roots"
expect 'alone it cannot be verified' '*verified *NO:*why *no keyset beside it*--keyset FILE*' "$printed"
inspect 0 "$token" --roots "$roots" --keyset "$work/keyset"
expect 'with the keyset given' '*verified *yes*' "$printed"
inspect 0 "$work/keyset" --roots "$roots"
expect 'a keyset' '*type *pospal-keyset+jwt*verified *yes*keys?0?.kid*keys?1?.docs?0?*' "$printed"
inspect 2 "$token" --keyset "$work/keyset"
expect '--keyset without --roots' '*with --roots only*' "$complaint"

# --- the body of a reply ---
printf '{"keyset":"%s"}' "$(cat "$work/keyset")" >"$work/reply"
inspect 0 "$work/reply" --roots "$roots"
expect 'the keyset route' '*pospal-keyset+jwt*verified *yes*' "$printed"
printf '{"answer":"%s","keyset":"%s"}' "$token" "$(cat "$work/keyset")" >"$work/reply"
inspect 0 - --roots "$roots" <"$work/reply"
expect 'an answer with its keyset' '*pospal-license+jwt*verified *yes*pospal-keyset+jwt*verified *yes*' "$printed"
printf '{"verdict":"REVOKED"}' >"$work/denial"
inspect 6 "$work/denial"
expect 'a reply without signature' '*neither an answer nor a keyset*' "$complaint"

# --- spoiled ---
forge "$work/till.license" >"$work/forged.license"
inspect 6 "$work/forged.license" --roots "$roots"
expect 'forged' '*verified *NO: do not believe it*signature does not fit*plan *gold-xl*' "$printed"
inspect 6 "$work/forged.license" --roots "$roots" --json
expect 'forged, as JSON' '{"documents":?{*"verified":false,"code":"bad_signature","why":"*"verified":false}' "$printed"
"$validator" init --data "$work/other" --brand Other --slug other --json >"$work/other.json" 2>>"$work/vendor.log"
inspect 6 "$work/till.license" --roots "$(field root_public_jwks_file <"$work/other.json")"
expect 'by the roots of others' '*verified *NO:*no root key has the id*' "$printed"
none=$(printf '{"alg":"none","typ":"JWT"}' | base64url).$(printf '{"customer":"\\u001b[2J\\u009bmX \\u202egnp","exp":1}' | base64url).AA
inspect 6 "$none"
expect 'no document of ours is shown as one that must not be believed' '*type *JWT*verified *NO: do not believe it*why *' "$printed"
expect 'what would move the cursor is written out' '*\\x1b?2J\\u009bmX \\u202egnp*' "$printed"
LC_ALL=C grep -q "$(printf '\033')" "$work/out" && fail 'an escape reached the terminal'
inspect 6 "$none" --json
expect 'and in JSON' '*"customer":"\\u001b?2J\\u009bmX \\u202egnp"*' "$printed"
inspect 6 "$none" --roots "$roots"
inspect 6 eyJ.x
inspect 6 "$roots"
inspect 1 "$work/nowhere"
expect 'no such file' '*there is no file*' "$complaint"
head -c 200000 /dev/zero >"$work/large"
inspect 2 "$work/large"
expect 'too large' '*more than 131072 bytes*' "$complaint"
inspect 2
expect 'nothing' '*WHAT is missing*' "$complaint"
