/* How far a floor reads what libcurl gives it. */
#ifndef BENCH_READER_H
#define BENCH_READER_H

#include <stddef.h>

enum level {
    LEVEL_BYTES,  /* counts them */
    LEVEL_FRAMES, /* finds where each server-sent event begins and ends */
    LEVEL_SCAN,   /* and in it type and delta, with a scanner that trusts the server */
    LEVEL_JANSSON /* and parses it with jansson */
};

struct reader {
    enum level level;
    char *bytes; /* what has come of events that are not complete */
    size_t count, capacity;
    /* Of an event that is not complete: its last line begins there, no line end comes before, and its data. */
    size_t line, searched, data, data_count;
    char *text; /* the delta without escapes */
    size_t text_capacity;
    int has_ended; /* the terminal event has come */
    /* Called for every delta from LEVEL_SCAN on. */
    void (*on_text)(void *context, const char *text, size_t count);
    void *context;
};

void reader_take(struct reader *reader, const char *bytes, size_t count);
/* The answer of a create that does not stream: `on_text` has its text; the result is the number of tokens that
   it took, or -1 when it has not completed. The bytes end in NUL, with 15 more behind. */
long reader_take_answer(struct reader *reader, const char *bytes, size_t count);
void reader_free(struct reader *reader);

#endif
