#!/bin/sh
# Records the interface of the header in abi/: the exported names, since when each has been there,
# the types, and the values of the constants. Refuses a change that breaks programs; before a first release, or along with a new
# soname, ALLOW_BREAK=1 lets it pass.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

scripts/abi-dump.sh > "$scratch/abi"
python3 scripts/header.py values > "$scratch/constants"

# More functions and constants are welcome; any other difference breaks a program somewhere.
if [ -e abi/responses-0.abi ] && [ "${ALLOW_BREAK:-}" != 1 ]; then
    breaks=0
    abidiff --no-architecture --no-added-syms abi/responses-0.abi "$scratch/abi" || breaks=1
    ! grep -vxFf "$scratch/constants" abi/constants.txt || breaks=1
    if [ $breaks = 1 ]; then
        echo "This breaks programs. ALLOW_BREAK=1 records it all the same." >&2
        exit 1
    fi
fi
cp "$scratch/abi" abi/responses-0.abi
cp "$scratch/constants" abi/constants.txt
python3 scripts/header.py functions > abi/symbols.txt
python3 scripts/header.py make

# Names that are listed keep their version, new ones get the present one.
{ python3 scripts/header.py functions && python3 scripts/header.py constants; } |
    LC_ALL=C sort > "$scratch/names"
touch abi/symbols-in-versions.txt
awk -v now="$(scripts/version.sh)" '
    FILENAME == ARGV[1] { since[$1] = $2; next }
    { print $1, ($1 in since) ? since[$1] : now }' \
    abi/symbols-in-versions.txt "$scratch/names" > "$scratch/in-versions"
cp "$scratch/in-versions" abi/symbols-in-versions.txt
