#!/bin/sh
# The event loop examples, built and run in the real loops.
set -u
cd "$(dirname "$0")/../../../examples/event-loops" || exit 1

out=$OUT/event-loops
mkdir -p "$out/pkgconfig"
printf 'Name: responses\nDescription: in place\nVersion: 0\nLibs: -L%s -lresponses\nCflags: -I%s\n' \
    "$LIB_DIR" "$INCLUDE_DIR" > "$out/pkgconfig/responses.pc"
PKG_CONFIG_PATH=$out/pkgconfig make -s OUT="$out" CPPFLAGS=-I../../bindings/c \
    CFLAGS='-O1 -g -Werror' LDFLAGS="-Wl,-rpath,$LIB_DIR" || echo "FAIL  the examples do not compile"

for loop in poll epoll glib libevent libuv; do
    if [ ! -x "$out/$loop" ]; then
        echo "skip  $loop: its library is not installed"
    elif last=$(timeout 60 "$out/$loop" 2>&1 | tail -n 1) &&
        echo "$last" | grep -q '^\[completed, and the clock ticked [0-9]* times meanwhile\]$'; then
        echo "ok    $loop: $last"
    else
        echo "FAIL  $loop: $last"
    fi
done
