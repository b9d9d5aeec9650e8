#!/bin/sh
# Runs every example against the server of OPENAI_BASE_URL and looks at what it prints.
# EXAMPLES is where they were built to.
set -eu
cd "$(dirname "$0")/.."

out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0
failed=0

# The last line each example must print, as a pattern.
expected() {
    case $1 in
        01-create) echo '^\[resp_.* is completed, [0-9]+ tokens\]$' ;;
        02-stream) echo '^\[resp_.* is completed after [0-9]+ events\]$' ;;
        03-background) echo '^deleted +true$' ;;
        04-input-items) echo '^\[7 items on 3 pages\]$' ;;
        05-event-loop) echo '^\[completed, and the clock ticked [1-9][0-9]* times meanwhile\]$' ;;
        06-many-at-once) echo '^500 of 500 streams completed, with [0-9]+ events$' ;;
    esac
}

for source in examples/c/*.c; do
    name=$(basename "$source" .c)
    status=0
    timeout 120 "${EXAMPLES:-build/examples}/$name" > "$out" 2>&1 < /dev/null || status=$?
    pattern=$(expected "$name")
    if [ $status = 0 ] && [ -n "$pattern" ] && tail -n 1 "$out" | grep -Eq "$pattern"; then
        passed=$((passed + 1))
        echo "ok    $name: $(tail -n 1 "$out")"
    else
        failed=$((failed + 1))
        echo "FAIL  $name: status $status, expected '${pattern:-a pattern in $0}', printed:"
        sed 's/^/      /' "$out"
    fi
done
echo "examples: $passed passed, $failed failed"
[ $failed = 0 ]
