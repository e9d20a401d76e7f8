#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# installed.sh <prefix> <settings>: a vendor and a till with the programs, the library and the headers that are installed there.
# integration/vendor.sh sets most of the variables used here: it makes a validator's data with the installed program and serves it.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
export POSPAL_CONFIG="$2"
. "$here/../integration/vendor.sh"
prefix=$1

# Each setting of the example is known: the first that is not is the one behind them all.
{ sed -n 's/^#\([a-z_]* = .*\)$/\1/p' "$POSPAL_CONFIG"; echo 'no_such_setting = 1'; } >"$work/all.conf"
code=0
printed=$("$validator" serve --data "$work/vendor" --config "$work/all.conf" 2>&1) || code=$?
expect 'the example settings' '2 *no setting "no_such_setting"*' "$code $printed"

pc=$(find "$prefix" -name pospal-license.pc)
export PKG_CONFIG_PATH="${pc%/*}"
libdir=$(pkg-config --variable=libdir pospal-license)
version=$(pkg-config --modversion pospal-license)

expect 'pospal-validator version' "*$version*" "$("$validator" version)"
expect 'pospal-license version' "*$version*" "$("$command" version)"
expect '/readyz' '200' "$(curl -s -o "$work/readyz" -w '%{http_code}' "$server/readyz")"
expect '/docs' '*docs/swagger-ui-bundle.js*' "$(curl -s "$server/docs")"
expect '/health' '*"status":"ok"*' "$(curl -s "$server/health")"

# The words of pkg-config are meant to be split.
# shellcheck disable=SC2046
"${CC:-cc}" -o "$work/minimal" "$here/../../examples/minimal.c" $(pkg-config --cflags --libs pospal-license)
machine till
TILL_ROOT_KEYS=$(cat "$roots")
export TILL_ROOT_KEYS TILL_SERVER="$server" TILL_DATA="$work/data" TILL_HARDWARE="$work/till" LD_LIBRARY_PATH="$libdir"
expect 'minimal.c, activated' 'ACTIVE (in_order)' "$(TILL_LICENSE_KEY=$key "$work/minimal")"
stop_server
expect 'minimal.c, without its server' 'ACTIVE (in_order)' "$("$work/minimal")"
