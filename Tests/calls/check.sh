#!/bin/sh
# 10,000 streams, the hosts beside each other: most of the time they wait. And the oracle's own test:
# it must find each answer that the server has changed.
set -u
calls=$1
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
SEED=${SEED:-1}
WITHOUT=lies,failures,under_way,empty,keepalives
failed=0

begin() { # name options
    name=$1
    shift
    { timeout 240 "$calls" "seed=$SEED" "without=$WITHOUT" "$@" > "$log/$name" 2>&1
        echo $? > "$log/$name.status"; } &
}

begin loop mode=loop streams=4500
begin slow mode=slow streams=1000
begin stop mode=stop streams=1500
begin fork mode=fork streams=1000
begin pull mode=pull streams=1000
begin callback mode=callback streams=1000
for mutation in drop swap repeat alter end; do
    begin "$mutation" "mutate=$mutation" streams=200
done
wait

for name in loop slow stop fork pull callback drop swap repeat alter end; do
    # Of the oracle's test the last line says all.
    if [ "$(cat "$log/$name.status")" = 0 ]; then
        tail -n 1 "$log/$name"
    else
        cat "$log/$name"
        failed=1
    fi
done
exit $failed
