#!/bin/sh
# 10,000 streams, the hosts beside each other: most of the time they wait. And the oracle's own test:
# it must find each answer that the server has changed.
set -u
calls=$1
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
SEED=${SEED:-1}
failed=0

begin() { # name options
    name=$1
    shift
    { timeout 400 "$calls" "seed=$SEED" "$@" > "$log/$name" 2>&1
        echo $? > "$log/$name.status"; } &
}

begin loop mode=loop streams=3500
begin pool mode=pool streams=500
begin slow mode=slow streams=1000
begin stop mode=stop streams=1000
begin fork mode=fork streams=1000
begin pull mode=pull streams=1000
begin callback mode=callback streams=1000
HTTP2="http=2 certificate=${calls%/*}/server.pem key=${calls%/*}/server.key"
# shellcheck disable=SC2086 # options
# Slow readers with few bytes stored: libcurl's pauses are where HTTP/2 was at fault.
begin slow-2 mode=slow streams=1000 $HTTP2
# shellcheck disable=SC2086 # options
for mode in loop stop fork; do
    begin "$mode-2" "mode=$mode" streams=400 $HTTP2
done
for mutation in drop swap repeat alter end; do
    begin "$mutation" "mutate=$mutation" streams=200
done
wait

for name in loop pool slow stop fork pull callback loop-2 slow-2 stop-2 fork-2 drop swap repeat alter end; do
    # Of the oracle's test the last line says all.
    if [ "$(cat "$log/$name.status")" = 0 ]; then
        tail -n 1 "$log/$name"
    else
        cat "$log/$name"
        failed=1
    fi
done
exit $failed
