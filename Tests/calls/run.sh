#!/bin/sh
# A long run: STREAMS calls, a share in each kind of host, or all in MODE; SEED and CASE as they were printed.
set -u
calls=$1
failed=0
http2=
[ "${HTTP:-1}" != 2 ] || http2="http=2 certificate=${calls%/*}/server.pem key=${calls%/*}/server.key"

# shellcheck disable=SC2086 # options
one() { nice -n 15 "$calls" "seed=$SEED" ${WITHOUT:+without=$WITHOUT} $http2 "$@" || failed=1; }

if [ -n "${CASE:-}" ]; then
    one "mode=${MODE:-loop}" "case=$CASE"
elif [ -n "${MODE:-}" ]; then
    one "mode=$MODE" "streams=$STREAMS"
else
    # Threads are dear: most of the calls are the event loop's.
    one mode=loop "streams=$((STREAMS * 40 / 100))"
    for mode in slow stop fork; do
        one "mode=$mode" "streams=$((STREAMS * 12 / 100))"
    done
    for mode in pull callback pool; do
        one "mode=$mode" "streams=$((STREAMS * 8 / 100))"
    done
fi
exit $failed
