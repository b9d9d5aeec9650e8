#!/bin/sh
# A checkout that was copied or moved gets rid of what knows its old place, and of nothing else.
set -eu

tree=$SCRATCH/moved
old=$tree/old new=$tree/new
mkdir -p "$old/scripts" "$old/build/tests" "$old/build/lib" "$old/.build/x86_64-unknown-linux-gnu/release/ModuleCache" \
    "$old/examples/sandbox/.build/x86_64-unknown-linux-gnu/release/ModuleCache"
cp scripts/moved.sh "$old/scripts/"
echo "inputs: [\"$old/.build/x\"]" > "$old/.build/release.yaml"
echo "inputs: [\"$old/examples/sandbox/.build/x\"]" > "$old/examples/sandbox/.build/release.yaml"
echo "$old" > "$old/build/place"

has() { [ -d "$1" ] || { echo "   ${1#"$tree/"} is gone" && failed=1; }; }
has_not() { [ ! -d "$1" ] || { echo "   ${1#"$tree/"} is still there" && failed=1; }; }
failed=0
"$old/scripts/moved.sh"
has "$old/build/tests"
has "$old/.build/x86_64-unknown-linux-gnu/release/ModuleCache"
has "$old/examples/sandbox/.build/x86_64-unknown-linux-gnu/release/ModuleCache"

cp -R "$old" "$new"
"$new/scripts/moved.sh"
has_not "$new/build/tests"
has "$new/build/lib"
has_not "$new/.build/x86_64-unknown-linux-gnu/release/ModuleCache"
has_not "$new/examples/sandbox/.build/x86_64-unknown-linux-gnu/release/ModuleCache"
has "$new/.build/x86_64-unknown-linux-gnu/release"
[ "$(cat "$new/build/place")" = "$new" ] || { echo "   the new place is not noted" && failed=1; }
echo "   what knows the old place"
exit $failed
