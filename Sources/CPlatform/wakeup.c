/*
 * What curl_multi_wakeup() writes to is known to libcurl alone. We find it, because libcurl closes its
 * numbers without a look, when the host may have closed them before and opened others.
 *
 * Up to 8.x it is a socket pair, and not close-on-exec: a program that we run in must be able to start
 * others without handing our sockets to them. Later ones have an eventfd.
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

enum { range = 64, wakes = 3 };

/* 1 when it was there. */
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
        fcntl(candidates[i], F_SETFD, FD_CLOEXEC);
        platform_sockets_note_wakeup(sockets, candidates[i]);
    }
    if (reader >= 0) {
        const ssize_t drained = recv(reader, bytes, sizeof bytes, MSG_DONTWAIT);
        (void)drained;
    }
    return reader >= 0;
}

static int may_be_eventfd(int fd)
{
    return fcntl(fd, F_GETFD) >= 0 && platform_has_no_file_type(fd);
}

/* Edges that show now, counted for each. */
static void count_edges(int epoll, int lowest, int edges[range])
{
    struct epoll_event found[range];
    const int count = epoll_wait(epoll, found, range, 0);
    int i;
    for (i = 0; i < count; i++) {
        const int place = found[i].data.fd - lowest;
        if (place >= 0 && place < range)
            edges[place] += 1;
    }
}

/* Each wake-up shows once at what is written to, and nothing is read: what shows each time may be another's
   that is busy. It stays in the set, with no event that is waited for: there it is known, and not by its
   number alone (epoll(7), questions 1 and 6). */
static void find_eventfd(int lowest, void (*wake)(void *context), void *context,
                         platform_sockets *sockets, int epoll)
{
    int is_candidate[range], edges[range] = {0};
    int count = 0, found = 0, eventfd = -1;
    int i;
    for (i = 0; i < range; i++) {
        struct epoll_event edge = {.events = EPOLLIN | EPOLLET, .data.fd = lowest + i};
        is_candidate[i] =
            may_be_eventfd(lowest + i) && epoll_ctl(epoll, EPOLL_CTL_ADD, lowest + i, &edge) == 0;
        count += is_candidate[i];
    }
    if (count == 0)
        return;
    count_edges(epoll, lowest, edges);
    memset(edges, 0, sizeof edges);
    for (i = 0; i < wakes; i++) {
        wake(context);
        count_edges(epoll, lowest, edges);
    }
    for (i = 0; i < range; i++) {
        if (!is_candidate[i] || edges[i] != wakes)
            continue;
        found += 1;
        eventfd = lowest + i;
    }
    for (i = 0; i < range; i++) {
        struct epoll_event nothing = {.events = 0, .data.fd = lowest + i};
        if (!is_candidate[i])
            continue;
        if (found == 1 && lowest + i == eventfd &&
            epoll_ctl(epoll, EPOLL_CTL_MOD, eventfd, &nothing) == 0)
            platform_sockets_note_eventfd(sockets, eventfd, epoll);
        else
            epoll_ctl(epoll, EPOLL_CTL_DEL, lowest + i, &nothing);
    }
}

void platform_find_wakeup(int lowest, void (*wake)(void *context), void *context,
                          platform_sockets *sockets, int epoll)
{
    if (lowest >= 0 && !find_pair(lowest, wake, context, sockets))
        find_eventfd(lowest, wake, context, sockets, epoll);
}
