/*
 * The answer to the n-th request of a case. The server sends it, and the oracle makes it once more to
 * know what the client must have been handed over: both from the seed, the number of the request, and
 * what was asked for.
 */
#ifndef CALLS_ANSWER_H
#define CALLS_ANSWER_H

#include "scenario.h"

enum asked { ASKED_FRESH, ASKED_RESUME, ASKED_POLL };

/* What the client has to make of it. */
enum meaning {
    MEANS_COMPLETE,  /* the terminal event is in it */
    MEANS_BROKEN,    /* the stream ended before its terminal event */
    MEANS_SILENCE,   /* it goes on without an event, until the client has had enough */
    MEANS_FAILURE,   /* an error event, or response.failed */
    MEANS_REFUSAL,   /* a status of 400 or more */
    MEANS_GARBAGE,   /* an event without JSON */
    MEANS_NO_ANSWER, /* no HTTP comes of it, and another try may help */
    MEANS_NO_HTTP,   /* what comes is not HTTP */
    MEANS_NOT_JSON,  /* a redirect, or a page for people */
    MEANS_DOCUMENT,  /* the whole response in one document */
    MEANS_UNDER_WAY, /* the same, and it has not ended yet */
    MEANS_EMPTY,     /* an event stream without an event */
    MEANS_LIE        /* a resume that does not go on where it should */
};

enum duty { DUTY_MUST, DUTY_MAY, DUTY_NEVER, DUTY_IF_FINAL };

struct frame {
    uint64_t hash;
    int64_t sequence; /* -1: none, or not one that moves the cursor */
    int event;        /* its place in the case, -1: none of its events */
    int is_keepalive;
    enum duty duty;
    /* Where it is complete, and where it is in all of its bytes. */
    size_t enough, end;
};

enum framing { FRAMING_CHUNKED, FRAMING_LENGTH, FRAMING_CLOSE };

enum ending {
    ENDING_WHOLE,
    ENDING_CLOSE,     /* FIN in mid-body */
    ENDING_RESET,     /* RST */
    ENDING_BAD_CHUNK, /* the chunk's size is none */
    ENDING_SILENCE,   /* until the client closes */
    ENDING_TICKS      /* keepalives and comments until the client closes */
};

enum head { HEAD_FINE, HEAD_CLOSE, HEAD_RESET, HEAD_PARTIAL, HEAD_GARBAGE, HEAD_EARLY_HINTS };

enum { MAX_FRAMES = MAX_EVENTS + 8 };

struct answer {
    enum meaning meaning;
    int status;
    enum head head;
    const char *type;
    struct text headers; /* more of them, each with its line end */
    enum framing framing;
    enum ending ending;
    struct text body; /* as far as it is sent */
    struct frame frames[MAX_FRAMES];
    int count;

    /* Of failures and refusals. */
    int is_retryable;
    const char *code, *message;
    /* The pause that the server asks for, in milliseconds; -1: none. */
    int wait;
    /* Bytes of the answer may be lost on their way: what is handed over is a beginning. */
    int is_lossy;
    uint64_t style; /* how the bytes are cut */
};

extern const char tick_event[]; /* the event of ENDING_TICKS */

void answer_make(struct answer *answer, const struct scenario *scenario, int number,
                 enum asked asked, int64_t after);
void answer_free(struct answer *answer);

const char *asked_name(enum asked asked);
const char *meaning_name(enum meaning meaning);

#endif
