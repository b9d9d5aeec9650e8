/* A locale with a decimal comma. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/*
 * From the system, or from TEST_LOCALES, where the Makefile has made one. 0 when there is none.
 * setlocale(LC_ALL, "C") puts things back.
 *
 * LOCPATH is set no sooner than here: libraries that make locales of their own while they are loaded
 * would find none in it (and libp11-kit loses memory over that).
 */
static int use_decimal_comma(void)
{
    const char *made = getenv("TEST_LOCALES");

    if (made != NULL)
        setenv("LOCPATH", made, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL &&
           strcmp(localeconv()->decimal_point, ",") == 0;
}
