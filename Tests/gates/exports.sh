#!/bin/sh
# The library exports exactly the functions that the header declares, all in version node
# RESPONSES_0, and the lists in abi/ say the same.
set -eu

python3 scripts/header.py functions > "$SCRATCH/header"
python3 scripts/header.py constants > "$SCRATCH/constants"
python3 scripts/header.py values > "$SCRATCH/values"
nm -D --defined-only --extern-only "$LIB_DIR/libresponses.so" | awk '$2 != "A" { print $3 }' |
    LC_ALL=C sort > "$SCRATCH/versioned"
sed 's/@@RESPONSES_0$//' "$SCRATCH/versioned" > "$SCRATCH/exported"
LC_ALL=C sort "$SCRATCH/header" "$SCRATCH/constants" > "$SCRATCH/names"
awk '{ print $1 }' abi/symbols-in-versions.txt > "$SCRATCH/in-versions"

failed=0
# same WHAT EXPECTED FOUND: two sorted lists
same() {
    if ! diff "$2" "$3" > "$SCRATCH/diff"; then
        echo "   $1 ('<' is missing, '>' is too much):"
        grep '^[<>]' "$SCRATCH/diff" | sed 's/^/     /'
        failed=1
    fi
}
same "exported, against the header" "$SCRATCH/header" "$SCRATCH/exported"
same "abi/symbols.txt, against the header" "$SCRATCH/header" abi/symbols.txt
same "abi/constants.txt, against the header" "$SCRATCH/values" abi/constants.txt
same "abi/symbols-in-versions.txt, against the header" "$SCRATCH/names" "$SCRATCH/in-versions"
if grep -v '^RESPONSES_[A-Z0-9_]* [0-9]*\.[0-9]*\.[0-9]*$\|^responses_[a-z_]* [0-9]*\.[0-9]*\.[0-9]*$' \
    abi/symbols-in-versions.txt; then
    echo "   abi/symbols-in-versions.txt: not of the form 'name version'"
    failed=1
fi
echo "   $(wc -l < "$SCRATCH/header") functions, $(wc -l < "$SCRATCH/constants") constants"
exit $failed
