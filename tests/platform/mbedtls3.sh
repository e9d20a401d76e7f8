#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mbedtls3.sh <source> <cache folder>: the files that know Mbed TLS compile against 3.x too. Where the system's own is 2.28,
# the headers come from the next Debian's package, fetched by apt from this machine's own mirror and unpacked aside.
set -eu
cd "$1"
cache=$2
next=trixie
cc=${CC:-cc}

skip() { echo "skipped: $*"; exit 77; }

# The major version of the headers in a folder, or of the system's.
major() {
    echo '#include <mbedtls/version.h>' | "$cc" ${1:+-isystem "$1"} -E -dM - 2>/dev/null |
        awk '$2 == "MBEDTLS_VERSION_MAJOR" { print $3 }'
}

# An apt of our own: its lists, cache and sources lie in the work folder; mirror, keys and proxies are the machine's.
fetch() {
    command -v apt-get >/dev/null || skip "no apt here"
    # shellcheck disable=SC2016 # apt's own substitution
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null |
        grep -v -e security -e file: | head -n 1)
    [ -n "$mirror" ] || skip "apt has no Debian mirror to ask for $next"
    work=$cache/apt
    rm -rf "$work"
    mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/deb"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring] $mirror $next main" >"$work/sources.list"
    : >"$work/status"
    set -- -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- -o Dir::Etc::Preferences=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" -o Dir::Cache="$work" \
        -o Dir::Cache::Archives="$work/archives" -o APT::Sandbox::User="$(id -un)" \
        -o Acquire::Languages=none -o Acquire::Retries=2 -o APT::Update::Post-Invoke-Success::=
    if ! apt-get "$@" -o APT::Update::Error-Mode=any update >"$work/log" 2>&1 ||
        ! (cd "$work/deb" && apt-get "$@" download libmbedtls-dev >>"$work/log" 2>&1); then
        tail -n 5 "$work/log"
        skip "libmbedtls-dev of $next could not be fetched"
    fi
    dpkg-deb -x "$work"/deb/libmbedtls-dev_*.deb "$work/unpacked"
    rm -rf "$cache/include"
    mv "$work/unpacked/usr/include" "$cache/include" # last, so that a half-filled cache is never taken for a full one
    rm -rf "$work"
}

headers=
if [ "$(major '')" != 3 ]; then
    headers=$cache/include
    [ -d "$headers/mbedtls" ] || fetch
    [ "$(major "$headers")" = 3 ] || { echo "$headers: not Mbed TLS 3"; exit 1; }
fi

files=$(grep -rlE --include='*.c' '<mbedtls/|"crypto/mbedtls_functions.h"' lib || true)
[ -n "$files" ] || { echo "no file under lib/ includes <mbedtls/>: is the search wrong?"; exit 1; }
for file in $files; do
    echo "$file"
    "$cc" -std=c11 -fsyntax-only -DPOSPAL_MBEDCRYPTO_SONAME='"libmbedcrypto.so.16"' -Wall -Wextra -Werror ${headers:+-isystem "$headers"} -Iinclude -Ilib "$file"
done
