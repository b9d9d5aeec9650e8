/*
 * Streams in the form in which servers of the API send them, with what a reader must know after each
 * event of them.
 *
 *     struct shape shape;
 *     shape_function_call(&shape);
 *     ... the first `count` events arrive ...
 *     shape_check(&shape, count, response);
 *     shape_free(&shape);
 */
#ifndef TEST_SHAPES_H
#define TEST_SHAPES_H

#include <responses.h>

#include "sse.h"

/* From event `first` on the value at `pointer` is `value`. */
struct mark {
    int first;
    const char *pointer, *value;
};

struct shape {
    struct sse sse;
    struct mark marks[64];
    int mark_count;
};

/* Two calls of functions, the second without arguments; numbered as all of them are. */
void shape_function_call(struct shape *shape);
/* A summary in two parts, the reasoning itself, then a message. */
void shape_reasoning(struct shape *shape);
/* A message that refuses. */
void shape_refusal(struct shape *shape);
/* A background response with a call of a function and a message: what a resumed stream is made of. */
void shape_background(struct shape *shape);
void shape_free(struct shape *shape);

/* That the response has what the first `count` events said and nothing that came later. */
void shape_check(const struct shape *shape, int count, const responses_response *response);

#endif
