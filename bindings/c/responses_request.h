/*
 * responses_request.h - requests and answers without a JSON library
 *
 * For programs that have no JSON library, in C89, Fortran, COBOL or anything that can call C: builds
 * the JSON of a request, field by field, hands it to the functions of responses.h, and reads values
 * out of what comes back.
 *
 *     responses_request *request;
 *     responses_request_new(&request);
 *     responses_request_set_string(request, "model", "gpt-5", RESPONSES_NTS);
 *     responses_request_set_string(request, "reasoning/effort", "low", RESPONSES_NTS);
 *     responses_request_add_message(request, "user", "Say \"hello\".", RESPONSES_NTS);
 *     status = responses_request_create(request, client, &response, &error);
 *     responses_request_free(request);
 *
 *     cc program.c $(pkg-config --cflags --libs responses-request)
 *
 * It is a small library of its own (libresponses-request) and not a part of a header, because a
 * language without a C preprocessor needs something to link, and not a part of libresponses, because
 * most programs have JSON already. Its .c files may also be compiled into a program. JSON itself is read,
 * checked and escaped by libresponses, whose responses_json_...() functions are there for JSON inside text,
 * the arguments of a function call say.
 *
 * The rules of responses.h hold here too: a status is an int, what comes through `out` is yours, what
 * goes in is copied, free(NULL) does nothing, RESPONSES_NTS stands for text that ends in NUL. A request
 * has one user at a time. What fails leaves the request as it was: RESPONSES_E_NOMEM, or
 * RESPONSES_E_INVALID, and responses_request_problem() says what was wrong. An error sticks: the
 * functions that send a request answer it when something could not be put into the request before, so
 * that a program may look at the end only.
 *
 * Text must be UTF-8, else it is RESPONSES_E_INVALID; all of it may stand in JSON, NUL too. JSON that
 * is handed in is checked.
 *
 * Every function is available since 0.1.
 */
#ifndef RESPONSES_REQUEST_H
#define RESPONSES_REQUEST_H

#include <responses.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- building -------------------------------------------------------------------------------- */

typedef struct responses_request responses_request;

/* An empty request. */
RESPONSES_API int responses_request_new(responses_request **out);
RESPONSES_API void responses_request_free(responses_request *request);

/* Takes everything out, and an error that stuck. */
RESPONSES_API void responses_request_clear(responses_request *request);

/*
 * Set a field, in place of one that is there. `name` is the field's name, or a path through objects,
 * which are made when they are missing: "model", "reasoning/effort", "metadata/order". A part of it may
 * not be empty, and what it leads through must be an object that was made this way. "input" and "tools"
 * can be set only while nothing was added to them, and added to only while they were not set. A name
 * with a "/" in it goes into an object by set_json. A path has at most 512 names, and JSON that is put in
 * at most 512 levels, without NaN and Infinity.
 */
RESPONSES_API int responses_request_set_string(responses_request *request, const char *name,
                                               const char *value, size_t n);
RESPONSES_API int responses_request_set_integer(responses_request *request, const char *name,
                                                int64_t value);
/* RESPONSES_E_INVALID for an infinity or what is no number. The same in every locale. */
RESPONSES_API int responses_request_set_number(responses_request *request, const char *name,
                                               double value);
/* 0 is false, all else true. */
RESPONSES_API int responses_request_set_boolean(responses_request *request, const char *name,
                                                int value);
RESPONSES_API int responses_request_set_null(responses_request *request, const char *name);
/* Any JSON. */
RESPONSES_API int responses_request_set_json(responses_request *request, const char *name,
                                             const char *json, size_t n);
/* Takes a field out, with all that is in it. RESPONSES_E_RANGE when there is none. */
RESPONSES_API int responses_request_remove(responses_request *request, const char *name);

/* Add to "input": a message of "user", "assistant", "system" or "developer". */
RESPONSES_API int responses_request_add_message(responses_request *request, const char *role,
                                                const char *text, size_t n);
/* The same with an image: a URL, "data:image/png;base64,..." too. text may be NULL. */
RESPONSES_API int responses_request_add_image(responses_request *request, const char *role,
                                              const char *text, const char *image_url);
/* What a function of yours came to, for a call that the model made. */
RESPONSES_API int responses_request_add_function_output(responses_request *request,
                                                        const char *call_id, const char *output,
                                                        size_t n);
/* Any item, a JSON object. */
RESPONSES_API int responses_request_add_item(responses_request *request, const char *json,
                                             size_t n);
/* All items of a response's "output", so that a conversation goes on from it without being stored at
   the server. RESPONSES_E_RANGE when it has none. */
RESPONSES_API int responses_request_add_output_of(responses_request *request,
                                                  const responses_response *response);

/* Add to "tools": a function the model may call. `parameters` is the JSON schema of its arguments, NULL
   for a function without any; `description` may be NULL. `strict`: 1 or 0. */
RESPONSES_API int responses_request_add_function_tool(responses_request *request, const char *name,
                                                      const char *description,
                                                      const char *parameters, int strict);
/* Any tool, a JSON object: {"type":"web_search"}. */
RESPONSES_API int responses_request_add_tool(responses_request *request, const char *json,
                                             size_t n);

/* Asks for an answer in JSON that satisfies a schema ("text/format"). */
RESPONSES_API int responses_request_set_schema(responses_request *request, const char *name,
                                               const char *schema, size_t n);

/* The JSON as it is now, ending in NUL. Borrowed until the next call with this request. NULL when
   memory is out. */
RESPONSES_API const char *responses_request_json(responses_request *request, size_t *len);

/* The error that sticks, RESPONSES_OK without one, and one English line about it, "" without one:
   'set_string "model": not UTF-8'. */
RESPONSES_API int responses_request_status(const responses_request *request);
RESPONSES_API const char *responses_request_problem(const responses_request *request);

/* ---- sending --------------------------------------------------------------------------------- */

/* As their namesakes of responses.h, with the request as it is now; it can be changed and sent again.
   An error that sticks is answered without an error object: see responses_request_problem(). */
RESPONSES_API int responses_request_create(responses_request *request, responses_client *client,
                                           responses_response **out, responses_error **err);
RESPONSES_API int responses_request_create_stream(responses_request *request,
                                                  responses_client *client,
                                                  responses_event_fn on_event, void *user_data,
                                                  responses_response **out, responses_error **err);
RESPONSES_API int responses_request_create_start(responses_request *request,
                                                 responses_client *client, responses_call **out,
                                                 responses_error **err);
RESPONSES_API int responses_request_create_stream_start(responses_request *request,
                                                        responses_client *client,
                                                        responses_call **out,
                                                        responses_error **err);
RESPONSES_API int responses_request_count_input_tokens(responses_request *request,
                                                       responses_client *client,
                                                       responses_response **out,
                                                       responses_error **err);
RESPONSES_API int responses_request_compact(responses_request *request, responses_client *client,
                                            responses_response **out, responses_error **err);

/* ---- reading --------------------------------------------------------------------------------- */

/*
 * Values of a response by JSON pointer. RESPONSES_E_RANGE when there is nothing at that place;
 * RESPONSES_E_INVALID when it is something else than was asked for, or a number that does not fit.
 * `*value` is left alone then.
 */
RESPONSES_API int responses_read_integer(const responses_response *response, const char *pointer,
                                         int64_t *value);
RESPONSES_API int responses_read_number(const responses_response *response, const char *pointer,
                                        double *value);
RESPONSES_API int responses_read_boolean(const responses_response *response, const char *pointer,
                                         int *value);
/* The text of a string, or the JSON of anything else, into a buffer of yours, as responses_copy_text.
   RESPONSES_E_RANGE when it does not fit, with `*needed` > capacity, or, with 0 in `*needed`, when
   there is nothing at that place. */
RESPONSES_API int responses_read_string(const responses_response *response, const char *pointer,
                                        char *buffer, size_t capacity, size_t *needed);
/* How many elements an array has, or fields an object. */
RESPONSES_API int responses_read_count(const responses_response *response, const char *pointer,
                                       int *count);

#ifdef __cplusplus
}
#endif

#endif /* RESPONSES_REQUEST_H */
