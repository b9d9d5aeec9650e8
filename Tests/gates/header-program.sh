#!/bin/sh
# The program in the header's first comment is one: it compiles as it stands there, and links.
set -eu

sed -n '/^ \*     #include <responses\.h>/,/^ \*     }$/p' "$INCLUDE_DIR/responses.h" |
    sed 's/^ \*\(     \)\{0,1\}//' > "$SCRATCH/hello.c"
# The range above ends with the first closing brace; the program has two functions.
sed -n '/^ \*     int main/,/^ \*     }$/p' "$INCLUDE_DIR/responses.h" |
    sed 's/^ \*\(     \)\{0,1\}//' >> "$SCRATCH/hello.c"

"${CC:-cc}" -std=c89 -pedantic-errors -Wall -Wextra -Werror -I"$INCLUDE_DIR" "$SCRATCH/hello.c" \
    -o "$SCRATCH/hello" -L"$LIB_DIR" -lresponses
echo "   $(wc -l < "$SCRATCH/hello.c") lines"
