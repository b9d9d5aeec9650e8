#!/bin/sh
# The unit tests of the Swift core. One that hangs cannot be stopped by itself: after UNIT_LIMIT seconds all
# are, and those that had begun and not ended are named.
set -eu
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build --build-tests
status=0
{ timeout -k 10 "${UNIT_LIMIT:-300}" swift test --skip-build 2>&1 || echo "status $?" > "$log.status"; } |
    tee "$log"
if [ -e "$log.status" ]; then
    read -r _ status < "$log.status"
    rm -f "$log.status"
fi
if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    echo "The tests did not end within ${UNIT_LIMIT:-300} seconds. Begun and not ended:"
    sed -n 's/^[^ ]* Test \(.*\) started\.$/begun \1/p
        s/^[^ ]* Test \(.*\) after [0-9.]* seconds.*/ended \1/p' "$log" |
        sed 's/ \(passed\|failed\)$//; s/ with [0-9]* test cases*$//' |
        awk '{ name = substr($0, 7) } $1 == "ended" { delete begun[name] }
            $1 == "begun" && name != "run" { begun[name] = 1 }
            END { for (name in begun) print "    " name }'
fi
exit "$status"
