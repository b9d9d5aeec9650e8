#!/bin/sh
# The Fortran and COBOL examples: their declarations are those of the headers, and they are built with
# libresponses-request and run.
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
if python3 check-calls.py "$headers" 0*.cob > "$out/calls"; then
    echo "ok    the calls of the COBOL examples: $(tail -n 1 "$out/calls")"
else
    echo "FAIL  the calls of the COBOL examples"
    cat "$out/calls"
fi

make -s -C ../../bindings/c OUT="$out" || echo "FAIL  libresponses-request is not built"
printf 'Name: responses\nDescription: in place\nVersion: %s\nLibs: -L%s -lresponses\nCflags: -I%s\n' \
    "$(../../scripts/version.sh)" "$LIB_DIR" "$INCLUDE_DIR" > "$out/lib/pkgconfig/responses.pc"
PKG_CONFIG_PATH=$out/lib/pkgconfig make -s OUT="$out" FFLAGS='-O1 -g -Werror' \
    LDFLAGS="-Wl,-rpath,$out/lib:$LIB_DIR" || echo "FAIL  the examples do not compile"

# run PROGRAM PATTERN
run() {
    if [ ! -x "$out/$1" ]; then
        echo "skip  $1: its compiler is not installed"
    elif last=$(timeout 60 "$out/$1" 2>&1 | tail -n 1) && echo "$last" | grep -Eq "$2"; then
        echo "ok    $1: $last"
    else
        echo "FAIL  $1: $last"
    fi
}
for language in fortran cobol; do
    run "01-create-$language" '^\[resp_.* is completed, [0-9]+ tokens\]$'
    run "02-stream-$language" '^\[resp_.* is completed after [0-9]+ events\]$'
done
