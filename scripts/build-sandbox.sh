#!/bin/sh
# Builds the sandbox, a Swift package of its own, and puts it into build/bin. Swift's libraries are linked in,
# so that it runs where there is no Swift. SWIFT_BUILD_FLAGS are more options for `swift build`.
set -eu
cd "$(dirname "$0")/.."

built=examples/sandbox/.build/release/responses-sandbox
# shellcheck disable=SC2086 # a list of options
swift build -c release --static-swift-stdlib --disable-local-rpath --package-path examples/sandbox \
    --scratch-path examples/sandbox/.build ${SWIFT_BUILD_FLAGS:-}
mkdir -p build/bin
# By way of a new file: one that is being run cannot be written to.
strip -o build/bin/responses-sandbox.new "$built"
if cmp -s build/bin/responses-sandbox.new build/bin/responses-sandbox; then
    rm build/bin/responses-sandbox.new
else
    mv build/bin/responses-sandbox.new build/bin/responses-sandbox
fi
