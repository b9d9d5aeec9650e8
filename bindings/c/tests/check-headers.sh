#!/bin/sh
# Every header alone, twice in a file and in two files of a program, in old and new C and in C++, for two
# compilers, without a warning. Headers of other libraries decide where C89 is not possible.
set -u
cd "$(dirname "$0")/.." || exit 1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

flags_of() {
    case $1 in
        responses_glib.h) pkg-config --cflags glib-2.0 | sed 's/-I/-isystem /g' ;;
        responses_libevent.h) pkg-config --cflags libevent_core ;;
        responses_libuv.h) pkg-config --cflags libuv ;;
    esac
}

for header in responses_*.h; do
    case $header in
        *_internal.h) continue ;;
        *) oldest=c89 ;;
    esac
    flags=$(flags_of "$header") || {
        echo "skip  $header: its library is not installed"
        continue
    }
    printf '#include <%s>\n#include <%s>\n' "$header" "$header" > "$scratch/twice.c"
    bad=""
    for compiler in gcc clang; do
        for standard in $oldest c99 c17 c++11 c++20; do
            language=c
            case $standard in c++*) language=c++ ;; esac
            # shellcheck disable=SC2086 # flags
            $compiler -x $language -std=$standard -D_DEFAULT_SOURCE -Wall -Wextra -Werror -pedantic \
                -Wshadow -I. -isystem "$INCLUDE_DIR" $flags -fsyntax-only "$scratch/twice.c" \
                2> "$scratch/log" || bad="$bad $compiler/$standard"
        done
    done
    if [ -z "$bad" ]; then
        echo "ok    $header"
    else
        echo "FAIL  $header:$bad"
        sed 's/^/      /' "$scratch/log"
    fi
done

for compiler in gcc clang; do
    if $compiler -std=c89 -pedantic -Wall -Wextra -Werror -Wshadow -Wconversion -isystem "$INCLUDE_DIR" \
        -fsyntax-only ./*.c; then
        echo "ok    libresponses-request as C89, $compiler"
    else
        echo "FAIL  libresponses-request as C89, $compiler"
    fi
done
