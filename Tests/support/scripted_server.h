/*
 * A TCP server inside the test that plays a script: what it says, in which pieces, with which
 * pauses, and how it hangs up, is written down before the client comes.
 *
 *     struct server *server = server_start();
 *     struct exchange *x = server_expect(server);         the next request, on whatever connection
 *     say(x, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
 *     pause_for(x, 50);
 *     say(x, "{}");
 *     ... use the client ...
 *     const struct request *request = server_request(server, 0);
 *     assert_string_equal(request->target, "/v1/responses");
 *     server_stop(server);                                fails the test when x was not played
 *
 * A connection stays open after an exchange and waits for the next request, unless the exchange
 * hangs up.
 */
#ifndef TEST_SCRIPTED_SERVER_H
#define TEST_SCRIPTED_SERVER_H

#include <stddef.h>

struct server;
struct exchange;

struct request {
    char *method, *target;
    char *head; /* all header lines, each ending in CR LF */
    char *body; /* ends in NUL too */
    size_t body_len;
    int connection; /* 0 for the first that was accepted */
};

struct server *server_start(void);
int server_port(const struct server *server);
/* "http://127.0.0.1:<port>/v1" */
const char *server_url(const struct server *server);

/* Stops and frees it. Fails the test when an exchange was left over or a request had none. */
void server_stop(struct server *server);
/* The same without looking. */
void server_abandon(struct server *server);

/* The answer to the next request that has none yet. */
struct exchange *server_expect(struct server *server);
/* Plays when the next connection is accepted, before any request is read. */
struct exchange *server_at_accept(struct server *server);

/* Makes the answers when none is queued; runs on the server's thread, which has no
   other: it must not wait. */
typedef void (*server_handler)(const struct request *request, struct exchange *x, void *user_data);
void server_set_handler(struct server *server, server_handler handler, void *user_data);

/* ---- steps of an exchange ---- */
void say(struct exchange *x, const char *text);
void say_bytes(struct exchange *x, const void *bytes, size_t len);
/* In pieces, each in a packet of its own, a short while apart. */
void say_in_pieces(struct exchange *x, const void *bytes, size_t len, size_t piece);
void pause_for(struct exchange *x, int milliseconds);
/* Waits until the test calls server_go() once more. */
void wait_for_go(struct exchange *x);
void server_go(struct server *server);
/* Waits until the client closes the connection. */
void await_close(struct exchange *x);
void hang_up(struct exchange *x);   /* an orderly end: FIN */
void slam_down(struct exchange *x); /* a reset: RST */

/* ---- whole answers ---- */
void answer(struct exchange *x, int status, const char *body); /* application/json */
/* headers: lines that end in CR LF */
void answer_with(struct exchange *x, int status, const char *headers, const char *body, size_t len);
/* The head of an event stream in chunks, and its parts. */
void stream_head(struct exchange *x, const char *more_headers);
void stream_chunk(struct exchange *x, const char *data, size_t len);
void stream_end(struct exchange *x); /* the last chunk */
/* All three. */
void answer_stream(struct exchange *x, const char *data, size_t len);

/* ---- what came in ---- */
int server_requests(struct server *server);    /* so far */
int server_connections(struct server *server); /* so far */
size_t server_bytes_sent(struct server *server);
/* Waits for the index-th request, 10 s at most; fails the test when it does not come. */
const struct request *server_request(struct server *server, int index);
/* The value of a header, or NULL; overwritten by the next call. */
const char *request_header(const struct request *request, const char *name);
int request_header_count(const struct request *request, const char *name);
/* Waits until the server has closed that connection, after hang_up() or slam_down(). */
void server_await_end(struct server *server, int connection);
/* 1 when the client has closed that connection within so many milliseconds. */
int server_saw_close(struct server *server, int connection, int milliseconds);

#endif
