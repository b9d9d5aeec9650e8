/*
 * A server of WebSockets inside the test, which does what a function of the test says, byte by byte, right or wrong.
 * Each connection has a thread of its own, in which that function runs: it may wait, and must not assert. What the
 * client may not do (RFC 6455) is noted, and fails the test when the server is stopped.
 *
 *     static void play(struct wire *wire, void *data)
 *     {
 *         wire_agree(wire);                            the handshake
 *         free(wire_take(wire));                       the client's next text message
 *         wire_say(wire, "{\"type\":\"response.created\"}");
 *         wire_close(wire, 1000, "");
 *     }                                                ends the connection in order: FIN, and waits for the client's
 *     struct wire_server *server = wire_start(play, data);
 *     ... use the client ...
 *     assert_contains(wire_message(server, 0), "response.create");
 *     wire_stop(server);
 */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include <stddef.h>

#include <responses.h>

#include "sse.h"
#include "text.h"
#include "websocket.h"

struct wire_server;

struct wire {
    struct wire_server *server;
    int fd;     /* -1 once it is closed */
    int index;  /* 0 for the first connection */
    char *head; /* of the client's first request on it */
    struct text in;
    size_t taken; /* of `in`, by frames */
    char last_key[4];
    int has_key, got_close, close_code, pings, pongs;
    struct text last_control; /* payload of the last ping or pong */
};

typedef void (*wire_fn)(struct wire *wire, void *user_data);

struct wire_server *wire_start(wire_fn play, void *user_data);
/* Ends what is played, and frees the server. */
void wire_stop(struct wire_server *server);
const char *wire_url(const struct wire_server *server); /* "http://127.0.0.1:<port>/v1" */

/* ---- for the function that plays; all of them return at once when the server is stopped ---- */

/* 1: the request asks for a WebSocket. */
int wire_is_upgrade(const struct wire *wire);
/* The value of a header of the request, to be freed; NULL for none. */
char *wire_header(const struct wire *wire, const char *name);
/* The answer to it that agrees, for those that change it or say it in pieces. */
void wire_agreement(const struct wire *wire, struct text *out);
void wire_agree(struct wire *wire);
/* An answer that is none to a WebSocket. */
void wire_answer(struct wire *wire, int status, const char *headers, const char *body);

void wire_send(struct wire *wire, const void *bytes, size_t len);
/* In packets of so many bytes. */
void wire_send_pieces(struct wire *wire, const void *bytes, size_t len, size_t piece);
/* A text message in one frame. */
void wire_say(struct wire *wire, const char *text);
/* Events of a stream, each as a message, in the lane if there is one. */
void wire_say_events(struct wire *wire, const struct sse *sse, int from, int to, const char *lane);
/* A close frame; without a code when it is 0. */
void wire_close(struct wire *wire, int code, const char *reason);
void wire_reset(struct wire *wire); /* RST */

/* The next text message, to be freed; NULL when none comes any more. Pings are answered. */
char *wire_take(struct wire *wire);
/* Reads until the client has closed, ended or reset the connection, and ends it after the client's close frame. */
void wire_drain(struct wire *wire);
/* Waits for the next ping or pong, and does not answer it; its opcode, or 0 when there is none. */
int wire_take_control(struct wire *wire);
/* Waits until the test calls wire_go() once more. */
void wire_wait(struct wire *wire);
void wire_pause(struct wire *wire, int milliseconds);
/* What the client may not have done: the first is told when the server is stopped. */
void wire_problem(struct wire *wire, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- frames, to be put together and sent ---- */

void frame_add(struct text *out, int first, const void *payload, size_t len);
void frame_add_text(struct text *out, const char *text);
/* The JSON of an event, to be freed. */
char *event_json(const struct sse *sse, int index, const char *lane);

/* ---- for the test ---- */

void wire_go(struct wire_server *server);
int wire_connections(struct wire_server *server);
/* The index-th text message of the client, on whatever connection; waits for it 10 s at most. */
const char *wire_message(struct wire_server *server, int index);
int wire_message_connection(struct wire_server *server, int index);
int wire_messages(struct wire_server *server); /* so far */
/* The head of the index-th connection's request, waits as well. */
const char *wire_head(struct wire_server *server, int index);
/* Uses the client until that connection has ended; the code of the client's close frame, 1005 for one without, and 0
   where there was none. */
int wire_ended(struct wire_server *server, int index, responses_client *client);

#endif
