#!/bin/sh
# Built twice, in two folders with names of different length: the same bytes. The packages are left in
# build/deb for the other parts.
set -eu

first=$SCRATCH/one
second=$SCRATCH/another/and/longer
git clone -q . "$first"
git clone -q "$first" "$second"
for folder in "$first" "$second"; do
    "$folder/scripts/build-deb.sh" > "$SCRATCH/log" 2>&1 || {
        cat "$SCRATCH/log"
        exit 1
    }
done
grep -v '^build/' "$SCRATCH/log" || true

# files FOLDER PATTERN...: the checksums of what is there
files() {
    (cd "$1/build/deb" && shift && find "$@" -type f -exec sha256sum {} + | LC_ALL=C sort -k 2)
}
differ=0
for what in installed packages; do
    for folder in "$first" "$second"; do
        # shellcheck disable=SC2016 # a pattern, which is for the folder it is looked for in
        case $what in
            installed) files "$folder" . -path './*/debian/tmp/*' ;;
            packages) files "$folder" . -maxdepth 1 ! -name log ! -name '*.buildinfo' ! -name '*.changes' ;;
        esac > "$SCRATCH/sums-$(basename "$folder")"
    done
    if ! diff "$SCRATCH/sums-one" "$SCRATCH/sums-longer"; then
        differ=1
    fi
    count=$(wc -l < "$SCRATCH/sums-one")
    [ "$count" -gt 8 ] || { echo "   only $count files, which cannot be all" && differ=1; }
    echo "   $what: $count files"
done
[ $differ = 0 ] || exit 1

# No file that is installed says where it was built.
if grep -rlF -e "$SCRATCH" "$second"/build/deb/*/debian/tmp; then
    echo "   these name the folder they were built in"
    exit 1
fi
rm -rf build/deb
mkdir -p build
mv "$first/build/deb" build/deb
