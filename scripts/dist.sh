#!/bin/sh
# Makes archives in build/dist, the same bytes whenever and wherever it is done, with their checksums in
# SHA256SUMS:
#   dist.sh sources                the sources of HEAD
#   dist.sh portable FOLDER ARCH   the portable library of a folder, headers, pkg-config file and licence
set -eu
cd "$(dirname "$0")/.."

name=libresponses-$(scripts/version.sh)
dist=$PWD/build/dist
mkdir -p "$dist"

# checksums: of all archives that are there
checksums() {
    (cd "$dist" && LC_ALL=C find . -maxdepth 1 -name 'libresponses-*' -type f | sed 's|^\./||' | sort |
        xargs sha256sum > SHA256SUMS)
    echo "build/dist/$1"
}

case $1 in
    sources)
        [ -e .git ] || {
            echo "make dist packs what is committed, and this is no git checkout." >&2
            exit 1
        }
        [ -z "$(git status --porcelain)" ] ||
            echo "Changes that are not committed are not in the archive." >&2
        # By way of a file, so that a failure is seen.
        git archive --format=tar --prefix="$name/" -o "$dist/$name.tar" HEAD
        gzip -9 -n -f "$dist/$name.tar"
        checksums "$name.tar.gz"
        ;;
    portable)
        scratch=$(mktemp -d)
        trap 'rm -rf "$scratch"' EXIT
        root=$scratch/$name-linux-$3
        soname=libresponses.so.$(scripts/version.sh | cut -d . -f 1)
        version=libresponses.so.$(scripts/version.sh)
        install -d "$root/lib/pkgconfig" "$root/include/responses"
        install -m 644 "$2/$soname" "$root/lib/$version"
        ln -s "$version" "$root/lib/$soname"
        ln -s "$soname" "$root/lib/libresponses.so"
        # Headers that need no other library of ours.
        install -m 644 include/responses.h include/responses_jansson.h bindings/cpp/responses.hpp \
            "$root/include/"
        install -m 644 bindings/cpp/responses/*.hpp "$root/include/responses/"
        find bindings/c -maxdepth 1 -name 'responses_*.h' ! -name 'responses_request*' \
            -exec install -m 644 {} "$root/include/" \;
        for package in responses responses-jansson; do
            # shellcheck disable=SC2016 # ${pcfiledir} is pkg-config's: the tree works wherever it lies
            scripts/pc.sh "$package" '${pcfiledir}/../..' '${pcfiledir}/../../lib' \
                '${pcfiledir}/../../include' > "$root/lib/pkgconfig/$package.pc"
        done
        chmod 644 "$root"/lib/pkgconfig/*.pc
        install -m 644 LICENSE CHANGELOG.md "$root/"
        tar -C "$scratch" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
            --mode=u+rw,go=rX --mtime="@$(scripts/source-date.sh)" \
            -cf "$dist/$name-linux-$3.tar" "${root##*/}"
        gzip -9 -n -f "$dist/$name-linux-$3.tar"
        checksums "$name-linux-$3.tar.gz"
        ;;
esac
