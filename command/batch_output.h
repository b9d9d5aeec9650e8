/*
 * batch_output.h - the answers of a batch, in a file that only grows
 *
 * A line is written by one write(), behind all others, with the file locked. Whatever ends the
 * program, each line is there or is not, but for the last one, which may be torn: the next run cuts
 * it off.
 */
#ifndef COMMAND_BATCH_OUTPUT_H
#define COMMAND_BATCH_OUTPUT_H

#include "batch_input.h"
#include "batch_table.h"
#include "outcome.h"
#include "text.h"

#include <stdbool.h>
#include <sys/types.h>

struct output {
    char *path; /* behind all links */
    int fd;
    off_t size;
    bool each_line; /* to the disk */
    bool dirty;
};

/* Opens and locks it, and makes it if there is none. */
enum outcome output_open(struct output *output, const char *path, const struct input *input);

/* Reads what is there into the table, and cuts off a line that was torn. `changed` lines have the
   answer to another request: without `resend` that is an error. */
enum outcome output_recover(struct output *output, struct table *table, bool resend);

/* Appends a line, which ends in a line end. OUTCOME_OUTPUT when that cannot be done; the file is then
   as it was. */
enum outcome output_append(struct output *output, const struct text *line);

/* Has all of it on the disk. */
enum outcome output_sync(struct output *output);

/* Leaves the last line of each request, in the order of the input with `ordered`, else as they came.
   The file is replaced as a whole. */
enum outcome output_rewrite(struct output *output, const struct table *table, bool ordered);

void output_close(struct output *output);

#endif
