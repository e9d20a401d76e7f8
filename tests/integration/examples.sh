#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples.sh <build>: runs each example against a real validator and compares what it prints.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"
examples=$build/examples

# README.md shows minimal.c as it is.
# shellcheck disable=SC2016 # the backticks are those of Markdown
sed -n '/^```c$/,/^```$/p' "$here/../../README.md" | sed '1d;$d' >"$work/shown.c"
cmp "$work/shown.c" "$here/../../examples/minimal.c" || fail 'README.md shows another minimal.c'

start_recorder
port=${server##*:}
machine till
machine other
export TILL_HARDWARE="$work/till"
TILL_ROOT_KEYS=$(cat "$roots")
export TILL_SERVER="$server" TILL_ROOT_KEYS

# run <expected exit code> <program> <argument>...: sets $printed
run() {
    wanted=$1
    example=$2
    shift 2
    code=0
    printed=$("$examples/$example" "$@" 2>&1) || code=$?
    [ "$code" = "$wanted" ] || fail "$example $* ended with $code, not $wanted: $printed"
}

# minimal: activates itself with the key it finds, and needs neither key nor server at the next start
export TILL_DATA="$work/minimal"
run 1 minimal
expect 'minimal, without a key' '*[[]no_license_key]*NONE (not_activated)' "$printed"
TILL_LICENSE_KEY=$(typo_of "$key") run 1 minimal
expect 'minimal, a typing error' '*[[]license_key_typo]*NONE (not_activated)' "$printed"
TILL_LICENSE_KEY=$key TILL_SERVER=http://127.0.0.1:1 run 1 minimal
expect 'minimal, a dead server' '*[[]offline]*NONE (not_activated)' "$printed"
TILL_LICENSE_KEY=$key run 0 minimal
expect 'minimal, with a key' 'ACTIVE (in_order)' "$printed"
TILL_SERVER=http://127.0.0.1:1 run 0 minimal
expect 'minimal, started again without key and server' 'ACTIVE (in_order)' "$printed"
TILL_SERVER=http://license.example.com run 1 minimal
expect 'minimal, with a server that is not safe' '*server must be https*NONE (*' "$printed"

# minimal_cpp: the same in C++, where there is a compiler for it
if [ -x "$examples/minimal_cpp" ]; then
    export TILL_DATA="$work/minimal_cpp"
    run 1 minimal_cpp
    expect 'minimal_cpp, without a key' 'NONE (not_activated)' "$printed"
    TILL_LICENSE_KEY=$key run 0 minimal_cpp
    expect 'minimal_cpp, with a key' 'ACTIVE (in_order)' "$printed"
    TILL_SERVER=http://license.example.com run 1 minimal_cpp
    expect 'minimal_cpp, with a server that is not safe' '*server must be https*NONE (*' "$printed"
else
    echo 'minimal_cpp: skipped, no C++ compiler'
fi

# activation: the key from the keyboard
activate() { printf '%s\n' "$2" >"$work/typed" && run "$1" activation "$3" "$roots" "$work/$4" <"$work/typed"; }
activate 0 "$key" "$server" activation
expect 'activation' 'OK: ACTIVE?Licensed to Café Central until 4070908800.' "$printed"
activate 1 "$(typo_of "$key")" "$server" fresh
expect 'activation, a typing error' 'INVALID_ARGUMENT: NONE?Please compare the key*' "$printed"
activate 1 SOME-OTHER-KEY "$server" fresh
expect 'activation, an unknown key' 'DENIED: NONE?The vendor does not know this key.*' "$printed"
activate 1 "$key" http://127.0.0.1:1 fresh
expect 'activation, no server' 'UNREACHABLE: NONE?Nothing was decided.*' "$printed"
TILL_HARDWARE=$work/other activate 0 "$key" "$server" second
machine third
TILL_HARDWARE=$work/third activate 1 "$key" "$server" third
expect 'activation, no seat left' 'DENIED: NO_SEAT?All seats are taken.*' "$printed"

# seams: memory, log and change callback of its own
TILL_LICENSE_KEY=$key TILL_DATA=$work/minimal run 0 seams
expect 'seams' '*OK, all memory given back' "$printed"
TILL_LICENSE_KEY=$key TILL_DATA=$work/seams run 0 seams
expect 'seams, activated' '*now ACTIVE*OK, all memory given back' "$printed"
TILL_DATA=$work/seams2 run 1 seams
expect 'seams, without a key' '*NO_LICENSE_KEY, all memory given back' "$printed"

# metering: what is used is told once, whatever happens to the program
TILL_LICENSE_KEY=$key TILL_DATA=$work/seams run 0 metering 7 receipt-1
expect 'metering' 'covers: 7 used, 0 to be told*in use on 0 devices*no release: not_found' "$printed"
TILL_LICENSE_KEY=$key TILL_DATA=$work/seams run 0 metering 7 receipt-1
expect 'metering, the same receipt again' 'covers: 7 used, 0 to be told*' "$printed"
TILL_LICENSE_KEY=$key TILL_SERVER=http://127.0.0.1:1 TILL_DATA=$work/seams run 1 metering 2 receipt-2
expect 'metering, no server' 'UNREACHABLE*covers: 7 used, 2 to be told*no release: offline' "$printed"
TILL_DATA=$work/metering run 1 metering 1 receipt-3
expect 'metering, where no trial is offered' 'trial: *covers: 0 used, 1 to be told*' "$printed"

# service: what a technician sees, and the end of a till
TILL_DATA=$work/seams run 0 service
expect 'service' 'library *OK: done?ACTIVE, tier *machine_id*status *' "$printed"
case $printed in *"$key"*) fail 'the license key is told' ;; esac
TILL_DATA=$work/seams run 0 service deactivate
expect 'service, giving the seat back' '*OK: done?NONE, *' "$printed"
TILL_DATA=$work/seams run 0 service forget
expect 'service, forgetting all' '*OK: done?NONE, *' "$printed"
TILL_DATA=$work/seams run 1 service deactivate
expect 'service, nothing to give back' '*NOT_FOUND: *' "$printed"

# custom_transport: another way to the same answer
TILL_LICENSE_KEY=$key run 0 custom_transport "$port"
expect 'custom_transport' 'ACTIVE*' "$printed"
TILL_LICENSE_KEY=$key run 1 custom_transport 1
expect 'custom_transport, nobody there' 'NONE *' "$printed"

# session: a seat, an end, and no server
TILL_LICENSE_KEY=$key run 0 session </dev/null
expect 'session' 'state 1 ' "$printed"
TILL_LICENSE_KEY=$key TILL_SERVER=http://127.0.0.1:1 run 0 session </dev/null
expect 'session, without word from the server' 'state 2 ' "$printed"
TILL_DATA="$work/nowhere" TILL_LICENSE_KEY=$key TILL_SERVER=http://127.0.0.1:1 run 1 session </dev/null
expect 'session, never activated' 'UNREACHABLE: *state 0 ' "$printed"

# session, two tills and one seat: the one that takes it over says why, and the other one hears of it at its next beat
vendor product change --brand acme --product till --set session_lease_s=3 --set session_beat_s=1 --set sessions=1 --set cooldown_s=0 --json >/dev/null
until_recorded() {
    tries=0
    until grep -q "$1" "$work/record"; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "never recorded: $1"
        sleep 0.1
    done
}
mkfifo "$work/cashier"
TILL_LICENSE_KEY=$key "$examples/session" <"$work/cashier" >"$work/first" 2>&1 &
first=$!
exec 3>"$work/cashier"
until_recorded 'session/beat.*held'
TILL_HARDWARE=$work/other TILL_DATA=$work/second TILL_LICENSE_KEY=$key run 1 session </dev/null
expect 'session, the seat is in use' '*in use on "*"*state 0 ' "$printed"
TILL_HARDWARE=$work/other TILL_DATA=$work/second TILL_LICENSE_KEY=$key run 0 session 'the till at the bar hangs' </dev/null
expect 'session, taken over' 'state 1 ' "$printed"
until_recorded 'session/beat.*evicted'
echo 'one coffee' >&3
exec 3>&-
wait "$first" || fail "session, the first: $(cat "$work/first")"
expect 'session, the loser hears of it' 'state 1 *taken over by "*": the till at the bar hangs' "$(cat "$work/first")"

# event_loop: the same activation, without waiting for it
export TILL_DATA="$work/event_loop"
TILL_LICENSE_KEY=$key run 0 event_loop
expect 'event_loop' '*OK: ACTIVE' "$printed"
TILL_LICENSE_KEY=SOME-OTHER-KEY TILL_DATA=$work/event_loop2 run 1 event_loop
expect 'event_loop, an unknown key' '*DENIED: NONE*' "$printed"
TILL_LICENSE_KEY=$key TILL_SERVER=http://127.0.0.1:1 TILL_DATA=$work/event_loop3 run 1 event_loop
expect 'event_loop, no server' '*refuses the connection*UNREACHABLE: NONE' "$printed"

# offline: a file is enough, and then nothing
fingerprint=$("$command" fingerprint --product till --hardware-root "$TILL_HARDWARE")
vendor license file --license "$id" --fingerprint "$fingerprint" >"$work/till.license"
stop_server
run 0 offline "$roots" "$work/till.license" "$work/offline"
expect 'offline' 'ACTIVE from LICENSE_FILE?kitchen display: on?tills: 3' "$printed"
run 0 offline "$roots" "$work/nowhere.license" "$work/offline"
expect 'offline, started again without the file' 'ACTIVE from LICENSE_FILE?*' "$printed"
forge "$work/till.license" >"$work/forged.license"
run 1 offline "$roots" "$work/forged.license" "$work/forged"
expect 'offline, a forged file' 'refused: bad_signature *NONE from NONE?tills: 1' "$printed"
TILL_HARDWARE=$work/other run 1 offline "$roots" "$work/till.license" "$work/stolen"
expect 'offline, on another machine' 'refused: other_device *NONE from NONE?tills: 1' "$printed"

# airgap: a request out, the answer in, and the seat back
machine sealed
export TILL_HARDWARE="$work/sealed"
run 0 airgap "$roots" "$work/sealed-state" "$key"
expect 'airgap, the request' 'ppr1.*' "$printed"
sold=$(vendor license issue --brand acme --product till --email bar@example.com --json | field license_key)
run 0 airgap "$roots" "$work/sealed-state" "$sold"
vendor license answer "$printed" >"$work/answer"
run 0 airgap "$roots" "$work/sealed-state" <"$work/answer"
expect 'airgap, the answer' 'ACTIVE?thank you' "$printed"
run 1 airgap "$roots" "$work/sealed-state" <"$work/forged.license"
expect 'airgap, a forged file' 'ACTIVE?The signature does not fit*' "$printed"
run 0 airgap "$roots" "$work/sealed-state" -
expect 'airgap, the seat back' 'eyJ*' "$printed"
vendor license release "$printed" >/dev/null

hold_against_contract activate validate deactivate trial usage release-check session/start session/beat session/takeover session/end session/list
