#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh lint | check RECORD | test: what node does for the tests, with the packages that package-lock.json names and without a network.
#   lint          docs/openapi.json by all rules of redocly.yaml
#   check RECORD  exchanges, one JSON object a line, against docs/openapi.json: conform.mjs
#   test          that conform.mjs refuses what it should
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
fail() { echo "$*" >&2; exit 1; }

command -v node >/dev/null || fail "the contract cannot be tested: there is no node here; ./dev setup installs it"
cmp -s "$here/package-lock.json" "$here/node_modules/.installed" ||
    fail "the contract cannot be tested: tests/node/node_modules is missing or old; ./dev setup installs it from the npm registry"
export REDOCLY_SUPPRESS_UPDATE_NOTICE=true REDOCLY_TELEMETRY=off
case ${1:-} in
    lint) exec node "$here/node_modules/@redocly/cli/bin/cli.js" lint "$here/../../docs/openapi.json" --config "$here/redocly.yaml" --lint-config error ;;
    check) exec node "$here/conform.mjs" "$here/../../docs/openapi.json" "$2" ;;
    test) exec node --test "$here/conform.test.mjs" ;;
    *) fail "run.sh lint | check RECORD | test" ;;
esac
