#!/bin/sh
# What Debian's packages say of the symbols of libresponses-request is what it exports.
set -eu

nm -D --defined-only "$LIB_DIR/libresponses-request.so" | awk '{ print $3 }' | LC_ALL=C sort > "$SCRATCH/has"
sed -n 's/^ \(responses_.*\)@Base .*/\1/p' packaging/debian/libresponses-request0.symbols |
    LC_ALL=C sort > "$SCRATCH/says"
diff "$SCRATCH/says" "$SCRATCH/has" || {
    echo "   packaging/debian/libresponses-request0.symbols says otherwise"
    exit 1
}
echo "   $(wc -l < "$SCRATCH/has") symbols of libresponses-request"
