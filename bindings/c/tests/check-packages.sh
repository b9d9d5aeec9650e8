#!/bin/sh
# An installed tree is found by pkg-config (static too), CMake and meson, and the sample projects are
# built with it and run.
set -u
cd "$(dirname "$0")/.." || exit 1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log

# verdict NAME COMMAND...: one line, and on failure what the command said
verdict() {
    name=$1
    shift
    if "$@" > "$log" 2>&1; then
        echo "ok    $name"
    else
        echo "FAIL  $name"
        sed 's/^/      /' "$log"
    fi
}

# Everything is installed below a staging directory, with a library directory as Debian's.
to=$scratch/to
PREFIX=/opt/here LIBDIR=/opt/here/lib/x86_64-linux-gnu INCLUDEDIR=/opt/here/include
DOCDIR=/opt/here/share/doc DESTDIR=$to BUILD=$scratch/build
BINDIR=/opt/here/bin MANDIR=/opt/here/share/man BASHCOMPDIR=/opt/here/share/bash-completion
ZSHCOMPDIR=/opt/here/share/zsh FISHCOMPDIR=/opt/here/share/fish
export PREFIX LIBDIR INCLUDEDIR DOCDIR DESTDIR BUILD BINDIR MANDIR BASHCOMPDIR ZSHCOMPDIR FISHCOMPDIR
# shellcheck disable=SC2153 # from the Makefile
verdict "build libresponses-request" make -s OUT="$BUILD" LIB_DIR="$LIB_DIR" INCLUDE_DIR="$INCLUDE_DIR"
verdict "install libresponses" ../../scripts/install.sh install
verdict "install the rest" ./install.sh install
lib=$to$LIBDIR

# What was installed, and the system's jansson.
PKG_CONFIG_LIBDIR=$lib/pkgconfig:$(pkg-config --variable pc_path pkg-config)
PKG_CONFIG_SYSROOT_DIR=$to
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR
LD_LIBRARY_PATH=$lib
export LD_LIBRARY_PATH

by_pkg_config() {
    for program in plain:responses: builder:responses-request: builder:responses-request:--static; do
        IFS=: read -r source package option << END
$program
END
        # shellcheck disable=SC2046,SC2086 # flags
        cc -std=c89 -pedantic -Wall -Werror "samples/$source.c" -o "$scratch/$source$option" \
            $(pkg-config $option --cflags --libs "$package") && "$scratch/$source$option" || return 1
    done
    # shellcheck disable=SC2046 # flags
    cc -std=gnu89 -pedantic -Wall -Werror samples/trees.c -o "$scratch/trees" \
        $(pkg-config --cflags --libs responses-jansson) && "$scratch/trees" || return 1
    # Statically: the builder is then in the program, and what libresponses needs is named.
    # shellcheck disable=SC2046 # flags
    cc samples/builder.c -o "$scratch/static" $(pkg-config --cflags responses-request) \
        "$lib/libresponses-request.a" $(pkg-config --static --libs responses) || return 1
    "$scratch/static" && ! ldd "$scratch/static" | grep request &&
        pkg-config --static --libs responses-request |
            grep -- '-lresponses-request.* -lresponses.* -lcurl' &&
        pkg-config --libs responses-request | grep -v -e -lcurl
}
verdict pkg-config by_pkg_config

exports() {
    nm -D --defined-only "$lib/libresponses-request.so" | awk '{ print $3 }' | sort > "$scratch/has"
    grep -o 'responses_\(request\|read\)_[a-z_]*(' responses_request.h | tr -d '(' |
        sort -u > "$scratch/wants"
    diff "$scratch/wants" "$scratch/has"
}
verdict "libresponses-request exports what its header declares" exports

# The sample programs, which find the libraries by the path that was built into them.
run_from() {
    for program in plain trees builder modern; do
        env -u LD_LIBRARY_PATH "$1/$program" || return 1
    done
}

by_cmake() {
    cmake -S samples/cmake -B "$scratch/cmake" -DCMAKE_PREFIX_PATH="$to/opt/here" \
        -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu && cmake --build "$scratch/cmake" &&
        run_from "$scratch/cmake"
}
too_new() {
    mkdir -p "$scratch/new"
    sed 's/libresponses 0.1/libresponses 0.99/' samples/cmake/CMakeLists.txt > "$scratch/new/CMakeLists.txt"
    cmake -S "$scratch/new" -B "$scratch/new/build" -DCMAKE_PREFIX_PATH="$to/opt/here" && return 1
    sed 's/libresponses 0.1/libresponses 1.0/' samples/cmake/CMakeLists.txt > "$scratch/new/CMakeLists.txt"
    ! cmake -S "$scratch/new" -B "$scratch/new/build" -DCMAKE_PREFIX_PATH="$to/opt/here"
}
if command -v cmake > /dev/null; then
    verdict CMake by_cmake
    verdict "CMake refuses a version that is not there" too_new
else
    echo "skip  CMake is not installed"
fi

by_meson() {
    meson setup samples/meson "$scratch/meson" && ninja -C "$scratch/meson" &&
        run_from "$scratch/meson"
}
if command -v meson > /dev/null && command -v ninja > /dev/null; then
    verdict meson by_meson
else
    echo "skip  meson is not installed"
fi

nothing_left() {
    ../../scripts/install.sh uninstall && ! [ -e "$to" ]
}
verdict "uninstall leaves nothing" nothing_left
