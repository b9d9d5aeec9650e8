#include "CPlatform.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

int platform_epoll_new(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

int platform_epoll_watch(int epoll, int fd, uint32_t events, int is_known)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0)
        return 0;
    /* What is in the set is not always what we think: a descriptor of the same number was closed, or is
       still open in a child. */
    if (errno != ENOENT && errno != EEXIST)
        return errno;
    is_known = errno == EEXIST;
    return epoll_ctl(epoll, is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

int platform_epoll_remove(int epoll, int fd)
{
    struct epoll_event unused = {0}; /* kernels before 2.6.9 wanted one */
    if (epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &unused) == 0 || errno == ENOENT || errno == EBADF)
        return 0;
    return errno;
}

int platform_epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout_ms)
{
    const int count = epoll_wait(epoll, events, capacity, timeout_ms);
    if (count >= 0)
        return count;
    return errno == EINTR ? 0 : -errno;
}

int platform_timer_new(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

int platform_timer_set(int fd, uint64_t deadline)
{
    const int saved = errno;
    const struct itimerspec spec = {
        .it_value = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)}};
    const int failure = timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0 ? 0 : errno;
    errno = saved;
    return failure;
}

int platform_flag_new(void)
{
    return platform_timer_new();
}

int platform_flag_new_raised(void)
{
    return eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
}

int platform_flag_raise(int fd)
{
    return platform_timer_set(fd, 1);
}

int platform_flag_clear(int fd)
{
    return platform_timer_set(fd, 0);
}

void platform_close_own(int fd, const char *kind)
{
    char path[32], target[64];
    ssize_t length;
    if (fd < 0 || (fcntl(fd, F_GETFD) < 0 && errno == EBADF))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    length = readlink(path, target, sizeof target - 1);
    if (length >= 0) {
        target[length] = 0;
        if (!strstr(target, kind))
            return;
    }
    close(fd);
}
