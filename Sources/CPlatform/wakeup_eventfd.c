/*
 * The eventfd by which libcurl is woken from 8.x on, where Linux has one. It is found by its edges, and known
 * afterwards by its place in our set.
 */
#include "system_call.h"
#include "wakeup.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* An open descriptor of no type that a file has, as an eventfd's is. By the system call: the function has a
   symbol version of glibc 2.33. Where Swift runs, the kernel's struct is that of libc. */
static int has_no_file_type(int fd)
{
    struct stat about;
    return system_call(syscall(SYS_fstat, fd, &about)) == 0 && (about.st_mode & S_IFMT) == 0;
}

/* The set has no other of the number; and where it is itself another's, it is not there either. */
int platform_eventfd_is_in(int set, int fd)
{
    struct epoll_event nothing = {.events = 0, .data.fd = fd};
    if (!has_no_file_type(fd))
        return 0;
    const int outcome = system_call(epoll_ctl(set, EPOLL_CTL_MOD, fd, &nothing));
    return outcome != -ENOENT && outcome != -EBADF && outcome != -EINVAL;
}

static int may_be_eventfd(int fd)
{
    return system_call(fcntl(fd, F_GETFD)) >= 0 && has_no_file_type(fd);
}

/* Edges that show now, counted for each. */
static void count_edges(int set, int lowest, int edges[range])
{
    struct epoll_event found[range];
    const int count = system_call(epoll_wait(set, found, range, 0));
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
OUT_OF_THE_WAY
void platform_find_eventfd(int lowest, void (*wake)(void *context), void *context,
                           platform_sockets *sockets, int set)
{
    int is_candidate[range], edges[range] = {0};
    int count = 0, found = 0, eventfd = -1;
    int i;
    for (i = 0; i < range; i++) {
        struct epoll_event edge = {.events = EPOLLIN | EPOLLET, .data.fd = lowest + i};
        is_candidate[i] = may_be_eventfd(lowest + i) &&
                          system_call(epoll_ctl(set, EPOLL_CTL_ADD, lowest + i, &edge)) == 0;
        count += is_candidate[i];
    }
    if (count == 0)
        return;
    count_edges(set, lowest, edges);
    memset(edges, 0, sizeof edges);
    for (i = 0; i < wakes; i++) {
        wake(context);
        count_edges(set, lowest, edges);
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
            system_call(epoll_ctl(set, EPOLL_CTL_MOD, eventfd, &nothing)) == 0)
            platform_sockets_note_eventfd(sockets, eventfd, set);
        else
            (void)system_call(epoll_ctl(set, EPOLL_CTL_DEL, lowest + i, &nothing));
    }
}
