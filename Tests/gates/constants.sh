#!/bin/sh
# responses_constant() answers every constant of the header with its value, and no other name;
# responses_status_name() is its reverse for the status codes; no two of a family are the same. The files
# that are made from the headers (scripts/header.py) are up to date.
set -eu

if ! python3 scripts/header.py check > "$SCRATCH/made" 2>&1; then
    sed 's/^/   /' "$SCRATCH/made"
    exit 1
fi
python3 scripts/header.py constants > "$SCRATCH/names"
{
    cat << 'END'
#include <responses.h>
#include <stdio.h>
#include <string.h>

static int failed = 0;

static void check(const char *name, int expected)
{
    int value = expected + 1;
    int status = responses_constant(name, &value);
    if (status != RESPONSES_OK || value != expected) {
        printf("   %s is %d, the library says %d (status %d)\n", name, expected, value, status);
        failed = 1;
    }
}

static void check_status(const char *name, int status)
{
    if (strcmp(responses_status_name(status), name) != 0) {
        printf("   %s is called %s\n", name, responses_status_name(status));
        failed = 1;
    }
    if (responses_status_text(status)[0] == '\0') {
        printf("   %s has no text\n", name);
        failed = 1;
    }
}

static void check_unknown(const char *name)
{
    int value = 4711;
    if (responses_constant(name, &value) != RESPONSES_E_INVALID) {
        printf("   '%s' is no constant, and was found\n", name);
        failed = 1;
    }
}

int main(void)
{
    check_unknown("");
    check_unknown("RESPONSES_");
    check_unknown("RESPONSES_O");
    check_unknown("RESPONSES_OKAY");
    check_unknown("responses_ok");
    check_unknown(NULL);
END
    sed 's/.*/    check("&", &);/' "$SCRATCH/names"
    grep -E '^RESPONSES_(OK|AGAIN|DONE|E_.*)$' "$SCRATCH/names" |
        sed 's/.*/    check_status("&", &);/'
    echo '    return failed;'
    echo '}'
} > "$SCRATCH/constants.c"
{
    echo '#include <responses.h>'
    for family in E ERROR EVENT JSON LOG; do
        echo "void distinct_$family(int value);"
        echo "void distinct_$family(int value) { switch (value) {"
        grep "^RESPONSES_${family}_" "$SCRATCH/names" | sed 's/.*/case &: break;/'
        echo '} }'
    done
} > "$SCRATCH/distinct.c"

# A switch with the same case twice does not compile.
"${CC:-cc}" -I"$INCLUDE_DIR" "$SCRATCH/constants.c" "$SCRATCH/distinct.c" -o "$SCRATCH/constants" \
    -L"$LIB_DIR" -lresponses
LD_LIBRARY_PATH=$LIB_DIR "$SCRATCH/constants"
echo "   $(wc -l < "$SCRATCH/names") constants"
