#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The fake of Stripe's API, held to its shapes by Stripe's own client. 77: that is not installed.
set -eu

node=$(CDPATH='' cd -- "$(dirname -- "$0")/../../node" && pwd)
if ! command -v node >/dev/null || [ ! -d "$node/node_modules/stripe" ]; then
    echo "skipped: tests/node/node_modules is missing; ./dev setup installs it"
    exit 77
fi
exec node --test "$node/stripe_fake.test.mjs"
