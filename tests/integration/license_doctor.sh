#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# license_doctor.sh <build>: pospal-license doctor on a healthy till and on sick ones; it changes nothing and tells no secret.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/vendor.sh"
machine till
machine other
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy || true

# doctor <expected exit code> <word>...: sets $printed
doctor() {
    wanted=$1
    shift
    code=0
    "$command" doctor --product till --roots "$roots" --data "$work/state" --hardware-root "$work/till" "$@" >"$work/out" \
        2>"$work/complaint" || code=$?
    printed=$(cat "$work/out")
    [ "$code" = "$wanted" ] || fail "doctor $* ended with $code, not $wanted: $printed $(cat "$work/complaint")"
}

# What the data directory holds, to the byte and the second. Its own time is that of the small file that tries whether it can be written.
state() { find "$work/state" -type f -exec ls -ld --time-style=full-iso {} + | sort && find "$work/state" -type f -exec cksum {} + | sort; }

# --- before anything ---
doctor 1 --server "$server"
expect 'a till never started' '*warning *store *does not exist*problem *license *NONE (not_activated*-> activate*' "$printed"
[ ! -e "$work/state" ] || fail 'doctor made the data directory'

# --- healthy ---
"$command" activate "$key" --product till --roots "$roots" --data "$work/state" --hardware-root "$work/till" \
    --server "$server" >/dev/null
state >"$work/before"
doctor 0 --server "$server"
expect 'a healthy till' 'ok *versions *libsodium/*MbedTLS/*SQLite/*libcurl/*ok *clock *ok *network *ok *tls *not used*ok *proxy *none*ok *server *keyset (epoch *verifies by the root key in use*ok *store *MB are free*ok *keys *2 root keys pinned*2 keys current*ok *license *ACTIVE*asks again *(in *ok *hardware *machine_id, firmware, board*' "$printed"
[ "$(wc -l <"$work/out")" = 10 ] || fail "not one line each: $printed"
doctor 0 --server "$server" --json
expect 'a healthy till, as JSON' '{"checks":?{"check":"versions","result":"ok","says":"*"warnings":0,"problems":0}' "$printed"
python3 -m json.tool "$work/out" >/dev/null || fail 'doctor --json is no JSON'
doctor 0
expect 'without a server nothing is tried' '*network *not tried*server *not tried*' "$printed"
state >"$work/after"
cmp "$work/before" "$work/after" || fail 'doctor changed the state'

# --- no secrets ---
doctor 1 --server "$server" --proxy http://cashier:hunter2@127.0.0.1:1 --timeout 2000
expect 'a proxy that is not there' '*problem *proxy *127.0.0.1:1*' "$printed"
case $printed in *hunter2* | *"$key"*) fail "a secret was told: $printed" ;; esac
http_proxy=http://u:hunter3@127.0.0.1:1 doctor 0 --server "$server" --timeout 2000
expect 'the proxy of the environment is not for this machine' '*ok *proxy *none*' "$printed"
case $printed in *hunter3*) fail "a secret was told: $printed" ;; esac

# --- sick ---
# other_server <port file> <date> <content type> <body>: answers everything so, until it is killed
other_server() {
    python3 - "$@" <<'PYTHON' &
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def date_time_string(self, timestamp=None):
        return sys.argv[2]
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", sys.argv[3])
        self.end_headers()
        self.wfile.write(sys.argv[4].encode())
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
PYTHON
    other_pid=$!
    tries=0
    while [ ! -s "$1" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ]; then fail 'the other server does not start'; fi
        sleep 0.1
    done
    other=http://127.0.0.1:$(cat "$1")
}
other_server "$work/past" 'Sun, 01 Mar 2020 12:00:00 GMT' application/json '{"status":"ok"}'
doctor 1 --server "$other"
kill "$other_pid"
expect 'a clock far off, and a server of somebody else' '*problem *clock *seconds ahead of the server*-> set the date*problem *server *neither an answer nor a keyset*' "$printed"
other_server "$work/portal" "$(date -u '+%a, %d %b %Y %H:%M:%S GMT')" text/html '<html>Welcome to Hotel WiFi</html>'
doctor 1 --server "$other"
kill "$other_pid"
expect 'a sign-in page' '*ok *clock *ok *network *problem *server *web page*-> sign in*' "$printed"
doctor 1 --server http://127.0.0.1:1 --timeout 2000
expect 'nobody there' '*problem *network *-> check*problem *server *not reached*ok *license *ACTIVE*' "$printed"
doctor 1 --server https://nowhere.invalid --timeout 2000
expect 'no such name' '*problem *network *' "$printed"
case $server in http://*) tls_here=https://${server#http://} ;; esac
doctor 1 --server "$tls_here" --timeout 2000
expect 'https where http is spoken' '*ok *network *problem *tls *' "$printed"
"$validator" init --data "$work/other-vendor" --brand Other --slug other --json >"$work/other.json" 2>>"$work/vendor.log"
ours=$roots
roots=$(field root_public_jwks_file <"$work/other.json")
doctor 1 --server "$server"
expect "another brand's roots" '*problem *server *problem *keys *no root key*problem *license *' "$printed"
roots=$work/nowhere
doctor 1 --server "$server"
expect 'no roots' '*problem *keys *there is no file*' "$printed"
roots=$ours
vendor license suspend --license "$id" --json >/dev/null
"$command" status --online --product till --roots "$roots" --data "$work/state" --hardware-root "$work/till" \
    --server "$server" >/dev/null || true
doctor 1
expect 'suspended' '*problem *license *SUSPENDED (vendor*-> ask the vendor*' "$printed"
state >"$work/before"
mv "$work/till" "$work/till-was" && mv "$work/other" "$work/till"
doctor 1
expect 'on another machine' '*problem *store *another machine*' "$printed"
printf 'damaged' >"$work/state/keyset"
doctor 1
expect 'a damaged keyset' '*problem *keys *' "$printed"
[ "$(cat "$work/state/keyset")" = damaged ] || fail 'doctor set the keyset aside'
[ -z "$(find "$work/state" -name '*.bad*')" ] || fail 'doctor set something aside'
if [ "$(id -u)" != 0 ]; then
    chmod a-w "$work/state"
    doctor 1
    expect 'a directory that cannot be written' '*problem *store *cannot be written*' "$printed"
    chmod u+w "$work/state"
fi
