#!/bin/sh
# The declarations for Fortran and COBOL, and the calls of the COBOL examples, are those of the headers.
set -u
cd "$(dirname "$0")/../../../examples/legacy" || exit 1

out=$OUT/legacy
mkdir -p "$out"
headers="$INCLUDE_DIR/responses.h ../../bindings/c/responses_request.h"

# same LANGUAGE FILE: what is written from the headers is what is there
same() {
    # shellcheck disable=SC2086 # a list of files
    if python3 declarations.py "$1" $headers | diff "$2" - > "$out/diff"; then
        echo "ok    $2 is what the headers say"
    else
        echo "FAIL  $2 is not what the headers say; write it anew with declarations.py $1"
        head -20 "$out/diff"
    fi
}
same fortran responses.f90
same cobol responses.cpy
if python3 check-calls.py "$headers" [01]*.cob ./*.cpy > "$out/calls"; then
    echo "ok    the calls of the COBOL examples: $(tail -n 1 "$out/calls")"
else
    echo "FAIL  the calls of the COBOL examples"
    cat "$out/calls"
fi
