/*
 * batch_table.c - what is known of each request of a batch
 */
#include "batch_table.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

/* The ids are a hash already. */
static size_t first_place(const struct table *table, const unsigned char id[ID_BYTES])
{
    uint64_t bits;

    memcpy(&bits, id, sizeof bits);
    return bits % table->place_count;
}

struct entry *table_find(const struct table *table, const unsigned char id[ID_BYTES])
{
    size_t at;

    if (table->place_count == 0)
        return NULL;
    for (at = first_place(table, id); table->places[at] != 0; at = (at + 1) % table->place_count) {
        struct entry *entry = table->entries + table->places[at] - 1;

        if (memcmp(entry->id, id, ID_BYTES) == 0)
            return entry;
    }
    return NULL;
}

static void put(struct table *table, size_t number)
{
    size_t at = first_place(table, table->entries[number].id);

    while (table->places[at] != 0)
        at = (at + 1) % table->place_count;
    table->places[at] = (uint32_t)(number + 1);
}

struct entry *table_add(struct table *table, const unsigned char id[ID_BYTES])
{
    struct entry *entry;
    size_t i;

    if (table->count == table->room) {
        /* By a half: what is not used is memory, too. */
        table->room = table->room > 0 ? table->room + table->room / 2 : 1024;
        table->entries = reallocated(table->entries, table->room * sizeof *table->entries);
    }
    entry = table->entries + table->count++;
    *entry = (struct entry){.place = -1};
    memcpy(entry->id, id, ID_BYTES);
    if (table->count * 3 > table->place_count * 2) {
        table->place_count = table->place_count > 0 ? table->place_count * 2 : 2048;
        free(table->places);
        table->places = allocated(table->place_count * sizeof *table->places);
        memset(table->places, 0, table->place_count * sizeof *table->places);
        for (i = 0; i < table->count; i++)
            put(table, i);
    } else {
        put(table, table->count - 1);
    }
    return entry;
}

void table_free(struct table *table)
{
    free(table->entries);
    free(table->places);
    *table = (struct table){0};
}
