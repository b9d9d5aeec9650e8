/*
 * The operating system as Swift can call it: Embedded Swift has no `import Glibc`, and Swift has no
 * variadics, no unions by name and no macros. Typed wrappers, and nothing that decides anything.
 *
 * A function that can fail returns -errno unless it says otherwise. Descriptors are close-on-exec and
 * non-blocking.
 */
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "event_set.h"
#include "generation.h"
#include "handles.h"
#include "record_file.h"
#include "text_span.h"

#pragma clang assume_nonnull begin

/* ---- time ---- */

/* Monotonic, in nanoseconds: not moved by settings of the wall clock. Where there is no such clock, as
   behind a filter of system calls, it is the wall clock all the same. */
static inline uint64_t platform_now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return (uint64_t)time(NULL) * 1000000000u;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Seconds since 1970, for dates that a server sends. */
static inline int64_t platform_wall_clock(void)
{
    return (int64_t)time(NULL);
}

/* ---- errno: "as found" when a function succeeds ---- */

static inline int platform_errno(void)
{
    return errno;
}
static inline void platform_set_errno(int value)
{
    errno = value;
}

/* ---- certificates; errno is left alone ---- */

/* Whether there is such a file for the program, whoever started it. */
int platform_is_readable(const char *path);
/* Whether certificates are in the directory by their hash, as OpenSSL looks for them. */
int platform_has_hashed_certificates(const char *path);
/* Whether one of the directories of a list "a:b" is there. */
int platform_has_directory(const char *list);

/* ---- files that are sent and written; errno is left alone, and descriptors may be of any kind ---- */

/* For reading; a descriptor. */
int platform_file_open(const char *path);
/* Another descriptor for what can be read from `fd`. */
int platform_file_copy(int fd);
/* Where it is and how much follows; -1 in `size` of what is no file. */
int platform_file_extent(int fd, int64_t *start, int64_t *size);
/* At most `count` bytes: at `place`, or, where that is negative, the next. 0 at the end. */
int platform_file_read(int fd, void *bytes, size_t count, int64_t place);
/* All of them, and no SIGPIPE. */
int platform_file_write(int fd, const void *bytes, size_t count);
/* What a number of errno says, in words; NULL of a rare one. */
const char *_Nullable platform_error_name(int number);

/* ---- locks and conditions; NULL when memory is out ---- */

pthread_mutex_t *_Nullable platform_mutex_new(void);
void platform_mutex_free(pthread_mutex_t *_Nullable mutex);
pthread_cond_t *_Nullable platform_condition_new(void); /* on the monotonic clock */
void platform_condition_free(pthread_cond_t *_Nullable condition);
/* Waits until `deadline` on the monotonic clock in ns; 0 waits without limit. */
void platform_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline);

/* Differs between the threads that there are. */
static inline uintptr_t platform_this_thread(void)
{
    return (uintptr_t)pthread_self();
}

/* Runs `body` once in the process, in whichever thread comes first; the others wait for it. */
void platform_once(int *done, void (*body)(void));

/* ---- a counter that a signal handler may raise ---- */

typedef struct platform_interrupt platform_interrupt;
platform_interrupt *_Nullable platform_interrupt_new(int wake_fd);
void platform_interrupt_raise(platform_interrupt *interrupt); /* async-signal-safe */
uint64_t platform_interrupt_count(const platform_interrupt *interrupt);
void platform_interrupt_free(platform_interrupt *_Nullable interrupt);

/* "localhost:8080:127.0.0.1,[::1]" of an http or https URL with that host, to be freed; NULL of any other, and
   when memory is out. */
char *_Nullable platform_localhost_entry(const uint8_t *_Nullable url);

/* ---- sockets that libcurl opens, so that a forked child can close its copies ---- */

typedef struct platform_sockets platform_sockets;
platform_sockets *_Nullable platform_sockets_new(void);
/* As libcurl asks for it: -1 with errno on failure (CURLOPT_OPENSOCKETFUNCTION). */
int platform_sockets_open(void *_Nullable sockets, int family, int type, int protocol);
int platform_sockets_close(void *_Nullable sockets, int fd);
void platform_sockets_close_all(platform_sockets *sockets); /* in a forked child */
/* How many are open. */
size_t platform_sockets_count(const platform_sockets *sockets);
/* The connection waits for another request, until it is used again; it is known by its local port. */
void platform_sockets_rest(platform_sockets *sockets, int fd, int local_port);
void platform_sockets_use(platform_sockets *sockets, int local_port);
/* Ends those that wait and that the server has sent something on, which can only be its farewell. */
void platform_sockets_end_broken(platform_sockets *sockets);
/* The port of this side; 0 when it has none. */
int platform_local_port(int fd);
/* How many bytes have come over a TCP connection, read or not; -1 when the system does not tell. */
int64_t platform_received(int fd);
/* The same for the connection that was closed last, if its local port was this; else -1. */
int64_t platform_sockets_received(const platform_sockets *sockets, int local_port);
/* How many have been read, of one of those that were opened last; else -1. */
int64_t platform_sockets_read(const platform_sockets *sockets, int local_port);
/* Whether all that came after them, and before the connection ended, is an alert of TLS 1.3. `read` is -1
   where it is not known. */
int platform_sockets_alerted(const platform_sockets *sockets, int local_port, int64_t read);
/* Whether the server refused within the TLS handshake, and nobody had read it while the connection was open. To
   be asked where no request was sent. A port below 1 is not known: the connection that was closed last, then. */
int platform_sockets_refused(const platform_sockets *sockets, int local_port);
/* libcurl closes what it is woken by without a look: 0 when the host has done it before, and the numbers
   may be those of something else. */
void platform_sockets_note_wakeup(platform_sockets *sockets, int fd);
void platform_sockets_note_eventfd(platform_sockets *sockets, int fd, int set);
void platform_sockets_forget_wakeup(platform_sockets *sockets);
int platform_sockets_wakeup_is_own(const platform_sockets *sockets);
void platform_sockets_free(platform_sockets *_Nullable sockets);

/* The descriptor that the next open would get, or -errno. */
int platform_lowest_free_descriptor(void);
/* Finds what libcurl is woken by, and notes it; sockets are made close-on-exec. `lowest` as above, from before
   they were made; `wake` writes to them. An eventfd is kept in the set. */
void platform_find_wakeup(int lowest, void (*wake)(void *_Nullable context),
                          void *_Nullable context, platform_sockets *sockets, int epoll);

/* ---- the environment ---- */

/* The process has privileges that whoever started it may not have: setuid, setgid, file capabilities. */
int platform_is_privileged(void);
/* As getenv(), and NULL in such a process. */
const char *_Nullable platform_environment(const char *name);
/* Whether a variable that may name a proxy is set at all. */
int platform_has_proxy_variable(void);
/* Runs `body`, for which SSLKEYLOGFILE is empty in such a process: libcurl opens the file that it names. */
void platform_without_keylog(void (*body)(void));

/* ---- memory ---- */

/* Zero bytes that can be read where there is no buffer yet. */
uint8_t *platform_nothing(void);
/* Overwrites a secret; not optimised away. */
void platform_wipe(void *bytes, size_t count);
/* Gives the whole pages in a piece of memory back to the system; what they hold is lost, and they can be
   written to anew. Returns where the last of them ends, from `bytes` on; 0 when there is none. */
size_t platform_release(void *bytes, size_t count);
/* Blocks from this size on are no malloc's: see blocks.c. */
enum { platform_large_block = 4 << 20 };
void *_Nullable platform_large_block_resize(void *_Nullable block, size_t from, size_t to);
void platform_large_block_free(void *block, size_t size);

/* A block of another size, with what is in it; NULL, and nothing changed, when memory is out. `from`: the size that it
   was last asked for, 0 for none yet. */
static inline void *_Nullable platform_block_resize(void *_Nullable block, size_t from, size_t to)
{
    return from < platform_large_block && to < platform_large_block
               ? realloc(block, to)
               : platform_large_block_resize(block, from, to);
}
static inline void platform_block_free(void *_Nullable block, size_t size)
{
    if (size < platform_large_block)
        free(block);
    else
        platform_large_block_free(block, size);
}
/* Reserves address space without using memory; NULL on failure. Never given back. */
void *_Nullable platform_reserve(size_t bytes);

/* ---- functions of other libraries ---- */

/* The loader may take functions of one library from different places, as any object of the process may have
   some of the same name. Of those that this library calls under names with the prefix: NULL when all are of
   one place, otherwise two that are not, as "a() is of x.so and b() of the program". Call it once: the words
   stay, and the loader is asked. It looks at the slots that calls go through, as the address of a function
   may be that of a stub in the program. */
const char *_Nullable platform_mixed_imports(const char *prefix);

/* ---- random numbers: for jitter and idempotency keys ---- */

void platform_random(void *bytes, size_t count);

/* ---- SIGPIPE, kept from the host while libcurl writes ---- */

typedef struct {
    unsigned char saved[128]; /* a sigset_t, opaque to Swift */
    int was_pending;
} platform_sigpipe;
void platform_sigpipe_block(platform_sigpipe *state);
void platform_sigpipe_restore(platform_sigpipe *state);

#pragma clang assume_nonnull end

#endif
