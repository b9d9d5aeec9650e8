/* One connection of the scripted server: reads requests and plays what was written down. Nothing here waits. */
#include "script.h"
#include "test.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* After so many bytes the other connections get their turn. */
enum { TURN = 1 << 20 };
/* Between two pieces, so that each has a packet of its own. */
enum { PIECE_GAP_NS = 120000 };

enum outcome { OVER, WAITS, GOES_ON };

static void leave(struct connection *c)
{
    c->next->previous = c->previous;
    c->previous->next = c->next;
}

/* At the end of a ring. */
static void join(struct connection *c, struct connection *ring)
{
    leave(c);
    c->next = ring;
    c->previous = ring->previous;
    c->next->previous = c->previous->next = c;
}

struct connection *connection_open(struct server *server, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    c->server = server;
    c->fd = fd;
    c->next = c->previous = c;
    join(c, &server->idle);
    pthread_mutex_lock(&server->lock);
    c->index = server->connection_count++;
    if (c->index == server->connection_room) {
        server->connection_room = server->connection_room ? 2 * server->connection_room : 64;
        server->ends = realloc(server->ends, (size_t)server->connection_room);
    }
    server->ends[c->index] = 0;
    if (server->accepts_played < server->accepts_queued)
        c->playing = server->accepts[server->accepts_played++];
    pthread_mutex_unlock(&server->lock);
    return c;
}

/* What epoll tells of the connection from now on. Nothing at all where it waits for something else: the end
   of the other side would be told again and again. */
static void want(struct connection *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (events == c->wanted)
        return;
    epoll_ctl(c->server->epoll,
              events == 0      ? EPOLL_CTL_DEL
              : c->wanted == 0 ? EPOLL_CTL_ADD
                               : EPOLL_CTL_MOD,
              c->fd, &event);
    c->wanted = events;
}

static void note_end(struct connection *c, char by)
{
    pthread_mutex_lock(&c->server->lock);
    c->server->ends[c->index] |= by;
    pthread_cond_broadcast(&c->server->changed);
    pthread_mutex_unlock(&c->server->lock);
}

static void stop_playing(struct connection *c)
{
    if (c->playing != NULL && c->is_own)
        exchange_free(c->playing);
    c->playing = NULL;
    c->is_own = c->step = 0;
    c->sent = 0;
}

void connection_close(struct connection *c)
{
    /* Explicitly: a child of the test may have the descriptor too. */
    want(c, 0);
    close(c->fd);
    note_end(c, CLOSED_BY_SERVER);
    stop_playing(c);
    if (c->request != NULL)
        request_free(c->request);
    text_free(&c->in);
    leave(c);
    free(c);
}

/* Sends what is left of so many bytes. */
static enum outcome send_some(struct connection *c, const char *bytes, size_t len)
{
    while (c->sent < len) {
        ssize_t n = send(c->fd, bytes + c->sent, len - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            want(c, EPOLLOUT);
            return WAITS;
        }
        if (n < 0) {
            note_end(c, CLOSED_BY_CLIENT);
            return OVER;
        }
        c->sent += (size_t)n;
        pthread_mutex_lock(&c->server->lock);
        c->server->bytes_sent += (size_t)n;
        pthread_mutex_unlock(&c->server->lock);
    }
    return GOES_ON;
}

/* More of what the client says. */
static enum outcome receive(struct connection *c)
{
    char buffer[65536];
    ssize_t n = recv(c->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        want(c, EPOLLIN);
        return WAITS;
    }
    if (n <= 0) {
        note_end(c, CLOSED_BY_CLIENT);
        return OVER;
    }
    text_add_bytes(&c->in, buffer, (size_t)n);
    return GOES_ON;
}

/* ---- what is played ---- */

static enum outcome wait_until(struct connection *c, int64_t due)
{
    if (c->due == 0) {
        c->due = due;
    } else if (c->due <= server_now()) {
        c->due = 0;
        return GOES_ON;
    }
    want(c, 0);
    return WAITS;
}

static enum outcome wait_for_a_go(struct connection *c)
{
    struct server *server = c->server;
    pthread_mutex_lock(&server->lock);
    c->waits_for_go = server->goes == 0;
    if (!c->waits_for_go)
        server->goes--;
    pthread_mutex_unlock(&server->lock);
    if (!c->waits_for_go)
        return GOES_ON;
    want(c, 0);
    return WAITS;
}

static enum outcome say_some(struct connection *c, const struct step *s)
{
    if (s->piece == 0)
        return send_some(c, s->bytes, s->len);
    if (c->due != 0 && wait_until(c, 0) == WAITS)
        return WAITS;
    if (c->sent == s->len)
        return GOES_ON;
    /* A piece that was begun is ended first. */
    size_t end = (c->sent / s->piece + 1) * s->piece;
    enum outcome outcome = send_some(c, s->bytes, end < s->len ? end : s->len);
    return outcome == GOES_ON ? wait_until(c, server_now() + PIECE_GAP_NS) : outcome;
}

static enum outcome play_step(struct connection *c, const struct step *s)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    enum outcome outcome = GOES_ON;
    switch (s->kind) {
    case SAY:
        return say_some(c, s);
    case PAUSE:
        return wait_until(c, server_now() + (int64_t)s->milliseconds * 1000000);
    case GO:
        return wait_for_a_go(c);
    case AWAIT_CLOSE:
        while (outcome == GOES_ON)
            outcome = receive(c);
        return outcome;
    case HANG_UP:
        shutdown(c->fd, SHUT_WR);
        return OVER;
    case SLAM_DOWN:
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        return OVER;
    }
    return OVER;
}

/* ---- requests ---- */

void request_free(struct request *request)
{
    free(request->method);
    free(request->target);
    free(request->head);
    free(request->body);
    free(request);
}

static struct request *read_head(struct connection *c, const char *end)
{
    char *method_end = strchr(c->in.data, ' ');
    char *target_end = method_end ? strchr(method_end + 1, ' ') : NULL;
    char *line_end = strstr(c->in.data, "\r\n");
    if (target_end == NULL || target_end > line_end)
        return NULL;
    struct request *request = calloc(1, sizeof *request);
    request->connection = c->index;
    request->method = strndup(c->in.data, (size_t)(method_end - c->in.data));
    request->target = strndup(method_end + 1, (size_t)(target_end - method_end - 1));
    request->head = strndup(line_end + 2, (size_t)(end - line_end));
    return request;
}

static void add_to_body(struct request *request, const char *bytes, size_t len)
{
    request->body = realloc(request->body, request->body_len + len + 1);
    memcpy(request->body + request->body_len, bytes, len);
    request->body_len += len;
    request->body[request->body_len] = 0;
}

/* 1 when the whole body has come. */
static int read_body(struct connection *c)
{
    struct request *request = c->request;
    const char *encoding = request_header(request, "transfer-encoding");
    if (encoding == NULL || strcasecmp(encoding, "chunked") != 0) {
        const char *length = request_header(request, "content-length");
        size_t size = length ? strtoul(length, NULL, 10) : 0;
        if (c->in.len - c->at < size)
            return 0;
        add_to_body(request, c->in.data + c->at, size);
        c->at += size;
        return 1;
    }
    for (size_t size = 1; size > 0;) {
        const char *end = strstr(c->in.data + c->at, "\r\n");
        if (end == NULL)
            return 0;
        size = strtoul(c->in.data + c->at, NULL, 16);
        size_t from = (size_t)(end + 2 - c->in.data);
        if (c->in.len < from + size + 2)
            return 0;
        add_to_body(request, c->in.data + from, size);
        c->at = from + size + 2;
    }
    return 1;
}

static enum outcome read_request(struct connection *c)
{
    for (;;) {
        const char *end =
            c->in.len > 0 && c->request == NULL ? strstr(c->in.data, "\r\n\r\n") : NULL;
        if (end != NULL) {
            c->request = read_head(c, end);
            if (c->request == NULL)
                return OVER;
            c->at = (size_t)(end + 4 - c->in.data);
            if (request_header_count(c->request, "expect") > 0 &&
                send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) != 25)
                return OVER;
        }
        if (c->request != NULL && read_body(c))
            return GOES_ON;
        enum outcome outcome = receive(c);
        if (outcome != GOES_ON)
            return outcome;
    }
}

/* Remembers the request and says what to answer. */
static void choose(struct connection *c)
{
    struct server *server = c->server;
    struct request *request = c->request;
    c->request = NULL;
    memmove(c->in.data, c->in.data + c->at, c->in.len - c->at + 1);
    c->in.len -= c->at;
    pthread_mutex_lock(&server->lock);
    int is_kept = server->request_count < MAX_REQUESTS;
    if (is_kept)
        server->requests[server->request_count++] = request;
    if (server->played < server->queued)
        c->playing = server->queue[server->played++];
    server_handler handler = server->handler;
    void *data = server->handler_data;
    if (c->playing == NULL && handler == NULL)
        server->unexpected++;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    if (c->playing == NULL) {
        c->is_own = 1;
        c->playing = calloc(1, sizeof *c->playing);
        if (handler != NULL)
            handler(request, c->playing, data);
        else
            answer(c->playing, 418,
                   "{\"error\":{\"message\":\"the test did not expect this request\"}}");
    }
    if (!is_kept)
        request_free(request);
}

void connection_proceed(struct connection *c)
{
    enum outcome outcome = GOES_ON;
    int was_pending = c->due != 0 || c->waits_for_go;
    if (c->had_turn)
        c->due = c->had_turn = 0;
    for (size_t said = 0; outcome == GOES_ON && said < TURN;) {
        if (c->playing == NULL) {
            outcome = read_request(c);
            if (outcome == GOES_ON)
                choose(c);
        } else if (c->step == c->playing->count) {
            stop_playing(c);
        } else {
            const struct step *s = &c->playing->steps[c->step];
            outcome = play_step(c, s);
            /* Pieces are of the same step. */
            if (outcome == GOES_ON && (s->piece == 0 || c->sent == s->len)) {
                said += s->len;
                c->step++;
                c->sent = 0;
            }
        }
    }
    if (outcome == GOES_ON) {
        c->had_turn = 1;
        c->due = server_now();
        want(c, 0);
    }
    int is_pending = c->due != 0 || c->waits_for_go;
    if (outcome == OVER)
        connection_close(c);
    else if (is_pending != was_pending)
        join(c, is_pending ? &c->server->pending : &c->server->idle);
}
