/*
 * files.c - images and files of an answer, put where -o says
 */
#include "files.h"

#include "failure.h"
#include "output.h"
#include "text.h"
#include "watch.h"

#include <responses_jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

/* Devices, and what a link leads to, are written to as they are. */
static bool is_replaceable(const char *path)
{
    struct stat found;

    return lstat(path, &found) != 0 || S_ISREG(found.st_mode);
}

enum outcome file_write(const char *path, const char *bytes, size_t length)
{
    struct text other = {0};
    bool replaces = is_replaceable(path), done;
    int fd, problem;

    text_format(&other, "%s%s", path, replaces ? ".part" : "");
    fd = open(other.bytes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    done = fd >= 0 && write_all(fd, bytes, length);
    problem = errno;
    if (fd >= 0 && close(fd) != 0 && done) {
        done = false;
        problem = errno;
    }
    if (done && replaces && rename(other.bytes, path) != 0) {
        done = false;
        problem = errno;
    }
    if (!done) {
        complain_of(OUTCOME_OUTPUT, "", -1, "%s: %s", path, strerror(problem));
        if (fd >= 0 && replaces)
            unlink(other.bytes);
    }
    text_free(&other);
    return done ? OUTCOME_COMPLETE : OUTCOME_OUTPUT;
}

/* Where the file with that number goes. `own` is the name that it has itself, of a server: of it only
   letters, digits, and dots and dashes that do not begin it are taken. */
static void place(const char *wanted, const char *own, int number, struct text *path)
{
    struct stat found;
    const char *slash, *dot;
    size_t length = strlen(wanted);

    if ((length > 0 && wanted[length - 1] == '/') ||
        (stat(wanted, &found) == 0 && S_ISDIR(found.st_mode))) {
        text_format(path, "%s%s", wanted, length > 0 && wanted[length - 1] == '/' ? "" : "/");
        for (; *own != '\0'; own++) {
            bool plain = (*own >= 'a' && *own <= 'z') || (*own >= 'A' && *own <= 'Z') ||
                         (*own >= '0' && *own <= '9') || *own == '_' ||
                         ((*own == '.' || *own == '-') && path->bytes[path->length - 1] != '/');

            text_add(path, plain ? own : "_", 1);
        }
        return;
    }
    slash = strrchr(wanted, '/');
    dot = strrchr(slash != NULL ? slash : wanted, '.');
    if (dot == NULL || dot == wanted || dot[-1] == '/')
        dot = wanted + length;
    text_add(path, wanted, (size_t)(dot - wanted));
    if (number > 1)
        text_format(path, "-%d", number);
    text_append(path, dot);
}

static enum outcome save_image(const struct settings *settings, const json_t *item, int number)
{
    const json_t *result = json_object_get(item, "result");
    const char *format = json_string_value(json_object_get(item, "output_format"));
    struct text bytes = {0}, path = {0}, own = {0};
    enum outcome outcome;

    text_format(&own, "image-%d.%s", number, format != NULL ? format : "png");
    place(settings->output, own.bytes, number, &path);
    if (base64_decode(&bytes, json_string_value(result), json_string_length(result))) {
        outcome = file_write(path.bytes, text_string(&bytes), bytes.length);
        if (outcome == OUTCOME_COMPLETE)
            remark("%s: %zu bytes", path.bytes, bytes.length);
    } else {
        complain("the server's image is not base64");
        outcome = OUTCOME_OTHER;
    }
    text_free(&bytes);
    text_free(&path);
    text_free(&own);
    return outcome;
}

/* An id may stand in an address as it is. */
static bool is_id(const char *id)
{
    return id != NULL && *id != '\0' &&
           id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
               '\0';
}

static enum outcome save_file(const struct settings *settings, responses_client *client,
                              const json_t *note, int number)
{
    const char *container = json_string_value(json_object_get(note, "container_id"));
    const char *file = json_string_value(json_object_get(note, "file_id"));
    const char *own = json_string_value(json_object_get(note, "filename"));
    struct text address = {0}, path = {0};
    struct watched watched = {0};
    enum outcome outcome;

    if (!is_id(container) || !is_id(file)) {
        complain("the server names a file that cannot be asked for");
        return OUTCOME_OTHER;
    }
    text_format(&address, "/containers/%s/files/%s/content", container, file);
    outcome = watch_raw(client, "GET", address.bytes, NULL, 0, &watched);
    if (outcome == OUTCOME_COMPLETE) {
        size_t length;
        const char *bytes = responses_response_json(watched.response, &length);

        place(settings->output, own != NULL && *own != '\0' ? own : file, number, &path);
        outcome = file_write(path.bytes, bytes, length);
        if (outcome == OUTCOME_COMPLETE)
            remark("%s: %zu bytes", path.bytes, length);
    } else if (watched.error != NULL) {
        failure_tell(watched.error, outcome, "", -1);
    }
    watched_free(&watched);
    text_free(&address);
    text_free(&path);
    return outcome;
}

static enum outcome save_files_of_message(const struct settings *settings, responses_client *client,
                                          const json_t *item, int *number)
{
    const json_t *content = json_object_get(item, "content");
    enum outcome outcome = OUTCOME_COMPLETE;
    size_t part, note;

    for (part = 0; part < json_array_size(content); part++) {
        const json_t *notes = json_object_get(json_array_get(content, part), "annotations");

        for (note = 0; note < json_array_size(notes) && outcome == OUTCOME_COMPLETE; note++) {
            const json_t *annotation = json_array_get(notes, note);
            const char *type = json_string_value(json_object_get(annotation, "type"));

            if (type != NULL && strcmp(type, "container_file_citation") == 0)
                outcome = save_file(settings, client, annotation, ++*number);
        }
    }
    return outcome;
}

enum outcome files_save(const struct settings *settings, responses_client *client,
                        const responses_response *response)
{
    json_t *items = NULL;
    responses_error *error = NULL;
    enum outcome outcome = OUTCOME_COMPLETE;
    size_t i;
    int number = 0;

    if (responses_response_tree(response, "/output", &items, &error) != RESPONSES_OK &&
        responses_error_status(error) != RESPONSES_E_RANGE) {
        failure_tell(error, OUTCOME_OTHER, "", -1);
        outcome = OUTCOME_OTHER;
    }
    responses_error_free(error);
    for (i = 0; i < json_array_size(items) && outcome == OUTCOME_COMPLETE; i++) {
        const json_t *item = json_array_get(items, i);
        const char *type = json_string_value(json_object_get(item, "type"));

        if (type == NULL)
            continue;
        if (strcmp(type, "image_generation_call") == 0 &&
            json_is_string(json_object_get(item, "result"))) {
            number++;
            if (settings->output == NULL)
                remark("the answer has an image; -o FILE writes it, also with 'responses get %s'",
                       responses_response_id(response));
            else
                outcome = save_image(settings, item, number);
        } else if (strcmp(type, "message") == 0 && settings->output != NULL) {
            outcome = save_files_of_message(settings, client, item, &number);
        }
    }
    json_decref(items);
    if (outcome == OUTCOME_COMPLETE && settings->output != NULL && number == 0) {
        complain("the answer has no image and no file: %s is not written", settings->output);
        outcome = OUTCOME_OTHER;
    }
    return outcome;
}
