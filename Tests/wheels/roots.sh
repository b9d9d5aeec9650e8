#!/bin/sh
# Makes small Debian systems in $ROOTS, with Python and Ruby and without libcurl, unless they are there.
# Needs root and debootstrap, and some minutes each. MIRROR is where they come from, if it is set.
#   roots.sh SUITE...
set -eu

mkdir -p "$ROOTS"
for suite; do
    root=$ROOTS/$suite-wheels
    [ ! -d "$root" ] || continue
    # The gem wants Ruby 3.1, and Debian 11 has 2.7.
    packages=python3,python3-venv
    [ "$suite" = bullseye ] || packages=$packages,ruby,ruby-ffi
    rm -rf --one-file-system "$root.new"
    echo "Making a root of $suite"
    if ! debootstrap --variant=minbase --include="$packages" "$suite" "$root.new" \
        ${MIRROR:+"$MIRROR"} > "$root.log" 2>&1; then
        tail -n 5 "$root.log" >&2
        exit 1
    fi
    rm -rf "$root.new/var/cache/apt/archives" "$root.new/var/lib/apt/lists"
    mv "$root.new" "$root"
done
