/*
 * The phases of a call, each held for ever: the name is not looked up, the server does not take the
 * connection, the handshake is not answered, and so on.
 *
 *     phase_begin(LOOKUP);
 *     responses_call *call = phase_start();
 *     ... until phase_is_reached() ...
 *     phase_end();                    what was held lets go; descriptors are as they were
 *
 * A program that uses this is linked with -rdynamic, because getaddrinfo() is replaced.
 */
#ifndef TEST_PHASES_H
#define TEST_PHASES_H

#include <responses.h>

enum phase {
    LOOKUP,
    CONNECTING,
    HANDSHAKE,
    SENDING,
    WAITING,
    STREAMING,
    RETRY_PAUSE,
    RESUME_PAUSE,
    POLL_PAUSE,
    PHASES
};

const char *phase_name(enum phase phase);

/* Makes a client, whose calls will get as far as that. */
void phase_begin(enum phase phase);
responses_client *phase_client(void);
/* The call: as one that is started, and as a blocking function. */
responses_call *phase_start(void);
int phase_run(responses_error **error);
/* Any thread. It never goes back. */
int phase_is_reached(void);
/* Waits for it, 10 s at most. */
void phase_await(void);
/* 1 when the server has seen the client close its connection, within 10 s, or there is none in this
   phase. */
int phase_has_closed(void);
void phase_end(void);

#endif
