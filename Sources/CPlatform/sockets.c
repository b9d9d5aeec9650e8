/*
 * The sockets that libcurl has open. A forked child must close its copies, or the server would not
 * see the parent's close until the child ends; and it must not ask libcurl to, which would disturb
 * the parent's connections (docs/adr/0004-fork.md).
 *
 * And those among them that wait for another request. Before one is used again, libcurl looks whether
 * the server has closed it; a TLS connection that the server took leave of has bytes to read, and for
 * libcurl that means it is alive (up to 7.88 at least). The request would be lost on it.
 */
#include "CPlatform.h"
#include "system_call.h"
#include "wakeup.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct open_socket {
    int fd;
    uint64_t cookie; /* tells it from another of the same number, should the host have closed it */
    int idle_port;   /* the connection's local port while it waits for a request; else 0 */
} open_socket;

struct platform_sockets {
    open_socket *list;
    size_t count;
    size_t capacity;
    size_t idle_count;
    /* libcurl's own two, by which it is woken. */
    open_socket wakeup[2];
    /* Or one that is no socket, and the set that it is in: see wakeup.c. */
    int has_eventfd, eventfd, set;
    /* The connection that was closed last, by its local port, and the bytes that came over it. */
    int closed_port;
    int64_t closed_received;
    int closed_refused; /* its server had refused the handshake, and nobody had read that */
};

/* Of a socket, which no other has (SO_COOKIE, Linux 4.6); 0 on failure, with the reason if that is wanted. */
static uint64_t cookie_of(int fd, int *reason)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    const int outcome = system_call(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length));
    if (reason)
        *reason = outcome;
    return outcome == 0 ? cookie : 0;
}

/* It is still what it was. */
static int is_own(const open_socket *opened)
{
    int reason;
    if (opened->cookie == 0)
        return 1;
    const uint64_t cookie = cookie_of(opened->fd, &reason);
    return cookie ? cookie == opened->cookie : reason != -EBADF && reason != -ENOTSOCK;
}

static int close_own(const open_socket *opened)
{
    return is_own(opened) ? close(opened->fd) : 0;
}

void platform_sockets_note_wakeup(platform_sockets *sockets, int fd)
{
    const open_socket noted = {fd, cookie_of(fd, NULL), 0};
    sockets->wakeup[sockets->wakeup[0].cookie != 0] = noted;
}

void platform_sockets_note_eventfd(platform_sockets *sockets, int fd, int set)
{
    sockets->has_eventfd = 1;
    sockets->eventfd = fd;
    sockets->set = set;
}

void platform_sockets_forget_wakeup(platform_sockets *sockets)
{
    memset(sockets->wakeup, 0, sizeof sockets->wakeup);
    sockets->has_eventfd = 0;
}

int platform_sockets_wakeup_is_own(const platform_sockets *sockets)
{
    if (sockets->has_eventfd)
        return platform_eventfd_is_in(sockets->set, sockets->eventfd);
    return is_own(&sockets->wakeup[0]) && is_own(&sockets->wakeup[1]);
}

/* From the end: it is mostly about those that were opened last. */
static open_socket *find(const platform_sockets *sockets, int fd)
{
    size_t i;
    for (i = sockets->count; i > 0; i--) {
        if (sockets->list[i - 1].fd == fd)
            return &sockets->list[i - 1];
    }
    return NULL;
}

platform_sockets *platform_sockets_new(void)
{
    return calloc(1, sizeof(platform_sockets));
}

/* A socket whose connection failed libcurl closes without a word (up to 7.88 at least): such are taken out
   when there is no room, which costs a system call for each socket, and that seldom. */
static int make_room(platform_sockets *sockets)
{
    size_t i = 0;
    while (i < sockets->count) {
        open_socket *opened = &sockets->list[i];
        if (is_own(opened)) {
            i++;
            continue;
        }
        sockets->idle_count -= opened->idle_port != 0;
        *opened = sockets->list[--sockets->count];
    }
    if (sockets->count > 0 && sockets->count <= sockets->capacity / 2)
        return 1;
    const size_t capacity = sockets->capacity ? sockets->capacity * 2 : 16;
    open_socket *grown = realloc(sockets->list, capacity * sizeof *grown);
    if (!grown)
        return 0;
    sockets->list = grown;
    sockets->capacity = capacity;
    return 1;
}

int platform_sockets_open(void *context, int family, int type, int protocol)
{
    platform_sockets *sockets = context;
    if (sockets->count == sockets->capacity && !make_room(sockets))
        return -1;
    const int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd >= 0) {
        const open_socket opened = {fd, cookie_of(fd, NULL), 0};
        sockets->list[sockets->count++] = opened;
        sockets->closed_refused = 0;
    }
    return fd;
}

int platform_local_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name;
    socklen_t length = sizeof name;
    if (system_call(getsockname(fd, &name.any, &length)) != 0)
        return 0;
    if (name.any.sa_family == AF_INET)
        return ntohs(name.v4.sin_port);
    return name.any.sa_family == AF_INET6 ? ntohs(name.v6.sin6_port) : 0;
}

/* All bytes that have come over a TCP connection, those that nobody has read among them; -1 when the
   system does not tell (it does since Linux 4.1). */
int64_t platform_received(int fd)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    if (system_call(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length)) != 0 ||
        length < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return -1;
    return (int64_t)info.tcpi_bytes_received;
}

/* By the local port of its connection, among the last that were opened; -1: it is not there. */
static int find_late(const platform_sockets *sockets, int port)
{
    enum { looks = 16 };
    size_t i;
    for (i = sockets->count; i > 0 && i + looks > sockets->count; i--) {
        if (platform_local_port(sockets->list[i - 1].fd) == port)
            return sockets->list[i - 1].fd;
    }
    return -1;
}

int64_t platform_sockets_received(const platform_sockets *sockets, int port)
{
    return port != 0 && port == sockets->closed_port ? sockets->closed_received : -1;
}

static int unread_bytes(int fd)
{
    int count = 0;
    return system_call(ioctl(fd, FIONREAD, &count)) == 0 ? count : -1;
}

static int peek(int fd, void *bytes, size_t size)
{
    return system_call(recv(fd, bytes, size, MSG_PEEK | MSG_DONTWAIT));
}

enum { record_head = 5, encrypted_alert = 19 };

/* All that waits to be read is an alert of TLS 1.3: level and description, a type and a tag of 16 bytes,
   behind the head of a record (RFC 8446, 5.2). No message of a handshake is as short. */
static int is_alerted(int fd)
{
    static const unsigned char head[record_head] = {23, 3, 3, 0, encrypted_alert};
    unsigned char record[record_head];
    return unread_bytes(fd) == record_head + encrypted_alert &&
           peek(fd, record, sizeof record) == sizeof record &&
           memcmp(record, head, sizeof head) == 0;
}

/* What waits to be read is a fatal alert in the clear, so one within the handshake (RFC 5246, 7.2). */
static int is_refused_in_clear(int fd)
{
    enum { alert = 21, size = 2, fatal = 2 };
    unsigned char record[record_head + size]; /* type, version, size; level, description */
    return peek(fd, record, sizeof record) == sizeof record && record[0] == alert &&
           record[1] == 3 && record[3] == 0 && record[4] == size && record[5] == fatal;
}

static int is_refused(int fd)
{
    return is_refused_in_clear(fd) || is_alerted(fd);
}

int platform_sockets_refused(const platform_sockets *sockets, int port)
{
    const int fd = port > 0 ? find_late(sockets, port) : -1;
    if (fd >= 0)
        return is_refused(fd);
    return (port <= 0 || port == sockets->closed_port) && sockets->closed_refused;
}

int64_t platform_sockets_read(const platform_sockets *sockets, int port)
{
    const int fd = find_late(sockets, port);
    return fd < 0 ? -1 : platform_received(fd) - unread_bytes(fd);
}

int platform_sockets_alerted(const platform_sockets *sockets, int port, int64_t read)
{
    const int fd = find_late(sockets, port);
    const int64_t size = record_head + encrypted_alert;
    if (fd >= 0 && is_alerted(fd))
        return 1;
    const int64_t received =
        (fd >= 0 ? platform_received(fd) : platform_sockets_received(sockets, port)) - read;
    return read >= 0 && (received == size || received == size + 1); /* the end counts as a byte */
}

int platform_sockets_close(void *context, int fd)
{
    platform_sockets *sockets = context;
    open_socket *closed = find(sockets, fd);
    if (!closed)
        return close(fd);
    const int is_ours = is_own(closed);
    sockets->idle_count -= closed->idle_port != 0;
    *closed = sockets->list[--sockets->count];
    if (!is_ours)
        return 0;
    sockets->closed_port = platform_local_port(fd);
    sockets->closed_received = platform_received(fd);
    sockets->closed_refused = is_refused(fd);
    return close(fd);
}

void platform_sockets_rest(platform_sockets *sockets, int fd, int local_port)
{
    open_socket *resting = find(sockets, fd);
    if (!resting || resting->idle_port != 0)
        return;
    resting->idle_port = local_port;
    sockets->idle_count += local_port != 0;
}

void platform_sockets_use(platform_sockets *sockets, int local_port)
{
    size_t i, left = sockets->idle_count;
    for (i = 0; left > 0; i++) {
        if (sockets->list[i].idle_port == 0)
            continue;
        left -= 1;
        if (sockets->list[i].idle_port == local_port) {
            sockets->list[i].idle_port = 0;
            sockets->idle_count -= 1;
        }
    }
}

/* Takes what is there to read and closes both directions: then libcurl finds the end. */
static void end(int fd)
{
    char farewell[512];
    int reads;
    for (reads = 0;
         reads < 64 && system_call(recv(fd, farewell, sizeof farewell, MSG_DONTWAIT)) > 0; reads++)
        continue;
    (void)system_call(shutdown(fd, SHUT_RDWR));
}

void platform_sockets_end_broken(platform_sockets *sockets)
{
    size_t i, left = sockets->idle_count;
    for (i = 0; left > 0; i++) {
        struct pollfd idle = {sockets->list[i].fd, POLLIN, 0};
        if (sockets->list[i].idle_port == 0)
            continue;
        left -= 1;
        if (system_call(poll(&idle, 1, 0)) > 0)
            end(idle.fd);
    }
}

size_t platform_sockets_count(const platform_sockets *sockets)
{
    return sockets->count;
}

void platform_sockets_close_all(platform_sockets *sockets)
{
    size_t i;
    for (i = 0; i < sockets->count; i++)
        close_own(&sockets->list[i]);
    sockets->count = 0;
    sockets->idle_count = 0;
}

void platform_sockets_free(platform_sockets *sockets)
{
    if (sockets)
        free(sockets->list);
    free(sockets);
}
