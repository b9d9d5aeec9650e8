/*
 * batch_table.h - what is known of each request of a batch: some fifty bytes
 */
#ifndef COMMAND_BATCH_TABLE_H
#define COMMAND_BATCH_TABLE_H

#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

#define ID_BYTES 16 /* of a SHA-256 */

enum state {
    STATE_NEW,     /* no answer */
    STATE_DONE,    /* answered with 200 */
    STATE_REFUSED, /* refused for good */
    STATE_PASSED,  /* failed, and it may work later */
    STATE_CHANGED  /* answered with 200, but it was another request */
};

struct entry {
    unsigned char id[ID_BYTES];  /* of its custom_id */
    unsigned char key[ID_BYTES]; /* of its custom_id and its body */
    off_t place;                 /* of the last line with its answer; -1 for none */
    uint32_t line;               /* of the input, from 1 on; 0 when it is not there */
    uint8_t state;
};

struct table {
    struct entry *entries; /* in the order that they were added in */
    size_t count, room;
    uint32_t *places; /* by the id: 1 more than the number of the entry */
    size_t place_count;
};

/* The entry with that id, NULL for none. It moves when another is added. */
struct entry *table_find(const struct table *table, const unsigned char id[ID_BYTES]);

/* Adds one that is not there. */
struct entry *table_add(struct table *table, const unsigned char id[ID_BYTES]);

void table_free(struct table *table);

#endif
