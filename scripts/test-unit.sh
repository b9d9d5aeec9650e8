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
    sed -n 's/^[^ ]* Test \(.*\) started\.$/\1/p' "$log" | sort > "$log.begun"
    sed -n 's/^[^ ]* Test \(.*\) \(passed\|failed\|with .* passed\|with .* failed\) after .*/\1/p' "$log" |
        sort | comm -23 "$log.begun" - | sed 's/^/    /'
    rm -f "$log.begun"
fi
exit "$status"
