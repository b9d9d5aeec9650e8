#!/bin/sh
# Runs make targets one after the other, all of them whatever fails, and counts.
#   test.sh TARGET...
# The last line, "N passed, N failed", is also left in build/test-summary.
set -eu
cd "$(dirname "$0")/.."

passed=0
failed=""
for target; do
    printf '\n==== %s\n' "$target"
    if "${MAKE:-make}" --no-print-directory "$target"; then
        passed=$((passed + 1))
    else
        failed="$failed $target"
    fi
done

# shellcheck disable=SC2086 # a list of words
set -- $failed
mkdir -p build
printf '\n'
[ $# = 0 ] || printf 'failed:%s\n' "$failed"
echo "$passed passed, $# failed" | tee build/test-summary
[ $# = 0 ]
