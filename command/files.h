/*
 * files.h - images and files of an answer, put where -o says
 */
#ifndef COMMAND_FILES_H
#define COMMAND_FILES_H

#include "outcome.h"
#include "settings.h"

#include <responses.h>

/* Writes every image of the response, and every file that the code interpreter left, which the server
   is asked for. The first has the name of -o, the others a number in it: cat.png, cat-2.png. Where
   that is a folder they keep their own names. */
enum outcome files_save(const struct settings *settings, responses_client *client,
                        const responses_response *response);

/* Writes a file as a whole or not at all: under another name first, then by rename. */
enum outcome file_write(const char *path, const char *bytes, size_t length);

#endif
