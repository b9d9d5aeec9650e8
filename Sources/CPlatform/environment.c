#include "CPlatform.h"

#include <errno.h>
#include <strings.h>
#include <sys/auxv.h>

extern char **environ;

/*
 * Whoever starts a program with privileges of its own, a setuid one say, chooses its environment, and not
 * its key. The kernel tells such programs apart (AT_SECURE, getauxval(3)); the dynamic linker and
 * secure_getenv(3) go by the same mark.
 */
int platform_is_privileged(void)
{
    const int found = errno;
    errno = 0;
    int is_privileged = getauxval(AT_SECURE) != 0;
    if (!is_privileged && errno == ENOENT)
        is_privileged = getuid() != geteuid() || getgid() != getegid();
    errno = found;
    return is_privileged;
}

const char *platform_environment(const char *name)
{
    return platform_is_privileged() ? NULL : getenv(name);
}

/* One way through the environment instead of one for each name: every request asks. */
int platform_has_proxy_variable(void)
{
    for (char **entry = environ; entry && *entry; entry++) {
        const char *name = *entry;
        const char first = (char)(*name | 0x20);
        if (first != 'h' && first != 'a')
            continue;
        const char *end = strchr(name, '=');
        if (end && end - name > 6 && strncasecmp(end - 6, "_proxy", 6) == 0)
            return 1;
    }
    return 0;
}

/* ---- variables that a library reads for itself ---- */

/* As good as none for those who take an empty variable so: libcurl does. */
static char hidden_keylog[] = "SSLKEYLOGFILE=";

/* One pointer is exchanged: a thread that reads the environment meanwhile finds the one or the other. */
static char *exchange(const char *name, const char *only, char *with)
{
    const size_t count = strlen(name);
    for (char **entry = environ; entry && *entry; entry++) {
        if (only ? *entry == only : strncmp(*entry, name, count) == 0 && (*entry)[count] == '=') {
            char *was = *entry;
            __atomic_store_n(entry, with, __ATOMIC_RELAXED);
            return was;
        }
    }
    return NULL;
}

void platform_without_keylog(void (*body)(void))
{
    char *was = platform_is_privileged() ? exchange("SSLKEYLOGFILE", NULL, hidden_keylog) : NULL;
    body();
    if (was)
        exchange("SSLKEYLOGFILE", hidden_keylog, was);
}
