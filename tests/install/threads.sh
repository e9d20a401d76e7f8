#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# threads.sh <source> <folder>: the tests of threads under ThreadSanitizer, which AddressSanitizer's build can't hold: many threads, clients
# and processes at once, on SQLite.
set -eu
cd "$1"
if command -v ninja >/dev/null; then export CMAKE_GENERATOR=Ninja; fi
cmake --preset tsan -B "$2" -DPOSPAL_WERROR=ON >/dev/null
cmake --build "$2" --parallel "$(nproc 2>/dev/null || echo 2)" --target \
    contract_sdk_stress contract_sdk_threads contract_sdk_tasks contract_session_threads test_writer test_sessions_shared
ctest --test-dir "$2" --output-on-failure --no-tests=error \
    -R '^(contract\.(sdk_stress|sdk_threads|sdk_tasks|session_threads)|unit\.(writer|sessions_shared))$'
