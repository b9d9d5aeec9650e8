#!/bin/sh
# Of jansson the library imports what no json-c has, and from the version node of jansson, so that both can
# be in one process; and only headers of jansson need jansson's headers.
set -eu

nm -D --undefined-only "$LIB_DIR/libresponses.so" | sed -n 's/.* \(json_[a-z_]*\)\(.*\)/\1 \2/p' |
    LC_ALL=C sort > "$SCRATCH/imports"
cat > "$SCRATCH/expected" << 'END'
json_delete
json_dump_callback
json_loadb
json_object_iter
json_object_iter_at
json_object_iter_key
END
cut -d ' ' -f 1 "$SCRATCH/imports" | diff "$SCRATCH/expected" - || {
    echo "   the library imports other functions of jansson than it is known to"
    exit 1
}
if grep -v '@libjansson.so.4$' "$SCRATCH/imports"; then
    echo "   imported without the version of jansson: another library's could be taken"
    exit 1
fi

# What json-c has: the names both have known since its first release, and all of the one that is here.
{
    echo json_object_get
    echo json_object_iter_next
    nm -D --defined-only "$(pkg-config --variable=libdir json-c)/libjson-c.so" |
        awk '{ sub(/@.*/, "", $3); print $3 }'
} | LC_ALL=C sort -u > "$SCRATCH/json-c"
if cut -d ' ' -f 1 "$SCRATCH/imports" | LC_ALL=C comm -12 - "$SCRATCH/json-c" | grep .; then
    echo "   json-c $(pkg-config --modversion json-c) has that too"
    exit 1
fi
# Nor is one of our own names one of theirs.
nm -D --defined-only "$LIB_DIR/libresponses.so" | awk '{ sub(/@.*/, "", $3); print $3 }' |
    LC_ALL=C sort -u > "$SCRATCH/exports"
if LC_ALL=C comm -12 "$SCRATCH/exports" "$SCRATCH/json-c" | grep .; then
    echo "   exported by json-c $(pkg-config --modversion json-c) too"
    exit 1
fi
if grep -n 'jansson' include/responses.h; then
    echo "   responses.h is to need nothing of jansson"
    exit 1
fi
echo "   $(wc -l < "$SCRATCH/imports") functions of jansson, none of the $(wc -l < "$SCRATCH/json-c")" \
    "names of json-c $(pkg-config --modversion json-c)"
