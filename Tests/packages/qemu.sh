# shellcheck shell=sh
# Programs for aarch64, run by qemu with the libraries of Debian 12 for aarch64. To be sourced, with ROOTS.

qemu_root=$ROOTS/aarch64-bookworm

# The packages are unpacked and not set up: they are for qemu, not to live in.
make_qemu_root() {
    [ ! -d "$qemu_root" ] || return 0
    echo "   fetching libraries for aarch64"
    mkdir -p "$ROOTS"
    rm -rf "$qemu_root.new" "$qemu_root.packages"
    debootstrap --foreign --arch=arm64 --variant=minbase \
        --include=libcurl4,libjansson4,ca-certificates,python3,ruby,ruby-ffi \
        bookworm "$qemu_root.packages" ${MIRROR:+"$MIRROR"} > "$qemu_root.log" 2>&1 || {
        tail -n 5 "$qemu_root.log"
        return 1
    }
    for package in "$qemu_root.packages"/var/cache/apt/archives/*.deb; do
        dpkg-deb -x "$package" "$qemu_root.new" || return 1
    done
    rm -rf "$qemu_root.packages"
    mv "$qemu_root.new" "$qemu_root"
}

# by_qemu PROGRAM ARGUMENT...: one of this machine's files, or of qemu_root
by_qemu() {
    timeout 120 qemu-aarch64-static -L "$qemu_root" "$@"
}

# python_by_qemu PACKAGES ARGUMENT...
python_by_qemu() {
    packages=$1
    shift
    PYTHONHOME="$qemu_root/usr" PYTHONPATH="$packages" PYTHONDONTWRITEBYTECODE=1 \
        by_qemu "$qemu_root/usr/bin/python3" "$@"
}
