#!/bin/sh
# Runs test programs, some at a time, and adds up what they say. Fails when one test does, or one program.
#   run.sh PROGRAM...
# JOBS is how many run at once. TEST_WRAPPER goes before each: valgrind and its options.
if [ "${1:-}" = --one ]; then
    limit=900
    [ -z "${TEST_SLOW:-}" ] || limit=1800
    # shellcheck disable=SC2086
    # Each has an alarm of its own, which says more; this is for those that cannot hear it.
    timeout -k 10 "${PROGRAM_LIMIT:-$limit}" \
        $TEST_WRAPPER "$3" >"$2/${3##*/}.log" 2>&1
    echo $? >"$2/${3##*/}.status"
    # What it computed, user and system together.
    times >"$2/${3##*/}.times"
    awk -F '[ms ]+' -v name="${3##*/}" 'NR == 2 { printf "%.1f %s\n", ($1 + $3) * 60 + $2 + $4, name }' \
        "$2/${3##*/}.times" >"$2/${3##*/}.cpu"
    exit 0
fi

logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
# Most of the time a test waits for something; under valgrind it computes.
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
[ -n "${JOBS:-}${TEST_SLOW:-}" ] || jobs=$((jobs * 2))
printf '%s\n' "$@" | xargs -n 1 -P "$jobs" "$0" --one "$logs"

passed=0 failed=0 skipped=0 bad=""
for program in "$@"; do
    log=$logs/${program##*/}.log
    status=$(cat "$logs/${program##*/}.status" 2>/dev/null || echo none)
    cat "$log"
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    s=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    # A program that crashes, hangs or leaks counts as one failure.
    if [ "$status" != 0 ] && [ "${f:-0}" -eq 0 ]; then
        echo "[  FAILED  ] $program ended with status $status"
        f=1
    fi
    [ "${f:-0}" -gt 0 ] && bad="$bad ${program##*/}"
    passed=$((passed + ${p:-0}))
    failed=$((failed + ${f:-0}))
    skipped=$((skipped + ${s:-0}))
done

[ -n "$bad" ] && echo "Failed:$bad"
[ "$#" -lt 5 ] || echo "Most of the processors' time, in seconds:" \
    "$(sort -rn "$logs"/*.cpu | head -n "${TOP:-8}" | sed 's/ test_/ /' | paste -sd, | sed 's/,/, /g')"
[ "$skipped" -gt 0 ] && echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
