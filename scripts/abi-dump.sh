#!/bin/sh
# Prints the interface of the header, functions and types, as libabigail's XML.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 scripts/header.py anchor > "$scratch/anchor.c"
cp abi/responses.map "$scratch/"

# In the scratch directory, so that no path finds its way into what is recorded.
cd "$scratch"
gcc -g -shared -fPIC anchor.c -o libresponses.so.0 \
    -Wl,-soname,libresponses.so.0 -Wl,--version-script=responses.map
abidw --no-corpus-path --no-comp-dir-path --no-show-locs libresponses.so.0
