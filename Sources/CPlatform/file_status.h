/* What a descriptor is. */
#ifndef CPLATFORM_FILE_STATUS_H
#define CPLATFORM_FILE_STATUS_H

#include "system_call.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0 with its type and permissions as of st_mode, and its size; or -errno. By the system call: fstat() and statx() of
   the C library have names that glibc 2.25 does not have. */
static inline int file_status(int fd, unsigned *mode, int64_t *size)
{
    struct statx about;
    const int outcome = system_call(
        (int)syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE, &about));
    *mode = outcome == 0 ? about.stx_mode : 0;
    *size = outcome == 0 ? (int64_t)about.stx_size : 0;
    return outcome;
}

#endif
