#!/bin/sh
# Records the interface of the header in abi/: the exported names, since when each has been there,
# and the types. Refuses a change that breaks programs; before a first release, or along with a new
# soname, ALLOW_BREAK=1 lets it pass.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

scripts/abi-dump.sh > "$scratch/abi"
if [ -e abi/responses-0.abi ] && [ "${ALLOW_BREAK:-}" != 1 ]; then
    status=0
    abidiff --no-architecture abi/responses-0.abi "$scratch/abi" || status=$?
    # Bit 3 is set when the change is an incompatible one; bits 0 and 1 are errors.
    if [ $((status & 11)) != 0 ]; then
        echo "This breaks programs. ALLOW_BREAK=1 records it all the same." >&2
        exit 1
    fi
fi
cp "$scratch/abi" abi/responses-0.abi
python3 scripts/header.py functions > abi/symbols.txt

# Names that are listed keep their version, new ones get the present one.
{ python3 scripts/header.py functions && python3 scripts/header.py constants; } |
    LC_ALL=C sort > "$scratch/names"
touch abi/symbols-in-versions.txt
awk -v now="$(scripts/version.sh)" '
    FILENAME == ARGV[1] { since[$1] = $2; next }
    { print $1, ($1 in since) ? since[$1] : now }' \
    abi/symbols-in-versions.txt "$scratch/names" > "$scratch/in-versions"
cp "$scratch/in-versions" abi/symbols-in-versions.txt
