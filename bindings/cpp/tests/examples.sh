#!/bin/sh
# Runs the numbered examples that were built into a directory and looks at the last line of each.
#   examples.sh DIRECTORY
set -eu

out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=0

# At this pace the other work of 05-event-loop gets its turns.
expected() {
    case $1 in
        01-create) echo '^\[resp_.* is completed, [0-9]+ tokens\]$' ;;
        02-stream) echo '^\[resp_.* is completed after [0-9]+ events\]$' ;;
        03-background) echo '^deleted +true$' ;;
        04-input-items) echo '^\[7 items on 3 pages\]$' ;;
        05-event-loop) echo '^\[completed, and the clock ticked [0-9]+ times meanwhile\]$' ;;
        06-many-at-once) echo '^500 of 500 streams completed, with [0-9]+ events$' ;;
    esac
}

for name in 01-create 02-stream 03-background 04-input-items 05-event-loop 06-many-at-once; do
    status=0
    timeout 60 "$1/$name" > "$out" 2>&1 < /dev/null || status=$?
    if [ $status = 0 ] && tail -n 1 "$out" | grep -Eq "$(expected "$name")"; then
        echo "ok    $name: $(tail -n 1 "$out")"
    else
        echo "FAIL  $name: status $status, expected '$(expected "$name")', printed:"
        sed 's/^/      /' "$out"
        failed=1
    fi
done
exit $failed
