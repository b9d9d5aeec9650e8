/*
 * batch.h - a batch that is being run
 */
#ifndef COMMAND_BATCH_H
#define COMMAND_BATCH_H

#include "batch_input.h"
#include "batch_output.h"
#include "batch_pace.h"
#include "batch_table.h"
#include "outcome.h"
#include "settings.h"

#include <responses.h>
#include <stdbool.h>
#include <stdint.h>

struct numbers {
    long long total;    /* requests of the input */
    long long before;   /* of these, answered by earlier runs */
    long long done;     /* by this one */
    long long failed;   /* by this one, and by earlier ones where they are not sent again */
    long long sent;     /* requests of this run, each once */
    long long attempts; /* on the wire */
    long long refused;  /* attempts, with 429 */
    long long input_tokens, output_tokens;
    int flying;
    int64_t began_ms;
};

/* How the run may end. */
struct bounds {
    long long concurrency, limit, max_failures, max_retries;
};

struct batch {
    const struct settings *settings;
    responses_client *client;
    struct input input;
    struct output output;
    struct table table;
    struct pace pace;
    struct numbers numbers;
    struct bounds bounds;
    bool retry_failed;
};

/* Whether the next run, as this one, is to send it. */
bool batch_wants(const struct batch *batch, const struct entry *entry);

/* Sends what there is to send. */
enum outcome batch_send(struct batch *batch);

/* The line of the output for an answer or a failure, and whether that is 200. */
enum state result_line(struct text *line, const unsigned char key[ID_BYTES], const char *custom_id,
                       size_t custom_id_length, const responses_response *response,
                       const responses_error *error);

/* What is going on, now and then; `last` for the sum in the end. */
void batch_progress(const struct batch *batch, bool last);

/* How many milliseconds until that is due again. */
int64_t batch_progress_wait(void);

#endif
