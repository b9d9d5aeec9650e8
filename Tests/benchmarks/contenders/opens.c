/*
 * Loads libraries one after the other and does nothing with them, so that what one more costs can be counted.
 *
 *   opens LIBRARY...
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    for (int index = 1; index < argc; index++) {
        if (!dlopen(argv[index], RTLD_NOW)) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    }
    return 0;
}
