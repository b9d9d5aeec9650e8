#!/bin/sh
# Gets the sources that a self-contained library is made of, with Debian's security patches, into
# build/bundle/sources. apt checks them against the signed list of the release that this system is.
# A machine with no lists of sources needs none: they are read beside the system's own.
#   sources.sh NAME...     source packages; unpacked as build/bundle/sources/NAME
# What is there stays. `make update-bundle` asks for newer ones.
set -eu
cd "$(dirname "$0")/../.."

mkdir -p build/bundle/apt/parts build/bundle/apt/lists/partial build/bundle/apt/archives/partial \
    build/bundle/sources
apt=$PWD/build/bundle/apt
cd build/bundle/sources

wanted=
for name; do
    [ -e "$name/unpacked" ] || wanted="$wanted $name"
done
[ -n "$wanted" ] || exit 0

# The system's own lists, as lists of sources: both forms of them.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $list in
    *.list) sed -n 's/^deb\(-src\)\{0,1\} /deb-src /p' "$list" | sort -u ;;
    *.sources) sed 's/^Types:.*/Types: deb-src/' "$list" ;;
    *) continue ;;
    esac > "$apt/parts/${list##*/}"
done 2> /dev/null
cat > "$apt/apt.conf" << END
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt";
APT::Sandbox::User "$(id -un)";
END
export APT_CONFIG="$apt/apt.conf"
apt-get update -qq

# The newest version is the patched one. A mirror may lack it for a while: then an older one, aloud.
for name in $wanted; do
    for version in $(apt-cache showsrc --only-source "$name" | sed -n 's/^Version: //p' | sort -u |
        sort -t. -rV) none; do
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
