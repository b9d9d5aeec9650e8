#!/bin/sh
# Builds the library and lays it out below build/ as it would be installed.
# SWIFT_BUILD_FLAGS are more options for `swift build`.
set -eu
cd "$(dirname "$0")/.."

version=$(scripts/version.sh)
soname=libresponses.so.${version%%.*}
built=.build/release/libresponses.so
library=build/lib/libresponses.so.$version

# shellcheck disable=SC2086 # a list of options
swift build -c release --disable-local-rpath --product responses ${SWIFT_BUILD_FLAGS:-}

mkdir -p build/lib/pkgconfig build/include
if [ ! -e "$library" ] || [ -n "$(find "$built" -newer "$library")" ]; then
    # The symbols go into a file of their own, which debuggers find by the link.
    objcopy --only-keep-debug "$built" "$library.debug"
    objcopy --strip-all --add-gnu-debuglink="$library.debug" "$built" "$library.new"
    chmod 644 "$library.debug" "$library.new"
    mv "$library.new" "$library"
fi
ln -sf "libresponses.so.$version" "build/lib/$soname"
ln -sf "$soname" build/lib/libresponses.so
for header in responses.h responses_jansson.h; do
    cmp -s "include/$header" "build/include/$header" || cp "include/$header" build/include/
done
for package in responses responses-jansson; do
    # shellcheck disable=SC2016 # ${pcfiledir} is pkg-config's: the tree works wherever it lies
    scripts/pc.sh "$package" '${pcfiledir}/../..' '${pcfiledir}/../../lib' \
        '${pcfiledir}/../../include' > "build/lib/pkgconfig/$package.pc"
done
