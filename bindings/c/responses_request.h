/*
 * responses_request.h - requests and answers without a JSON library
 *
 * For programs that have no JSON library, in C89, Fortran, COBOL or any language that can call C. It
 * builds the JSON of a request, field by field, passes it to the functions of responses.h, and reads
 * values of the answer.
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
 * It is a separate library, libresponses-request. A header with inline functions would be of no use for
 * languages without a C preprocessor, and most programs of libresponses have a JSON library already. Its
 * .c files may also be compiled into a program. For JSON inside text, such as the arguments of a function
 * call, libresponses has the responses_json_...() functions.
 *
 * The rules of responses.h hold here, too: a status is an int, what comes through `out` is yours, what
 * you pass in is copied, free(NULL) does nothing, RESPONSES_NTS stands for text that ends in NUL. One
 * thread at a time may use a request. A function that fails leaves the request unchanged and returns
 * RESPONSES_E_NOMEM or RESPONSES_E_INVALID; responses_request_problem() says what was wrong. The request
 * remembers the first error, and the functions that send it then return that error. So a program may
 * check only the last status.
 *
 * Text must be UTF-8 and may contain NUL; other text is RESPONSES_E_INVALID. JSON that you pass is
 * checked.
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

/* Removes all fields, and a remembered error. */
RESPONSES_API void responses_request_clear(responses_request *request);

/*
 * Set a field, or replace it. `name` is the field's name, or a path through objects, which are made if
 * they are missing: "model", "reasoning/effort", "metadata/order". No part of the path may be empty, and
 * each object on it must have been made this way. Either set "input" and "tools", or add to them, not
 * both. For a name that contains "/" set the object around it with set_json. A path has at most 512
 * names; JSON has at most 512 levels, and no NaN or Infinity.
 */
RESPONSES_API int responses_request_set_string(responses_request *request, const char *name,
                                               const char *value, size_t n);
RESPONSES_API int responses_request_set_integer(responses_request *request, const char *name,
                                                int64_t value);
/* RESPONSES_E_INVALID for infinities and NaN. Does not depend on the locale. */
RESPONSES_API int responses_request_set_number(responses_request *request, const char *name,
                                               double value);
/* 0 is false, any other value is true. */
RESPONSES_API int responses_request_set_boolean(responses_request *request, const char *name,
                                                int value);
RESPONSES_API int responses_request_set_null(responses_request *request, const char *name);
/* Any JSON. */
RESPONSES_API int responses_request_set_json(responses_request *request, const char *name,
                                             const char *json, size_t n);
/* Removes a field with its contents. RESPONSES_E_RANGE when there is no such field. */
RESPONSES_API int responses_request_remove(responses_request *request, const char *name);

/* Add to "input": a message of "user", "assistant", "system" or "developer". */
RESPONSES_API int responses_request_add_message(responses_request *request, const char *role,
                                                const char *text, size_t n);
/* The same with an image: a URL, also "data:image/png;base64,...". text may be NULL. */
RESPONSES_API int responses_request_add_image(responses_request *request, const char *role,
                                              const char *text, const char *image_url);
/* Add to "input": the result of your function, for a call that the model made. */
RESPONSES_API int responses_request_add_function_output(responses_request *request,
                                                        const char *call_id, const char *output,
                                                        size_t n);
/* Any item, a JSON object. */
RESPONSES_API int responses_request_add_item(responses_request *request, const char *json,
                                             size_t n);
/* Add to "input": all items of a response's "output". This continues a conversation that is not stored
   at the server. RESPONSES_E_RANGE when the response has no output. */
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

/* The remembered error, or RESPONSES_OK, and one English line about it, or "":
   'set_string "model": not UTF-8'. */
RESPONSES_API int responses_request_status(const responses_request *request);
RESPONSES_API const char *responses_request_problem(const responses_request *request);

/* ---- sending --------------------------------------------------------------------------------- */

/* As the functions of responses.h of these names, with the request as it is now. You may change it and
   send it again. If the request remembers an error, that status is returned, and `*err` is NULL: see
   responses_request_problem(). */
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
 * Values of a response by JSON pointer. RESPONSES_E_RANGE when there is no value at that place;
 * RESPONSES_E_INVALID when the value has another type, or is a number that does not fit. `*value` is
 * then unchanged.
 */
RESPONSES_API int responses_read_integer(const responses_response *response, const char *pointer,
                                         int64_t *value);
RESPONSES_API int responses_read_number(const responses_response *response, const char *pointer,
                                        double *value);
RESPONSES_API int responses_read_boolean(const responses_response *response, const char *pointer,
                                         int *value);
/* Copies the text of a string, or the JSON of another value, as responses_copy_text() does.
   RESPONSES_E_RANGE when it does not fit, with `*needed` > capacity, or, with 0 in `*needed`, when
   there is no value at that place. */
RESPONSES_API int responses_read_string(const responses_response *response, const char *pointer,
                                        char *buffer, size_t capacity, size_t *needed);
/* The number of elements of an array, or of fields of an object. */
RESPONSES_API int responses_read_count(const responses_response *response, const char *pointer,
                                       int *count);

#ifdef __cplusplus
}
#endif

#endif /* RESPONSES_REQUEST_H */
