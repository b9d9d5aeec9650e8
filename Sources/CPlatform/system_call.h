/*
 * The one style for system calls here: the result, or -errno. A call that a signal interrupts is made again,
 * and errno itself stays as it was, since the functions of the library leave it as they found it.
 *
 * Not for close(): on Linux the descriptor is gone when it says EINTR, and a second close could be of
 * somebody else's (close(2)). Nor for epoll_wait(), which must not wait the whole time anew.
 */
#ifndef PLATFORM_SYSTEM_CALL_H
#define PLATFORM_SYSTEM_CALL_H

#include <errno.h>

/* In system_call.c, to be small where it is used: puts errno back, and gives -errno as it was. */
int platform_system_call_failed(int errno_found);

#define system_call(call)                                                                          \
    ({                                                                                             \
        const int errno_found = errno;                                                             \
        int outcome;                                                                               \
        do {                                                                                       \
            outcome = (int)(call);                                                                 \
            if (outcome < 0)                                                                       \
                outcome = platform_system_call_failed(errno_found);                                \
        } while (outcome == -EINTR);                                                               \
        outcome;                                                                                   \
    })

#endif
