/*
 * responses_jansson.h - responses.h with json_t * in and out
 *
 *     json_t *answer;
 *     status = responses_jansson_create_new(client,
 *         json_pack("{s:s, s:s}", "model", "gpt-5", "input", "Hello"), &answer, &error);
 *     if (status == RESPONSES_OK)
 *         puts(json_string_value(json_object_get(answer, "id")));
 *     json_decref(answer);
 *
 *     cc program.c $(pkg-config --cflags --libs responses jansson)
 *
 * OWNERSHIP IS IN THE NAMES, as jansson has it. A function ending in _new takes over the reference it
 * is given, also when it fails, so that json_pack() can stand inside the call; the others borrow it. A
 * json_t * that comes through `out`, or is returned, is a new reference: json_decref() it. An event's
 * json_t * given to a callback is borrowed until the callback returns: json_incref() it to keep it.
 *
 * ERRORS are those of responses.h, and: a request that is NULL (json_pack failed) is
 * RESPONSES_E_INVALID, an answer that jansson cannot hold (deeper than its 2048) is
 * RESPONSES_E_PROTOCOL, both without an error object; memory that is out while JSON is made
 * is RESPONSES_E_NOMEM. NaN and Infinity, which jansson cannot hold and some servers write, are null. On failure `*out` is NULL, but for the two streams as in responses.h.
 *
 * THREADS. A reference count of jansson is not for two threads at once unless jansson was built so;
 * what you hand in may be used elsewhere as soon as the function has returned.
 *
 * Who wants more of the answer than its JSON (headers, attempts) calls responses.h with the text of
 * responses_jansson_text(), and then responses_jansson_response().
 *
 * C89, but for the "inline" of jansson.h: -std=gnu89, or -std=c89 -Dinline=__inline__. Since 0.1.
 */
#ifndef RESPONSES_JANSSON_H
#define RESPONSES_JANSSON_H

#include <jansson.h>
#include <responses.h>

#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define RESPONSES_JANSSON_API static __attribute__((unused))
#else
#define RESPONSES_JANSSON_API static
#endif

/* ---- what was received ----------------------------------------------------------------------- */

/* A copy in which NaN, Infinity and -Infinity are null: memory of yours. NULL when there are none, or no
   memory. */
RESPONSES_JANSSON_API char *responses_jansson_finite(const char *json, size_t len, size_t *made)
{
    static const char *const names[] = {"NaN", "-Infinity", "Infinity"};
    /* Only NaN becomes longer, by one in three. */
    char *copy = (char *)malloc(len + len / 3 + 1);
    size_t from = 0, to = 0, name, found = 0;
    int in_string = 0;

    while (copy != NULL && from < len) {
        if (in_string && json[from] == '\\' && len - from > 1)
            copy[to++] = json[from++];
        else if (json[from] == '"')
            in_string = !in_string;
        else if (!in_string && strchr("NI-", json[from]) != NULL) {
            for (name = 0; name < 3; name++)
                if (len - from >= strlen(names[name]) &&
                    memcmp(json + from, names[name], strlen(names[name])) == 0)
                    break;
            if (name < 3) {
                memcpy(copy + to, "null", 4);
                to += 4;
                from += strlen(names[name]);
                found++;
                continue;
            }
        }
        copy[to++] = json[from++];
    }
    if (found == 0) {
        free(copy);
        copy = NULL;
    }
    *made = to;
    return copy;
}

/* The JSON of a response, of an event, and the value at a JSON pointer in them: new references. NULL when
   there is none, or jansson cannot hold it. NaN and Infinity, which some servers write, are null. */
RESPONSES_JANSSON_API json_t *responses_jansson_parse(const char *json, size_t len)
{
    json_t *value;
    char *finite;

    if (json == NULL)
        return NULL;
    value = json_loadb(json, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value != NULL)
        return value;
    finite = responses_jansson_finite(json, len, &len);
    if (finite != NULL)
        value = json_loadb(finite, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    free(finite);
    return value;
}

RESPONSES_JANSSON_API json_t *responses_jansson_response(const responses_response *response)
{
    size_t len = 0;
    const char *json = responses_response_json(response, &len);

    return responses_jansson_parse(json, len);
}

RESPONSES_JANSSON_API json_t *responses_jansson_event(const responses_event *event)
{
    size_t len = 0;
    const char *json = responses_event_json(event, &len);

    return responses_jansson_parse(json, len);
}

RESPONSES_JANSSON_API json_t *responses_jansson_value(int status, int type, const char *value,
                                                      size_t len)
{
    if (status != RESPONSES_OK)
        return NULL;
    return type == RESPONSES_JSON_STRING ? json_stringn(value, len)
                                         : responses_jansson_parse(value, len);
}

RESPONSES_JANSSON_API json_t *responses_jansson_response_get(const responses_response *response,
                                                             const char *json_pointer)
{
    const char *value = NULL;
    size_t len = 0;
    int type = 0, status = responses_response_get(response, json_pointer, &type, &value, &len);

    return responses_jansson_value(status, type, value, len);
}

RESPONSES_JANSSON_API json_t *responses_jansson_event_get(const responses_event *event,
                                                          const char *json_pointer)
{
    const char *value = NULL;
    size_t len = 0;
    int type = 0, status = responses_event_get(event, json_pointer, &type, &value, &len);

    return responses_jansson_value(status, type, value, len);
}

/* ---- what is sent ---------------------------------------------------------------------------- */

/* The text of a value, in memory of yours: free() it. NULL when there is no value or no memory. */
RESPONSES_JANSSON_API char *responses_jansson_text(const json_t *value)
{
    return value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* The same for a request, which has to be there, and for parameters, which may be NULL. */
RESPONSES_JANSSON_API int responses_jansson_dump(const json_t *value, int may_be_null, char **text,
                                                 responses_error **err)
{
    if (err != NULL)
        *err = NULL;
    *text = responses_jansson_text(value);
    if (*text != NULL)
        return RESPONSES_OK;
    if (value == NULL)
        return may_be_null ? RESPONSES_OK : RESPONSES_E_INVALID;
    return RESPONSES_E_NOMEM;
}

/* Turns a response into its JSON, and frees it. */
RESPONSES_JANSSON_API int responses_jansson_finish(int status, responses_response *response,
                                                   json_t **out)
{
    if (out != NULL)
        *out = response != NULL ? responses_jansson_response(response) : NULL;
    if (status == RESPONSES_OK && out != NULL && *out == NULL)
        status = RESPONSES_E_PROTOCOL;
    responses_response_free(response);
    return status;
}

/* ---- blocking operations --------------------------------------------------------------------- */

/* As their namesakes of responses.h. */

RESPONSES_JANSSON_API int responses_jansson_create(responses_client *client, const json_t *request,
                                                   json_t **out, responses_error **err)
{
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (status == RESPONSES_OK)
        status = responses_create(client, text, RESPONSES_NTS, &response, err);
    free(text);
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_create_new(responses_client *client, json_t *request,
                                                       json_t **out, responses_error **err)
{
    int status = responses_jansson_create(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_get(responses_client *client, const char *id,
                                                const json_t *params, json_t **out,
                                                responses_error **err)
{
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(params, 1, &text, err);

    if (status == RESPONSES_OK)
        status = responses_get(client, id, text, RESPONSES_NTS, &response, err);
    free(text);
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_get_new(responses_client *client, const char *id,
                                                    json_t *params, json_t **out,
                                                    responses_error **err)
{
    int status = responses_jansson_get(client, id, params, out, err);

    json_decref(params);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_cancel(responses_client *client, const char *id,
                                                   json_t **out, responses_error **err)
{
    responses_response *response = NULL;
    int status = responses_cancel(client, id, &response, err);

    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_delete(responses_client *client, const char *id,
                                                   json_t **out, responses_error **err)
{
    responses_response *response = NULL;
    int status = responses_delete(client, id, &response, err);

    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_list_input_items(responses_client *client,
                                                             const char *id, const json_t *params,
                                                             json_t **out, responses_error **err)
{
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(params, 1, &text, err);

    if (status == RESPONSES_OK)
        status = responses_list_input_items(client, id, text, RESPONSES_NTS, &response, err);
    free(text);
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_list_input_items_new(responses_client *client,
                                                                 const char *id, json_t *params,
                                                                 json_t **out,
                                                                 responses_error **err)
{
    int status = responses_jansson_list_input_items(client, id, params, out, err);

    json_decref(params);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_count_input_tokens(responses_client *client,
                                                               const json_t *request, json_t **out,
                                                               responses_error **err)
{
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (status == RESPONSES_OK)
        status = responses_count_input_tokens(client, text, RESPONSES_NTS, &response, err);
    free(text);
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_count_input_tokens_new(responses_client *client,
                                                                   json_t *request, json_t **out,
                                                                   responses_error **err)
{
    int status = responses_jansson_count_input_tokens(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_compact(responses_client *client, const json_t *request,
                                                    json_t **out, responses_error **err)
{
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (status == RESPONSES_OK)
        status = responses_compact(client, text, RESPONSES_NTS, &response, err);
    free(text);
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_compact_new(responses_client *client, json_t *request,
                                                        json_t **out, responses_error **err)
{
    int status = responses_jansson_compact(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_wait(responses_client *client, const char *id,
                                                 int timeout_ms, json_t **out,
                                                 responses_error **err)
{
    responses_response *response = NULL;
    int status = responses_wait(client, id, timeout_ms, &response, err);

    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_send(responses_client *client, const char *method,
                                                 const char *path, const json_t *body, json_t **out,
                                                 responses_error **err)
{
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(body, 1, &text, err);

    if (status == RESPONSES_OK)
        status = responses_send(client, method, path, text, RESPONSES_NTS, &response, err);
    free(text);
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_send_new(responses_client *client, const char *method,
                                                     const char *path, json_t *body, json_t **out,
                                                     responses_error **err)
{
    int status = responses_jansson_send(client, method, path, body, out, err);

    json_decref(body);
    return status;
}

#include "responses_jansson_calls.h"

#endif
