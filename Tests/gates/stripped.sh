#!/bin/sh
# What is installed has no debug information and does not say where it was built; nor do the debug files.
set -eu

failed=0
count=0
for file in "$LIB_DIR"/libresponses.so "$LIB_DIR"/libresponses-request.so "$LIB_DIR"/libresponses-request.a \
    "${SANDBOX:-build/bin/responses-sandbox}"; do
    if readelf -SW "$file" | grep '\.debug_info'; then
        echo "   $file has debug information"
        failed=1
    fi
    for there in "$file" "$(readlink -f "$file").debug"; do
        [ -e "$there" ] || continue
        count=$((count + 1))
        if grep -qF "$PWD" "$there"; then
            echo "   $there names $PWD"
            failed=1
        fi
    done
done
[ $count = 6 ] || { echo "   $count files, not 6" && failed=1; }
echo "   $count files"
exit $failed
