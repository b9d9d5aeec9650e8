/*
 * The sockets that libcurl has open. A forked child must close its copies, or the server would not
 * see the parent's close until the child ends; and it must not ask libcurl to, which would disturb
 * the parent's connections (docs/adr/0004-fork.md).
 */
#include "CPlatform.h"

#include <sys/socket.h>

struct platform_sockets {
    int *fds;
    size_t count;
    size_t capacity;
};

platform_sockets *platform_sockets_new(void)
{
    return calloc(1, sizeof(platform_sockets));
}

int platform_sockets_open(void *context, int family, int type, int protocol)
{
    platform_sockets *sockets = context;
    if (sockets->count == sockets->capacity) {
        const size_t capacity = sockets->capacity ? sockets->capacity * 2 : 16;
        int *grown = realloc(sockets->fds, capacity * sizeof *grown);
        if (!grown)
            return -1;
        sockets->fds = grown;
        sockets->capacity = capacity;
    }
    const int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd >= 0)
        sockets->fds[sockets->count++] = fd;
    return fd;
}

int platform_sockets_close(void *context, int fd)
{
    platform_sockets *sockets = context;
    size_t i;
    for (i = sockets->count; i > 0; i--) {
        if (sockets->fds[i - 1] == fd) {
            sockets->fds[i - 1] = sockets->fds[--sockets->count];
            break;
        }
    }
    return close(fd);
}

size_t platform_sockets_count(const platform_sockets *sockets)
{
    return sockets->count;
}

void platform_sockets_close_all(platform_sockets *sockets)
{
    size_t i;
    for (i = 0; i < sockets->count; i++)
        close(sockets->fds[i]);
    sockets->count = 0;
}

void platform_sockets_free(platform_sockets *sockets)
{
    if (sockets)
        free(sockets->fds);
    free(sockets);
}
