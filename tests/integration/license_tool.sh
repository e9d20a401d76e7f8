#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# license_tool.sh <build>: every subcommand of pospal-license, in text and JSON, with its exit codes.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"
machine till
machine other
hardware=$work/till

# tool <expected exit code> <word>...: sets $printed (standard output) and $complaint (standard error)
tool() {
    wanted=$1
    shift
    code=0
    "$command" "$@" >"$work/out" 2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    complaint=$(cat "$work/complaint")
    [ "$code" = "$wanted" ] || fail "pospal-license $* ended with $code, not $wanted: $printed $complaint"
}

# client <expected exit code> <subcommand> <word>...: with what every subcommand that opens a client needs
client() {
    wanted=$1
    verb=$2
    shift 2
    tool "$wanted" "$verb" "$@" --product till --roots "$roots" --data "$work/state" --hardware-root "$hardware"
}

# --- words and options ---
tool 0 help
expect 'help names the exit codes' '*fingerprint*verify*Exit codes:*6  a license file*' "$printed"
for verb in fingerprint explain status activate deactivate import request answer release qr sessions usage verify version inspect \
    doctor chaos; do
    tool 0 "$verb" --help
    expect "$verb --help" "pospal-license $verb: *example:*pospal-license $verb*Exit codes:*" "$printed"
done
tool 0 help status
expect 'help of one' 'pospal-license status: *example:*' "$printed"
tool 2 help statsu
expect 'help of what there is not' '*did you mean "status"?' "$complaint"
tool 2
expect 'no word' '*usage: pospal-license COMMAND*' "$complaint"
tool 2 statsu
expect 'a mistyped subcommand' '*did you mean "status"?' "$complaint"
tool 2 status --prodcut till
expect 'a mistyped option' '*did you mean --product?' "$complaint"
tool 2 status --json --product till
expect 'a missing option, as JSON' '{"error":{"code":"invalid_request","detail":"--roots FILE is missing"}}' "$complaint"
tool 0 --version
expect '--version' 'pospal-license [0-9]*.[0-9]*.[0-9]*
libsodium [0-9]*.[0-9]*
mbedtls [0-9]*.[0-9]*
libcurl [0-9]*.[0-9]*
sqlite 3.[0-9]*
libmicrohttpd *
libqrencode *
libpng *' "$printed"
tool 0 version --json
expect 'version --json' '{"version":"[0-9]*","libraries":{"libsodium":"[0-9]*"*,"libpng":"*"}}' "$printed"

# --- the machine ---
tool 0 fingerprint --product till --hardware-root "$hardware"
fingerprint=$printed
expect 'fingerprint is one line' 'fp1:m=*,f=*,b=*' "$fingerprint"
[ "$(wc -l <"$work/out")" = 1 ] || fail 'fingerprint: more than one line'
tool 0 fingerprint --product till --hardware-root "$hardware" --json
expect 'fingerprint --json' "{\"product\":\"till\",\"fingerprint\":\"$fingerprint\",\"components\":?\"machine_id\",\"firmware\",\"board\"?}" "$printed"
tool 0 fingerprint --product shop --hardware-root "$hardware"
if [ "$printed" = "$fingerprint" ]; then fail 'fingerprint: the same for two products'; fi
mkdir "$work/empty"
tool 1 fingerprint --product till --hardware-root "$work/empty" --json
expect 'fingerprint of a machine that tells nothing' '{"error":{"code":"no_fingerprint",*' "$complaint"
tool 0 explain --product till --hardware-root "$hardware"
expect 'explain' "fingerprint: $fingerprint*product_uuid*" "$printed"
client 0 explain --json
expect 'explain --json' "{\"fingerprint\":\"$fingerprint\",*\"survives_cloning\":*" "$printed"

# --- a license online ---
client 3 status
expect 'status before activation' 'status *NONE*usable *no*reason *not_activated*' "$printed"
client 2 activate "$(typo_of "$key")" --server "$server" --json
expect 'activate, a typing error' '{"error":{"code":"license_key_typo",*' "$complaint"
client 3 activate SOME-OTHER-KEY --server "$server"
expect 'activate, an unknown key' '*UNKNOWN_KEY*' "$complaint"
client 3 activate "${key%-*}" --server "$server"
expect 'activate, a key typed in part' '*looks like one that was not typed as it stands: 24 characters, where it should have 28*UNKNOWN_KEY*' "$complaint"
client 3 activate "${key%-*}" --server "$server" --json
expect 'the same as JSON: the failure stays one object' '{"error":{*' "$complaint"
expect 'the same as JSON: the warning' '{"warning":"*24 characters*",*"status":"NONE",*' "$printed"
client 4 activate "$key" --server http://127.0.0.1:1 --timeout 500
expect 'activate, nobody there' '' "$printed"
client 2 activate "$key" --server http://license.example.com
expect 'activate, a server that is not safe' '*https://*' "$complaint"
printf '%s\r\n' "$key" >"$work/key.txt"
client 2 activate "$key" --key-file "$work/key.txt" --server "$server"
expect 'activate, two keys' '*given twice*' "$complaint"
client 2 activate "$key" --key "$key" --server "$server"
expect 'activate, two keys, of which one by name' '*given twice*' "$complaint"
client 0 activate --key "$key" --server "$server"
expect 'activate --key' 'status *ACTIVE*' "$printed"
client 0 activate --key-file "$work/key.txt" --server "$server" --device-name 'Till 1' --json
expect 'activate --key-file --json' '{"status":"ACTIVE","usable":true,"reason":"in_order","source":"ONLINE","license_id":"'"$id"'","plan":"starter","customer":"Café Central","device_name":"Till 1",*"features":?"kds"?,*"can_extend":false}' "$printed"
"$command" activate - --product till --roots "$roots" --data "$work/state" --hardware-root "$hardware" --server "$server" \
    <"$work/key.txt" >"$work/out" || fail 'activate -'
expect 'activate -, again' 'status *ACTIVE*' "$(cat "$work/out")"
tool 5 activate "$key" --server "$server" --product till --roots "$roots" --data /proc/nowhere --hardware-root "$hardware"
expect 'activate, where nothing can be stored' 'status *ACTIVE*' "$printed"
expect 'activate, where nothing can be stored: it is said' '*lost with this program: /proc/nowhere *' "$complaint"
[ "$(grep -c /proc/nowhere "$work/complaint")" -le 2 ] || fail "one complaint is enough: $complaint"
client 0 activate "$key" --server "$server"
cp -a "$work/state" "$work/keyless"
rm "$work/keyless/vault.db"
tool 7 status --online --server "$server" --product till --roots "$roots" --data "$work/keyless" --hardware-root "$hardware"
expect 'status --online, the key is lost' 'status *ACTIVE*' "$printed"
expect 'status --online, the key is lost: it is said' '*No license key*the license held before goes on*' "$complaint"
client 7 activate SOME-OTHER-KEY --server "$server"
expect 'activate, an unknown key on a licensed till' '*UNKNOWN_KEY*the license held before goes on (ACTIVE)' "$complaint"
expect 'what is held is shown' 'status *ACTIVE*usable *yes*' "$printed"
client 7 activate SOME-OTHER-KEY --server "$server" --json
expect 'the same as JSON' '{"status":"ACTIVE","usable":true,*' "$printed"
expect 'the same as JSON: one failure' '{"error":{"code":"denied",*}}' "$complaint"
client 0 status
expect 'status' 'status *ACTIVE*source *CACHE*license id *'"$id"'*features *kds*' "$printed"
client 0 status --online --server "$server" --json
expect 'status --online --json' '{"status":"ACTIVE","usable":true,"reason":"in_order","source":"ONLINE",*' "$printed"
client 2 status --online
expect 'status --online without a server' '*--online needs --server*' "$complaint"
client 4 status --online --server http://127.0.0.1:1 --timeout 500
expect 'status --online, nobody there: what is held is shown' 'status *ACTIVE*source *CACHE*' "$printed"
client 0 explain
expect 'explain after activation' '*the same device*' "$printed"
vendor license suspend --license "$id" --json >/dev/null
client 3 status --online --server "$server"
expect 'status, suspended' 'status *SUSPENDED*usable *no*reason *vendor*' "$printed"
vendor license resume --license "$id" --json >/dev/null
client 0 status --online --server "$server"
client 0 sessions --server "$server"
expect 'sessions, none' 'in use            0' "$printed"
client 2 sessions --server "$server" --take-over oldest
expect 'sessions, a takeover without a reason' '*--reason TEXT go together*' "$complaint"
client 0 sessions --server "$server" --take-over oldest --reason 'it hangs' --json
expect 'sessions, a seat is freed and not kept' '{"freed":true,"in_use":0,"sessions":??}' "$printed"
tool 1 sessions --server "$server" --product till --roots "$roots" --data "$work/spare" --hardware-root "$work/other"
expect 'sessions, a spare machine without the key' '*No license key*' "$complaint"
tool 0 sessions --key "$key" --server "$server" --product till --roots "$roots" --data "$work/spare" --hardware-root "$work/other"
expect 'sessions, a spare machine with the key' 'in use            0' "$printed"
tool 3 status --product till --roots "$roots" --data "$work/spare" --hardware-root "$work/other"
expect 'looking activated nothing' 'status *NONE*' "$printed"
client 4 sessions --server http://127.0.0.1:1
expect 'sessions, no server' '*No connection to the server*' "$complaint"

# --- usage ---
client 0 usage
expect 'usage, none' 'meters known      0' "$printed"
client 0 usage add covers 12 --idempotency receipt-1
expect 'usage add' 'recorded *yes*meter *covers*used *0*pending *12*' "$printed"
client 0 usage add covers 12 --idempotency receipt-1 --json
expect 'usage add, the same again' '{"recorded":true,"meter":"covers","used":0,"pending":12}' "$printed"
client 0 usage add hours 3600
client 4 usage balance covers --server http://127.0.0.1:1 --timeout 500 --json
expect 'usage, nobody there: it waits' '{"meter":"covers","used":0,"pending":12}' "$printed"
expect 'usage, nobody there: why' '{"error":{"code":"offline",*' "$complaint"
client 4 usage add covers 3 --server http://127.0.0.1:1 --timeout 500
expect 'usage add, nobody there: it is recorded' 'recorded *yes*pending *15*' "$printed"
client 0 usage balance covers --server "$server" --json
expect 'usage, told' '{"meter":"covers","used":15,"pending":0}' "$printed"
client 0 usage --json
expect 'usage, all that is known' '{"meters_known":2,"meters":?{"meter":"covers","used":15,"pending":0},{"meter":"hours","used":3600,"pending":0}?}' "$printed"
vendor usage list --license "$id" --json >"$work/out"
expect 'what the validator counted' '*"meter":"covers","used":15*"meter":"hours","used":3600*' "$(cat "$work/out")"
client 0 usage balance never --json
expect 'usage of a meter that nobody used' '{"meter":"never","used":0,"pending":0}' "$printed"
for words in 'add' 'add covers' 'add covers some' 'add covers 12x' 'add covers 0' 'add a/b 1' 'add covers 1 2' 'balance' 'balance covers 1' \
    'balance covers --idempotency x' 'forget covers'; do
    # The words are meant to be some.
    # shellcheck disable=SC2086
    client 2 usage $words
done
expect 'usage, no such verb' '*there is no usage "forget"*' "$complaint"
client 0 deactivate --server "$server" --json
expect 'deactivate' '{"released":true}' "$printed"
client 1 deactivate --server "$server"
expect 'deactivate, again' '' "$printed"

# --- license files ---
vendor license file --license "$id" --fingerprint "$fingerprint" >"$work/till.license"
vendor license file --license "$id" >"$work/free.license"
stop_server
tool 0 verify "$work/till.license" --roots "$roots" --hardware-root "$hardware"
expect 'verify' 'genuine *yes*status *ACTIVE*license id *'"$id"'*customer *Café Central*entitlements *kds, tills=3*expires at *2099-01-01T00:00:00Z*bound to device *yes*fits this machine *yes*signed by *keyset epoch *root is *in use' "$printed"
tool 0 verify "$work/free.license" --roots "$roots" --json
expect 'verify --json, bound to nothing' '{"genuine":true,"status":"ACTIVE",*"bound_to_device":false,"signed_by":*' "$printed"
tool 3 verify "$work/till.license" --roots "$roots" --hardware-root "$work/other"
expect 'verify on another machine' 'genuine *yes*status *WRONG_DEVICE*fits this machine *no*' "$printed"
tool 3 verify "$work/till.license" --roots "$roots" --hardware-root "$hardware" --product shop
expect 'verify for another product' 'genuine *yes*status *WRONG_PRODUCT*' "$printed"
forge "$work/till.license" >"$work/forged.license"
tool 6 verify "$work/forged.license" --roots "$roots" --json
expect 'verify, forged' '{"genuine":false}' "$printed"
expect 'verify, forged: why' '{"error":{"code":"bad_signature","detail":"*the license on the first line*' "$complaint"
{ sed -n 2p "$work/till.license"; sed -n 1p "$work/till.license"; } >"$work/swapped.license"
tool 6 verify "$work/swapped.license" --roots "$roots"
expect 'verify, lines exchanged' '*the keyset on the second line*' "$complaint"
sed -n 1p "$work/till.license" >"$work/half.license"
tool 6 verify "$work/half.license" --roots "$roots"
expect 'verify, one line only' '*no second line*' "$complaint"
tool 6 verify "$roots" --roots "$roots"
tool 1 verify "$work/nowhere.license" --roots "$roots" --json
expect 'verify, no such file' '{"error":{"code":"not_found",*nowhere.license*' "$complaint"
tool 2 verify "$work/till.license" --roots "$work/till.license"
expect 'verify, not the roots' '*--roots: *holds no root public keys*' "$complaint"
# A forger with a validator of his own: the same names, other roots.
"$validator" init --data "$work/forger" --brand 'Acme Till' --slug acme --json >"$work/forger.json" 2>>"$work/vendor.log"
forged_roots=$(field root_public_jwks_file <"$work/forger.json")
tool 6 verify "$work/till.license" --roots "$forged_roots" --json
expect 'verify, signed by others' '{"error":{"code":"unknown_key_id","detail":"*the keyset on the second line*' "$complaint"

# --- an offline trial ---
vendor trial file --brand acme --product till --days 30 >"$work/trial.license"
[ "$(wc -l <"$work/trial.license")" = 2 ] || fail 'trial file: not two lines'
vendor trial file --brand acme --product till --days 10 --until 2099-12-31 --entitlements '{"tills":1}' --json >"$work/trial.json"
expect 'trial file --json' '{"id":"????????-*","trial":"ey*","keyset":"ey*"}' "$(cat "$work/trial.json")"
tool 0 verify "$work/trial.license" --roots "$roots"
expect 'verify tells what a trial would be' '*genuine *yes*status *ACTIVE*plan *trial*trial seconds *2592000*' "$printed"
tool 0 inspect "$work/trial.license" --roots "$roots"
expect 'inspect shows the days of a trial' '*verified *yes*plan *trial*trial_s *2592000*' "$printed"
printf '%s\n%s\n' "$(field trial <"$work/trial.json")" "$(field keyset <"$work/trial.json")" >"$work/later.license"
tool 0 inspect "$work/later.license"
expect 'inspect shows the end of a trial' '*exp *2099-12-31T*trial_s *864000*' "$printed"
for wrong in '--days 0' '--days 367' '--days 30 --until 2020-01-01' '--days 30 --entitlements []' '--days 30 --product bar'; do
    # shellcheck disable=SC2086
    if "$validator" trial file --data "$work/vendor" --brand acme --product till $wrong >"$work/out" 2>"$work/complaint"; then
        fail "trial file $wrong was made"
    fi
    [ ! -s "$work/out" ] || fail "trial file $wrong printed something"
done
trial() {
    tool "$1" "$2" ${3:+"$3"} --product till --roots "$roots" --data "$work/tried" --hardware-root "$hardware" --json
}
trial 0 import "$work/trial.license"
expect 'a trial runs' '*"status":"ACTIVE"*"source":"LICENSE_FILE"*' "$printed"
ends=$(printf '%s' "$printed" | field expires_at)
[ -n "$ends" ] || fail "a trial without an end: $printed"
trial 0 status
expect 'and goes on' "*\"expires_at\":\"$ends\"*" "$printed"
trial 0 import "$work/later.license"
trial 0 import "$work/trial.license"
expect 'imported again it has the same end' "*\"expires_at\":\"$ends\"*" "$printed"
client 6 import "$work/forged.license" --json
expect 'import, forged' '{"error":{"code":"bad_signature",*' "$complaint"
client 0 import "$work/till.license"
expect 'import' 'status *ACTIVE*source *LICENSE_FILE*' "$printed"
hardware=$work/other
client 6 import - --json <"$work/till.license"
expect 'import on another machine' '{"error":{"code":"other_device",*' "$complaint"
client 3 status
expect 'status of a copied state' 'status *WRONG_DEVICE*' "$printed"
