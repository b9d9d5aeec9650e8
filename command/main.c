/*
 * main.c - responses: the Responses API on the command line
 *
 * Standard output has the answer, and standard error what is said about it. docs/command.md is the
 * documentation.
 */
#include "connection.h"
#include "failure.h"
#include "operations.h"
#include "output.h"
#include "settings.h"
#include "signals.h"
#include "status_line.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define REQUEST_WORDS "[TEXT|-|@FILE]"

static const struct command commands[] = {
    {"create", REQUEST_WORDS, "ask the model, and print its answer while it arrives",
     "Asks the model, and prints its answer while it arrives. What is asked is TEXT, what stands "
     "in\n"
     "standard input, or both; '-' is standard input alone, '@FILE' a file.",
     0, 1, create_run},
    {"get", "ID", "print a response that exists", "Prints the answer of a response that exists.", 1,
     1, get_run},
    {"wait", "ID", "wait for a background response, and print it",
     "Waits for a response in the background to end, and prints its answer.", 1, 1, wait_run},
    {"cancel", "ID", "stop a background response", "Stops a response in the background.", 1, 1,
     cancel_run},
    {"delete", "ID", "delete a response", "Deletes a response at the server.", 1, 1, delete_run},
    {"items", "ID", "print what went into a response",
     "Prints the input items of a response, one line of JSON for each.", 1, 1, items_run},
    {"tokens", REQUEST_WORDS, "count the tokens of a request",
     "Prints how many tokens a request like that of create has.", 0, 1, tokens_run},
    {"compact", REQUEST_WORDS, "shorten a conversation",
     "Prints the shortened conversation as JSON, to go on from.", 0, 1, compact_run},
    {"api", "METHOD PATH", "any other endpoint: responses api GET /models",
     "Sends a request to any endpoint below the base URL, and prints the answer. With -o it may "
     "be\n"
     "anything, else JSON or text; '-o -' prints it byte for byte.",
     2, 2, api_run},
    {"batch", "IN.jsonl", "send many requests, and keep their answers",
     "Sends every request of a file, and appends the answers to the file of -o. Whatever ends it, "
     "the\n"
     "same command goes on where it was. '-' is standard input.",
     1, 1, batch_run},
    {0},
};

int main(int argc, char **argv)
{
    static struct settings settings;
    const struct command *command = NULL;
    enum outcome outcome;
    struct text name = {0};
    int i;

    output_begin();
    signals_take();
    /* Where to say it is needed before the line is understood. */
    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            failure_begin("responses", true);
    outcome = arguments_read(argc, argv, commands, &settings, &command);
    if (command != NULL && outcome == OUTCOME_COMPLETE) {
        text_format(&name, "responses %s", command->name);
        failure_begin(name.bytes, settings.json);
        remarks_begin(!settings.quiet);
        status_line_begin(!settings.quiet && !settings.json && settings.verbose == 0);
        if (!output_exists()) {
            complain_of(OUTCOME_OUTPUT, "", -1, "standard output is closed");
            outcome = OUTCOME_OUTPUT;
        } else {
            outcome = connection_check(&settings);
        }
        if (outcome == OUTCOME_COMPLETE)
            outcome = command->run(&settings);
        status_line_erase();
    }
    output_flush();
    if (output_failed() && outcome == OUTCOME_COMPLETE)
        outcome = output_outcome();
    return (int)outcome;
}
