#!/bin/sh
# Gets the sources that a self-contained library is made of, with Debian's security patches, into
# build/bundle/sources. apt checks them against the signed list of the release that this system is.
#   sources.sh NAME...     source packages; unpacked as build/bundle/sources/NAME
# What is there stays. `make update-bundle` asks for newer ones.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
mkdir -p build/bundle/sources

wanted=
for name; do
    [ -e "build/bundle/sources/$name/unpacked" ] || wanted="$wanted $name"
done
[ -n "$wanted" ] || exit 0

# shellcheck disable=SC1091 # it is looked at by itself
. "$here/lists.sh"
update || echo "warning: not every mirror of /etc/apt answers." >&2
cd build/bundle/sources

# The newest version is the patched one. A mirror may lack it for a while: then an older one, aloud.
for name in $wanted; do
    for version in $(versions "$name") none; do
        if [ "$version" = none ]; then
            echo "No sources of $name can be had: /etc/apt needs a list with main, and its mirror the sources." >&2
            exit 1
        fi
        rm -rf "$name" "$name".new
        mkdir "$name".new
        if (cd "$name".new && apt-get source -qq --download-only "$name=$version") > apt.log 2>&1; then
            break
        fi
        echo "warning: $name $version could not be fetched; trying an older one:" >&2
        sed -n 's/^E: /    /p' apt.log >&2
    done
    (
        cd "$name".new
        dpkg-source --no-check -x ./*.dsc tree > unpack.log 2>&1 || { cat unpack.log >&2 && exit 1; }
        echo "$version" > version
        : > unpacked
    )
    mv "$name".new "$name"
    echo "$name $version"
done
