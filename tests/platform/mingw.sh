#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mingw.sh <source>: the Windows files compile without a warning.
set -eu
cd "$1"
cc=x86_64-w64-mingw32-gcc
command -v "$cc" >/dev/null || { echo "skipped: no $cc here (Debian: gcc-mingw-w64-x86-64)"; exit 77; }

files=$(find lib -name '*_windows.c' | sort)
[ -n "$files" ] || { echo "no *_windows.c under lib/: is the list wrong?"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in $files; do
    echo "$file"
    "$cc" -std=c11 -D_WIN32_WINNT=0x0601 -DPOSPAL_VERSION_STRING='"0"' -Wall -Wextra -Werror -Iinclude -Ilib \
        -c -o "$work/object.o" "$file"
done
