#!/bin/sh
# Runs cmocka programs and check-*.sh scripts, and adds up. A script prints a line for each check, which
# begins with "ok", "FAIL" or "skip".
passed=0 failed=0 skipped=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

count() {
    sed -n "$1" "$log" | tail -n 1
}

for program; do
    status=0
    case $program in
        *.sh)
            timeout -k 10 "${PROGRAM_LIMIT:-300}" "$program" > "$log" 2>&1 || status=$?
            p=$(grep -c '^ok' "$log") f=$(grep -c '^FAIL' "$log") s=$(grep -c '^skip' "$log")
            ;;
        *)
            # shellcheck disable=SC2086 # a command and its options
            timeout -k 10 "${PROGRAM_LIMIT:-300}" $TEST_WRAPPER "$program" > "$log" 2>&1 || status=$?
            p=$(count 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p')
            f=$(count 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p')
            s=$(count 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p')
            ;;
    esac
    echo "-- ${program##*/}: ${p:-0} passed, ${f:-0} failed"
    case $status in 124 | 137) echo "HUNG  $program, in the last test that it names" >> "$log" ;; esac
    # A program that crashes, hangs or leaks counts as one failure.
    if [ "$status" != 0 ] && [ "${f:-0}" = 0 ]; then
        echo "FAIL  $program ended with status $status"
        f=1
    fi
    [ "${f:-0}" = 0 ] || cat "$log"
    grep '^skip' "$log"
    passed=$((passed + ${p:-0}))
    failed=$((failed + ${f:-0}))
    skipped=$((skipped + ${s:-0}))
done
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
