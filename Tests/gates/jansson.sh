#!/bin/sh
# Of jansson the library imports what no json-c has, and from the version node of jansson, so that both can
# be in one process; and only headers of jansson need jansson's headers.
set -eu

nm -D --undefined-only "$LIB_DIR/libresponses.so" | sed -n 's/.* \(json_[a-z_]*\)\(.*\)/\1 \2/p' \
    > "$SCRATCH/imports"
expected="json_delete json_dump_callback json_loadb"
if [ "$(awk '{ print $1 }' "$SCRATCH/imports" | sort | xargs)" != "$expected" ]; then
    echo "   imports of jansson are not $expected:"
    sed 's/^/     /' "$SCRATCH/imports"
    exit 1
fi
if grep -v '@libjansson.so.4$' "$SCRATCH/imports"; then
    echo "   imported without the version of jansson: another library's could be taken"
    exit 1
fi
if grep -n 'jansson' include/responses.h; then
    echo "   responses.h is to need nothing of jansson"
    exit 1
fi
echo "   $(wc -l < "$SCRATCH/imports") functions of jansson, none of which json-c has"
