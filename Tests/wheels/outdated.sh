#!/bin/sh
# Whoever builds a self-contained library is told when Debian has a newer version of what is in it, and not
# otherwise.
set -eu
cd "$(dirname "$0")/../.."

scripts/bundle/outdated.sh zlib=1:1.0-1 curl=999:1-1 > "$SCRATCH/said" 2>&1
if ! grep -q '^warning: zlib in this library is 1:1.0-1, and Debian lists ' "$SCRATCH/said"; then
    cat "$SCRATCH/said"
    echo "   an old zlib is passed over"
    exit 1
fi
if grep '^warning: curl' "$SCRATCH/said"; then
    echo "   the newest curl is called old"
    exit 1
fi
