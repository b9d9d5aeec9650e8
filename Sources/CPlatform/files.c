#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct statx */
#endif
#include "CPlatform.h"
#include "file_status.h"

#include <fcntl.h>
#include <poll.h>

int platform_file_open(const char *path)
{
    return system_call(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

int platform_file_copy(int fd)
{
    const int flags = system_call(fcntl(fd, F_GETFL));
    if (flags < 0)
        return flags;
    if ((flags & O_ACCMODE) == O_WRONLY)
        return -EACCES;
    return system_call(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

int platform_file_extent(int fd, int64_t *start, int64_t *size)
{
    unsigned mode;
    int64_t end;
    *start = 0;
    *size = -1;
    const int outcome = file_status(fd, &mode, &end);
    if (outcome < 0)
        return outcome;
    if (S_ISDIR(mode))
        return -EISDIR;
    if (!S_ISREG(mode))
        return 0;
    const int found = errno;
    const off_t place = lseek(fd, 0, SEEK_CUR);
    errno = found;
    if (place < 0)
        return 0;
    *start = place;
    *size = end > place ? end - place : 0;
    return 0;
}

/* What does not block is waited for: whoever gives such a descriptor wants it read all the same. */
static int await(int fd, short what)
{
    struct pollfd ready = {.fd = fd, .events = what};
    return system_call(poll(&ready, 1, -1));
}

int platform_file_read(int fd, void *bytes, size_t count, int64_t place)
{
    if (count > INT32_MAX)
        count = INT32_MAX;
    for (;;) {
        const int outcome = place < 0 ? system_call(read(fd, bytes, count))
                                      : system_call(pread(fd, bytes, count, place));
        if (outcome != -EAGAIN)
            return outcome;
        const int waited = await(fd, POLLIN);
        if (waited < 0)
            return waited;
    }
}

int platform_file_write(int fd, const void *bytes, size_t count)
{
    const char *from = bytes;
    platform_sigpipe pipe;
    int outcome = 0;
    platform_sigpipe_block(&pipe);
    while (count > 0 && outcome >= 0) {
        outcome = system_call(write(fd, from, count > INT32_MAX ? INT32_MAX : count));
        if (outcome > 0) {
            from += outcome;
            count -= (size_t)outcome;
        } else if (outcome == -EAGAIN) {
            outcome = await(fd, POLLOUT);
        } else if (outcome == 0) {
            outcome = -EIO;
        }
    }
    platform_sigpipe_restore(&pipe);
    return outcome < 0 ? outcome : 0;
}

const char *platform_error_name(int number)
{
    switch (number) {
    case ENOENT:
        return "there is no such file";
    case EACCES:
    case EPERM:
        return "permission denied";
    case EISDIR:
        return "it is a directory";
    case EBADF:
        return "it is not an open descriptor, or not open for that";
    case ENOSPC:
        return "no space is left on the device";
    case EDQUOT:
        return "the quota of the disk is used up";
    case EFBIG:
        return "the file would be too large";
    case EPIPE:
        return "nobody reads the other end of the pipe";
    case EIO:
        return "input/output error";
    case EMFILE:
    case ENFILE:
        return "no descriptor is left";
    case ENOMEM:
        return "out of memory";
    default:
        return NULL;
    }
}
