#!/bin/sh
# `make install` puts the right files where it is told, a program builds against them with nothing
# but pkg-config, `make install-extras` adds the sandbox and examples that build, and `make uninstall` leaves
# nothing behind and nothing out that is not ours.
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
    echo ./bin/responses
    echo ./share/bash-completion/completions/responses
    echo ./share/fish/vendor_completions.d/responses.fish
    echo ./share/man/man1/responses.1
    echo ./share/zsh/site-functions/_responses
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
    echo ./lib/pkgconfig/responses-jansson.pc
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
cat > "$SCRATCH/tree.c" << 'END'
#include <responses_jansson.h>
#include <stdio.h>
int main(void)
{
    json_t *tree = NULL;
    responses_error *error = NULL;
    if (responses_jansson_create_new(NULL, json_pack("{s:s}", "model", "m"), NULL, &error) !=
            RESPONSES_E_INVALID ||
        responses_error_tree(error, "", &tree, NULL) != RESPONSES_E_RANGE || tree != NULL)
        return 1;
    responses_error_free(error);
    printf("   one with jansson says %s\n", jansson_version_str());
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
    for program in program.c:responses request.c:responses-request tree.c:responses-jansson \
        modern.cpp:responses; do
        compiler=${CC:-cc}
        case $program in *.cpp:*) compiler=${CXX:-c++} ;; esac
        # shellcheck disable=SC2046 # flags
        "$compiler" "$SCRATCH/${program%:*}" -o "$SCRATCH/$1" \
            $(pkg-config --cflags --libs "${program#*:}")
        LD_LIBRARY_PATH=$2 "$SCRATCH/$1"
    done
}
PKG_CONFIG_PATH=$LIB_DIR/pkgconfig build_and_run in-place "$LIB_DIR"
# Its own packages, and the system's for jansson.
PKG_CONFIG_SYSROOT_DIR=$to \
    PKG_CONFIG_LIBDIR=$to/opt/responses/lib/pkgconfig:$(pkg-config --variable pc_path pkg-config) \
    build_and_run installed "$to/opt/responses/lib"

# With the extras, what is installed is enough to try it: the server of `make install-extras` answers an
# example of it.
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory install-extras $place
# Its own packages, and the system's for jansson.
PKG_CONFIG_SYSROOT_DIR=$to \
    PKG_CONFIG_LIBDIR=$to/opt/responses/lib/pkgconfig:$(pkg-config --variable pc_path pkg-config) \
    "${MAKE:-make}" --no-print-directory -s -C "$to/opt/responses/share/doc/libresponses/examples/c" \
    OUT="$SCRATCH/examples"
SANDBOX=$to/opt/responses/bin/responses-sandbox LD_LIBRARY_PATH=$to/opt/responses/lib \
    scripts/with-sandbox.sh "$SCRATCH/examples/02-stream" > "$SCRATCH/answer"
grep -q "You said" "$SCRATCH/answer"
# The program finds its library beside its own folder.
SANDBOX=$to/opt/responses/bin/responses-sandbox scripts/with-sandbox.sh env -u LD_LIBRARY_PATH \
    "$to/opt/responses/bin/responses" create --quiet "Hello" < /dev/null > "$SCRATCH/answer"
[ "$(cat "$SCRATCH/answer")" = "You said: Hello" ]
[ -e "$to/opt/responses/share/man/man1/responses-sandbox.1" ]

# Files of others stay, in folders of ours too; with them away the folders go. What an older version
# installed goes as well, by the record.
old=$to/opt/responses/lib/libresponses.so.0.0.9
touch "$old" "$to/opt/responses/include/responses/theirs.hpp" "$to/opt/responses/include/theirs.h"
echo /opt/responses/lib/libresponses.so.0.0.9 >> "$to/opt/responses/share/doc/libresponses/installed.txt"
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory uninstall $place
(cd "$to" && find . ! -type d | LC_ALL=C sort) > "$SCRATCH/left"
printf '%s\n' ./opt/responses/include/responses/theirs.hpp ./opt/responses/include/theirs.h |
    diff - "$SCRATCH/left"

# Folders that were there before stay.
rm -r "$to"
mkdir -p "$to/opt/responses/lib"
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory install $place
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory uninstall $place
[ "$(find "$to" | LC_ALL=C sort | tail -n 1)" = "$to/opt/responses/lib" ]
[ "$(find "$to" | wc -l)" = 4 ]
rm -r "$to"
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory install-extras $place
# shellcheck disable=SC2086 # a list of words
"${MAKE:-make}" --no-print-directory uninstall $place
[ ! -e "$to" ]
echo "   installed, used and taken out again"
