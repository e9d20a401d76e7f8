#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# debian.sh <release build>: makes the Debian packages of that build, looks into them, installs, removes and purges them below a root
# of its own, and has installed.sh use what was installed. Changes nothing outside a temporary directory. 77: not a Debian.
set -eu

build=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for program in dpkg dpkg-deb dpkg-shlibdeps cpack readelf; do
    command -v "$program" >/dev/null || { echo "skipped: there is no $program"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root

fail() { echo "failed: $*" >&2; exit 1; }
ok() { echo "ok: $*"; }

# package <name>: its file
package() { find "$work/packages" -maxdepth 1 -name "$1_*.deb"; }
# is_in <package> <pattern>: as `dpkg-deb --contents` shows it
is_in() { grep -q -- "$2" "$work/$1.contents" || fail "$1 has no $2"; }
# says <package> <field> <pattern>
says() { dpkg-deb --field "$(package "$1")" "$2" | grep -q -- "$3" || fail "$1: $2 is \"$(dpkg-deb --field "$(package "$1")" "$2")\", not $3"; }

cpack --config "$build/CPackConfig.cmake" -B "$work/packages" >"$work/cpack.log" 2>&1 || { cat "$work/cpack.log"; fail cpack; }
names='libpospal-license0 libpospal-license-dev pospal-license-tools pospal-validator'
for name in $names; do
    [ -f "$(package "$name")" ] || fail "there is not one package $name"
    dpkg-deb --contents "$(package "$name")" >"$work/$name.contents"
    says "$name" Maintainer '<.*@.*>'
    says "$name" Priority '^optional$'
    says "$name" Version '^[0-9.]*-1$'
    says "$name" Description '^[a-z].*'
    is_in "$name" "./usr/share/doc/$name/copyright"
    is_in "$name" "./usr/share/doc/$name/changelog.Debian.gz"
    if grep -v ' root/root ' "$work/$name.contents"; then fail "$name has files of somebody else"; fi
    if grep -v ' \./\(usr\|etc\)/\| \./$' "$work/$name.contents"; then fail "$name has files where no package may"; fi
    if grep '^[^l]....w\|^[^l].......w' "$work/$name.contents"; then fail "$name has files that others may write"; fi
done
ok 'four packages'

# What they need: by their ELF headers, and what is loaded at run time besides.
says libpospal-license0 Section '^libs$'
says libpospal-license0 Depends 'libc6 .*libsodium23'
for loaded in libcurl libsqlite3 libmbedcrypto; do
    says libpospal-license0 Depends "$loaded"
    says pospal-license-tools Depends "$loaded"
done
says libpospal-license-dev Depends 'libpospal-license0 (= [0-9.]*-1)'
for linked in libc6 libmicrohttpd12 libsodium23 libsqlite3-0 libmbedcrypto adduser; do says pospal-validator Depends "$linked"; done
ok 'dependencies'

is_in libpospal-license0 '/libpospal-license.so.[0-9.]*$'
is_in libpospal-license-dev '/libpospal-license.so -> '
for file in include/pospal/license.h include/pospal/license.hpp share/man/man3/libpospal-license.3.gz; do
    is_in libpospal-license-dev "./usr/$file\$"
done
for file in /libpospal-license.a /pkgconfig/pospal-license.pc /cmake/pospal-license/pospal-license-config.cmake; do
    is_in libpospal-license-dev "$file\$"
done
for file in bin/pospal-license share/man/man1/pospal-license.1.gz; do is_in pospal-license-tools "./usr/$file\$"; done
for file in bin/pospal-validator share/man/man1/pospal-validator.1.gz lib/systemd/system/pospal-validator.service \
    share/doc/pospal-validator/OPERATING.md share/doc/pospal-validator/monitoring/grafana.json \
    share/doc/pospal-validator/mappings/keygen.conf share/doc/pospal-validator/swagger-ui/NOTICE; do
    is_in pospal-validator "./usr/$file\$"
done
is_in pospal-validator './etc/pospal/validator.conf$'
dpkg-deb --info "$(package pospal-validator)" conffiles | grep '^/etc/pospal/validator.conf$' >"$work/conffiles" || fail 'validator.conf is no conffile'
ok 'contents'

# installed <words>: dpkg below the root of our own. Dependencies are this machine's.
installed() {
    dpkg --root="$root" --force-not-root --force-script-chrootless --force-depends "$@" >>"$work/dpkg.log" 2>&1 ||
        { cat "$work/dpkg.log"; fail "dpkg $*"; }
}
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/triggers" "$root/var/lib/pospal"
: >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
: >"$work/dpkg.log"
users=$(cksum </etc/passwd)
# Ours have no spaces in their names.
# shellcheck disable=SC2046
installed --install $(for name in $names; do package "$name"; done)
ok 'installed'

sh "$here/installed.sh" "$root/usr" "$root/etc/pospal/validator.conf"

unit=$root/usr/lib/systemd/system/pospal-validator.service
if command -v systemd-analyze >/dev/null; then
    sed "s|/usr/bin/pospal-validator|$root/usr/bin/pospal-validator|; /^Documentation=/d" "$unit" >"$work/pospal-validator.service"
    said=$(systemd-analyze verify --man=no "$work/pospal-validator.service" 2>&1) || fail "systemd-analyze verify: $said"
    case $said in *pospal-validator*) fail "systemd-analyze verify: $said" ;; esac
    ok 'the unit is well-formed'
else
    echo 'the unit: not verified, there is no systemd-analyze'
fi
if command -v lintian >/dev/null; then
    root_word=
    [ "$(id -u)" != 0 ] || root_word=--allow-root
    lintian $root_word --fail-on error "$work"/packages/*.deb >"$work/lintian.log" 2>&1 || { cat "$work/lintian.log"; fail lintian; }
    ok 'lintian finds no error'
else
    echo 'lintian: not asked, it is not there'
fi

# Settings are kept when the package is removed and gone when it is purged; what customers paid for is kept in any case.
echo 'loops = 1' >>"$root/etc/pospal/validator.conf"
echo data >"$root/var/lib/pospal/validator.db"
installed --remove pospal-validator
[ ! -e "$root/usr/bin/pospal-validator" ] || fail 'removed, but the program is there'
grep -q 'loops = 1' "$root/etc/pospal/validator.conf" || fail 'removed, and the settings are gone'
# shellcheck disable=SC2086 # a list of words
installed --purge $names
left=$(find "$root/usr" "$root/etc" -type f 2>/dev/null || true)
[ -z "$left" ] || fail "purged, but there is $left"
[ -s "$root/var/lib/pospal/validator.db" ] || fail 'a purge deletes licenses'
grep -q 'kept in .*/var/lib/pospal' "$work/dpkg.log" || fail 'a purge does not say what it keeps'
[ "$users" = "$(cksum </etc/passwd)" ] || fail 'below another root, a user of this machine was made'
ok 'removed and purged'
