/* WebSocket (RFC 6455) as far as servers of tests need it. */
#ifndef TEST_WEBSOCKET_H
#define TEST_WEBSOCKET_H

#include <stddef.h>

enum { WEBSOCKET_ACCEPT = 28, WEBSOCKET_CONTINUATION = 0, WEBSOCKET_TEXT = 1 };
enum { WEBSOCKET_CLOSE = 8, WEBSOCKET_PING = 9, WEBSOCKET_PONG = 10 };

/* A frame of the client's, in place. */
struct websocket_frame {
    int opcode, is_last;
    char *payload; /* without its mask, and with a zero byte behind it in place of what was there */
    size_t count;
    size_t whole; /* bytes of the frame */
    char behind;  /* what the zero byte took the place of */
};

/* The value of Sec-WebSocket-Accept for a key of `count` characters, with a zero byte. */
void websocket_accept(char out[WEBSOCKET_ACCEPT + 1], const char *key, size_t count);

/* The header of a frame that is not masked, for `count` bytes; at most 10 bytes. Its length. */
size_t websocket_header(char *out, int opcode, size_t count);

/* 1: a frame is at the beginning of these bytes, behind which one more is writable. 0: more is needed.
   -1: it is none. */
int websocket_take(char *bytes, size_t count, struct websocket_frame *frame);

#endif
