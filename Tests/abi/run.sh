#!/bin/sh
# Runs test programs and adds up what they say. Fails when one test does, or one program.
passed=0 failed=0 skipped=0 bad=""
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

for program in "$@"; do
    # shellcheck disable=SC2086
    $TEST_WRAPPER "$program" >"$log" 2>&1
    status=$?
    cat "$log"
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    s=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    # A program that crashes, hangs or leaks counts as one failure.
    if [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then
        echo "[  FAILED  ] $program ended with status $status"
        f=1
    fi
    [ "${f:-0}" -gt 0 ] && bad="$bad ${program##*/}"
    passed=$((passed + ${p:-0}))
    failed=$((failed + ${f:-0}))
    skipped=$((skipped + ${s:-0}))
done

[ -n "$bad" ] && echo "Failed:$bad"
[ "$skipped" -gt 0 ] && echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
