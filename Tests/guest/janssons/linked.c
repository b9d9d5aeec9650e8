/* A host that links what it uses. */
#include "parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    const char *url = getenv("HOST_URL");
    alarm(20);
    setvbuf(stdout, NULL, _IONBF, 0); /* what was said before a crash is seen */
#ifndef NO_JSON_C
    use_json_c(url);
#endif
    use_trees(url);
#ifndef NO_JSON_C
    use_json_c(url);
#endif
    return 0;
}
