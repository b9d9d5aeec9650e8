#!/bin/sh
# The header is clean in every standard of C and C++, for two compilers: alone, included twice, and
# from two files that are linked together, with every function of it reachable.
set -eu

write_source() {
    {
        printf '#include <responses.h>\n#include <responses.h>\n#include <stdio.h>\n'
        printf 'typedef void (*function)(void);\n'
        printf 'extern function table_%s[];\nfunction table_%s[] = {\n' "$1" "$1"
        python3 scripts/header.py functions | sed 's/.*/    (function)&,/'
        printf '    0\n};\n'
    } > "$SCRATCH/$1.c"
}
write_source a
write_source b
printf '#include <responses.h>\n' > "$SCRATCH/alone.c"
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

failed=0
count=0
# compile COMPILER LANGUAGE STANDARD
compile() {
    flags="-x $2 -std=$3 -pedantic-errors -Wall -Wextra -Werror -Wundef -Wshadow"
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
for standard in c89 c99 c11 c17 c2x; do
    compile gcc c $standard
    compile clang c $standard
done
for standard in c++98 c++11 c++14 c++17 c++20; do
    compile g++ c++ $standard
    compile clang++ c++ $standard
done
echo "   $count combinations of compiler and standard"
exit $failed
