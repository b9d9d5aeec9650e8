#!/bin/sh
# Runs test programs and adds up: those of doctest by their cases, each other one as one check.
passed=0
failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

for command; do
    echo "-- $command"
    status=0
    # shellcheck disable=SC2086 # a program and its arguments
    timeout -k 10 "${PROGRAM_LIMIT:-300}" $command > "$log" 2>&1 || status=$?
    cases=$(sed -n 's/^\[doctest\] test cases:.*| *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 \2/p' "$log")
    if [ -z "$cases" ] || [ "$status" != 0 ]; then
        cat "$log"
    fi
    if [ -n "$cases" ]; then
        echo "      ${cases% *} cases"
        passed=$((passed + ${cases% *}))
        failed=$((failed + ${cases#* }))
        # A crash or a leak at the end is one more.
        [ "$status" = 0 ] || [ "${cases#* }" != 0 ] || failed=$((failed + 1))
    elif [ "$status" = 0 ]; then
        passed=$((passed + 1))
    else
        echo "FAIL  $command ended with status $status"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
