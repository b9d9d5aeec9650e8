#!/bin/sh
# Builds Debian packages from the source archive of `make dist`, into build/deb, and lets lintian look at them.
# packaging/debian is what they are made by. DEBFULLNAME and DEBEMAIL say who made them.
set -eu
cd "$(dirname "$0")/.."

version=$(scripts/version.sh)
SOURCE_DATE_EPOCH=$(scripts/source-date.sh)
export SOURCE_DATE_EPOCH
deb=$PWD/build/deb
rm -rf "$deb"
mkdir -p "$deb"
scripts/dist.sh sources
cp "build/dist/libresponses-$version.tar.gz" "$deb/libresponses_$version.orig.tar.gz"
cd "$deb"
tar -xf "libresponses_$version.orig.tar.gz"
cd "libresponses-$version"
cp -R packaging/debian debian

who="${DEBFULLNAME:-The libresponses authors} <${DEBEMAIL:-libresponses@libresponses.invalid}>"
cat > debian/changelog << END
libresponses ($version-1) UNRELEASED; urgency=medium

  * The changes are in CHANGELOG.md, which is the changelog of the packages.

 -- $who  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
# Since when each function has been there is on record in abi/.
{
    echo "libresponses.so.0 libresponses0 #MINVER#"
    echo "* Build-Depends-Package: libresponses-dev"
    sed -n 's/^\(responses_[a-z0-9_]*\) \(.*\)/ \1@RESPONSES_0 \2/p' abi/symbols-in-versions.txt
} > debian/libresponses0.symbols

# What the machine sets for others (flags, jobs, a Python of its own) is not for a package.
if ! env -u CFLAGS -u LDFLAGS -u MAKEFLAGS -u MAKELEVEL -u LIB_DIR -u INCLUDE_DIR -u SANDBOX -u EXAMPLES \
    dpkg-buildpackage -us -uc > "$deb/log" 2>&1; then
    tail -n 40 "$deb/log" >&2
    echo "The whole log is build/deb/log." >&2
    exit 1
fi
cd "$deb"
lintian --allow-root --no-cfg --profile debian --display-info --fail-on error,warning,info ./*.changes
LC_ALL=C find . -maxdepth 1 \( -name '*.deb' -o -name '*.dsc' -o -name '*.tar.*' \) -type f |
    sed 's|^\./||' | sort | xargs sha256sum > SHA256SUMS
sed 's|.* |build/deb/|' SHA256SUMS
