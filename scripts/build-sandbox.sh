#!/bin/sh
# Builds the sandbox, a Swift package of its own, and puts it into build/bin. Swift's libraries are linked in,
# so that it runs where there is no Swift; it has the same bytes wherever it is built. SWIFT_BUILD_FLAGS are
# more options for `swift build`.
set -eu
cd "$(dirname "$0")/.."

built=examples/sandbox/.build/release/responses-sandbox
# shellcheck disable=SC2086 # a list of options
swift build -c release --static-swift-stdlib --disable-local-rpath --package-path examples/sandbox \
    --scratch-path examples/sandbox/.build -Xswiftc -use-ld=lld -Xlinker -s -Xlinker -z -Xlinker now \
    -Xswiftc -file-prefix-map -Xswiftc "$PWD=." -Xcc "-ffile-prefix-map=$PWD=." \
    -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen ${SWIFT_BUILD_FLAGS:-}
mkdir -p build/bin
# By way of a new file: one that is being run cannot be written to.
cmp -s "$built" build/bin/responses-sandbox ||
    install "$built" build/bin/responses-sandbox
