#!/bin/sh
# `make install` puts the right files where it is told, a program builds against them with nothing
# but pkg-config, and `make uninstall` leaves nothing behind.
set -eu

version=$(scripts/version.sh)
to=$SCRATCH/to
place="DESTDIR=$to PREFIX=/opt/responses"
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory install $place

(cd "$to/opt/responses" && find . ! -type d ! -path './share/doc/*' | LC_ALL=C sort) \
    > "$SCRATCH/found"
# Every header that is meant for users, and both libraries with what leads to them.
{
    echo ./include/responses.h
    echo ./include/responses_jansson.h
    (cd bindings/c && ls responses_*.h) | grep -v _internal | sed 's|^|./include/|'
    (cd bindings/cpp && find responses.hpp responses -name '*.hpp') | sed 's|^|./include/|'
    echo ./lib/cmake/libresponses/libresponses-config-version.cmake
    echo ./lib/cmake/libresponses/libresponses-config.cmake
    echo ./lib/libresponses-request.a
    for name in libresponses libresponses-request; do
        for suffix in "" ".${version%%.*}" ".$version"; do echo "./lib/$name.so$suffix"; done
    done
    echo ./lib/pkgconfig/responses-request.pc
    echo ./lib/pkgconfig/responses.pc
} | LC_ALL=C sort > "$SCRATCH/expected"
diff "$SCRATCH/expected" "$SCRATCH/found"
find "$to" -type f -perm -o+w | grep . && exit 1

cat > "$SCRATCH/program.c" << 'END'
#include <responses.h>
#include <stdio.h>
int main(void)
{
    printf("   a program built with pkg-config says %s\n", responses_version());
    return 0;
}
END
cat > "$SCRATCH/request.c" << 'END'
#include <responses_request.h>
#include <stdio.h>
int main(void)
{
    responses_request *request;
    if (responses_request_new(&request) != RESPONSES_OK)
        return 1;
    printf("   one with a request says %s\n", responses_request_json(request, NULL));
    responses_request_free(request);
    return 0;
}
END
cat > "$SCRATCH/modern.cpp" << 'END'
#include <responses.hpp>
#include <iostream>
int main()
{
    std::cout << "   one in C++ says " << responses::is_compatible() << "\n";
}
END
# build_and_run NAME LIBRARY_DIRECTORY, pkg-config being set up by the environment
build_and_run() {
    for program in program.c:responses request.c:responses-request modern.cpp:responses; do
        compiler=${CC:-cc}
        case $program in *.cpp:*) compiler=${CXX:-c++} ;; esac
        # shellcheck disable=SC2046 # flags
        "$compiler" "$SCRATCH/${program%:*}" -o "$SCRATCH/$1" \
            $(pkg-config --cflags --libs "${program#*:}")
        LD_LIBRARY_PATH=$2 "$SCRATCH/$1"
    done
}
PKG_CONFIG_PATH=$LIB_DIR/pkgconfig build_and_run in-place "$LIB_DIR"
PKG_CONFIG_SYSROOT_DIR=$to PKG_CONFIG_LIBDIR=$to/opt/responses/lib/pkgconfig \
    build_and_run installed "$to/opt/responses/lib"

# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory uninstall $place
find "$to" ! -type d | grep . && exit 1
echo "   installed, used and taken out again"
