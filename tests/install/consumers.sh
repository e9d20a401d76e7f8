#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# consumers.sh <release build> <version>: installs into an empty prefix and builds a stranger's program against it, with
# CMake and with pkg-config, with the shared library and with the archive, and runs all four.
set -eu

build=$1
version=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
pc=$(find "$work/prefix" -name pospal-license.pc)
export PKG_CONFIG_PATH="${pc%/*}"
libdir=$(pkg-config --variable=libdir pospal-license)
cc=${CC:-cc}

expect() {
    printed=$(env ${3:+"LD_LIBRARY_PATH=$3"} "$2")
    [ "$printed" = "$version" ] || { echo "$1: printed '$printed', not '$version'"; exit 1; }
    echo "$1: ok"
}

needs_our_library() { readelf -d "$1" | grep -q 'NEEDED.*libpospal-license'; }

cmake -S "$here/consumer" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/prefix" -DEXPECTED_VERSION="$version" >"$work/cmake.log" ||
    { cat "$work/cmake.log"; exit 1; }
cmake --build "$work/cmake" >>"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
expect 'CMake, shared' "$work/cmake/consumer_shared"
expect 'CMake, static' "$work/cmake/consumer_static"

# The words of pkg-config are meant to be split.
# shellcheck disable=SC2046
"$cc" -o "$work/shared" "$here/consumer/consumer.c" $(pkg-config --cflags --libs pospal-license)
expect 'pkg-config, shared' "$work/shared" "$libdir"
# shellcheck disable=SC2046
"$cc" -o "$work/static" "$here/consumer/consumer.c" $(pkg-config --static --cflags --libs pospal-license |
    sed 's/-lpospal-license/-l:libpospal-license.a/')
expect 'pkg-config, static' "$work/static"

# The C++ header, as each compiler here and each standard has it, without what it does not need.
compilers=
for cxx in g++ clang++; do
    ! command -v "$cxx" >/dev/null || compilers="$compilers $cxx"
done
[ -n "$compilers" ] || { echo 'no C++ compiler'; exit 1; }
for cxx in $compilers; do
    for standard in 17 20; do
        # shellcheck disable=SC2046
        "$cxx" "-std=c++$standard" -fno-exceptions -fno-rtti -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
            -o "$work/cpp" "$here/consumer/consumer.cpp" $(pkg-config --cflags --libs pospal-license)
        expect "$cxx, C++$standard" "$work/cpp" "$libdir"
    done
done

# That they are what they are called, and that the versions agree.
for program in "$work/cmake/consumer_shared" "$work/shared"; do
    needs_our_library "$program" || { echo "$program is not linked with the shared library"; exit 1; }
done
for program in "$work/cmake/consumer_static" "$work/static"; do
    if needs_our_library "$program"; then echo "$program is linked with the shared library"; exit 1; fi
done
[ "$(pkg-config --modversion pospal-license)" = "$version" ] || { echo "pospal-license.pc has another version"; exit 1; }

# Programs of ours that are installed run from there.
for program in pospal-license pospal-validator; do
    "$work/prefix/bin/$program" --version | grep -q -F "$version" || { echo "$program --version: no $version"; exit 1; }
    [ -s "$work/prefix/share/man/man1/$program.1" ] || { echo "$program.1 is not installed"; exit 1; }
    echo "$program: ok"
done
[ -s "$work/prefix/share/man/man3/libpospal-license.3" ] || { echo 'libpospal-license.3 is not installed'; exit 1; }

# Whoever loads the shared library must not pay for curl, SQLite and Mbed TLS.
if readelf -d "$libdir/libpospal-license.so" | grep 'NEEDED.*\(curl\|sqlite\|ssl\|mbed\)'; then
    echo "the shared library needs more than it should"
    exit 1
fi
