#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* name, errors. Not clock_gettime(), which cannot fail: it is no system call (vdso(7)). */
#define FUNCTIONS(X)                                                                               \
    X(epoll_create1, EMFILE, ENOMEM)                                                               \
    X(epoll_ctl, ENOSPC, ENOMEM, EPERM)                                                            \
    X(epoll_wait, EBADF, EINVAL)                                                                   \
    X(eventfd, EMFILE, ENOMEM)                                                                     \
    X(timerfd_create, EMFILE, ENOMEM)                                                              \
    X(timerfd_settime, EINVAL, EBADF)                                                              \
    X(read, EIO)                                                                                   \
    X(write, EAGAIN, EIO)                                                                          \
    X(close, EIO)                                                                                  \
    X(socket, EMFILE, ENOBUFS, EACCES)                                                             \
    X(socketpair, EMFILE)                                                                          \
    X(connect, ECONNREFUSED, EADDRNOTAVAIL, ENETUNREACH)                                           \
    X(send, ECONNRESET, EPIPE, ENOBUFS)                                                            \
    X(recv, ECONNRESET, ENOMEM)                                                                    \
    X(poll, EINTR, ENOMEM)                                                                         \
    X(shutdown, ENOTCONN)                                                                          \
    X(fcntl, EINVAL)                                                                               \
    X(ioctl, ENOTTY)                                                                               \
    X(getsockname, ENOBUFS)                                                                        \
    X(getpeername, ENOBUFS)                                                                        \
    X(getsockopt, ENOBUFS)                                                                         \
    X(setsockopt, ENOMEM)                                                                          \
    X(mmap, ENOMEM)                                                                                \
    X(madvise, EINVAL)                                                                             \
    X(getrandom, EPERM, EINTR, ENOSYS)                                                             \
    X(readlink, ENOENT)                                                                            \
    X(pthread_create, EAGAIN)                                                                      \
    X(pthread_mutex_init, ENOMEM)                                                                  \
    X(pthread_cond_init, ENOMEM)                                                                   \
    X(pthread_condattr_init, ENOMEM)                                                               \
    X(pthread_condattr_setclock, EINVAL)                                                           \
    X(pthread_sigmask, EINVAL)                                                                     \
    X(getaddrinfo, EAI_AGAIN, EAI_MEMORY, EAI_FAIL)

#define INDEX(name, ...) of_##name,
enum { FUNCTIONS(INDEX) functions };

#define ENTRY(name, ...) {#name, {__VA_ARGS__, 0}, 0},
static struct {
    const char *name;
    int errors[5];
    long calls;
} table[] = {FUNCTIONS(ENTRY)};

const int fault_count = functions;
static struct fault current;
static int armed;
static long all_calls, happened, wrong_closes;

const char *fault_name(int function)
{
    return table[function].name;
}

const int *fault_errors(int function)
{
    return table[function].errors;
}

void faults_arm(const struct fault *fault)
{
    static const struct fault none = {-1, 0, 0, 0};
    current = fault ? *fault : none;
    armed = 1;
}

void faults_disarm(void)
{
    armed = 0;
}

long faults_calls(int function)
{
    return table[function].calls;
}

long faults_all_calls(void)
{
    return all_calls;
}

long faults_happened(void)
{
    return happened;
}

long faults_wrong_closes(void)
{
    return wrong_closes;
}

/* More than any run makes: it turns in a circle. No function of stdio, which the test may be inside of. */
enum { too_many = 50000 };

static int fails(int function)
{
    if (!__atomic_load_n(&armed, __ATOMIC_RELAXED))
        return 0;
    if (__atomic_add_fetch(&all_calls, 1, __ATOMIC_RELAXED) > too_many)
        abort();
    const long nth = __atomic_add_fetch(&table[function].calls, 1, __ATOMIC_RELAXED);
    if (function != current.function ||
        !(nth == current.nth || (current.for_good && nth > current.nth)))
        return 0;
    __atomic_add_fetch(&happened, 1, __ATOMIC_RELAXED);
    errno = current.error;
    return 1;
}

/* The real one; found before anything runs, as finding it may need memory. */
static void *real[functions];

__attribute__((constructor)) static void find_all(void)
{
    for (int i = 0; i < functions; i++)
        real[i] = dlsym(RTLD_NEXT, table[i].name);
}

#define WRAP(result, name, parameters, arguments, failure)                                         \
    result name parameters                                                                         \
    {                                                                                              \
        if (real[of_##name] == NULL)                                                               \
            find_all();                                                                            \
        if (fails(of_##name))                                                                      \
            return failure;                                                                        \
        return ((result(*) parameters)(uintptr_t)real[of_##name])arguments;                        \
    }

WRAP(int, epoll_create1, (int flags), (flags), -1)
WRAP(int, epoll_ctl, (int set, int op, int fd, struct epoll_event *event), (set, op, fd, event), -1)
WRAP(int, epoll_wait, (int set, struct epoll_event *events, int count, int ms),
     (set, events, count, ms), -1)
WRAP(int, eventfd, (unsigned count, int flags), (count, flags), -1)
WRAP(int, timerfd_create, (clockid_t clock, int flags), (clock, flags), -1)
WRAP(int, timerfd_settime,
     (int fd, int flags, const struct itimerspec *value, struct itimerspec *old),
     (fd, flags, value, old), -1)
WRAP(ssize_t, read, (int fd, void *bytes, size_t count), (fd, bytes, count), -1)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count), -1)
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
WRAP(int, socketpair, (int domain, int type, int protocol, int pair[2]),
     (domain, type, protocol, pair), -1)
WRAP(int, connect, (int fd, __CONST_SOCKADDR_ARG address, socklen_t length), (fd, address, length),
     -1)
WRAP(ssize_t, send, (int fd, const void *bytes, size_t count, int flags), (fd, bytes, count, flags),
     -1)
WRAP(ssize_t, recv, (int fd, void *bytes, size_t count, int flags), (fd, bytes, count, flags), -1)
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int ms), (fds, count, ms), -1)
WRAP(int, shutdown, (int fd, int how), (fd, how), -1)
WRAP(int, getsockname, (int fd, __SOCKADDR_ARG address, socklen_t *length), (fd, address, length),
     -1)
WRAP(int, getpeername, (int fd, __SOCKADDR_ARG address, socklen_t *length), (fd, address, length),
     -1)
WRAP(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *length),
     (fd, level, name, value, length), -1)
WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),
     (fd, level, name, value, length), -1)
WRAP(void *, mmap, (void *at, size_t size, int access, int flags, int fd, off_t offset),
     (at, size, access, flags, fd, offset), MAP_FAILED)
WRAP(int, madvise, (void *at, size_t size, int advice), (at, size, advice), -1)
WRAP(ssize_t, getrandom, (void *bytes, size_t count, unsigned flags), (bytes, count, flags), -1)
WRAP(ssize_t, readlink, (const char *restrict path, char *restrict target, size_t count),
     (path, target, count), -1)
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument),
     (thread, attributes, body, argument), current.error)
WRAP(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes),
     (mutex, attributes), current.error)
WRAP(int, pthread_cond_init,
     (pthread_cond_t *restrict condition, const pthread_condattr_t *restrict attributes),
     (condition, attributes), current.error)
WRAP(int, pthread_condattr_init, (pthread_condattr_t * attributes), (attributes), current.error)
WRAP(int, pthread_condattr_setclock, (pthread_condattr_t * attributes, clockid_t clock),
     (attributes, clock), current.error)
WRAP(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old),
     current.error)
WRAP(int, getaddrinfo,
     (const char *restrict name, const char *restrict service,
      const struct addrinfo *restrict hints, struct addrinfo **restrict found),
     (name, service, hints, found), current.error)

/* A descriptor is closed also when that says that it failed (close(2)). */
int close(int fd)
{
    if (real[of_close] == NULL)
        find_all();
    const int failed = fails(of_close);
    const int result = ((int (*)(int))(uintptr_t)real[of_close])(fd);
    if (result != 0 && errno == EBADF && fd >= 0 && armed)
        __atomic_add_fetch(&wrong_closes, 1, __ATOMIC_RELAXED);
    if (!failed)
        return result;
    errno = current.error;
    return -1;
}

/* The variadic ones: everything that is given them fits a pointer. */
#define WRAP_VARIADIC(name, command_type)                                                          \
    int name(int fd, command_type command, ...)                                                    \
    {                                                                                              \
        va_list list;                                                                              \
        va_start(list, command);                                                                   \
        void *argument = va_arg(list, void *);                                                     \
        va_end(list);                                                                              \
        if (real[of_##name] == NULL)                                                               \
            find_all();                                                                            \
        if (fails(of_##name))                                                                      \
            return -1;                                                                             \
        return ((int (*)(int, command_type, ...))(uintptr_t)real[of_##name])(fd, command,          \
                                                                             argument);            \
    }
WRAP_VARIADIC(fcntl, int)
WRAP_VARIADIC(ioctl, unsigned long)
