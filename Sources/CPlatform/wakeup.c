/*
 * What curl_multi_wakeup() writes to is known to libcurl alone. We find it, because libcurl closes its
 * numbers without a look, when the host may have closed them before and opened others.
 *
 * Up to 8.x it is a socket pair, and not close-on-exec: a program that we run in must be able to start
 * others without handing our sockets to them. Later ones have an eventfd.
 */
#include "CPlatform.h"
#include "system_call.h"
#include "wakeup.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static int unread_bytes(int fd)
{
    int count = 0;
    return system_call(ioctl(fd, FIONREAD, &count)) == 0 ? count : -1;
}

static int unsent_bytes(int fd)
{
    int count = 0;
    return system_call(ioctl(fd, TIOCOUTQ, &count)) == 0 ? count : -1;
}

/* An unnamed stream socket of the unix family that a program started now would inherit. */
static int may_be_one(int fd)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    const int flags = system_call(fcntl(fd, F_GETFD));
    if (flags < 0 || (flags & FD_CLOEXEC))
        return 0;
    if (system_call(getsockname(fd, (struct sockaddr *)&name, &length)) != 0)
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

/* 1 when it was there. */
OUT_OF_THE_WAY
static int find_pair(int lowest, void (*wake)(void *context), void *context,
                     platform_sockets *sockets)
{
    int candidates[range];
    int count = 0;
    int reader = -1;
    int i;
    int shows[range];
    char bytes[8];
    for (i = 0; i < range; i++)
        if (may_be_one(lowest + i))
            candidates[count++] = lowest + i;
    for (i = 0; i < range; i++)
        shows[i] = 1;
    if (count < 2)
        return 0;
    /* Three wake-ups in turn show at the reading end and nowhere else; what was sent and is unread
       shows at the other. Nothing of anybody else's is read or written. */
    for (i = 1; i <= wakes; i++) {
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
        (void)system_call(fcntl(candidates[i], F_SETFD, FD_CLOEXEC));
        platform_sockets_note_wakeup(sockets, candidates[i]);
    }
    if (reader >= 0)
        (void)system_call(recv(reader, bytes, sizeof bytes, MSG_DONTWAIT));
    return reader >= 0;
}

void platform_find_wakeup(int lowest, void (*wake)(void *context), void *context,
                          platform_sockets *sockets, int set)
{
    if (lowest >= 0 && !find_pair(lowest, wake, context, sockets))
        platform_find_eventfd(lowest, wake, context, sockets, set);
}
