#!/bin/sh
# The types of the interface are those recorded in abi/. The Swift library's own debug information
# has no C types, so an anchor made from the header stands for it; that the header and the library
# agree is checked by the compiler.
set -eu

scripts/abi-dump.sh > "$SCRATCH/now.abi"
if ! abidiff --no-architecture abi/responses-0.abi "$SCRATCH/now.abi"; then
    echo "   The interface is not the one in abi/. If the change is meant: make abi"
    exit 1
fi
echo "   same types as in abi/responses-0.abi"
