/*
 * settings.h - what the command line asks for
 */
#ifndef COMMAND_SETTINGS_H
#define COMMAND_SETTINGS_H

#include "outcome.h"

#include <stdbool.h>
#include <stddef.h>

#define MANY 1000 /* of an option that may be repeated */

struct list {
    const char *items[MANY];
    size_t count;
};

struct settings {
    const char *command; /* "create" */
    char **words;        /* what is no option */
    int word_count;
    char **argv; /* the whole line, to be repeated where it goes on */
    int argc;

    /* the request */
    const char *model;
    const char *instructions;
    struct list files;
    const char *schema;
    struct list fields;
    const char *body;
    const char *previous;
    bool background;
    bool no_stream;

    /* reading */
    bool stream;
    const char *after;
    bool all;

    /* the output */
    const char *output;
    bool json;
    bool events;
    struct list pointers;
    bool quiet;
    int verbose;
    bool dry_run;

    /* the way to the server */
    struct list headers;
    const char *base_url;
    const char *timeout;
    const char *max_retries;
    const char *key_file;

    /* a batch */
    bool check;
    const char *concurrency;
    const char *rpm;
    const char *tpm;
    const char *limit;
    const char *max_failures;
    bool fsync;
    bool retry_failed;
    bool resend_changed;
    bool compact;
    bool ordered;
};

/* What the program can do. */
struct command {
    const char *name;
    const char *words; /* what follows the name */
    const char *what;  /* in one line */
    const char *more;  /* for --help */
    int least, most;   /* how many words it takes */
    enum outcome (*run)(const struct settings *settings);
};

/* Reads the command line. `*command` is what is to be run; where it is NULL, all is done, and what is
   returned is what the program ends with. */
enum outcome arguments_read(int argc, char **argv, const struct command *commands,
                            struct settings *settings, const struct command **command);

/* Seconds with decimals, or with ms, s, m or h behind them, as milliseconds. */
bool duration_ms(const char *text, long long *ms);

/* A whole number, 0 or more, in digits. */
bool whole_number(const char *text, long long most, long long *number);

#endif
