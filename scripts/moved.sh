#!/bin/sh
# Makes what was built usable again after the checkout was copied or moved: takes away just what knows
# the place where it was built. Quick when nothing has moved.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)

# Swift's compiled modules name the folder of their cache and are refused in another. The plan of the
# last build says where that was.
for build in .build .build-* examples/sandbox/.build; do
    [ -d "$build" ] || continue
    for plan in "$build"/release.yaml "$build"/debug.yaml; do
        [ -e "$plan" ] || continue
        grep -qF "\"$here/$build/" "$plan" || rm -rf "$build"/*/*/ModuleCache
    done
done

# The programs of the tests and examples look for the library where it was.
[ "$(cat build/place 2> /dev/null)" = "$here" ] || {
    rm -rf build/tests build/examples
    mkdir -p build
    echo "$here" > build/place
}
