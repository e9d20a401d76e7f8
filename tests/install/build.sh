#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh <source> <preset> <folder>: builds a preset with warnings as errors.
set -eu
cd "$1"
if command -v ninja >/dev/null; then export CMAKE_GENERATOR=Ninja; fi
cmake --preset "$2" -B "$3" -DPOSPAL_WERROR=ON >/dev/null
cmake --build "$3" --parallel "$(nproc 2>/dev/null || echo 2)"
