#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# airgap.sh <build>: a till that never sees a network, from its request to the release of its seat, by the commands that people use.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"
start_recorder
machine till
machine other
machine third

# till <machine> <expected exit code> <subcommand> <word>...: sets $printed and $complaint
till() {
    name=$1
    wanted=$2
    verb=$3
    shift 3
    code=0
    "$command" "$verb" "$@" --product till --roots "$roots" --data "$work/state-$name" --hardware-root "$work/$name" \
        >"$work/out" 2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    complaint=$(cat "$work/complaint")
    [ "$code" = "$wanted" ] || fail "pospal-license $verb $* on $name ended with $code, not $wanted: $printed $complaint"
}

# refused <expected exit code> <word>...: a command of the vendor that fails; sets $complaint
refused() {
    wanted=$1
    shift
    code=0
    "$validator" "$@" --data "$work/vendor" >"$work/out" 2>"$work/complaint" || code=$?
    complaint=$(cat "$work/complaint")
    [ "$code" = "$wanted" ] || fail "pospal-validator $* ended with $code, not $wanted: $complaint"
}

# post <path> <member> <text>: what the route prints
post() {
    printf '{"%s":"%s"}' "$2" "$3" >"$work/body"
    curl -sS --max-time 20 -H 'Content-Type: application/json' --data-binary "@$work/body" "$server$1"
}

# --- a request, its answer ---
till till 1 request
expect 'request without a key' '*no license key*' "$complaint"
till till 2 request --key "$(typo_of "$key")"
till till 0 request --key "$key"
request=$printed
case $request in ppr1.*) ;; *) fail "request: printed $request" ;; esac
[ "${#request}" -lt 300 ] || fail "request: ${#request} characters"
till till 2 request "$key" --key "$key"
expect 'request, two keys' '*given twice*' "$complaint"
printf '%s\n' "$key" >"$work/key.txt"
till till 0 request - <"$work/key.txt"
case $printed in ppr1.*) ;; *) fail "request -: printed $printed" ;; esac
till till 0 request "$key" --json
expect 'request --json' '{"request":"ppr1.*"}' "$printed"
refused 1 license answer "${request%????}AAAA"
expect 'answer, a typing error' '*damaged by typing or scanning*' "$complaint"
refused 3 license answer "$request" --brand nobody
printf 'Please answer:\n\n' >"$work/mail"
printf '%s' "$request" | fold -w 50 >>"$work/mail"
printf '\nRegards, Till 1\n' >>"$work/mail"
vendor license answer - --brand acme <"$work/mail" >"$work/answer"
[ "$(wc -l <"$work/answer")" = 2 ] || fail 'answer: not two lines'
[ "$(wc -c <"$work/answer")" -le 2953 ] || fail 'answer: more than one QR code holds'
till other 6 import "$work/answer"
expect 'import on another machine' '*for another device*' "$complaint"
tr -d '\n' <"$work/answer" | fold -w 64 | sed 's/$/ /' >"$work/typed"
till other 6 answer "$work/answer"
expect 'answer on another machine' '*for another device*' "$complaint"
till till 6 answer "$request"
expect 'answer, a request' '*this is a request; carry it to the vendor*' "$complaint"
vendor license file --license "$id" >"$work/file"
till till 6 answer "$work/file" --json
expect 'answer, a license file' '{"error":{"code":"*","detail":"this is a license file, not the answer to a request;*' "$complaint"
sed -n 2p "$work/answer" >"$work/keyset"
till till 6 answer - <"$work/keyset"
expect 'answer, a keyset' '*this is a keyset, not the answer*' "$complaint"
till till 6 answer "$(sed 's/[^.]/A/5' "$work/answer")"
expect 'answer, nonsense' '*this is not the answer to a request: no signed document*' "$complaint"
till till 1 answer "$work/nowhere"
expect 'answer, no such file' '*there is no file*' "$complaint"
till till 3 status
till till 0 answer "$(cat "$work/answer")"
expect 'answer, as a word' 'status *ACTIVE*source *CACHE*license id *'"$id"'*' "$printed"
till till 0 answer - --json <"$work/typed"
expect 'answer, again' '{"status":"ACTIVE",*' "$printed"
till till 0 import "$work/typed"
expect 'import, wrapped by a mail program' 'status *ACTIVE*source *CACHE*license id *'"$id"'*' "$printed"
till till 0 import - <"$work/answer"
expect 'import, again' 'status *ACTIVE*' "$printed"
till till 0 status --json
expect 'status of the till without network' '{"status":"ACTIVE",*' "$printed"
till till 0 request SOME-OTHER-KEY
printf '%s' "$printed" | "$validator" license answer - --data "$work/vendor" --brand acme >"$work/denial" 2>"$work/complaint"
expect 'answer to an unknown key' '*denial: UNKNOWN_KEY*' "$(cat "$work/complaint")"
till till 7 answer "$work/denial" --json
expect 'a denial takes nothing away' '{"status":"ACTIVE","usable":true,*' "$printed"
expect 'a denial is a failure' '{"error":{"code":"denied",*UNKNOWN_KEY*' "$complaint"

# --- somebody else brings the request in by a route ---
till other 0 request --key "$key"
post /api/v1/device/request request "$printed" >"$work/reply"
field answer <"$work/reply" >"$work/answer2"
field keyset <"$work/reply" >>"$work/answer2"
till other 0 import "$work/answer2"
expect 'import of an answer by the route' 'status *ACTIVE*' "$printed"
till third 0 request --key "$key"
printf '%s' "$printed" | "$validator" license answer - --data "$work/vendor" >"$work/answer3" 2>"$work/complaint"
expect 'answer when all seats are taken' '*denial: NO_SEAT (seats_taken)*' "$(cat "$work/complaint")"
till third 3 import "$work/answer3"
expect 'import of a denial' '*NO_SEAT (seats_taken)*' "$complaint"

# --- QR codes, where this was built with them ---
if "$command" qr x >"$work/out" 2>"$work/complaint"; then
    till till 0 request --svg "$work/request.svg" --qr
    expect 'request --qr' '*█*ppr1.*' "$printed"
    expect 'request --svg' '<svg*</svg>' "$(cat "$work/request.svg")"
    "$command" qr - --png "$work/answer.png" <"$work/answer" || fail 'qr --png'
    [ -s "$work/answer.png" ] || fail 'qr: no image'
    "$command" qr hello --ascii >"$work/out" || fail 'qr --ascii'
    expect 'qr --ascii' '*##############*' "$(cat "$work/out")"
else
    expect 'qr, built without' '*built without libqrencode*' "$(cat "$work/complaint")"
fi

# --- revocations ---
till other 0 status --json
seat=$(printf %s "$printed" | field activation_id)
vendor activation release --license "$id" --activation "$seat" >/dev/null
vendor revocations export --brand acme >"$work/revoked"
till other 3 import "$work/revoked"
expect 'import of a revocation list' 'status *REVOKED*reason *vendor*' "$printed"
till till 0 import "$work/revoked"
expect 'a list that does not name this device' 'status *ACTIVE*' "$printed"
vendor revocations export --brand acme --json >"$work/out"
expect 'revocations --json' '{"epoch":*,"sequence":1,*"devices":1,*"revocations":"*","keyset":"*"}' "$(cat "$work/out")"
tries=0
until curl -sS --max-time 20 "$server/api/v1/device/keyset?root=$(sed 's/.*"keys":\[{//;s/}.*//' "$roots" | field kid)" >"$work/reply" &&
    grep -q '"revocations"' "$work/reply"; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "the keyset route has no list: $(cat "$work/reply")"
    sleep 0.1
done

# --- the seat goes back ---
till till 0 release
proof=$printed
[ "${#proof}" -le 624 ] || fail "release: ${#proof} characters"
till till 3 status
till till 0 release --json
expect 'release, the text was lost' '{"proof":"'"$proof"'"}' "$printed"
till till 6 import "$work/answer"
expect 'import of an old answer' '*no request of this device*' "$complaint"
till till 6 answer "$work/answer"
expect 'an old answer' '*no request of this device*' "$complaint"
forged=$(printf %s "$proof" | sed 's/....$/AAAA/')
refused 1 license release "$forged"
expect 'release, forged' '*not signed by the key*' "$complaint"
vendor license release "$proof" --json >"$work/out"
expect 'license release' '{"verdict":"RELEASED",*"released":true,*"offline_releases":1,"offline_releases_allowed":3}' "$(cat "$work/out")"
expect 'license release by the route, again' '{"answer":"*' "$(post /api/v1/device/release proof "$proof")"
expect 'a route and nonsense' '*"code":"damaged_text"*' "$(post /api/v1/device/release proof x)"
till third 0 request --key "$key"
vendor license answer "$printed" >"$work/answer3"
till third 0 import "$work/answer3"
expect 'the seat is free' 'status *ACTIVE*' "$printed"

hold_against_contract request release keyset
