#include "peer.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MAX_CONNECTIONS = 20000, MAX_REQUEST = 8192 };

/* What has come of a request on a connection, by its descriptor. */
static struct {
    char *bytes;
    size_t count;
} connections[MAX_CONNECTIONS];

/* The stream of resp_1: up to where it breaks, and what is behind that. */
static void send_part(int fd, int is_rest)
{
    struct text answer = {0};
    struct sse sse;
    sse_hello(&sse, "resp_1");
    const size_t from = is_rest ? sse.end[4] : 0, end = is_rest ? sse.text.len : sse.end[4];
    text_addf(&answer,
              "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
              "Content-Length: %zu\r\n\r\n",
              end - from);
    text_add_bytes(&answer, sse.text.data + from, end - from);
    sse_free(&sse);
    if (send(fd, answer.data, answer.len, MSG_NOSIGNAL) < 0)
        shutdown(fd, SHUT_RDWR);
    text_free(&answer);
}

static void send_answer(int fd, const char *head, const char *body)
{
    struct text answer = {0};
    struct sse sse;
    if (strncmp(head, "GET ", 4) == 0 && strstr(head, "stream=true") != NULL) {
        send_part(fd, strstr(head, "starting_after=4") != NULL);
        return;
    }
    if (strstr(body, "silent"))
        return;
    if (strstr(body, "busy")) {
        static const char busy[] = "HTTP/1.1 503 Busy\r\nRetry-After-Ms: 1\r\n"
                                   "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        if (send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL) < 0)
            shutdown(fd, SHUT_RDWR);
        return;
    }
    if (strstr(body, "\"stream\":true")) {
        sse_hello(&sse, "resp_1");
        text_addf(&answer,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: req_1\r\n"
                  "Content-Length: %zu\r\n\r\n%s",
                  sse.text.len, sse.text.data);
        sse_free(&sse);
    } else {
        int refused = strstr(body, "refused") != NULL;
        const char *json =
            refused
                ? "{\"error\":{\"message\":\"No.\",\"type\":\"t\",\"code\":\"c\",\"param\":\"p\"}}"
                : RESPONSE;
        text_addf(&answer,
                  "HTTP/1.1 %s\r\nContent-Type: application/json\r\nx-request-id: req_1\r\n"
                  "Content-Length: %zu\r\n\r\n%s",
                  refused ? "500 No" : "200 OK", strlen(json), json);
    }
    if (send(fd, answer.data, answer.len, MSG_NOSIGNAL) < 0)
        shutdown(fd, SHUT_RDWR);
    text_free(&answer);
}

/* Answers every request that is complete. 0: the connection is over. */
static int read_requests(int fd)
{
    char *bytes = connections[fd].bytes;
    ssize_t got = recv(fd, bytes + connections[fd].count, MAX_REQUEST - connections[fd].count, 0);
    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    connections[fd].count += (size_t)got;
    for (;;) {
        bytes[connections[fd].count] = 0;
        char *head = strstr(bytes, "\r\n\r\n");
        if (head == NULL)
            return connections[fd].count < MAX_REQUEST;
        *head = 0;
        char *length = strcasestr(bytes, "\r\ncontent-length:");
        *head = '\r';
        size_t size = length ? (size_t)atol(length + 17) : 0;
        size_t total = (size_t)(head + 4 - bytes) + size;
        if (total > MAX_REQUEST)
            return 0;
        if (connections[fd].count < total)
            return 1;
        char kept = bytes[total];
        bytes[total] = 0;
        send_answer(fd, bytes, head + 4);
        bytes[total] = kept;
        memmove(bytes, bytes + total, connections[fd].count - total);
        connections[fd].count -= total;
    }
}

static void serve(int listener)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC), one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, ready, COUNT(ready), -1);
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.fd;
            if (fd != listener) {
                if (!read_requests(fd)) {
                    free(connections[fd].bytes);
                    connections[fd].bytes = NULL;
                    close(fd);
                }
                continue;
            }
            while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                if (fd >= MAX_CONNECTIONS) {
                    close(fd);
                    continue;
                }
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                connections[fd].bytes = malloc(MAX_REQUEST + 1);
                connections[fd].count = 0;
                event.data.fd = fd;
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
            }
        }
    }
}

struct peer peer_start(void)
{
    struct peer peer = {0};
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4096), 0);
    getsockname(listener, (struct sockaddr *)&address, &length);
    snprintf(peer.url, sizeof peer.url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    peer.process = fork();
    assert_true(peer.process >= 0);
    if (peer.process == 0) {
        struct rlimit limit;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        alarm(0);
        serve(listener);
        _exit(1);
    }
    close(listener);
    return peer;
}

void peer_stop(struct peer *peer)
{
    kill(peer->process, SIGKILL);
    waitpid(peer->process, NULL, 0);
}
