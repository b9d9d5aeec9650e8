/* What the load server answers over WebSockets. */
#ifndef BENCH_MESSAGES_H
#define BENCH_MESSAGES_H

#include "answers.h"

/* The same events as text messages, one for each, cut into the same writes. NULL for a document. */
const struct answer *answer_as_messages(const struct answer *answer);

#endif
