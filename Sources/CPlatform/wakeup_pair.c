/*
 * libcurl up to 8.x makes the socket pair of curl_multi_wakeup() without close-on-exec and tells
 * nobody its descriptors. We find them, because a program that we run in must be able to start others
 * without handing our sockets to them.
 */
#include "CPlatform.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static int unread_bytes(int fd)
{
    int count = 0;
    return ioctl(fd, FIONREAD, &count) == 0 ? count : -1;
}

/* An unnamed stream socket of the unix family that a program started now would inherit. */
static int may_be_one(int fd)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC))
        return 0;
    if (getsockname(fd, (struct sockaddr *)&name, &length) != 0)
        return 0;
    return name.sun_family == AF_UNIX && length <= sizeof name.sun_family && unread_bytes(fd) == 0;
}

int platform_lowest_free_descriptor(void)
{
    const int fd = platform_eventfd_new();
    if (fd >= 0)
        close(fd);
    return fd;
}

void platform_wakeup_pair_close_on_exec(int lowest, void (*wake)(void *context), void *context)
{
    enum { range = 64 };
    int candidates[range];
    int count = 0;
    int reader = -1;
    int i;
    char byte = 0;
    if (lowest < 0)
        return;
    for (i = 0; i < range; i++)
        if (may_be_one(lowest + i))
            candidates[count++] = lowest + i;
    if (count < 2)
        return;
    /* A wake-up shows at the reading end, and what is written there shows at the other. */
    wake(context);
    for (i = 0; i < count && reader < 0; i++)
        if (unread_bytes(candidates[i]) == 1)
            reader = candidates[i];
    if (reader < 0)
        return;
    if (recv(reader, &byte, 1, MSG_DONTWAIT) == 1 && send(reader, &byte, 1, MSG_NOSIGNAL) == 1) {
        for (i = 0; i < count; i++) {
            if (candidates[i] != reader && unread_bytes(candidates[i]) == 1) {
                if (recv(candidates[i], &byte, 1, MSG_DONTWAIT) == 1)
                    fcntl(candidates[i], F_SETFD, FD_CLOEXEC);
                break;
            }
        }
    }
    fcntl(reader, F_SETFD, FD_CLOEXEC);
}
