#define _GNU_SOURCE
#include "CLinux.h"

#include <linux/sockios.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <time.h>

int sandbox_termination_descriptor(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0) {
        return -1;
    }
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int sandbox_timer_descriptor(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

int sandbox_timer_arm(int descriptor, long long deadline_ns)
{
    struct itimerspec when = {{0, 0}, {0, 0}};

    /* A zero time would disarm the timer; a deadline in the past fires at once. */
    if (deadline_ns <= 0) {
        deadline_ns = 1;
    }
    when.it_value.tv_sec = deadline_ns / 1000000000LL;
    when.it_value.tv_nsec = deadline_ns % 1000000000LL;
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &when, NULL);
}

int sandbox_accept(int listener, struct sockaddr *address, socklen_t *length)
{
    return accept4(listener, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int sandbox_unsent_bytes(int socket_descriptor)
{
    int queued = 0;

    return ioctl(socket_descriptor, SIOCOUTQ, &queued) == 0 ? queued : -1;
}
