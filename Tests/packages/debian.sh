#!/bin/sh
# The packages in minimal roots of Debian 13 and 12: installed, used as their own test does it, removed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC1091 # it is looked at by itself
. "$here/roots.sh"

ls build/deb/*.deb > /dev/null 2>&1 || scripts/build-deb.sh > /dev/null
version=$(scripts/version.sh)

# The debug symbols are those of the library.
library=$SCRATCH/library
dpkg-deb -x build/deb/libresponses0_"$version"*.deb "$library"
dpkg-deb -x build/deb/libresponses0-dbgsym_*.deb "$library"
id=$(readelf -nW "$library"/usr/lib/*/libresponses.so.0 | sed -n 's/.*Build ID: //p')
[ -e "$library/usr/lib/debug/.build-id/$(echo "$id" | cut -c 1-2)/$(echo "$id" | cut -c 3-).debug" ]

for suite in trixie bookworm; do
    fresh "$suite"
    root=${root:?}
    cp build/deb/*.deb "$root/srv/packages/"
    rm "$root"/srv/packages/*-dbgsym_*
    install_in_root make gcc libc6-dev pkg-config
    find "$root" -xdev ! -path "$root/var/*" ! -path "$root/srv/packages*" | LC_ALL=C sort > "$SCRATCH/before"
    # shellcheck disable=SC2046 # names without spaces
    install_in_root $(find "$root/srv/packages" -name '*.deb' | sed "s|^$root||")
    cp packaging/debian/tests/stream "$root/srv/packages/"
    inside sh /srv/packages/stream > "$SCRATCH/answer"
    sed "s/^/   $suite: /" "$SCRATCH/answer" | cut -c 1-100
    grep -q "You said" "$SCRATCH/answer"
    # Removed, nothing of theirs is left.
    inside apt-get -qq -y purge libresponses0 libresponses-request0 libresponses-dev responses \
        > "$SCRATCH/apt.log" 2>&1
    find "$root" -xdev ! -path "$root/var/*" ! -path "$root/srv/packages*" | LC_ALL=C sort |
        comm -13 "$SCRATCH/before" - | grep -i responses && {
        echo "   $suite: these files are left"
        exit 1
    }
    rm -rf "$root"
done
