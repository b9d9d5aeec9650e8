/*
 * What it costs to load the library into a process, over libcurl, and to make a client.
 *
 *   load LIBRARY     one line of JSON
 */
#include "../measure.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long threads(void)
{
    char line[200];
    long count = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "Threads:", 8) == 0)
            count = atol(line + 8);
    if (file)
        fclose(file);
    return count;
}

static void *load(const char *name, const char *label)
{
    const long before = rss_kb();
    const long long begun = now_ns();
    void *handle = dlopen(name, RTLD_NOW);
    const long long ended = now_ns();
    if (!handle) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    printf("\"%s_us\":%lld,\"%s_kb\":%ld,", label, (ended - begun) / 1000, label,
           rss_kb() - before);
    return handle;
}

int main(int argc, char **argv)
{
    void *client = NULL;
    int (*client_new)(void **, void **);
    if (argc < 2)
        return 1;
    printf("{");
    load("libcurl.so.4", "curl");
    void *library = load(argv[1], "library");
    void *symbol = dlsym(library, "responses_client_new");
    memcpy(&client_new, &symbol, sizeof symbol);
    const long before = rss_kb();
    const long long begun = now_ns();
    if (client_new(&client, NULL) != 0)
        return 1;
    printf("\"client_us\":%lld,\"client_kb\":%ld,\"threads\":%ld}\n", (now_ns() - begun) / 1000,
           rss_kb() - before, threads());
    return 0;
}
