#!/bin/sh
# Runs make targets, all of them whatever fails, and counts.
#   test.sh TARGET...
# What they need is built first, once; then JOBS of them run at a time (as many as there are processors),
# begun in the order that they are named in. What one prints is shown when it has ended, and kept in
# build/test-logs.
# The last line, "N passed, N failed", is also left in build/test-summary, and in build/test-times how each
# ended, how many seconds it took, and how many of a processor. Tests have limits of their own, which name the one that hangs;
# STAGE_LIMIT, in seconds, is for what escapes them.
set -eu

# One of them, for xargs below.
if [ "$1" = --one ]; then
    target=$2
    begun=$(date +%s)
    status=0
    timeout -k 30 "${STAGE_LIMIT:-2700}" "$MAKE" --no-print-directory "$target" \
        > "build/test-logs/$target" 2>&1 &
    # In a group of its own, which the terminal's Ctrl-C does not reach.
    trap 'kill $! 2> /dev/null; exit 130' INT TERM
    wait $! || status=$?
    word=failed
    [ $status != 0 ] || word=passed
    [ $status != 124 ] ||
        echo "$target did not end within ${STAGE_LIMIT:-2700} seconds" >> "build/test-logs/$target"
    seconds=$(($(date +%s) - begun))
    # What its processes computed, user and system together.
    times > "build/test-logs/.$target"
    cpu=$(awk -F '[ms ]+' 'NR == 2 { printf "%d", ($1 + $3) * 60 + $2 + $4 }' "build/test-logs/.$target")
    # One after the other, so that no two logs are mixed.
    exec 9>> build/test-times
    flock 9
    printf '\n==== %s\n' "$target"
    cat "build/test-logs/$target"
    echo "==== $target $word after $seconds seconds, of processors $cpu"
    echo "$target $word $seconds $cpu" >&9
    exit 0
fi

cd "$(dirname "$0")/.."
export MAKE="${MAKE:-make}"
mkdir -p build/test-logs
: > build/test-times

# Targets that run side by side must not build the same things. Without PyPI those that need none of its
# packages still run, and the others say what is missing.
prepare() {
    scripts/deps.sh all || scripts/deps.sh packages || return 1
    # Each compiles a module as a whole, by one processor.
    "$MAKE" --no-print-directory sandbox > build/test-logs/sandbox 2>&1 &
    "$MAKE" --no-print-directory lib examples || return 1
    "$MAKE" --no-print-directory -s -C Tests/abi -j 2 all || return 1
    wait $! && return
    cat build/test-logs/sandbox
    return 1
}
if [ $# -gt 1 ]; then
    printf '\n==== build\n'
    begun=$(date +%s)
    if ! prepare; then
        printf '\nfailed: build\n'
        echo "0 passed, 1 failed" | tee build/test-summary
        exit 1
    fi
    echo "==== built in $(($(date +%s) - begun)) seconds"
    export RESPONSES_BUILT=1
fi

printf '%s\n' "$@" |
    xargs -n 1 -P "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" env -u JOBS "$0" --one
failed=$(awk '$2 != "passed" { printf " %s", $1 }' build/test-times)
passed=$(grep -c ' passed ' build/test-times || true)

printf '\n'
[ -z "$failed" ] || printf 'failed:%s\n' "$failed"
echo "$passed passed, $(($# - passed)) failed" | tee build/test-summary
[ -z "$failed" ] && [ "$passed" = $# ]
