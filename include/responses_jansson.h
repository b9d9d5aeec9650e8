/*
 * responses_jansson.h - responses.h with json_t * in and out
 *
 * For programs whose JSON is in trees of jansson. libresponses.so exports everything here itself.
 * responses.h does not include this header: a program that does not use it needs no jansson
 * headers.
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
 *                 json_pack("{s:s, s:s}", "model", "gpt-5", "input", "Say hello."),
 *                 &answer, &error);
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
 * WHAT COSTS WHAT. Inside the library JSON is text: the server's bytes, checked once. It makes a
 * tree when you ask for one, of the part you ask for: "/usage" of an answer of 50 MB costs what the
 * bytes of "/usage" cost, and "" makes a tree of everything. A request is written from its tree
 * directly into what is sent.
 *
 * OWNERSHIP IS IN THE NAMES, as in jansson. A function whose name ends in _new takes over the
 * reference that you pass, also when it fails, so that json_pack() can stand inside the call. All
 * others borrow it, and no longer use it when they return. A json_t * that you get through `out` is
 * a new reference: release it with json_decref(). All else is as in responses.h.
 *
 * ERRORS are those of responses.h, and two more cases:
 *   RESPONSES_E_INVALID   a request is NULL (json_pack() failed), contains itself, or has text that
 *                         is not UTF-8 (json_string_nocheck()).
 *   RESPONSES_E_PROTOCOL  jansson cannot hold what the server sent. The message says what and
 *                         where. The same answer can still be read as text.
 *
 *     in the JSON                          in a tree, and when the tree is written again
 *     1.50, 1e2, 0.1                       the same number; 1.5, 100.0, 0.10000000000000001
 *     more digits than 17, 1e-400          the nearest number that a double holds; 0.0
 *     -0                                   0
 *     an integer beyond 64 bits, 1e400     RESPONSES_E_PROTOCOL
 *     NaN, Infinity (not JSON)             null; json_real() refuses them
 *     \u0000 in a string                   kept; in a member's name RESPONSES_E_PROTOCOL
 *     half of a surrogate pair             RESPONSES_E_PROTOCOL
 *     the same member twice                the last one
 *     the order of members                 kept
 *     deeper than 1,024                    not even text: RESPONSES_E_PROTOCOL when it arrives,
 *                                          RESPONSES_E_INVALID when it is to be sent
 *
 * ONE JANSSON. A tree belongs to the copy of jansson that made it: another copy does not find its
 * members by name. The library uses libjansson.so.4, as a program does that links with -ljansson;
 * json-c may be loaded too, in any order. Some programs export a jansson of their own, which the
 * loader then finds first. The library uses that one if it has all functions that the library
 * needs. If it does not, because two copies are mixed or another library has such a name, every
 * function here returns RESPONSES_E_UNSUPPORTED. A request that another copy has made, one that is
 * linked into the program and not exported, is RESPONSES_E_INVALID. The library cannot tell that an
 * answer's tree will be read by such a copy: a program that has one calls json_loads() on the text.
 * Text always works. A tree that was refused for one of these reasons is not released, even when it
 * was to be taken over.
 *
 * STACK. jansson calls itself for each level of a tree. A tree of 1,024 levels, which a server may
 * send, takes 90 KB of stack when it is made, and 310 KB when it is written. A thread with less
 * stack may ask for the parts whose depth it knows, and read the rest as text.
 *
 * THREADS. Two threads must not change the reference count of one tree at once, unless jansson was
 * built for that. A tree that you pass in may be used elsewhere, and changed, as soon as the
 * function has returned.
 *
 * C89, except for the "inline" in jansson.h: -std=gnu89, or -std=c89 -Dinline=__inline__. Since
 * 0.1.
 */
#ifndef RESPONSES_JANSSON_H
#define RESPONSES_JANSSON_H

#include <jansson.h>
#include "responses.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- trees of what was received -------------------------------------------------------------- */

/* The value at a JSON pointer (RFC 6901) as a new reference; "" is the whole. On failure `*out` is
   NULL.
   Returns RESPONSES_OK; RESPONSES_E_RANGE when nothing is at that place; RESPONSES_E_INVALID when
   `json_pointer` is not a JSON pointer; RESPONSES_E_PROTOCOL when jansson cannot hold the value;
   RESPONSES_E_UNSUPPORTED when copies of jansson are mixed. */
RESPONSES_API int responses_response_tree(const responses_response *response,
                                          const char *json_pointer, json_t **out,
                                          responses_error **err);

/* The same for an event: in a callback, one that responses_call_next() gave, or a clone. Returns
   the same statuses. */
RESPONSES_API int responses_event_tree(const responses_event *event, const char *json_pointer,
                                       json_t **out, responses_error **err);

/* The same for RESPONSES_ERROR_BODY of an error. Returns the same statuses; RESPONSES_E_RANGE also
   when the body is not JSON. */
RESPONSES_API int responses_error_tree(const responses_error *error, const char *json_pointer,
                                       json_t **out, responses_error **err);

/* ---- blocking operations --------------------------------------------------------------------- */

/* As the functions of responses.h with the same names, with the request, the parameters or the body
   as a tree. `params`, and the `body` of responses_jansson_send(), may be NULL. For operations that
   take no JSON (cancel, delete, wait) use responses.h. All return the statuses listed there, and
   RESPONSES_E_UNSUPPORTED also when copies of jansson are mixed. */

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

/* These start a call, as in responses.h. All return the statuses listed there, and
   RESPONSES_E_UNSUPPORTED when copies of jansson are mixed. */

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

/* Your function for items. The item is borrowed: json_incref() it to keep it. Return 0 to go on,
   and any other number to stop. */
typedef int (*responses_jansson_item_fn)(json_t *item, void *user_data);

/* All input items of a response: gets one page after the other, beginning with the one that
   `params` ask for, and calls `on_item` with each item in order.
   Returns RESPONSES_OK; RESPONSES_E_USER when `on_item` returned a number other than 0; otherwise
   as responses_jansson_list_input_items(). A list whose pages do not move on, or go in a circle, is
   RESPONSES_E_PROTOCOL. A server that does not say in "has_more" whether there is another page is
   asked until it has none. */
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
