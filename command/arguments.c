/*
 * arguments.c - the command line
 */
#include "settings.h"

#include "failure.h"
#include "output.h"
#include "text.h"

#include <getopt.h>
#include <responses.h>
#include <stdlib.h>
#include <string.h>

/* Which commands take an option. */
enum {
    CREATE = 1,
    GET = 2,
    WAIT = 4,
    CANCEL = 8,
    DELETE = 16,
    TOKENS = 32,
    COMPACT = 64,
    ITEMS = 128,
    API = 256,
    BATCH = 512,
    ALL = 1023,
    REQUESTS = CREATE | TOKENS | COMPACT
};

/* Where the value goes. */
enum form { FLAG, COUNT, TEXT, LIST };

struct option_line {
    const char *name;
    int letter; /* what getopt_long() returns; above 255 there is no short form */
    enum form form;
    size_t place;
    int commands;
    const char *value;
    const char *what;
};

#define AT(member) offsetof(struct settings, member)

static const struct option_line lines[] = {
    {"model", 'm', TEXT, AT(model), REQUESTS, "NAME",
     "the model; else RESPONSES_MODEL, OPENAI_MODEL, gpt-5"},
    {"instructions", 'i', TEXT, AT(instructions), REQUESTS, "TEXT|@FILE",
     "what the model is told besides"},
    {"file", 'f', LIST, AT(files), REQUESTS, "FILE|URL",
     "an image, a PDF or another file for the model; may be repeated"},
    {"schema", 300, TEXT, AT(schema), CREATE | TOKENS, "FILE",
     "a JSON schema that the answer has to fit"},
    {"param", 'p', LIST, AT(fields), REQUESTS | GET | ITEMS | API, "FIELD=VALUE",
     "any field: reasoning.effort=low; JSON where it is JSON"},
    {"body", 301, TEXT, AT(body), REQUESTS | API, "FILE|-", "the request, as JSON"},
    {"previous", 302, TEXT, AT(previous), REQUESTS, "ID",
     "the response that this one goes on from"},
    {"background", 303, FLAG, AT(background), CREATE, NULL,
     "the server goes on when nobody is connected"},
    {"no-stream", 304, FLAG, AT(no_stream), CREATE, NULL,
     "all at once; with --background: the id, at once"},
    {"stream", 305, FLAG, AT(stream), GET, NULL, "the events of a background response"},
    {"after", 306, TEXT, AT(after), GET, "N", "only the events after the one with this number"},
    {"all", 307, FLAG, AT(all), ITEMS, NULL, "all pages"},
    {"output", 'o', TEXT, AT(output), CREATE | GET | WAIT | API | BATCH, "FILE",
     "where images and files of the answer go; what a batch has for an answer"},
    {"events", 308, FLAG, AT(events), CREATE | GET, NULL, "every event, one line of JSON each"},
    {"get", 'q', LIST, AT(pointers), ALL & ~BATCH, "POINTER",
     "this value of the answer, by JSON pointer; may be repeated"},
    {"check", 309, FLAG, AT(check), BATCH, NULL, "only look whether the input is right"},
    {"concurrency", 'c', TEXT, AT(concurrency), BATCH, "N", "requests at a time (100)"},
    {"rpm", 310, TEXT, AT(rpm), BATCH, "N", "no more requests a minute than this"},
    {"tpm", 311, TEXT, AT(tpm), BATCH, "N", "no more tokens a minute than this"},
    {"limit", 312, TEXT, AT(limit), BATCH, "N", "send so many requests, then end"},
    {"max-failures", 313, TEXT, AT(max_failures), BATCH, "N", "end when so many have failed"},
    {"retry-failed", 314, FLAG, AT(retry_failed), BATCH, NULL,
     "send those again that were refused for good"},
    {"resend-changed", 315, FLAG, AT(resend_changed), BATCH, NULL,
     "send those again whose request is not the one that was answered"},
    {"compact", 316, FLAG, AT(compact), BATCH, NULL, "leave one line for each request in the end"},
    {"ordered", 317, FLAG, AT(ordered), BATCH, NULL, "the same, in the order of the input"},
    {"fsync", 318, FLAG, AT(fsync), BATCH, NULL, "have each line on the disk before the next"},
    {"json", 319, FLAG, AT(json), ALL, NULL, "the whole answer as JSON; errors and progress too"},
    {"quiet", 320, FLAG, AT(quiet), ALL, NULL, "nothing on standard error but errors"},
    {"verbose", 'v', COUNT, AT(verbose), ALL, NULL, "every attempt; -vv more"},
    {"dry-run", 321, FLAG, AT(dry_run), ALL, NULL, "print the request, and do not send it"},
    {"header", 'H', LIST, AT(headers), ALL, "'NAME: VALUE'", "a header for every request"},
    {"base-url", 322, TEXT, AT(base_url), ALL, "URL", "the server; else OPENAI_BASE_URL"},
    {"key-file", 323, TEXT, AT(key_file), ALL, "FILE", "the key; else OPENAI_API_KEY"},
    {"timeout", 324, TEXT, AT(timeout), ALL, "TIME",
     "how long it may take: 90, 1.5s, 500ms, 10m, 2h; of a batch, each request"},
    {"max-retries", 325, TEXT, AT(max_retries), ALL, "N", "how often a request is sent again (2)"},
    {"help", 'h', FLAG, 0, ALL, NULL, "this"},
    {"version", 326, FLAG, 0, ALL, NULL, "the version"},
};

enum { LINES = sizeof lines / sizeof lines[0], VERSION = 326 };

/* The bits above are in the order of the commands in main.c; help has none. */
static int command_bit(const char *name)
{
    static const char *const names[] = {"create", "get",     "wait",  "cancel", "delete",
                                        "tokens", "compact", "items", "api",    "batch"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return 1 << i;
    return ALL;
}

static void print_options(struct text *out, int commands, bool shared)
{
    size_t i;

    for (i = 0; i < LINES; i++) {
        struct text left = {0};

        if ((lines[i].commands & commands) == 0 || (lines[i].commands == ALL) != shared)
            continue;
        if (lines[i].letter < 256)
            text_format(&left, "-%c, ", lines[i].letter);
        text_format(&left, "--%s", lines[i].name);
        if (lines[i].value != NULL)
            text_format(&left, " %s", lines[i].value);
        text_format(out, "  %-30s %s%s\n", left.bytes, left.length > 30 ? "\n" : "", lines[i].what);
        text_free(&left);
    }
}

static const char environment_text[] =
    "\nThe key is in OPENAI_API_KEY, the server in OPENAI_BASE_URL, the model in RESPONSES_MODEL.\n"
    "Exit codes: 0 complete; 1 other, a batch with failed lines; 2 usage; 3 refused; 4 key;\n"
    "5 may work later; 6 quota; 7 incomplete or broken off; 8 output; 124 time; 130, 143 "
    "signals.\n";

static enum outcome print_help(const struct command *commands, const struct command *about)
{
    struct text out = {0};

    if (about == NULL) {
        text_append(&out, "usage: responses COMMAND [OPTION]...\n\n");
        for (; commands->name != NULL; commands++)
            text_format(&out, "  %-8s %-20s %s\n", commands->name, commands->words, commands->what);
        text_append(&out, "\nresponses COMMAND --help has more. Options of every command:\n\n");
        print_options(&out, ALL, true);
    } else {
        text_format(&out, "usage: responses %s [OPTION]... %s\n\n%s\n\n", about->name, about->words,
                    about->more);
        print_options(&out, command_bit(about->name), false);
        text_append(&out, "\nOptions of every command:\n\n");
        print_options(&out, ALL, true);
    }
    text_append(&out, environment_text);
    output_bytes(out.bytes, out.length);
    text_free(&out);
    return OUTCOME_COMPLETE;
}

static enum outcome print_version(void)
{
    struct text out = {0};

    text_format(&out, "responses %s\n%s\n", responses_version(), responses_build_info());
    output_bytes(out.bytes, out.length);
    text_free(&out);
    return OUTCOME_COMPLETE;
}

/* Takes options from where getopt is, those of `commands`; *done when there is nothing more to do. */
static enum outcome read_options(int argc, char **argv, int commands, const char *where,
                                 struct settings *settings, int *special)
{
    struct option options[LINES + 1] = {{0}};
    char letters[2 * LINES + 8];
    size_t i, count = 0, at = 0;
    int letter;

    /* Up to the command it ends at the first word; behind it options and words may be mixed. */
    if (commands == 0)
        letters[at++] = '+';
    letters[at++] = ':';
    for (i = 0; i < LINES; i++) {
        bool here = commands == 0 ? lines[i].commands == ALL : (lines[i].commands & commands) != 0;

        if (!here)
            continue;
        options[count].name = lines[i].name;
        options[count].has_arg = lines[i].value != NULL ? required_argument : no_argument;
        options[count++].val = lines[i].letter;
        if (lines[i].letter < 256) {
            letters[at++] = (char)lines[i].letter;
            if (lines[i].value != NULL)
                letters[at++] = ':';
        }
    }
    letters[at] = '\0';

    opterr = 0;
    while ((letter = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        const struct option_line *line = NULL;
        char *place;
        struct list *list;

        if (letter == '?' || letter == ':') {
            const char *given = argv[optind - 1];

            if (letter == ':')
                return usage_failure("%s needs a value; see responses %s--help", given, where);
            if (optopt > 0 && optopt < 256)
                return usage_failure("there is no option -%c; see responses %s--help", optopt,
                                     where);
            return usage_failure("%s is no option, or is more than one, or takes no value; see "
                                 "responses %s--help",
                                 given, where);
        }
        for (i = 0; i < LINES; i++)
            if (lines[i].letter == letter)
                line = &lines[i];
        if (letter == 'h' || letter == VERSION) {
            *special = letter;
            continue;
        }
        place = (char *)settings + line->place;
        switch (line->form) {
        case FLAG:
            *(bool *)place = true;
            break;
        case COUNT:
            *(int *)place += 1;
            break;
        case TEXT:
            *(const char **)place = optarg;
            break;
        case LIST:
            list = (struct list *)place;
            if (list->count == MANY)
                return usage_failure("--%s can be given %d times", line->name, MANY);
            list->items[list->count++] = optarg;
            break;
        }
    }
    return OUTCOME_COMPLETE;
}

static const struct command *find(const struct command *commands, const char *name)
{
    for (; commands->name != NULL; commands++)
        if (strcmp(commands->name, name) == 0)
            return commands;
    return NULL;
}

enum outcome arguments_read(int argc, char **argv, const struct command *commands,
                            struct settings *settings, const struct command **command)
{
    const struct command *found;
    enum outcome outcome;
    struct text where = {0};
    int special = 0;
    char **copy = allocated(((size_t)argc + 1) * sizeof *copy);

    *command = NULL;
    /* getopt puts words behind options in its own. */
    memcpy(copy, argv, ((size_t)argc + 1) * sizeof *copy);
    settings->argv = copy;
    settings->argc = argc;
    outcome = read_options(argc, argv, 0, "", settings, &special);
    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    if (special == VERSION)
        return print_version();
    if (optind >= argc) {
        if (special == 'h')
            return print_help(commands, NULL);
        return usage_failure("no command; see responses --help");
    }
    found = find(commands, argv[optind]);
    if (strcmp(argv[optind], "help") == 0) {
        if (optind + 1 >= argc)
            return print_help(commands, NULL);
        found = find(commands, argv[optind + 1]);
        special = 'h';
    }
    if (found == NULL)
        return usage_failure("there is no command '%s'; see responses --help", argv[optind]);
    if (special == 'h')
        return print_help(commands, found);

    argc -= optind;
    argv += optind;
    optind = 0; /* begins anew, with this as the first */
    text_format(&where, "%s ", found->name);
    outcome = read_options(argc, argv, command_bit(found->name), where.bytes, settings, &special);
    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    if (special == 'h')
        return print_help(commands, found);
    if (special == VERSION)
        return print_version();
    text_free(&where);
    settings->command = found->name;
    settings->words = argv + optind;
    settings->word_count = argc - optind;
    if (settings->word_count > found->most)
        return usage_failure(
            "'%s' is one word too many: quote a text that has spaces; see responses %s --help",
            settings->words[found->most], found->name);
    if (settings->word_count < found->least)
        return usage_failure("%s is missing; see responses %s --help", found->words, found->name);
    *command = found;
    return OUTCOME_COMPLETE;
}

bool duration_ms(const char *text, long long *ms)
{
    char *end;
    double number, unit = 1000;

    if (*text < '0' || *text > '9')
        return false;
    number = strtod(text, &end);
    if (strcmp(end, "ms") == 0)
        unit = 1;
    else if (strcmp(end, "m") == 0)
        unit = 60000;
    else if (strcmp(end, "h") == 0)
        unit = 3600000;
    else if (strcmp(end, "s") != 0 && *end != '\0')
        return false;
    if (!(number * unit <= 2147483647))
        return false;
    *ms = (long long)(number * unit + 0.999);
    return true;
}

bool whole_number(const char *text, long long most, long long *number)
{
    const char *at;
    long long sum = 0;

    if (*text == '\0')
        return false;
    for (at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || sum > (most - (*at - '0')) / 10)
            return false;
        sum = sum * 10 + (*at - '0');
    }
    *number = sum;
    return sum <= most;
}
