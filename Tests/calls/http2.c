/*
 * HTTP/2 over TLS, by libnghttp2: the same answers, as streams of one connection. A stream breaks off by
 * RST_STREAM, or, where the run cuts connections, with all the others on its connection.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "server.h"

struct stream {
    int32_t id;
    struct text target, body, key;
    int is_post;
    struct request *noted;
    uint64_t due;
    struct text out;
    size_t sent;
    enum ending ending;
    uint32_t code; /* of the RST_STREAM */
    unsigned pace;
    struct draw draw;
    int is_waiting;  /* for its time to send on */
    int is_breaking; /* all that it sends was sent */
    struct stream *next;
};

struct secure {
    int socket;
    SSL *tls;
    int is_open; /* the handshake is over */
    nghttp2_session *session;
    struct text out;
    size_t sent;
    struct stream *streams;
    int is_over;
    struct secure *next;
};

static struct secure *connections;
static int epoll;

static void stream_free(struct stream *stream)
{
    text_free(&stream->target);
    text_free(&stream->body);
    text_free(&stream->key);
    text_free(&stream->out);
    free(stream);
}

/* ---- sending ---------------------------------------------------------------------------------- */

static void add_tick(struct stream *stream)
{
    stream->out.len = stream->sent = 0;
    text_addf(&stream->out, ": tick\n\ndata: %s\n\n", tick_event);
    stream->due = server_now() + 60;
}

static ssize_t read_data(nghttp2_session *session, int32_t id, uint8_t *buffer, size_t size,
                         uint32_t *flags, nghttp2_data_source *source, void *user_data)
{
    struct stream *stream = source->ptr;
    uint64_t now = server_now();
    size_t len = stream->out.len - stream->sent;
    (void)session, (void)id, (void)user_data;
    if (stream->due > now) {
        stream->is_waiting = 1;
        return NGHTTP2_ERR_DEFERRED;
    }
    if (stream->pace == 1 && len > 1)
        len = 1 + draw_below(&stream->draw, len < 1000 ? (unsigned)len : 1000);
    if (stream->pace == 2 && len > 100)
        len = 1 + draw_below(&stream->draw, (unsigned)len);
    if (stream->pace == 3 && stream->out.len < 3000)
        len = len > 0;
    if (len > size)
        len = size;
    if (len == 0 && stream->ending != ENDING_WHOLE) {
        if (stream->ending == ENDING_TICKS) {
            add_tick(stream);
            stream->is_waiting = 1;
        } else {
            stream->is_breaking = stream->ending != ENDING_SILENCE;
        }
        return NGHTTP2_ERR_DEFERRED;
    }
    if (len > 0)
        memcpy(buffer, stream->out.data + stream->sent, len);
    stream->sent += len;
    stream->due = stream->pace == 2 ? now + draw_below(&stream->draw, 8) + 1 : now;
    if (stream->sent == stream->out.len && stream->ending == ENDING_WHOLE)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)len;
}

#define FIELD(name, value)                                                                         \
    {                                                                                              \
        (uint8_t *)(name), (uint8_t *)(value), strlen(name), strlen(value), 0                      \
    }

static void answer_stream(struct secure *secure, struct stream *stream)
{
    static const uint32_t codes[] = {NGHTTP2_INTERNAL_ERROR, NGHTTP2_CANCEL, NGHTTP2_NO_ERROR,
                                     NGHTTP2_PROTOCOL_ERROR};
    struct answer answer;
    char status[8] = "410", wait[16];
    text_add(&stream->body, "");
    struct asking asking = {.is_post = stream->is_post,
                            .target = stream->target.data,
                            .body = stream->body.data,
                            .key = stream->key.data,
                            .key_len = stream->key.len};
    stream->noted = server_answer(&asking, &answer);
    if (stream->noted == NULL) {
        const nghttp2_nv gone[] = {FIELD(":status", status)};
        nghttp2_submit_response(secure->session, stream->id, gone, 1, NULL);
        return;
    }
    stream->draw = draw_from(answer.style);
    stream->pace = draw_weighted(&stream->draw, (const unsigned[]){50, 30, 12, 8}, 4);
    stream->ending = answer.ending;
    stream->code = codes[draw_below(&stream->draw, 4)];
    if (answer.head != HEAD_FINE && answer.head != HEAD_EARLY_HINTS) {
        nghttp2_submit_rst_stream(secure->session, 0, stream->id, NGHTTP2_INTERNAL_ERROR);
        answer_free(&answer);
        return;
    }
    if (answer.head == HEAD_EARLY_HINTS) {
        const nghttp2_nv early[] = {FIELD(":status", "103"), FIELD("link", "x")};
        nghttp2_submit_headers(secure->session, 0, stream->id, NULL, early, 2, NULL);
    }
    snprintf(status, sizeof status, "%d", answer.status);
    snprintf(wait, sizeof wait, "%d", answer.wait);
    nghttp2_nv fields[5] = {FIELD(":status", status), FIELD("content-type", answer.type),
                            FIELD("x-request-id", "r")};
    size_t count = 3;
    if (answer.wait >= 0)
        fields[count++] = (nghttp2_nv)FIELD("retry-after-ms", wait);
    if (answer.status == 302)
        fields[count++] = (nghttp2_nv)FIELD("location", "http://127.0.0.1:1/");
    text_add_bytes(&stream->out, answer.body.data != NULL ? answer.body.data : "", answer.body.len);
    nghttp2_data_provider provider = {.source.ptr = stream, .read_callback = read_data};
    nghttp2_submit_response(secure->session, stream->id, fields, count, &provider);
    answer_free(&answer);
}

/* ---- receiving -------------------------------------------------------------------------------- */

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
    struct secure *secure = user_data;
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        abort();
    stream->id = frame->hd.stream_id;
    stream->next = secure->streams;
    secure->streams = stream;
    nghttp2_session_set_stream_user_data(session, stream->id, stream);
    return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t len, uint8_t flags,
                     void *user_data)
{
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    (void)flags, (void)user_data, (void)name_len;
    if (stream == NULL)
        return 0;
    if (strcmp((const char *)name, ":method") == 0)
        stream->is_post = len == 4 && memcmp(value, "POST", 4) == 0;
    if (strcmp((const char *)name, ":path") == 0)
        text_add_bytes(&stream->target, value, len);
    if (strcmp((const char *)name, "idempotency-key") == 0)
        text_add_bytes(&stream->key, value, len);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t len, void *user_data)
{
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    (void)flags, (void)user_data;
    if (stream != NULL)
        text_add_bytes(&stream->body, bytes, len);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (stream != NULL && frame->hd.flags & NGHTTP2_FLAG_END_STREAM &&
        (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS))
        answer_stream(user_data, stream);
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *user_data)
{
    struct secure *secure = user_data;
    (void)session, (void)code;
    for (struct stream **place = &secure->streams; *place != NULL; place = &(*place)->next) {
        if ((*place)->id != id)
            continue;
        struct stream *stream = *place;
        *place = stream->next;
        stream_free(stream);
        break;
    }
    return 0;
}

/* ---- connections ------------------------------------------------------------------------------ */

static nghttp2_session_callbacks *make_callbacks(void)
{
    nghttp2_session_callbacks *callbacks;
    if (nghttp2_session_callbacks_new(&callbacks) != 0)
        abort();
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    return callbacks;
}

static void secure_free(struct secure *secure)
{
    nghttp2_session_del(secure->session);
    while (secure->streams != NULL) {
        struct stream *stream = secure->streams;
        secure->streams = stream->next;
        stream_free(stream);
    }
    SSL_free(secure->tls);
    close(secure->socket);
    text_free(&secure->out);
    free(secure);
}

/* Closes the connection for the sake of one stream; the others are told of in the journal. */
static void cut_connection(struct secure *secure)
{
    for (struct stream *stream = secure->streams; stream != NULL; stream = stream->next)
        if (stream->noted != NULL)
            stream->noted->was_cut = 1;
    secure->is_over = 1;
}

/* Lets streams go on whose time has come, and breaks those off that have sent all they will. */
static int move_streams(struct secure *secure, uint64_t now)
{
    int is_busy = 0;
    struct stream *next;
    for (struct stream *stream = secure->streams; stream != NULL; stream = next) {
        next = stream->next;
        if (stream->is_breaking) {
            stream->is_breaking = 0;
            if (serving->cuts && draw_chance(&stream->draw, 10)) {
                cut_connection(secure);
                return 0;
            }
            nghttp2_submit_rst_stream(secure->session, 0, stream->id, stream->code);
        }
        if (stream->is_waiting && stream->due <= now) {
            stream->is_waiting = 0;
            nghttp2_session_resume_data(secure->session, stream->id);
        }
        is_busy |= stream->is_waiting;
    }
    return is_busy;
}

static void send_secure(struct secure *secure)
{
    for (;;) {
        if (secure->sent == secure->out.len) {
            const uint8_t *bytes;
            secure->sent = secure->out.len = 0;
            ssize_t len = nghttp2_session_mem_send(secure->session, &bytes);
            if (len < 0)
                secure->is_over = 1;
            if (len <= 0)
                return;
            text_add_bytes(&secure->out, bytes, (size_t)len);
        }
        /* An error of another connection is not this one's. */
        ERR_clear_error();
        int sent = SSL_write(secure->tls, secure->out.data + secure->sent,
                             (int)(secure->out.len - secure->sent));
        if (sent <= 0) {
            if (SSL_get_error(secure->tls, sent) != SSL_ERROR_WANT_WRITE)
                secure->is_over = 1;
            return;
        }
        secure->sent += (size_t)sent;
    }
}

static void receive_secure(struct secure *secure)
{
    unsigned char bytes[16384];
    int len;
    ERR_clear_error();
    while ((len = SSL_read(secure->tls, bytes, sizeof bytes)) > 0) {
        if (nghttp2_session_mem_recv(secure->session, bytes, (size_t)len) < 0) {
            secure->is_over = 1;
            return;
        }
    }
    int error = SSL_get_error(secure->tls, len);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        secure->is_over = 1;
    else if (SSL_is_init_finished(secure->tls))
        secure->is_open = 1;
}

static int choose_protocol(SSL *tls, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *nothing)
{
    (void)tls, (void)nothing;
    return nghttp2_select_next_protocol((unsigned char **)(void *)out, out_len, in, in_len) == 1
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *make_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL ||
        SSL_CTX_use_certificate_file(context, serving->certificate, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, serving->key, SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        exit(2);
    }
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}

static void take_secure(int listener, SSL_CTX *context, nghttp2_session_callbacks *callbacks)
{
    int socket;
    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int on = 1;
        struct secure *secure = calloc(1, sizeof *secure);
        const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100}};
        if (secure == NULL)
            abort();
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        secure->socket = socket;
        secure->tls = SSL_new(context);
        SSL_set_fd(secure->tls, socket);
        SSL_set_accept_state(secure->tls);
        nghttp2_session_server_new(&secure->session, callbacks, secure);
        nghttp2_submit_settings(secure->session, 0, settings, 1);
        secure->next = connections;
        connections = secure;
        serving->journal->connections++;
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = secure};
        epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
    }
}

/* Moves all connections on. True when something waits for its time. */
static int turn(void)
{
    uint64_t now = server_now();
    int is_busy = 0;
    for (struct secure **place = &connections; *place != NULL;) {
        struct secure *secure = *place;
        if (secure->is_open && !secure->is_over) {
            is_busy |= move_streams(secure, now);
            if (!secure->is_over)
                send_secure(secure);
            is_busy |= secure->sent < secure->out.len;
            for (struct stream *stream = secure->streams; stream != NULL; stream = stream->next)
                is_busy |= stream->is_breaking || stream->is_waiting;
        }
        if (secure->is_over) {
            *place = secure->next;
            secure_free(secure);
        } else {
            place = &secure->next;
        }
    }
    return is_busy;
}

void serve_http2(int listener)
{
    struct epoll_event events[256];
    SSL_CTX *context = make_context();
    nghttp2_session_callbacks *callbacks = make_callbacks();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, 256, turn() ? 2 : 1000);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                take_secure(listener, context, callbacks);
            else
                receive_secure(events[i].data.ptr);
        }
    }
}
