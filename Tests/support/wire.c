#include "wire.h"

#include "script.h"
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum { MAX_CONNECTIONS = 4096, MAX_MESSAGES = 8192 };

struct wire_server {
    wire_fn play;
    void *user_data;
    int listener, stop_fd, port, go_fd;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int connection_count, message_count;
    pthread_t threads[MAX_CONNECTIONS];
    char *heads[MAX_CONNECTIONS];
    int ends[MAX_CONNECTIONS]; /* the code and 1, once the client has ended it */
    struct {
        char *text;
        int connection;
    } messages[MAX_MESSAGES];
    char problem[300];
};

struct guest {
    struct wire_server *server;
    int fd, index;
};

void wire_problem(struct wire *wire, const char *format, ...)
{
    struct wire_server *server = wire->server;
    va_list arguments;
    pthread_mutex_lock(&server->lock);
    if (server->problem[0] == 0) {
        int len = snprintf(server->problem, sizeof server->problem, "connection %d: ", wire->index);
        va_start(arguments, format);
        vsnprintf(server->problem + len, sizeof server->problem - (size_t)len, format, arguments);
        va_end(arguments);
    }
    pthread_mutex_unlock(&server->lock);
}

/* ---- sockets ---- */

/* 0 when the server is stopped, or nothing happens for long. */
static int await(const struct wire_server *server, int fd, short events, int milliseconds)
{
    struct pollfd both[] = {{.fd = fd, .events = events},
                            {.fd = server->stop_fd, .events = POLLIN}};
    int count;
    do
        count = poll(both, 2, milliseconds);
    while (count < 0 && errno == EINTR);
    return count > 0 && both[1].revents == 0;
}

static void wire_shut(struct wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
}

void wire_send(struct wire *wire, const void *bytes, size_t len)
{
    const char *place = bytes;
    while (len > 0 && wire->fd >= 0) {
        ssize_t sent = send(wire->fd, place, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            place += sent;
            len -= (size_t)sent;
        } else if (errno != EAGAIN || !await(wire->server, wire->fd, POLLOUT, at_most(20000))) {
            return;
        }
    }
}

void wire_send_pieces(struct wire *wire, const void *bytes, size_t len, size_t piece)
{
    const char *place = bytes;
    for (size_t at = 0; at < len; at += piece) {
        wire_send(wire, place + at, len - at < piece ? len - at : piece);
        /* A packet for each, unless the machine is slower than that. */
        wire_pause(wire, at % 16 == 0);
    }
}

/* More of what the client sends; 0 when there is no more. */
static int receive(struct wire *wire)
{
    char bytes[16384];
    if (wire->fd < 0 || !await(wire->server, wire->fd, POLLIN, at_most(20000)))
        return 0;
    ssize_t count = recv(wire->fd, bytes, sizeof bytes, 0);
    if (count <= 0)
        return 0;
    text_add_bytes(&wire->in, bytes, (size_t)count);
    return 1;
}

void wire_pause(struct wire *wire, int milliseconds)
{
    if (milliseconds > 0)
        await(wire->server, -1, 0, milliseconds);
}

void wire_wait(struct wire *wire)
{
    uint64_t one;
    if (await(wire->server, wire->server->go_fd, POLLIN, at_most(20000)))
        if (read(wire->server->go_fd, &one, sizeof one) != sizeof one)
            wire_problem(wire, "no go");
}

void wire_reset(struct wire *wire)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (wire->fd >= 0)
        setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    wire_shut(wire);
}

/* ---- the handshake ---- */

int wire_is_upgrade(const struct wire *wire)
{
    return strcasestr(wire->head, "\r\nUpgrade: websocket\r\n") != NULL;
}

char *wire_header(const struct wire *wire, const char *name)
{
    const struct request request = {.head = strstr(wire->head, "\r\n") + 2};
    const char *value = request_header(&request, name);
    return value ? strdup(value) : NULL;
}

void wire_agreement(const struct wire *wire, struct text *out)
{
    char accept[WEBSOCKET_ACCEPT + 1];
    char *key = wire_header(wire, "Sec-WebSocket-Key");
    websocket_accept(accept, key ? key : "", key ? strlen(key) : 0);
    free(key);
    text_addf(out,
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: %s\r\n\r\n",
              accept);
}

void wire_agree(struct wire *wire)
{
    struct text head = {0};
    wire_agreement(wire, &head);
    wire_send(wire, head.data, head.len);
    text_free(&head);
}

void wire_answer(struct wire *wire, int status, const char *headers, const char *body)
{
    struct text text = {0};
    /* The connection ends behind it, and must not be used again. */
    text_addf(&text, "HTTP/1.1 %d X\r\n%s%sContent-Length: %zu\r\n\r\n%s", status, headers,
              wire_is_upgrade(wire) ? "" : "Connection: close\r\n", strlen(body), body);
    wire_send(wire, text.data, text.len);
    text_free(&text);
}

/* What RFC 6455 and RFC 9112 want of the client's request. */
static void check_head(struct wire *wire)
{
    char *key = wire_header(wire, "Sec-WebSocket-Key"), *host = wire_header(wire, "Host");
    char *version = wire_header(wire, "Sec-WebSocket-Version");
    char *connection = wire_header(wire, "Connection");
    if (strncmp(wire->head, "GET ", 4) != 0 || strstr(wire->head, " HTTP/1.1\r\n") == NULL ||
        key == NULL || strlen(key) != 24 || version == NULL || strcmp(version, "13") != 0 ||
        connection == NULL || strcasestr(connection, "upgrade") == NULL || host == NULL)
        wire_problem(wire, "a handshake that is none:\n%s", wire->head);
    for (const char *const *name =
             (const char *const[]){"Content-Length", "Transfer-Encoding", "Expect",
                                   "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol", NULL};
         *name; name++) {
        char *value = wire_header(wire, *name);
        if (value != NULL)
            wire_problem(wire, "a handshake has %s", *name);
        free(value);
    }
    free(key), free(host), free(version), free(connection);
}

/* ---- frames ---- */

void frame_add(struct text *out, int first, const void *payload, size_t len)
{
    char head[10];
    size_t count = websocket_header(head, 0, len);
    head[0] = (char)first;
    text_add_bytes(out, head, count);
    if (len > 0)
        text_add_bytes(out, payload, len);
}

void frame_add_text(struct text *out, const char *text)
{
    frame_add(out, 0x81, text, strlen(text));
}

void wire_say(struct wire *wire, const char *text)
{
    struct text frame = {0};
    frame_add_text(&frame, text);
    wire_send(wire, frame.data, frame.len);
    text_free(&frame);
}

char *event_json(const struct sse *sse, int index, const char *lane)
{
    size_t begin = index > 0 ? sse->end[index - 1] : 0;
    const char *json = strstr(sse->text.data + begin, "data: {") + strlen("data: {");
    struct text text = {0};
    text_add(&text, "{");
    if (lane != NULL && lane[0] != 0)
        text_addf(&text, "\"stream_id\":\"%s\",", lane);
    text_add_bytes(&text, json, strcspn(json, "\r\n"));
    return text.data;
}

void wire_say_events(struct wire *wire, const struct sse *sse, int from, int to, const char *lane)
{
    struct text frames = {0};
    for (int index = from; index < to; index++) {
        char *json = event_json(sse, index, lane);
        frame_add_text(&frames, json);
        free(json);
    }
    wire_send(wire, frames.data, frames.len);
    text_free(&frames);
}

void wire_close(struct wire *wire, int code, const char *reason)
{
    struct text frame = {0}, payload = {0};
    if (code != 0) {
        text_add_bytes(&payload, (const char[]){(char)(code >> 8), (char)code}, 2);
        text_add(&payload, reason);
    }
    frame_add(&frame, 0x88, payload.data, payload.len);
    wire_send(wire, frame.data, frame.len);
    text_free(&frame);
    text_free(&payload);
}

/* The next frame, in place until the next call. 0 when there is none. */
static int take_frame(struct wire *wire, struct websocket_frame *frame)
{
    for (;;) {
        char *start = wire->in.data + wire->taken;
        size_t left = wire->in.len - wire->taken;
        int outcome = left > 0 ? websocket_take(start, left, frame) : 0;
        if (outcome < 0) {
            wire_problem(wire, "a frame that is not masked, or has a reserved bit");
            return 0;
        }
        if (outcome == 0) {
            if (!receive(wire))
                return 0;
            continue;
        }
        if (wire->got_close)
            wire_problem(wire, "a frame after the close frame");
        if (frame->count < (start[1] == (char)0xFE ? 126 : start[1] == (char)0xFF ? 65536 : 0))
            wire_problem(wire, "a length that is too long");
        const char *key = frame->payload - 4;
        if (wire->has_key && memcmp(key, wire->last_key, 4) == 0)
            wire_problem(wire, "a key that was used before");
        memcpy(wire->last_key, key, 4);
        wire->has_key = 1;
        wire->taken += frame->whole;
        return 1;
    }
}

static void note_end(struct wire *wire, int code)
{
    struct wire_server *server = wire->server;
    pthread_mutex_lock(&server->lock);
    if (server->ends[wire->index] == 0)
        server->ends[wire->index] = code + 1;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static char *note_message(struct wire *wire, const struct websocket_frame *frame)
{
    struct wire_server *server = wire->server;
    pthread_mutex_lock(&server->lock);
    if (server->message_count == MAX_MESSAGES)
        abort();
    server->messages[server->message_count].text = strdup(frame->payload);
    server->messages[server->message_count++].connection = wire->index;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    if (!frame->is_last || strlen(frame->payload) != frame->count)
        wire_problem(wire, "a message that is no single text");
    return strdup(frame->payload);
}

/* Puts back what the NUL behind the payload took the place of. */
static void let_go(const struct websocket_frame *frame)
{
    frame->payload[frame->count] = frame->behind;
}

/* What a frame is that is no message. 0 when nothing comes behind it. */
static int take_other(struct wire *wire, const struct websocket_frame *frame, int answers)
{
    const unsigned char *payload = (const unsigned char *)frame->payload;
    struct text pong = {0};
    if (frame->opcode == WEBSOCKET_PING || frame->opcode == WEBSOCKET_PONG) {
        wire->last_control.len = 0;
        text_add_bytes(&wire->last_control, frame->payload, frame->count);
    }
    switch (frame->opcode) {
    case WEBSOCKET_PING:
        wire->pings++;
        frame_add(&pong, 0x8A, frame->payload, frame->count);
        if (answers)
            wire_send(wire, pong.data, pong.len);
        text_free(&pong);
        return 1;
    case WEBSOCKET_PONG:
        wire->pongs++;
        return 1;
    case WEBSOCKET_CLOSE:
        wire->got_close = 1;
        wire->close_code = frame->count >= 2 ? payload[0] << 8 | payload[1] : 1005;
        return 0;
    default:
        wire_problem(wire, "a frame with opcode %d", frame->opcode);
        return 0;
    }
}

char *wire_take(struct wire *wire)
{
    struct websocket_frame frame;
    while (!wire->got_close && take_frame(wire, &frame)) {
        char *text = frame.opcode == WEBSOCKET_TEXT ? note_message(wire, &frame) : NULL;
        int goes_on = text || take_other(wire, &frame, 1);
        let_go(&frame);
        if (text != NULL || !goes_on)
            return text;
    }
    return NULL;
}

int wire_take_control(struct wire *wire)
{
    struct websocket_frame frame;
    while (!wire->got_close && take_frame(wire, &frame)) {
        int is_text = frame.opcode == WEBSOCKET_TEXT;
        if (is_text)
            free(note_message(wire, &frame));
        else
            take_other(wire, &frame, 0);
        let_go(&frame);
        if (!is_text)
            return frame.opcode;
    }
    return 0;
}

void wire_drain(struct wire *wire)
{
    char *text;
    while (wire_is_upgrade(wire) && (text = wire_take(wire)) != NULL)
        free(text);
    /* It is the server that ends the connection (RFC 6455, 7.1.1). */
    if (wire->got_close && wire->fd >= 0)
        shutdown(wire->fd, SHUT_WR);
    while (receive(wire))
        continue;
    if (wire->got_close && wire->in.len > wire->taken)
        wire_problem(wire, "bytes after the close frame");
    note_end(wire, wire->close_code);
}

/* ---- threads ---- */

static int read_head(struct wire *wire)
{
    const char *end;
    while (wire->in.len == 0 || (end = strstr(wire->in.data, "\r\n\r\n")) == NULL)
        if (!receive(wire))
            return 0;
    wire->taken = (size_t)(end + 4 - wire->in.data);
    wire->head = strndup(wire->in.data, wire->taken);
    if (wire_is_upgrade(wire))
        check_head(wire);
    pthread_mutex_lock(&wire->server->lock);
    wire->server->heads[wire->index] = strdup(wire->head);
    pthread_cond_broadcast(&wire->server->changed);
    pthread_mutex_unlock(&wire->server->lock);
    return 1;
}

static void *serve(void *argument)
{
    struct guest *guest = argument;
    struct wire wire = {.server = guest->server, .fd = guest->fd, .index = guest->index};
    free(guest);
    if (read_head(&wire)) {
        wire.server->play(&wire, wire.server->user_data);
        if (wire.fd >= 0)
            shutdown(wire.fd, SHUT_WR);
        wire_drain(&wire);
    }
    note_end(&wire, wire.close_code);
    wire_shut(&wire);
    free(wire.head);
    text_free(&wire.in);
    text_free(&wire.last_control);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct wire_server *server = argument;
    while (await(server, server->listener, POLLIN, -1)) {
        int on = 1, fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        struct guest *guest = malloc(sizeof *guest);
        if (fd < 0 || guest == NULL || server->connection_count == MAX_CONNECTIONS)
            abort();
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_mutex_lock(&server->lock);
        *guest = (struct guest){server, fd, server->connection_count};
        if (pthread_create(&server->threads[server->connection_count++], NULL, serve, guest) != 0)
            abort();
        pthread_mutex_unlock(&server->lock);
    }
    return NULL;
}

struct wire_server *wire_start(wire_fn play, void *user_data)
{
    struct wire_server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->play = play;
    server->user_data = user_data;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    server->go_fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 1024), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/v1", server->port);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    assert_int_equal(pthread_create(&server->thread, NULL, accept_all, server), 0);
    return server;
}

void wire_stop(struct wire_server *server)
{
    char found[sizeof server->problem];
    uint64_t one = 1;
    assert_int_equal(write(server->stop_fd, &one, sizeof one), sizeof one);
    pthread_join(server->thread, NULL);
    for (int index = 0; index < server->connection_count; index++)
        pthread_join(server->threads[index], NULL);
    for (int index = 0; index < server->connection_count; index++)
        free(server->heads[index]);
    for (int index = 0; index < server->message_count; index++)
        free(server->messages[index].text);
    close(server->listener);
    close(server->stop_fd);
    close(server->go_fd);
    memcpy(found, server->problem, sizeof found);
    free(server);
    if (found[0] != 0)
        fail_msg("%s", found);
}

/* ---- for the test ---- */

const char *wire_url(const struct wire_server *server)
{
    return server->url;
}

void wire_go(struct wire_server *server)
{
    uint64_t one = 1;
    assert_int_equal(write(server->go_fd, &one, sizeof one), sizeof one);
}

/* Waits until a number is larger than that. 1 when it is. */
static int await_number(struct wire_server *server, const int *number, int bound)
{
    struct timespec deadline;
    int timed_out = 0, is_larger;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += at_most(10);
    pthread_mutex_lock(&server->lock);
    while (*number <= bound && !timed_out)
        timed_out = pthread_cond_timedwait(&server->changed, &server->lock, &deadline) != 0;
    is_larger = *number > bound;
    pthread_mutex_unlock(&server->lock);
    return is_larger;
}

static int number_now(struct wire_server *server, const int *number)
{
    pthread_mutex_lock(&server->lock);
    int now = *number;
    pthread_mutex_unlock(&server->lock);
    return now;
}

int wire_connections(struct wire_server *server)
{
    return number_now(server, &server->connection_count);
}

int wire_messages(struct wire_server *server)
{
    return number_now(server, &server->message_count);
}

const char *wire_message(struct wire_server *server, int index)
{
    if (!await_number(server, &server->message_count, index))
        fail_msg("message %d never came", index);
    return server->messages[index].text;
}

int wire_message_connection(struct wire_server *server, int index)
{
    wire_message(server, index);
    return server->messages[index].connection;
}

const char *wire_head(struct wire_server *server, int index)
{
    const char *head = NULL;
    for (int tries = 0; head == NULL && tries < at_most(1000); tries++) {
        pthread_mutex_lock(&server->lock);
        head = server->heads[index];
        pthread_mutex_unlock(&server->lock);
        if (head == NULL)
            sleep_ms(10);
    }
    if (head == NULL)
        fail_msg("connection %d never asked", index);
    return head;
}

int wire_ended(struct wire_server *server, int index, responses_client *client)
{
    for (int tries = 0; tries < at_most(10000) && number_now(server, &server->ends[index]) == 0;
         tries++) {
        responses_client_dispatch(client);
        sleep_ms(1);
    }
    if (server->ends[index] == 0)
        fail_msg("connection %d never ended", index);
    return number_now(server, &server->ends[index]) - 1;
}
