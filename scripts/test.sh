#!/bin/sh
# Runs make targets one after the other, all of them whatever fails, and counts.
#   test.sh TARGET...
# The last line, "N passed, N failed", is also left in build/test-summary, and in build/test-times how each
# ended and how many seconds it took. Tests have limits of their own, which name the one that hangs;
# STAGE_LIMIT, in seconds, is for what escapes them.
set -eu
cd "$(dirname "$0")/.."

passed=0
failed=""
mkdir -p build
: > build/test-times
for target; do
    printf '\n==== %s\n' "$target"
    begun=$(date +%s)
    status=0
    # In the foreground, as a program in the background may not read from the terminal.
    timeout --foreground -k 30 "${STAGE_LIMIT:-2700}" "${MAKE:-make}" --no-print-directory "$target" ||
        status=$?
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        word=passed
    else
        failed="$failed $target"
        word=failed
        [ $status != 124 ] || echo "$target did not end within ${STAGE_LIMIT:-2700} seconds"
    fi
    echo "$target $word $(($(date +%s) - begun))" >> build/test-times
done

# shellcheck disable=SC2086 # a list of words
set -- $failed
printf '\n'
[ $# = 0 ] || printf 'failed:%s\n' "$failed"
echo "$passed passed, $# failed" | tee build/test-summary
[ $# = 0 ]
