#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# simulate.sh <build>: what `simulate` says of a license at different times, and that it changes nothing.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"

# refused <expected exit code> <what> <pattern> <word>...
refused() {
    wanted=$1 what=$2 pattern=$3
    shift 3
    code=0
    printed=$("$validator" simulate "$@" --data "$work/vendor" 2>&1) || code=$?
    [ "$code" = "$wanted" ] || fail "$what: ended with $code, not $wanted: $printed"
    expect "$what" "$pattern" "$printed"
}
ask() { vendor simulate --json "$@"; }

# While the server runs. 2099-01-01 is the license's end.
rows() { vendor audit list --brand acme --json; vendor license show --license "$id" --json; }
before=$(rows)
said=$(ask --key "$key" --devices 3 --at 2098-06-01T12:00:00Z)
expect 'its own rule' '{"at":"2098-06-01T12:00:00Z","license":{"verdict":"ACTIVE","verdict_reason":"in_order",*"ends_at":"2099-01-01T00:00:00Z"}*' "$said"
expect 'the first device' '*{"device":1,"verdict":"ACTIVE","reason":"in_order","seat":1,"why":"takes seat 1 of 2",*"check_by":"2098-06-04T12:00:00Z","grace_until":"2098-06-11T12:00:00Z"}*' "$said"
expect 'the second device' '*{"device":2,"verdict":"ACTIVE",*"seat":2,*' "$said"
expect 'the third device' '*{"device":3,"verdict":"NO_SEAT","reason":"seats_taken","seat":0,"why":"all 2 seats are taken",*' "$said"
expect 'by its id' '*"device":1,"verdict":"EXPIRED","reason":"license_ended","seat":0,"why":"it ended at 2099-01-01T00:00:00Z"*' \
    "$(ask --license "$id" --at 2099-01-31)"
expect 'for people' '*takes seat 1 of 2*' "$(vendor simulate --key "$key")"
[ "$before" = "$(rows)" ] || fail 'a simulation changed what the server shows'

# A key with a second license, of another product, that has not begun.
vendor product add --brand acme --slug pager --seats 1 --json >/dev/null
vendor license issue --brand acme --product pager --email cafe@example.com --key "$key" --starts 2098-01-01 --json >/dev/null
refused 2 'a key of two products' '*several products (pager, till); name one with --product*' --key "$key"
expect 'one of them' '*"verdict":"NOT_ACTIVATED","reason":"not_activated","seat":0,"why":"it begins at 2098-01-01T00:00:00Z"*' \
    "$(ask --key "$key" --brand acme --product pager)"
vendor license suspend --license "$id" >/dev/null
expect 'suspended' '*"device":1,"verdict":"SUSPENDED","reason":"vendor"*' "$(ask --license "$id")"
expect 'suspended, its own rule' '*"license":{"verdict":"SUSPENDED","verdict_reason":"vendor",*"reason":"vendor",*' "$(ask --license "$id")"
expect 'suspended, for people' '*SUSPENDED*the license is suspended*' "$(vendor simulate --license "$id")"
vendor license cancel --license "$id" >/dev/null
expect 'cancelled' '*"device":1,"verdict":"REVOKED","reason":"vendor"*' "$(ask --license "$id")"
expect 'cancelled, for people' '*REVOKED*the license is cancelled*' "$(vendor simulate --license "$id")"

refused 2 'no license named' '*either --license ID or --key KEY*'
refused 2 'two named' '*either --license ID or --key KEY*' --license "$id" --key "$key"
refused 2 'a product for an id' '*go with --key*' --license "$id" --product till
refused 3 'an unknown key' '*would be told UNKNOWN_KEY*' --key SOME-OTHER-KEY
refused 3 'a key of another brand' '*no license here has that key*' --key "$key" --brand other
refused 2 'a mistyped key' '*license key*' --key "$(typo_of "$key")"
refused 3 'an unknown id' '*no license*' --license 01a215ba-88a0-7789-abb4-476ab456e444
refused 2 'no device at all' '*--devices*' --key "$key" --devices 0
refused 2 'a time that is none' '*--at*' --key "$key" --at tomorrow

[ -z "${POSPAL_DB:-}" ] || exit 0 # the rest is about SQLite's file

# Byte for byte, where no server writes.
stop_server
vendor license show --license "$id" >/dev/null # whatever is left in the log is written
before=$(cksum <"$work/vendor/validator.db")
ask --key "$key" --product pager --at 2098-06-01 --devices 100 >"$work/simulated"
[ "$(grep -o '"device":' "$work/simulated" | wc -l)" = 100 ] || fail 'there are not 100 devices'
[ "$before" = "$(cksum <"$work/vendor/validator.db")" ] || fail 'the database is another one'
[ ! -s "$work/vendor/validator.db-wal" ] || fail 'something waits to be written'
echo 'ok: the database is byte for byte as it was'
