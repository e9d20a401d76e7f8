#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# license_chaos.sh <build>: the library against `pospal-license chaos`, fault by fault; the control route, standard input, the seed.
# vendor.sh gives machine, expect and fail; its validator is not asked anything here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"
machine till
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy || true
# The validator of vendor.sh is not needed, but its place is: what it ends when something fails is the chaos server.
stop_server
stop_chaos() { stop_server; }

# start_chaos <word>...: sets url
start_chaos() {
    : >"$work/chaos.out" # that of the server before must not be read
    "$command" chaos --product till --key TILL-KEY-1 --roots-out "$work/chaos.roots" "$@" <"$input" >"$work/chaos.out" \
        2>"$work/chaos.err" &
    server_pid=$!
    tries=0
    until url=$(sed -n 's/^url: //p' "$work/chaos.out") && [ -n "$url" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$server_pid" 2>/dev/null; then fail "chaos does not start: $(cat "$work/chaos.err")"; fi
        sleep 0.1
    done
}

control() { curl -sS --noproxy '*' "$url/chaos" -d "$1" >"$work/control" || fail "POST /chaos $1"; }

# ask <expected exit code>: sets printed and complaint
ask() {
    code=0
    "$command" status --online --json --product till --roots "$work/chaos.roots" --data "$work/state" \
        --hardware-root "$work/till" --server "$url" --timeout 1500 >"$work/out" 2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    complaint=$(cat "$work/complaint")
    [ "$code" = "$1" ] || fail "status ended with $code, not $1: $printed $complaint"
}

input=/dev/null
start_chaos
expect 'it says what its licenses are worth' '*WORTHLESS*' "$(cat "$work/chaos.err")"
expect 'its first lines' 'url: http://127.0.0.1:*roots: {"keys":*key: TILL-KEY-1*key: *seed: *' "$(cat "$work/chaos.out")"
"$command" activate TILL-KEY-1 --product till --roots "$work/chaos.roots" --data "$work/state" --hardware-root "$work/till" \
    --server "$url" >/dev/null || fail 'activate against chaos'
ask 0
expect 'without a fault' '{"status":"ACTIVE",*"source":"ONLINE"*' "$printed"

# --- nothing decided: the lease runs its course, and the error says what happened ---
while read -r fault error; do
    control "{\"fault\":\"$fault\"}"
    ask 4
    expect "$fault: what is held still counts" '{"status":"ACTIVE",*' "$printed"
    expect "$fault: the error" "{\"error\":{\"code\":\"$error\",*" "$complaint"
    control '{"clear":true}'
done <<'TABLE'
latency=5000 timeout
slow-body=50 timeout
cut=20 connection_cut
cut=0 connection_cut
offline connection_cut
5xx=503 server_error
redirect redirected
html captive_portal
garbage unsigned_answer
empty unsigned_answer
unsigned-denial unsigned_answer
replay unsigned_answer
wrong-signature unsigned_answer
other-nonce unsigned_answer
TABLE
ask 0
expect 'afterwards all is well' '{"status":"ACTIVE",*"source":"ONLINE"*' "$printed"

# --- decided, signed ---
while read -r fault status reason; do
    control "{\"fault\":\"$fault\"}"
    ask 3
    expect "$fault" "{\"status\":\"$status\",\"usable\":false,\"reason\":\"$reason\",*" "$printed"
    control "{\"fault\":\"$fault\",\"on\":false}"
    ask 0
    expect "$fault, no longer" '{"status":"ACTIVE",*' "$printed"
done <<'TABLE'
suspended SUSPENDED payment_failed
revoked REVOKED vendor
expired EXPIRED license_ended
no-seat NO_SEAT seats_taken
TABLE
control '{"fault":"skewed-clock","value":-90000}'
ask 0
expect 'skewed-clock' '{"status":"ACTIVE",*"clock_is_wrong":true*' "$printed"
control '{"clear":true}'
ask 0

# --- the control route ---
curl -sS --noproxy '*' "$url/chaos" >"$work/control"
expect 'GET /chaos counts' '{"product":"till","seed":*"requests":*"activations":1,"validations":*"seats_taken":1,*"fault":"html","on":false,*"applied":1*' "$(cat "$work/control")"
python3 -m json.tool "$work/control" >/dev/null || fail 'GET /chaos is no JSON'
control '{"fault":"latency","value":20,"percent":30}'
expect 'value and probability' '*{"fault":"latency","on":true,"value":20,"probability":0.3000,*' "$(cat "$work/control")"
control '{"fault":"nonsense"}'
expect 'an unknown fault' '*"status":400,*there is no fault*' "$(cat "$work/control")"
control '{"fault":"5xx=200"}'
expect 'a value out of range' '*"status":400,*5xx=STATUS, from 500 to 599*' "$(cat "$work/control")"
control 'nonsense'
expect 'no JSON' '*"status":400,*' "$(cat "$work/control")"
control '{"clear":true}'
curl -sS --noproxy '*' "$url/api/v1/device/validate" -d '{"nonce":7}' >"$work/control"
expect 'a malformed request' '{*"status":400,*"code":"invalid_request"*' "$(cat "$work/control")"
head -c 20000 /dev/zero | curl -sS --noproxy '*' "$url/api/v1/device/validate" --data-binary @- >/dev/null 2>&1 || true
ask 0
stop_chaos

# --- the seed: the same series of chances again, another one with another seed ---
series() {
    start_chaos --seed "$1" --fault html@0.5 --fault redirect@25%
    i=0
    while [ $i -lt 24 ]; do
        curl -sS --noproxy '*' -o "$work/body" -w '%{http_code} %{content_type}\n' "$url/livez"
        i=$((i + 1))
    done >"$work/series.$2"
    stop_chaos
}
series 7 first
series 7 second
series 8 third
cmp "$work/series.first" "$work/series.second" || fail 'one seed, two series'
cmp -s "$work/series.first" "$work/series.third" && fail 'two seeds, one series'
[ "$(sort -u "$work/series.first" | wc -l)" = 3 ] || fail "no mixture: $(cat "$work/series.first")"
echo 'ok: a seed makes chance repeatable'

# --- seats: another machine finds none left ---
machine other
start_chaos --seats 1
for name in till other; do
    code=0
    "$command" activate TILL-KEY-1 --product till --roots "$work/chaos.roots" --data "$work/state-$name" \
        --hardware-root "$work/$name" --server "$url" >"$work/seat.$name" 2>&1 || code=$?
    echo "exit $code" >>"$work/seat.$name"
done
expect 'the first machine' '*ACTIVE*exit 0' "$(cat "$work/seat.till")"
expect 'the second machine' '*NO_SEAT*exit 3' "$(cat "$work/seat.other")"
stop_chaos

# --- sessions: two machines, one seat to use, and faults on the way ---
# seat <machine> <expected exit code> <word>...: sets printed and complaint
seat() {
    name=$1
    wanted=$2
    shift 2
    code=0
    "$command" sessions "$@" --json --product till --roots "$work/chaos.roots" --data "$work/seat-$name" --hardware-root "$work/$name" \
        --server "$url" --timeout 1500 >"$work/out" 2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    complaint=$(cat "$work/complaint")
    [ "$code" = "$wanted" ] || fail "sessions of $name ended with $code, not $wanted: $printed $complaint"
}
start_chaos --sessions 1
for name in till other; do
    "$command" activate TILL-KEY-1 --product till --roots "$work/chaos.roots" --data "$work/seat-$name" --hardware-root "$work/$name" \
        --server "$url" >/dev/null || fail "activate $name"
done
seat till 0
expect 'nobody uses the license' '{"in_use":0,"sessions":??}' "$printed"
seat till 0 --take-over oldest --reason 'it hangs'
expect 'a seat is taken and given back' '{"freed":true,"in_use":0,*' "$printed"
for fault in wrong-signature garbage cut=30 5xx=502; do
    control "{\"fault\":\"$fault\"}"
    seat other 4
    control '{"clear":true}'
done
control '{"fault":"suspended"}'
seat other 3 --take-over oldest --reason 'it hangs'
expect 'no seat without a license' '*SUSPENDED*' "$complaint"
control '{"clear":true}'
# --- usage: told through faults, counted once ---
# usage <expected exit code> <word>...: sets printed
usage() {
    wanted=$1
    shift
    code=0
    "$command" usage "$@" --json --product till --roots "$work/chaos.roots" --data "$work/seat-till" --hardware-root "$work/till" \
        --server "$url" --timeout 1500 >"$work/out" 2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    [ "$code" = "$wanted" ] || fail "usage $* ended with $code, not $wanted: $printed $(cat "$work/complaint")"
}
for fault in wrong-signature cut=30 5xx=502 replay garbage other-nonce; do
    control "{\"fault\":\"$fault\"}"
    usage 4 add covers 2
    control '{"clear":true}'
done
usage 0 add covers 2
expect 'usage is told when the line is good' '{"recorded":true,"meter":"covers","used":14,"pending":0,"allowed":4,"overdraft":10}' "$printed"
control '{"fault":"cut=30@0.5"}'
for i in 1 2 3 4 5 6 7 8; do
    "$command" usage add hours "$i" --product till --roots "$work/chaos.roots" --data "$work/seat-till" --hardware-root "$work/till" \
        --server "$url" --timeout 1500 >/dev/null 2>&1 || true
done
control '{"clear":true}'
usage 0 balance hours
expect 'usage whose replies were cut counts once' '{"meter":"hours","used":36,"pending":0}' "$printed"
curl -sS --noproxy '*' "$url/chaos" >"$work/control"
expect 'usage is counted' '*"usage":?{"license_id":"*","meter":"covers","used":14},{"license_id":"*","meter":"hours","used":36}?*' "$(cat "$work/control")"
expect 'sessions are counted' '*"session_takeovers":2,"session_ends":1,"session_lists":*"sessions_live":0*' "$(cat "$work/control")"
stop_chaos

# --- standard input ---
printf 'latency=10@0.5\nnonsense\nshow\nquit\n' >"$work/lines"
input=$work/lines
"$command" chaos --product till --json <"$input" >"$work/out" 2>"$work/complaint" || fail 'chaos on a list of lines'
expect 'lines of standard input' '{"url":"http://127.0.0.1:*"roots":{"keys":*"keys":?"CHAOS-WORTHLESS-1",*ok latency=10@0.5*{"product":"till",*"latency","on":true,"value":10,*' "$(cat "$work/out")"
expect 'a bad line' '*there is no fault "nonsense"*' "$(cat "$work/complaint")"

# --- refusals ---
refuse() {
    code=0
    "$command" chaos --product till "$@" </dev/null >"$work/out" 2>"$work/complaint" || code=$?
    [ "$code" = 2 ] || fail "chaos $* ended with $code: $(cat "$work/complaint")"
}
refuse --listen 0.0.0.0:0
expect 'an address for others' '*give --allow-remote*' "$(cat "$work/complaint")"
refuse --listen 'localhost:80'
refuse --listen '127.0.0.1'
refuse --fault late
refuse --fault latency=soon
refuse --fault 'html@2'
refuse --key ''
printf 'quit\n' | "$command" chaos --product till --listen 0.0.0.0:0 --allow-remote >"$work/out" 2>/dev/null ||
    fail '--allow-remote'
expect '--allow-remote' 'url: http://0.0.0.0:*' "$(cat "$work/out")"
