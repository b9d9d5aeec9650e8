#!/bin/sh
# One version everywhere: header, library, file name, version node, pkg-config, CHANGELOG.
set -eu

cat > "$SCRATCH/version.c" << 'END'
#include <responses.h>
#include <stdio.h>
int main(void)
{
    printf("header %s\n", RESPONSES_VERSION);
    printf("header-number %x\n", RESPONSES_VERSION_NUMBER);
    printf("header-abi %d\n", RESPONSES_ABI_VERSION);
    printf("library %s\n", responses_version());
    printf("library-number %x\n", responses_version_number());
    printf("library-abi %u\n", responses_abi_version());
    printf("build-info %s\n", responses_build_info());
    return 0;
}
END
"${CC:-cc}" -I"$INCLUDE_DIR" "$SCRATCH/version.c" -o "$SCRATCH/version" -L"$LIB_DIR" -lresponses
LD_LIBRARY_PATH=$LIB_DIR "$SCRATCH/version" > "$SCRATCH/says"

version=$(scripts/version.sh)
number=$(echo "$version" | awk -F . '{ printf "%x", $1 * 65536 + $2 * 256 + $3 }')
abi=${version%%.*}

failed=0
same() {
    [ "$2" = "$3" ] || { echo "   $1 is '$2', not '$3'" && failed=1; }
}
says() { sed -n "s/^$1 //p" "$SCRATCH/says"; }
info() { says build-info | python3 -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }
same "RESPONSES_VERSION" "$(says header)" "$version"
same "RESPONSES_VERSION_NUMBER" "$(says header-number)" "$number"
same "RESPONSES_ABI_VERSION" "$(says header-abi)" "$abi"
same "responses_version()" "$(says library)" "$version"
same "responses_version_number()" "$(says library-number)" "$number"
same "responses_abi_version()" "$(says library-abi)" "$abi"
same "responses_build_info() version" "$(info version)" "$version"
same "responses_build_info() abi" "$(info abi)" "$abi"
same "the file" "$(basename "$(readlink -f "$LIB_DIR/libresponses.so")")" "libresponses.so.$version"
same "the version node" "$(sed -n 's/ {$//p' abi/responses.map)" "RESPONSES_$abi"
same "responses.pc" \
    "$(PKG_CONFIG_PATH=$LIB_DIR/pkgconfig pkg-config --modversion responses)" "$version"
same "the newest entry of CHANGELOG.md" \
    "$(sed -n 's/^## \[\([0-9.]*\)\].*/\1/p' CHANGELOG.md | head -n 1)" "$version"

echo "   $version: $(says build-info)"
exit $failed
