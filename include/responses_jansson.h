/*
 * responses_jansson.h - responses.h with json_t * in and out
 *
 * For programs that have their JSON as trees of jansson. Everything here is exported by libresponses.so
 * itself; responses.h does not include this header, and a program without jansson's headers needs none of
 * it.
 *
 *     #include <responses_jansson.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         responses_client *client;
 *         responses_response *answer = NULL;
 *         responses_error *error = NULL;
 *         json_t *usage = NULL;
 *         int status = responses_client_new(&client, &error);
 *         if (status == RESPONSES_OK)
 *             status = responses_jansson_create_new(client,
 *                 json_pack("{s:s, s:s}", "model", "gpt-5", "input", "Say hello."), &answer, &error);
 *         if (status == RESPONSES_OK)
 *             status = responses_response_tree(answer, "/usage", &usage, &error);
 *         if (status == RESPONSES_OK)
 *             printf("%s (%d tokens)\n", responses_response_text(answer, NULL),
 *                 (int)json_integer_value(json_object_get(usage, "total_tokens")));
 *         else
 *             fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
 *         json_decref(usage);
 *         responses_response_free(answer);
 *         responses_error_free(error);
 *         responses_client_free(client);
 *         return status != RESPONSES_OK;
 *     }
 *
 *     cc hello.c $(pkg-config --cflags --libs responses-jansson)
 *
 * WHAT COSTS WHAT. Inside the library JSON is text: the server's bytes, checked once. A tree is made when it
 * is asked for, of what is asked for: "/usage" of an answer of 50 MB costs what "/usage" takes, "" makes a
 * tree of all of it. A request is written from its tree straight into what is sent.
 *
 * OWNERSHIP IS IN THE NAMES, as jansson has it. A function whose name ends in _new takes over the reference
 * it is given, also when it fails, so that json_pack() can stand inside the call; the others borrow it, and
 * are done with it when they return. A json_t * that comes through `out` is a new reference: json_decref()
 * it. All else is as in responses.h.
 *
 * ERRORS are those of responses.h. A request that is NULL (json_pack() failed), contains itself, or has text
 * that is not UTF-8 (json_string_nocheck()) is RESPONSES_E_INVALID. What jansson cannot hold is RESPONSES_E_PROTOCOL; the message says what and where,
 * and the same answer can still be read as text:
 *
 *     in the JSON                          in a tree, and written again
 *     1.50, 1e2, 0.1                       the same number; 1.5, 100.0, 0.10000000000000001
 *     more digits than 17, 1e-400          the nearest number that a double holds; 0.0
 *     -0                                   0
 *     an integer beyond 64 bits, 1e400     RESPONSES_E_PROTOCOL
 *     NaN, Infinity (no JSON)              null; a caller's tree has none, json_real() refuses them
 *     \u0000 in a string                   kept; in a member's name RESPONSES_E_PROTOCOL
 *     half of a surrogate pair             RESPONSES_E_PROTOCOL
 *     the same member twice                the last one
 *     the order of members                 kept
 *     deeper than 1,024                    not even text: RESPONSES_E_PROTOCOL when it arrives,
 *                                          RESPONSES_E_INVALID when it is to be sent
 *
 * ONE JANSSON. A tree is of the copy of jansson that made it: another copy finds none of its members by name.
 * The library uses libjansson.so.4, as a program does that links -ljansson, and json-c may be there too, in any
 * order. Where the loader finds functions of jansson's names elsewhere first, as in a program that exports a
 * jansson of its own, the library uses those if all that it needs are there. If they are not, because two
 * copies are mixed or something else has such a name, trees are RESPONSES_E_UNSUPPORTED. A request that
 * another copy has made, one linked into the program and not exported, is RESPONSES_E_INVALID. An answer's
 * tree cannot be told so: a program with such a copy reads json_loads() of the text. Text works in any case.
 * A tree that was refused so is not given back either when it was to be taken over.
 *
 * STACK. jansson calls itself for each level of a tree. One of 1,024 levels, which a server may send, takes
 * 90 KB of stack when it is made, and 310 KB when it is written: a thread with less may ask for trees of what it
 * knows, and have the rest as text.
 *
 * THREADS. A count of references is not for two threads at once unless jansson was built so. What you hand
 * in may be used elsewhere, and changed, as soon as the function has returned.
 *
 * C89, but for the "inline" of jansson.h: -std=gnu89, or -std=c89 -Dinline=__inline__. Since 0.1.
 */
#ifndef RESPONSES_JANSSON_H
#define RESPONSES_JANSSON_H

#include <jansson.h>
#include "responses.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- trees of what was received -------------------------------------------------------------- */

/* The value at a JSON pointer (RFC 6901) as a new reference; "" is the whole. RESPONSES_E_RANGE when there
   is nothing at that place, RESPONSES_E_INVALID when the pointer is none, RESPONSES_E_PROTOCOL when jansson
   cannot hold it. On failure `*out` is NULL. */
RESPONSES_API int responses_response_tree(const responses_response *response,
                                          const char *json_pointer, json_t **out,
                                          responses_error **err);

/* The same of an event: in a callback, of the one that responses_call_next() lent, or of a clone. */
RESPONSES_API int responses_event_tree(const responses_event *event, const char *json_pointer,
                                       json_t **out, responses_error **err);

/* The same of an error's RESPONSES_ERROR_BODY. RESPONSES_E_RANGE when that is no JSON. */
RESPONSES_API int responses_error_tree(const responses_error *error, const char *json_pointer,
                                       json_t **out, responses_error **err);

/* ---- blocking operations --------------------------------------------------------------------- */

/* As their namesakes of responses.h, with the request, the parameters or the body as a tree. Parameters and
   the body of responses_jansson_send() may be NULL. Operations that take no JSON (cancel, delete, wait) are
   called there. */

RESPONSES_API int responses_jansson_create(responses_client *client, const json_t *request,
                                           responses_response **out, responses_error **err);
RESPONSES_API int responses_jansson_create_stream(responses_client *client, const json_t *request,
                                                  responses_event_fn on_event, void *user_data,
                                                  responses_response **out, responses_error **err);
RESPONSES_API int responses_jansson_get(responses_client *client, const char *id,
                                        const json_t *params, responses_response **out,
                                        responses_error **err);
RESPONSES_API int responses_jansson_get_stream(responses_client *client, const char *id,
                                               const json_t *params, responses_event_fn on_event,
                                               void *user_data, responses_response **out,
                                               responses_error **err);
RESPONSES_API int responses_jansson_list_input_items(responses_client *client, const char *id,
                                                     const json_t *params, responses_response **out,
                                                     responses_error **err);
RESPONSES_API int responses_jansson_count_input_tokens(responses_client *client,
                                                       const json_t *request,
                                                       responses_response **out,
                                                       responses_error **err);
RESPONSES_API int responses_jansson_compact(responses_client *client, const json_t *request,
                                            responses_response **out, responses_error **err);
RESPONSES_API int responses_jansson_send(responses_client *client, const char *method,
                                         const char *path, const json_t *body,
                                         responses_response **out, responses_error **err);

/* The same, and the reference is taken over. */

RESPONSES_API int responses_jansson_create_new(responses_client *client, json_t *request,
                                               responses_response **out, responses_error **err);
RESPONSES_API int responses_jansson_create_stream_new(responses_client *client, json_t *request,
                                                      responses_event_fn on_event, void *user_data,
                                                      responses_response **out,
                                                      responses_error **err);
RESPONSES_API int responses_jansson_get_new(responses_client *client, const char *id,
                                            json_t *params, responses_response **out,
                                            responses_error **err);
RESPONSES_API int responses_jansson_get_stream_new(responses_client *client, const char *id,
                                                   json_t *params, responses_event_fn on_event,
                                                   void *user_data, responses_response **out,
                                                   responses_error **err);
RESPONSES_API int responses_jansson_list_input_items_new(responses_client *client, const char *id,
                                                         json_t *params, responses_response **out,
                                                         responses_error **err);
RESPONSES_API int responses_jansson_count_input_tokens_new(responses_client *client,
                                                           json_t *request,
                                                           responses_response **out,
                                                           responses_error **err);
RESPONSES_API int responses_jansson_compact_new(responses_client *client, json_t *request,
                                                responses_response **out, responses_error **err);
RESPONSES_API int responses_jansson_send_new(responses_client *client, const char *method,
                                             const char *path, json_t *body,
                                             responses_response **out, responses_error **err);

/* ---- calls: start now, read later ------------------------------------------------------------ */

/* The twins that start a call, as in responses.h. */

RESPONSES_API int responses_jansson_create_start(responses_client *client, const json_t *request,
                                                 responses_call **out, responses_error **err);
RESPONSES_API int responses_jansson_create_stream_start(responses_client *client,
                                                        const json_t *request, responses_call **out,
                                                        responses_error **err);
RESPONSES_API int responses_jansson_get_start(responses_client *client, const char *id,
                                              const json_t *params, responses_call **out,
                                              responses_error **err);
RESPONSES_API int responses_jansson_get_stream_start(responses_client *client, const char *id,
                                                     const json_t *params, responses_call **out,
                                                     responses_error **err);
RESPONSES_API int responses_jansson_list_input_items_start(responses_client *client, const char *id,
                                                           const json_t *params,
                                                           responses_call **out,
                                                           responses_error **err);
RESPONSES_API int responses_jansson_count_input_tokens_start(responses_client *client,
                                                             const json_t *request,
                                                             responses_call **out,
                                                             responses_error **err);
RESPONSES_API int responses_jansson_compact_start(responses_client *client, const json_t *request,
                                                  responses_call **out, responses_error **err);
RESPONSES_API int responses_jansson_send_start(responses_client *client, const char *method,
                                               const char *path, const json_t *body,
                                               responses_call **out, responses_error **err);

RESPONSES_API int responses_jansson_create_start_new(responses_client *client, json_t *request,
                                                     responses_call **out, responses_error **err);
RESPONSES_API int responses_jansson_create_stream_start_new(responses_client *client,
                                                            json_t *request, responses_call **out,
                                                            responses_error **err);
RESPONSES_API int responses_jansson_get_start_new(responses_client *client, const char *id,
                                                  json_t *params, responses_call **out,
                                                  responses_error **err);
RESPONSES_API int responses_jansson_get_stream_start_new(responses_client *client, const char *id,
                                                         json_t *params, responses_call **out,
                                                         responses_error **err);
RESPONSES_API int responses_jansson_list_input_items_start_new(responses_client *client,
                                                               const char *id, json_t *params,
                                                               responses_call **out,
                                                               responses_error **err);
RESPONSES_API int responses_jansson_count_input_tokens_start_new(responses_client *client,
                                                                 json_t *request,
                                                                 responses_call **out,
                                                                 responses_error **err);
RESPONSES_API int responses_jansson_compact_start_new(responses_client *client, json_t *request,
                                                      responses_call **out, responses_error **err);
RESPONSES_API int responses_jansson_send_start_new(responses_client *client, const char *method,
                                                   const char *path, json_t *body,
                                                   responses_call **out, responses_error **err);

/* ---- all pages ------------------------------------------------------------------------------- */

/* Called with every item; borrowed, json_incref() it to keep it. Return 0 to go on; anything else ends it
   with RESPONSES_E_USER. */
typedef int (*responses_jansson_item_fn)(json_t *item, void *user_data);

/* All input items of a response: asks for one page after the other, from the one that params say on, and
   calls `on_item` in their order. A list that does not move on is RESPONSES_E_PROTOCOL. */
RESPONSES_API int responses_jansson_each_input_item(responses_client *client, const char *id,
                                                    const json_t *params,
                                                    responses_jansson_item_fn on_item,
                                                    void *user_data, responses_error **err);
RESPONSES_API int responses_jansson_each_input_item_new(responses_client *client, const char *id,
                                                        json_t *params,
                                                        responses_jansson_item_fn on_item,
                                                        void *user_data, responses_error **err);

#ifdef __cplusplus
}
#endif

#endif /* RESPONSES_JANSSON_H */
