/*
 * attachment.h - files for the model, as parts of a message
 */
#ifndef COMMAND_ATTACHMENT_H
#define COMMAND_ATTACHMENT_H

#include "outcome.h"

#include <jansson.h>

/* The part for what -f names: the path of a file, "-" for standard input, an address that the server
   is to fetch, or the id of a file that the server has. An image, by its bytes or the end of its
   address, is an "input_image", and all else an "input_file". "image:" and "file:" in front say
   which. */
enum outcome attachment_part(const char *name, json_t **part);

#endif
