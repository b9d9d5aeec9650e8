#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct statx, pwritev */
#endif

#include "CPlatform.h"
#include "file_status.h"
#include "oldest_glibc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>

static const char closing[] = "]}}\n";
enum { closing_count = sizeof closing - 1, shortest_entry = 16 };

/* ---- what a file is ---- */

/* 0 and its size, platform_record_foreign for what is no regular file, or -errno. */
static int look(int fd, int64_t *size)
{
    unsigned mode;
    const int outcome = file_status(fd, &mode, size);
    if (outcome < 0)
        return outcome;
    if (S_ISREG(mode))
        return 0;
    *size = 0;
    return platform_record_foreign;
}

/* ---- the lock ---- */

/* Whoever holds it writes an entry, which takes a moment; one that was stopped in the middle is not waited for
   without end. A file system without such locks is used without. */
static int lock(int fd, int how)
{
    for (int tries = 0; tries < 5000; tries++) {
        const int outcome = system_call(flock(fd, how | LOCK_NB));
        if (outcome != -EWOULDBLOCK)
            return 0;
        const struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    return -EAGAIN;
}

/* A child that was forked in between has the descriptor too, and with it the lock. */
static void unlock_and_close(int fd)
{
    const int found = errno;
    flock(fd, LOCK_UN);
    close(fd);
    errno = found;
}

/* ---- SIGXFSZ, which the kernel sends who writes beyond RLIMIT_FSIZE: kept from the host ---- */

typedef struct {
    sigset_t saved;
    int was_pending;
} file_size_signal;

static void block_signal(file_size_signal *state)
{
    sigset_t only;
    sigset_t pending;
    sigemptyset(&only);
    sigaddset(&only, SIGXFSZ);
    sigpending(&pending);
    state->was_pending = sigismember(&pending, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &only, &state->saved);
}

static void restore_signal(file_size_signal *state)
{
    if (!state->was_pending) {
        const struct timespec now = {0, 0};
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, SIGXFSZ);
        sigtimedwait(&only, NULL, &now);
    }
    pthread_sigmask(SIG_SETMASK, &state->saved, NULL);
}

/* ---- writing ---- */

/* One call, unless a part was written (what is left may still fit, or there is more than the kernel takes at a
   time). */
static int write_all(int fd, struct iovec *parts, int count, int64_t place)
{
    while (count > 0) {
        if (parts->iov_len == 0) {
            parts++;
            count--;
            continue;
        }
        const int errno_found = errno;
        const ssize_t written = pwritev(fd, parts, count, place);
        if (written < 0) {
            const int failure = platform_system_call_failed(errno_found);
            if (failure == -EINTR)
                continue;
            return failure;
        }
        if (written == 0)
            return -ENOSPC;
        place += written;
        size_t left = (size_t)written;
        while (count > 0 && left >= parts->iov_len) {
            left -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return 0;
}

static int read_all(int fd, uint8_t *bytes, size_t count, int64_t place)
{
    while (count > 0) {
        const int errno_found = errno;
        const ssize_t got = pread(fd, bytes, count, place);
        if (got < 0) {
            const int failure = platform_system_call_failed(errno_found);
            if (failure == -EINTR)
                continue;
            return failure;
        }
        if (got == 0)
            return -EIO;
        bytes += got;
        place += got;
        count -= (size_t)got;
    }
    return 0;
}

/* Behind the last line that is a whole entry, or behind the first line. A line that was cut off ends nowhere, or
   in the few bytes of the closing line that it was written over. */
size_t platform_record_whole(const uint8_t *text, size_t count)
{
    const uint8_t *newline = memchr(text, '\n', count);
    if (!newline || newline == text)
        return 0;
    size_t whole = (size_t)(newline - text) + 1;
    while (whole < count) {
        newline = memchr(text + whole, '\n', count - whole);
        if (!newline)
            break;
        const size_t end = (size_t)(newline - text);
        const uint8_t *first = text + whole + (text[whole] == ',');
        if (end - whole < shortest_entry || *first != '{' || newline[-1] != '}')
            break;
        whole = end + 1;
    }
    return whole;
}

/* Where the next entry goes in a file whose end is not as it should be. */
static int find_whole(int fd, size_t size, size_t *whole)
{
    uint8_t *text = malloc(size);
    if (!text)
        return -ENOMEM;
    const int outcome = read_all(fd, text, size, 0);
    *whole = outcome == 0 ? platform_record_whole(text, size) : 0;
    free(text);
    return outcome;
}

static int append_locked(int fd, const char *head, size_t head_count, size_t sign,
                         const uint8_t *entry, size_t count)
{
    int64_t length = 0;
    int outcome = look(fd, &length);
    if (outcome != 0)
        return outcome;
    const size_t size = (size_t)length;
    size_t place = 0;
    int is_first = 1;
    if (size > 0) {
        char start[128];
        if (sign > sizeof start || size < sign)
            return platform_record_foreign;
        outcome = read_all(fd, (uint8_t *)start, sign, 0);
        if (outcome < 0)
            return outcome;
        if (memcmp(start, head, sign) != 0)
            return platform_record_foreign;
        if (count == 0)
            return 0;
        /* A bracket or an entry, the end of its line, and the closing line. */
        uint8_t end[2 + closing_count];
        place = size;
        if (size > sizeof end) {
            outcome = read_all(fd, end, sizeof end, (int64_t)(size - sizeof end));
            if (outcome < 0)
                return outcome;
            if (end[1] == '\n' && memcmp(end + 2, closing, closing_count) == 0) {
                place = size - closing_count;
                is_first = end[0] == '[';
            }
        }
        if (place == size) {
            outcome = find_whole(fd, size, &place);
            if (outcome < 0)
                return outcome;
            if (place < 2)
                return platform_record_foreign;
            outcome = read_all(fd, end, 1, (int64_t)place - 2);
            if (outcome < 0)
                return outcome;
            is_first = end[0] == '[';
        }
    }
    struct iovec parts[] = {
        {(void *)head, size == 0 ? head_count : 0},
        {(void *)"\n", size == 0},
        {(void *)",", !is_first},
        {(void *)entry, count},
        {(void *)"\n", count > 0},
        {(void *)closing, closing_count},
    };
    size_t end = place;
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++)
        end += parts[part].iov_len;
    outcome = write_all(fd, parts, sizeof parts / sizeof *parts, (int64_t)place);
    if (outcome < 0) {
        /* As it was: these bytes have had room before. */
        struct iovec old = {(void *)closing, size == 0 ? 0 : closing_count};
        write_all(fd, &old, 1, (int64_t)place);
        end = size == 0 ? 0 : place + closing_count;
    }
    if (end < size || outcome < 0) {
        const int cut = system_call(ftruncate(fd, (off_t)end));
        if (outcome == 0)
            outcome = cut;
    }
    return outcome;
}

int platform_record_append(const char *path, const char *head, size_t head_count, size_t sign,
                           const uint8_t *entry, size_t count)
{
    const int fd = system_call(
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR));
    if (fd < 0)
        return fd;
    int64_t size = 0;
    int outcome = look(fd, &size);
    if (outcome == 0)
        outcome = lock(fd, LOCK_EX);
    if (outcome == 0) {
        file_size_signal state;
        block_signal(&state);
        outcome = append_locked(fd, head, head_count, sign, entry, count);
        restore_signal(&state);
    }
    unlock_and_close(fd);
    return outcome;
}

/* ---- reading ---- */

int platform_record_open(const char *path, int64_t *size)
{
    const int fd = system_call(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (fd < 0)
        return fd;
    lock(fd, LOCK_SH);
    const int outcome = look(fd, size);
    if (outcome == 0)
        return fd;
    unlock_and_close(fd);
    return outcome < 0 ? outcome : -EISDIR;
}

int platform_record_read(int fd, uint8_t *bytes, size_t count)
{
    const int outcome = read_all(fd, bytes, count, 0);
    unlock_and_close(fd);
    return outcome;
}

char *platform_absolute_path(const char *path)
{
    if (path[0] == '/')
        return strdup(path);
    char *directory = getcwd(NULL, 0);
    if (!directory)
        return NULL;
    const size_t before = strlen(directory);
    const size_t after = strlen(path) + 1;
    char *whole = realloc(directory, before + 1 + after);
    if (!whole) {
        free(directory);
        return NULL;
    }
    whole[before] = '/';
    memcpy(whole + before + 1, path, after);
    return whole;
}

int64_t platform_wall_microseconds(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_REALTIME, &t) != 0)
        return (int64_t)time(NULL) * 1000000;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
