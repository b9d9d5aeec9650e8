#!/bin/sh
# Builds the sandbox, a Swift package of its own, and puts it into build/bin.
set -eu
cd "$(dirname "$0")/.."

built=examples/sandbox/.build/release/responses-sandbox
swift build -c release --package-path examples/sandbox --scratch-path examples/sandbox/.build
mkdir -p build/bin
# By way of a new file: one that is being run cannot be written to.
cmp -s "$built" build/bin/responses-sandbox ||
    install "$built" build/bin/responses-sandbox
