/*
 * A host that links no JSON library: it loads what its arguments name, and uses it.
 *
 *   loader local:FILE          dlopen() for itself
 *   loader global:FILE         for everybody
 *   loader use_trees:FILE      local, and calls that function of it
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    alarm(20);
    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 1; i < count; i++) {
        char *file = strchr(arguments[i], ':');
        if (file == NULL)
            return 2;
        *file++ = '\0';
        const int is_global = strcmp(arguments[i], "global") == 0;
        void *library = dlopen(file, is_global ? RTLD_NOW | RTLD_GLOBAL : RTLD_NOW | RTLD_LOCAL);
        void *symbol = NULL;
        if (library == NULL) {
            printf("%s\n", dlerror());
            return 1;
        }
        if (is_global || strcmp(arguments[i], "local") == 0)
            continue;
        void (*use)(const char *);
        symbol = dlsym(library, arguments[i]);
        if (symbol == NULL)
            return 3;
        memcpy(&use, &symbol, sizeof use);
        use(getenv("HOST_URL"));
    }
    return 0;
}
