/*
 * The load server of the benchmarks: one thread, one epoll set, every answer made beforehand.
 *
 *   load-server [--port N]     prints the port it listens on and serves until it is ended
 *
 * The model's name in the request's body says what is answered (answers.h). Everything else about a
 * request is read as far as it takes to find its end. A request for a WebSocket is agreed to, and
 * then every message is answered in the same way, one after the other.
 */
#include "answers.h"
#include "messages.h"
#include "websocket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 16 * 1024, READ = 256 * 1024, WRITE = 64 * 1024, SLOTS = 4096, EVENTS = 256 };

struct connection {
    int fd;
    /* The head of the request and the beginning of its body; of a WebSocket, frames. */
    char head[HEAD];
    size_t head_count;
    size_t head_end; /* where the body begins; 0 while the head is not complete */
    long long body_left;
    int is_websocket;
    char accept[WEBSOCKET_ACCEPT + 1]; /* for a request that asks for one */
    /* The answer under way. */
    const struct answer *answer;
    size_t sent;
    size_t write_index;
    int wants_out;
    /* For paced ones: a place in the list of those that are due in the same millisecond. */
    struct connection *next_due, **link;
    long paced_left;
};

static int set;
static int timer;
static struct connection *slots[SLOTS];
static unsigned long long ticks; /* milliseconds since the timer was started */
static size_t paced_count;
static long next_phase;

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void run_timer(int runs)
{
    struct itimerspec every = {0};
    if (runs)
        every.it_value.tv_nsec = every.it_interval.tv_nsec = 1000000;
    timerfd_settime(timer, 0, &every, NULL);
}

static void unlist(struct connection *c)
{
    if (!c->link)
        return;
    *c->link = c->next_due;
    if (c->next_due)
        c->next_due->link = c->link;
    c->link = NULL;
    if (--paced_count == 0)
        run_timer(0);
}

static void list(struct connection *c, unsigned long long when)
{
    struct connection **slot = &slots[when % SLOTS];
    c->next_due = *slot;
    if (c->next_due)
        c->next_due->link = &c->next_due;
    c->link = slot;
    *slot = c;
    if (paced_count++ == 0)
        run_timer(1);
}

static void end(struct connection *c)
{
    unlist(c);
    close(c->fd);
    free(c);
}

static void want_out(struct connection *c, int wants)
{
    if (c->wants_out == wants)
        return;
    struct epoll_event event = {.events = wants ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
    epoll_ctl(set, EPOLL_CTL_MOD, c->fd, &event);
    c->wants_out = wants;
}

/* 1: all of it; 0: the socket is full; -1: the client went away. */
static int send_up_to(struct connection *c, size_t limit)
{
    while (c->sent < limit) {
        size_t count = limit - c->sent < WRITE ? limit - c->sent : WRITE;
        ssize_t sent = send(c->fd, c->answer->bytes + c->sent, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            want_out(c, 1);
            return 0;
        }
        if (sent <= 0)
            return -1;
        c->sent += (size_t)sent;
    }
    return 1;
}

static void answer_ended(struct connection *c)
{
    want_out(c, 0);
    c->answer = NULL;
    if (!c->is_websocket)
        c->head_count = c->head_end = 0;
}

/* 0 when the connection is gone. */
static int send_more(struct connection *c)
{
    const struct answer *answer = c->answer;
    int outcome = 1;
    if (answer->cut == CUT_PACED && c->write_index == 1 && c->paced_left > 0)
        return 1; /* the timer sends */
    if (answer->cut == CUT_ONE || answer->cut == CUT_PACED) {
        while (outcome > 0 && c->write_index < answer->write_count) {
            outcome = send_up_to(c, answer->writes[c->write_index]);
            if (outcome <= 0)
                break;
            c->write_index += 1;
            if (answer->cut == CUT_PACED && c->write_index == 1) {
                want_out(c, 0);
                c->paced_left = answer->events;
                /* Spread over the interval, so that they do not come all at once. */
                list(c, ticks + 1 + (unsigned long long)(next_phase++ % answer->interval_ms));
                return 1;
            }
        }
    } else {
        outcome = send_up_to(c, answer->count);
    }
    if (outcome > 0)
        answer_ended(c);
    else if (outcome < 0)
        end(c);
    return outcome >= 0;
}

static int take_messages(struct connection *c);

/* The same where it is not the request that has just come. 0 when the connection is gone. */
static int go_on(struct connection *c)
{
    return send_more(c) && (c->answer || !c->is_websocket || take_messages(c));
}

static void tick(void)
{
    unsigned long long elapsed = 0;
    char chunk[600];
    if (read(timer, &elapsed, sizeof elapsed) != sizeof elapsed)
        return;
    while (elapsed-- > 0) {
        struct connection *c = slots[++ticks % SLOTS], *next;
        for (; c; c = next) {
            next = c->next_due;
            const long number = c->answer->events - c->paced_left;
            const size_t count = answer_paced_delta(chunk, c->is_websocket, number, now_ns());
            unlist(c);
            if (send(c->fd, chunk, count, MSG_NOSIGNAL) != (ssize_t)count) {
                end(c);
            } else if (--c->paced_left > 0) {
                list(c, ticks + (unsigned long long)c->answer->interval_ms);
            } else {
                go_on(c);
            }
        }
    }
}

/* The value of "model" in the beginning of the body. */
static const struct answer *choose(const char *body)
{
    char name[64] = "", *p;
    p = strstr(body, "\"model\"");
    if (!p || sscanf(p + 7, " : \"%63[^\"]\"", name) != 1)
        return NULL;
    return answer_named(name);
}

static int begin_sending(struct connection *c)
{
    c->sent = c->write_index = 0;
    c->paced_left = 0;
    return send_more(c);
}

static int begin_answer(struct connection *c)
{
    static const char refusal[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    c->head[c->head_count] = 0;
    c->answer = choose(c->head + c->head_end);
    if (!c->answer) {
        c->head_count = c->head_end = 0;
        return send(c->fd, refusal, sizeof refusal - 1, MSG_NOSIGNAL) > 0;
    }
    return begin_sending(c);
}

/* ---- WebSocket ------------------------------------------------------------------------------- */

static int agree(struct connection *c)
{
    char answer[200];
    const int count = snprintf(answer, sizeof answer,
                               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                               c->accept);
    c->is_websocket = 1;
    c->head_count = c->head_end = 0;
    return send(c->fd, answer, (size_t)count, MSG_NOSIGNAL) == count;
}

/* 0 when the connection is to end. */
static int take_message(struct connection *c, const struct websocket_frame *frame)
{
    char control[140];
    const int is_ping = frame->opcode == WEBSOCKET_PING;
    if (frame->opcode == WEBSOCKET_PONG)
        return 1;
    if (is_ping || frame->opcode == WEBSOCKET_CLOSE) {
        const size_t count = frame->count < 126 ? frame->count : 0;
        const int opcode = is_ping ? WEBSOCKET_PONG : WEBSOCKET_CLOSE;
        const size_t header = websocket_header(control, opcode, count);
        memcpy(control + header, frame->payload, count);
        send(c->fd, control, header + count, MSG_NOSIGNAL);
        return is_ping;
    }
    const struct answer *chosen = frame->is_last ? choose(frame->payload) : NULL;
    c->answer = chosen ? answer_as_messages(chosen) : NULL;
    return c->answer != NULL;
}

/* Those that have come, up to one that takes time to answer. 0 when the connection is gone. */
static int take_messages(struct connection *c)
{
    struct websocket_frame frame;
    while (!c->answer) {
        const int found = websocket_take(c->head, c->head_count, &frame);
        if (found == 0 && c->head_count < HEAD - 1)
            return 1;
        if (found <= 0 || !take_message(c, &frame)) {
            end(c);
            return 0;
        }
        frame.payload[frame.count] = frame.behind;
        c->head_count -= frame.whole;
        memmove(c->head, c->head + frame.whole, c->head_count);
        if (c->answer && !begin_sending(c))
            return 0;
    }
    return 1;
}

static void read_messages(struct connection *c)
{
    for (;;) {
        const size_t room = HEAD - 1 - c->head_count;
        ssize_t count = room ? recv(c->fd, c->head + c->head_count, room, 0) : 0;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            end(c);
            return;
        }
        c->head_count += (size_t)count;
        if (!c->answer && !take_messages(c))
            return;
    }
}

/* ---- requests -------------------------------------------------------------------------------- */

static int read_head(struct connection *c)
{
    c->head[c->head_count] = 0;
    char *blank = strstr(c->head, "\r\n\r\n");
    if (!blank)
        return c->head_count < HEAD - 1;
    c->head_end = (size_t)(blank + 4 - c->head);
    c->body_left = 0;
    c->accept[0] = 0;
    for (char *line = c->head; line < blank; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, "content-length:", 15) == 0)
            c->body_left = atoll(line + 15);
        else if (strncasecmp(line, "expect:", 7) == 0)
            send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
        else if (strncasecmp(line, "sec-websocket-key: ", 19) == 0)
            websocket_accept(c->accept, line + 19, strcspn(line + 19, "\r\n"));
    }
    c->body_left -= (long long)(c->head_count - c->head_end);
    return 1;
}

/* Requests are not sent before the answer to the one before has come. */
static void read_request(struct connection *c)
{
    static char rest[READ];
    for (;;) {
        /* What does not fit beside the head is counted and dropped. */
        const int is_body = c->head_end && c->head_count == HEAD - 1;
        char *place = is_body ? rest : c->head + c->head_count;
        const size_t room = is_body ? READ : HEAD - 1 - c->head_count;
        ssize_t count = room ? recv(c->fd, place, room, 0) : -1;
        if (count < 0 && errno == EAGAIN && room)
            return;
        if (count <= 0) {
            end(c);
            return;
        }
        if (c->answer)
            continue;
        if (!is_body)
            c->head_count += (size_t)count;
        if (c->head_end)
            c->body_left -= count;
        else if (!read_head(c)) {
            end(c);
            return;
        }
        if (c->head_end && c->body_left <= 0) {
            if (c->accept[0]) {
                if (!agree(c))
                    end(c);
                return;
            }
            if (!begin_answer(c))
                return;
        }
    }
}

static void take_connections(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (fd < 0)
            return;
        struct connection *c = malloc(sizeof *c);
        if (!c)
            abort();
        memset(c, 0, sizeof *c);
        c->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listen_on(int port)
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8192) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        perror("load-server");
        exit(1);
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    const int port = argc == 3 && strcmp(argv[1], "--port") == 0 ? atoi(argv[2]) : 0;
    struct rlimit files;
    static struct epoll_event events[EVENTS];
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    const int listener = listen_on(port);
    set = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    event.data.ptr = &timer;
    epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
    for (;;) {
        const int count = epoll_wait(set, events, EVENTS, -1);
        int is_due = 0, is_asked = 0;
        for (int index = 0; index < count; index++) {
            struct connection *c = events[index].data.ptr;
            if (!c)
                is_asked = 1;
            else if ((void *)c == (void *)&timer)
                is_due = 1;
            else if (events[index].events & EPOLLOUT && c->answer)
                go_on(c);
            else if (c->is_websocket)
                read_messages(c);
            else
                read_request(c);
        }
        /* Last: it may end connections, of which the list above must not have any left. */
        if (is_asked)
            take_connections(listener);
        if (is_due)
            tick();
    }
}
