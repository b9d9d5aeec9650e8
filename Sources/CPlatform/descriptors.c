#include "CPlatform.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>

int platform_epoll_new(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

int platform_epoll_add(int epoll, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int platform_epoll_change(int epoll, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

int platform_epoll_remove(int epoll, int fd)
{
    struct epoll_event unused = {0}; /* kernels before 2.6.9 wanted one */
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &unused);
}

int platform_epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout_ms)
{
    const int count = epoll_wait(epoll, events, capacity, timeout_ms);
    return count < 0 ? 0 : count;
}

int platform_eventfd_new(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void platform_eventfd_raise(int fd)
{
    const int saved = errno;
    const uint64_t one = 1;
    ssize_t ignored = write(fd, &one, sizeof one); /* full means it is raised already */
    (void)ignored;
    errno = saved;
}

void platform_eventfd_clear(int fd)
{
    uint64_t value;
    ssize_t ignored = read(fd, &value, sizeof value);
    (void)ignored;
}

int platform_timerfd_new(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

void platform_timerfd_set(int fd, uint64_t deadline)
{
    const struct itimerspec spec = {
        .it_value = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)}};
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void platform_timerfd_clear(int fd)
{
    platform_eventfd_clear(fd);
}
