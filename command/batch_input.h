/*
 * batch_input.h - the requests of a batch
 */
#ifndef COMMAND_BATCH_INPUT_H
#define COMMAND_BATCH_INPUT_H

#include "batch_lines.h"
#include "batch_table.h"
#include "outcome.h"
#include "text.h"

#include <stdbool.h>
#include <sys/stat.h>

struct input {
    const char *path;
    int fd;
    bool copied; /* it came through a pipe, and is in a file without a name */
    struct lines lines;
    struct stat stat;
    size_t next; /* the entry of the table that the next line belongs to */
};

/* One request, in the line that was read last. */
struct request {
    const char *custom_id; /* as JSON, in quotes */
    size_t custom_id_length;
    const char *body;
    size_t body_length;
    unsigned char id[ID_BYTES];
    unsigned char key[ID_BYTES];
    struct text made; /* a custom_id that the line does not have */
};

/* "-" is standard input. */
enum outcome input_open(struct input *input, const char *path);

/* Checks all of it, and puts what there is into the table. Says which lines are wrong. */
enum outcome input_check(struct input *input, struct table *table);

/* Begins again with the first request. */
bool input_rewind(struct input *input);

/* Gives the next request, and the number of its entry. Returns 1; 0 at the end; -1 when the file is
   not the one that was checked. */
int input_next(struct input *input, const struct table *table, struct request *request,
               size_t *entry);

/* The hash of a custom_id, given as JSON. False when that is no text. */
bool custom_id_hash(const char *json, size_t length, unsigned char id[ID_BYTES]);

void input_close(struct input *input);

#endif
