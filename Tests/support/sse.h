/*
 * Builds the event streams of the Responses API: one event after the other, numbered.
 *
 *     struct sse sse;
 *     sse_begin(&sse, "resp_1");
 *     sse_created(&sse);
 *     sse_message(&sse, 0, "msg_1", (const char *[]){"Hel", "lo", NULL});
 *     sse_completed(&sse);
 *     answer_stream(x, sse.text.data, sse.text.len);
 *     sse_free(&sse);
 *
 * Texts are put into the JSON as they are: escape them yourself.
 */
#ifndef TEST_SSE_H
#define TEST_SSE_H

#include <stdint.h>
#include "text.h"

enum { SSE_MAX_EVENTS = 4096 };

struct sse {
    struct text text;   /* the stream */
    struct text output; /* the finished items, as in the final response's "output" */
    const char *response_id;
    int64_t next_sequence;      /* -1: events have no sequence numbers */
    const char *line_end;       /* "\n" */
    int without_event_line;     /* 1: only "data:" lines */
    int count;                  /* of events */
    size_t end[SSE_MAX_EVENTS]; /* end[i]: where the i-th event is complete */
};

void sse_begin(struct sse *sse, const char *response_id);
void sse_free(struct sse *sse);

/* Any event: members is the JSON after "type" and "sequence_number", e.g. "\"delta\":\"x\"". */
void sse_event(struct sse *sse, const char *type, const char *members);
void sse_eventf(struct sse *sse, const char *type, const char *members, ...)
    __attribute__((format(printf, 3, 4)));
/* Bytes between the events: a comment, say. */
void sse_raw(struct sse *sse, const char *bytes);

void sse_created(struct sse *sse);
void sse_queued(struct sse *sse);
void sse_in_progress(struct sse *sse);
void sse_keepalive(struct sse *sse);

void sse_message_added(struct sse *sse, int output_index, const char *item_id);
void sse_part_added(struct sse *sse, int output_index, const char *item_id);
void sse_delta(struct sse *sse, int output_index, const char *item_id, const char *text);
void sse_text_done(struct sse *sse, int output_index, const char *item_id, const char *text);
void sse_part_done(struct sse *sse, int output_index, const char *item_id, const char *text);
void sse_message_done(struct sse *sse, int output_index, const char *item_id, const char *text);
/* All of the above for deltas that end in NULL. */
void sse_message(struct sse *sse, int output_index, const char *item_id, const char **deltas);

void sse_function_added(struct sse *sse, int output_index, const char *item_id, const char *call_id,
                        const char *name);
void sse_arguments_delta(struct sse *sse, int output_index, const char *item_id, const char *text);
void sse_arguments_done(struct sse *sse, int output_index, const char *item_id, const char *text);
void sse_function_done(struct sse *sse, int output_index, const char *item_id, const char *call_id,
                       const char *name, const char *arguments);

void sse_completed(struct sse *sse);
void sse_incomplete(struct sse *sse, const char *reason);
void sse_failed(struct sse *sse, const char *code, const char *message);
void sse_error_nested(struct sse *sse, const char *code, const char *message);
void sse_error_flat(struct sse *sse, const char *code, const char *message);

/* created, in_progress, a message "Hello, world!" in three deltas, completed: 11 events, 0 to 10. */
void sse_hello(struct sse *sse, const char *response_id);

#endif
