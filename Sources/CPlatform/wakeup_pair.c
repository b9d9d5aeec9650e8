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

static int unsent_bytes(int fd)
{
    int count = 0;
    return ioctl(fd, TIOCOUTQ, &count) == 0 ? count : -1;
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
    const int fd = platform_flag_new();
    if (fd >= 0)
        close(fd);
    return fd;
}

void platform_wakeup_pair_close_on_exec(int lowest, void (*wake)(void *context), void *context,
                                        platform_sockets *sockets)
{
    enum { range = 64 };
    int candidates[range];
    int count = 0;
    int reader = -1;
    int i;
    int shows[range];
    char bytes[8];
    if (lowest < 0)
        return;
    for (i = 0; i < range; i++)
        if (may_be_one(lowest + i))
            candidates[count++] = lowest + i;
    for (i = 0; i < range; i++)
        shows[i] = 1;
    if (count < 2)
        return;
    /* Three wake-ups in turn show at the reading end and nowhere else; what was sent and is unread
       shows at the other. Nothing of anybody else's is read or written. */
    for (i = 1; i <= 3; i++) {
        int j;
        wake(context);
        for (j = 0; j < count; j++)
            if (unread_bytes(candidates[j]) != i)
                shows[j] = 0;
    }
    for (i = 0; i < count; i++) {
        if (shows[i]) {
            reader = candidates[i];
        } else if (unsent_bytes(candidates[i]) <= 0) {
            continue;
        }
        fcntl(candidates[i], F_SETFD, FD_CLOEXEC);
        platform_sockets_note_wakeup(sockets, candidates[i]);
    }
    if (reader >= 0) {
        const ssize_t drained = recv(reader, bytes, sizeof bytes, MSG_DONTWAIT);
        (void)drained;
    }
}
