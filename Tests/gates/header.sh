#!/bin/sh
# The headers are clean in every standard of C and C++, for two compilers: alone, included twice, and
# from two files that are linked together, with every function of them reachable.
set -eu

# write_source NAME HEADER
write_source() {
    {
        printf '#include <%s>\n#include <%s>\n#include <stdio.h>\n' "$2" "$2"
        printf 'typedef void (*function)(void);\n'
        printf 'extern function table_%s[];\nfunction table_%s[] = {\n' "$1" "$1"
        python3 scripts/header.py functions "include/$2" | sed 's/.*/    (function)&,/'
        printf '    0\n};\n'
    } > "$SCRATCH/$1.c"
}
write_sources() {
    write_source a "$1"
    write_source b "$1"
    printf '#include <%s>\n' "$1" > "$SCRATCH/alone.c"
    cat >> "$SCRATCH/a.c" << 'END'
extern function table_b[];
int main(void)
{
    size_t i;
    for (i = 0; table_a[i] != 0; i++)
        if (table_a[i] != table_b[i])
            return 1;
    return 0;
}
END
}

failed=0
count=0
# compile COMPILER LANGUAGE STANDARD [FLAG]
compile() {
    flags="-x $2 -std=$3 ${4:-} -pedantic-errors -Wall -Wextra -Werror -Wundef -Wshadow"
    [ "$2" = c++ ] || flags="$flags -Wstrict-prototypes"
    # shellcheck disable=SC2086 # a list of flags
    {
        "$1" $flags -I"$INCLUDE_DIR" -fsyntax-only "$SCRATCH/alone.c" &&
            "$1" $flags -I"$INCLUDE_DIR" "$SCRATCH/a.c" "$SCRATCH/b.c" \
                -L"$LIB_DIR" -lresponses -o "$SCRATCH/both" &&
            LD_LIBRARY_PATH=$LIB_DIR "$SCRATCH/both"
    } || {
        echo "   fails as $3 with $1"
        failed=1
    }
    count=$((count + 1))
}
write_sources responses.h
for standard in c89 c99 c11 c17 c2x; do
    compile gcc c $standard
    compile clang c $standard
done
for standard in c++98 c++11 c++14 c++17 c++20; do
    compile g++ c++ $standard
    compile clang++ c++ $standard
done
# jansson.h has "inline" in it and, to C++98, a "long long".
write_sources responses_jansson.h
for compiler in gcc clang; do
    compile $compiler c c89 "-Dinline=__inline__ -Wno-long-long"
    for standard in gnu89 c99 c17 c2x; do
        compile $compiler c $standard -Wno-long-long
    done
done
for standard in c++11 c++20; do
    compile g++ c++ $standard
    compile clang++ c++ $standard
done
echo "   $count combinations of header, compiler and standard"
exit $failed
