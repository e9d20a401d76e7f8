# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A vendor for the shell tests, to be sourced by a script whose first argument is the build directory: a validator of its own on a
# free port in a temporary directory, with the brand acme, the product till of two seats, and one license. Sets work, roots, key, id,
# server; removes all at the end.

build=$1
validator=$build/bin/pospal-validator
# shellcheck disable=SC2034
command=$build/bin/pospal-license
work=$(mktemp -d)
server_pid=
recorder_pid=

clean_up() {
    status=$?
    trap - EXIT
    [ -z "$recorder_pid" ] || kill "$recorder_pid" 2>/dev/null
    [ -z "$server_pid" ] || { kill "$server_pid" && wait "$server_pid"; } 2>/dev/null
    [ "$status" = 0 ] || tail -n 30 "$work"/*.log >&2 2>/dev/null
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

fail() {
    printf 'failed: %s\n' "$*" >&2
    exit 1
}

# expect <what> <pattern> <printed>
expect() {
    # The pattern is meant to be one.
    # shellcheck disable=SC2254
    case $3 in $2) printf 'ok: %s\n' "$1" ;; *) fail "$1: printed \"$3\", not \"$2\"" ;; esac
}

# field <name>: that text member of the JSON on standard input
field() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p"; }

vendor() { "$validator" "$@" --data "$work/vendor" 2>>"$work/vendor.log" || fail "pospal-validator $*"; }

start_server() {
    : >"$work/listening"
    "$validator" serve --data "$work/vendor" --listen 127.0.0.1:0 >"$work/listening" 2>>"$work/server.log" &
    server_pid=$!
    tries=0
    until server=$(sed -n '1s/^listening on //p' "$work/listening") && [ -n "$server" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$server_pid" 2>/dev/null; then fail 'the server does not start'; fi
        sleep 0.1
    done
}

stop_server() {
    kill "$server_pid"
    wait "$server_pid" || fail 'the server did not stop cleanly'
    server_pid=
}

# From here on $server is what writes down all that devices and the server say to one another.
start_recorder() {
    python3 -B "$(dirname -- "$0")/recorder.py" "$server" "$work/record" >"$work/recording" 2>>"$work/recorder.log" &
    recorder_pid=$!
    tries=0
    until server=$(cat "$work/recording") && [ -n "$server" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$recorder_pid" 2>/dev/null; then fail 'the recorder does not start'; fi
        sleep 0.1
    done
}

# hold_against_contract <verb>...: what was recorded follows docs/openapi.json, and each of these routes of devices is in it
hold_against_contract() {
    sh "$(dirname -- "$0")/../node/run.sh" check "$work/record" || fail 'the contract'
    for verb in "$@"; do
        grep -q "\"path\": \"/api/v1/device/$verb[?\"]" "$work/record" || fail "nobody asked for $verb"
    done
}

# machine <name>: a computer in the directory $work/<name>, by the few files by which it is known
machine() {
    mkdir -p "$work/$1/etc" "$work/$1/sys/class/dmi/id"
    digits=$(printf %s "$1" | cksum | cut -d ' ' -f 1)
    printf '%032d\n' "$digits" >"$work/$1/etc/machine-id"
    printf '4c4c4544-0044-4a10-8053-%012d\n' "$digits" >"$work/$1/sys/class/dmi/id/product_uuid"
    printf 'BRD-%s\n' "$digits" >"$work/$1/sys/class/dmi/id/board_serial"
}

# Another last symbol: one mistyped character.
typo_of() {
    case $1 in *7) printf %s8 "${1%?}" ;; *) printf %s7 "${1%?}" ;; esac
}

# forge <license file>: the same with another plan in it
forge() {
    IFS=. read -r header payload signature <"$1"
    while [ $((${#payload} % 4)) -ne 0 ]; do payload=$payload=; done
    payload=$(printf %s "$payload" | tr '_-' '/+' | base64 -d | sed 's/"starter"/"gold-xl"/' | base64 | tr -d '\n=' | tr '/+' '_-')
    printf '%s.%s.%s\n' "$header" "$payload" "$signature"
    sed -n 2p "$1"
}

# A PostgreSQL schema of its own, where this run is about PostgreSQL: see support/postgres_fixture.c.
if [ "${POSPAL_TEST_ENGINE:-}" = postgres ]; then
    POSPAL_DB=$("$POSPAL_TEST_POSTGRES_PROGRAM" schema "$POSPAL_TEST_POSTGRES") || fail 'there is no PostgreSQL'
    export POSPAL_DB
fi

roots=$(vendor init --brand 'Acme Till' --slug acme --json | field root_public_jwks_file)
[ -s "$roots" ] || fail 'init: no root public keys'
vendor product add --brand acme --slug till --seats 2 --entitlements '{"kds":{"value":true},"tills":{"value":3}}' --json >/dev/null
sold=$(vendor license issue --brand acme --product till --email cafe@example.com --name 'Café Central' --plan starter \
    --expires 2099-01-01 --json)
key=$(printf %s "$sold" | field license_key)
id=$(printf %s "$sold" | field license_id)
case $key$id in ????????????*) ;; *) fail 'license issue: no key or id' ;; esac
start_server
