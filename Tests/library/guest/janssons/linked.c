/* A host that links what it uses. */
#include "parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef OWN_ALLOCATOR
#include <jansson.h>

/* What this gives nobody else can free. */
static void *take(size_t size)
{
    char *block = malloc(size + 64);
    return block != NULL ? block + 64 : NULL;
}

static void give_back(void *block)
{
    if (block != NULL)
        free((char *)block - 64);
}
#endif

int main(void)
{
    const char *url = getenv("HOST_URL");
    alarm(20);
    setvbuf(stdout, NULL, _IONBF, 0); /* what was said before a crash is seen */
#ifdef OWN_ALLOCATOR
    json_set_alloc_funcs(take, give_back);
#endif
#ifndef NO_JSON_C
    use_json_c(url);
#endif
    use_trees(url);
#ifndef NO_JSON_C
    use_json_c(url);
#endif
    return 0;
}
