/* One connection of the scripted server: reads requests and plays what was written down. */
#include "script.h"
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

int await_fd(struct server *server, int fd, short events, int milliseconds)
{
    struct pollfd fds[2] = {{.fd = fd, .events = events},
                            {.fd = server->stop_fd, .events = POLLIN}};
    int n;
    do
        n = poll(fds, 2, milliseconds);
    while (n < 0 && errno == EINTR);
    if (fds[1].revents)
        return -1;
    return fds[0].revents != 0;
}

static void note_close(struct connection *c)
{
    pthread_mutex_lock(&c->server->lock);
    c->closed_by_client = 1;
    pthread_cond_broadcast(&c->server->changed);
    pthread_mutex_unlock(&c->server->lock);
}

static int send_all(struct connection *c, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (await_fd(c->server, c->fd, POLLOUT, -1) < 0)
                return -1;
            continue;
        }
        if (n < 0) {
            note_close(c);
            return -1;
        }
        bytes += n;
        len -= (size_t)n;
        pthread_mutex_lock(&c->server->lock);
        c->server->bytes_sent += (size_t)n;
        pthread_mutex_unlock(&c->server->lock);
    }
    return 0;
}

/* More of what the client says; -1 at its end. */
static int receive(struct connection *c)
{
    char buffer[65536];
    if (await_fd(c->server, c->fd, POLLIN, -1) < 0)
        return -1;
    ssize_t n = recv(c->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) {
        note_close(c);
        return -1;
    }
    text_add_bytes(&c->in, buffer, (size_t)n);
    return 0;
}

static int wait_go(struct connection *c)
{
    struct server *server = c->server;
    pthread_mutex_lock(&server->lock);
    while (server->goes == 0 && !server->stopping)
        pthread_cond_wait(&server->changed, &server->lock);
    int result = server->stopping ? -1 : 0;
    if (result == 0)
        server->goes--;
    pthread_mutex_unlock(&server->lock);
    return result;
}

static int play_step(struct connection *c, const struct step *s)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    switch (s->kind) {
    case SAY:
        if (s->piece == 0)
            return send_all(c, s->bytes, s->len);
        for (size_t at = 0; at < s->len; at += s->piece) {
            size_t n = s->len - at < s->piece ? s->len - at : s->piece;
            if (send_all(c, s->bytes + at, n) < 0)
                return -1;
            usleep(120);
        }
        return 0;
    case PAUSE:
        return await_fd(c->server, -1, 0, s->milliseconds) < 0 ? -1 : 0;
    case GO:
        return wait_go(c);
    case AWAIT_CLOSE:
        while (receive(c) == 0)
            continue;
        return -1;
    case HANG_UP:
        shutdown(c->fd, SHUT_WR);
        return -1;
    case SLAM_DOWN:
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        return -1;
    }
    return -1;
}

static int perform(struct connection *c, const struct exchange *x)
{
    for (int i = 0; i < x->count; i++)
        if (play_step(c, &x->steps[i]) < 0)
            return -1;
    return 0;
}

static int read_body(struct connection *c, struct request *request, size_t *at)
{
    struct text body = {0};
    const char *length = request_header(request, "content-length");
    const char *encoding = request_header(request, "transfer-encoding");
    if (encoding != NULL && strcasecmp(encoding, "chunked") == 0) {
        for (size_t size = 1; size > 0;) {
            char *end;
            while ((end = strstr(c->in.data + *at, "\r\n")) == NULL)
                if (receive(c) < 0)
                    return -1;
            size = strtoul(c->in.data + *at, NULL, 16);
            *at = (size_t)(end + 2 - c->in.data);
            while (c->in.len < *at + size + 2)
                if (receive(c) < 0)
                    return -1;
            text_add_bytes(&body, c->in.data + *at, size);
            *at += size + 2;
        }
    } else {
        size_t size = length ? strtoul(length, NULL, 10) : 0;
        while (c->in.len < *at + size)
            if (receive(c) < 0)
                return -1;
        text_add_bytes(&body, c->in.data + *at, size);
        *at += size;
    }
    request->body = body.data;
    request->body_len = body.len;
    return 0;
}

void request_free(struct request *request)
{
    free(request->method);
    free(request->target);
    free(request->head);
    free(request->body);
    free(request);
}

static struct request *read_request(struct connection *c)
{
    char *end;
    while (c->in.len == 0 || (end = strstr(c->in.data, "\r\n\r\n")) == NULL)
        if (receive(c) < 0)
            return NULL;
    struct request *request = calloc(1, sizeof *request);
    size_t at = (size_t)(end + 4 - c->in.data);
    char *method_end = strchr(c->in.data, ' ');
    char *target_end = method_end ? strchr(method_end + 1, ' ') : NULL;
    char *line_end = strstr(c->in.data, "\r\n");
    if (target_end == NULL || target_end > line_end) {
        free(request);
        return NULL;
    }
    request->connection = c->index;
    request->method = strndup(c->in.data, (size_t)(method_end - c->in.data));
    request->target = strndup(method_end + 1, (size_t)(target_end - method_end - 1));
    request->head = strndup(line_end + 2, (size_t)(end - line_end));
    if (request_header_count(request, "expect") > 0)
        send_all(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    if (read_body(c, request, &at) < 0) {
        request_free(request);
        return NULL;
    }
    memmove(c->in.data, c->in.data + at, c->in.len - at + 1);
    c->in.len -= at;
    return request;
}

/* Remembers the request and says what to answer. `*mine` when the caller has to free it. */
static struct exchange *choose(struct server *server, struct request *request, int *mine)
{
    struct exchange *x = NULL;
    *mine = 0;
    pthread_mutex_lock(&server->lock);
    if (server->request_count < MAX_REQUESTS)
        server->requests[server->request_count++] = request;
    if (server->played < server->queued)
        x = server->queue[server->played++];
    server_handler handler = server->handler;
    void *data = server->handler_data;
    if (x == NULL && handler == NULL)
        server->unexpected++;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    if (x == NULL) {
        *mine = 1;
        x = calloc(1, sizeof *x);
        if (handler != NULL)
            handler(request, x, data);
        else
            answer(x, 418, "{\"error\":{\"message\":\"the test did not expect this request\"}}");
    }
    return x;
}

void *serve(void *argument)
{
    struct connection *c = argument;
    struct server *server = c->server;
    struct exchange *first = NULL;
    int open = 1, mine;
    pthread_setname_np(pthread_self(), "scripted-conn");
    pthread_mutex_lock(&server->lock);
    if (server->accepts_played < server->accepts_queued)
        first = server->accepts[server->accepts_played++];
    pthread_mutex_unlock(&server->lock);
    if (first != NULL)
        open = perform(c, first) == 0;
    while (open) {
        struct request *request = read_request(c);
        if (request == NULL)
            break;
        struct exchange *x = choose(server, request, &mine);
        open = perform(c, x) == 0;
        if (mine)
            exchange_free(x);
    }
    /* Under the lock: server_stop shuts down what is still open. */
    pthread_mutex_lock(&server->lock);
    close(c->fd);
    c->fd = -1;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    text_free(&c->in);
    return NULL;
}
