#!/bin/sh
# Builds what the demo needs, a line for each step, and shows it. What the steps print is in build/demo.log, and
# on the terminal when one fails.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
log=build/demo.log
: > "$log"

# step WHAT TIME COMMAND...
number=0
step() {
    number=$((number + 1))
    printf '[%s/4] %-38s %s\n' "$number" "$1" "$2"
    shift 2
    "$@" >> "$log" 2>&1 && return
    tail -n 40 "$log" >&2
    echo "This step failed: $*" >&2
    echo "All of its output is in $log; docs/troubleshooting.md explains what is known to go wrong." >&2
    exit 1
}

step "Installing packages that are missing" "up to 2 minutes" scripts/deps.sh sandbox
step "Building the library" "about 1 minute" make --no-print-directory lib
step "Building the sandbox, a local server" "about 1 minute" make --no-print-directory sandbox
step "Building the examples" "some seconds" make --no-print-directory examples-c
exec examples/demo.sh
