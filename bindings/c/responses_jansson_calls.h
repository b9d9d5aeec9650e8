/* The second half of responses_jansson.h: streams and calls. Include that one. */
#ifndef RESPONSES_JANSSON_CALLS_H
#define RESPONSES_JANSSON_CALLS_H

#include "responses_jansson.h"

/* ---- streaming with a callback --------------------------------------------------------------- */

/* Called for every event; borrowed. Return 0 to go on, anything else to stop with RESPONSES_E_USER. */
typedef int (*responses_jansson_event_fn)(json_t *event, void *user_data);

struct responses_jansson_listener {
    responses_jansson_event_fn on_event;
    void *user_data;
    int unreadable;
};

RESPONSES_JANSSON_API int responses_jansson_on_event(const responses_event *event, void *user_data)
{
    struct responses_jansson_listener *listener = (struct responses_jansson_listener *)user_data;
    json_t *json = responses_jansson_event(event);
    int stop;

    listener->unreadable = json == NULL;
    if (json == NULL)
        return 1;
    stop = listener->on_event(json, listener->user_data);
    json_decref(json);
    return stop;
}

RESPONSES_JANSSON_API int responses_jansson_create_stream(responses_client *client,
                                                          const json_t *request,
                                                          responses_jansson_event_fn on_event,
                                                          void *user_data, json_t **out,
                                                          responses_error **err)
{
    struct responses_jansson_listener listener;
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    listener.on_event = on_event;
    listener.user_data = user_data;
    listener.unreadable = 0;
    if (status == RESPONSES_OK)
        status = responses_create_stream(client, text, RESPONSES_NTS,
                                         on_event != NULL ? responses_jansson_on_event : NULL,
                                         &listener, &response, err);
    free(text);
    if (status == RESPONSES_E_USER && listener.unreadable)
        status = RESPONSES_E_PROTOCOL;
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_create_stream_new(responses_client *client,
                                                              json_t *request,
                                                              responses_jansson_event_fn on_event,
                                                              void *user_data, json_t **out,
                                                              responses_error **err)
{
    int status = responses_jansson_create_stream(client, request, on_event, user_data, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_get_stream(responses_client *client, const char *id,
                                                       const json_t *params,
                                                       responses_jansson_event_fn on_event,
                                                       void *user_data, json_t **out,
                                                       responses_error **err)
{
    struct responses_jansson_listener listener;
    responses_response *response = NULL;
    char *text;
    int status = responses_jansson_dump(params, 1, &text, err);

    listener.on_event = on_event;
    listener.user_data = user_data;
    listener.unreadable = 0;
    if (status == RESPONSES_OK)
        status = responses_get_stream(client, id, text, RESPONSES_NTS,
                                      on_event != NULL ? responses_jansson_on_event : NULL,
                                      &listener, &response, err);
    free(text);
    if (status == RESPONSES_E_USER && listener.unreadable)
        status = RESPONSES_E_PROTOCOL;
    return responses_jansson_finish(status, response, out);
}

RESPONSES_JANSSON_API int responses_jansson_get_stream_new(responses_client *client, const char *id,
                                                           json_t *params,
                                                           responses_jansson_event_fn on_event,
                                                           void *user_data, json_t **out,
                                                           responses_error **err)
{
    int status = responses_jansson_get_stream(client, id, params, on_event, user_data, out, err);

    json_decref(params);
    return status;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* Start a call, as their namesakes of responses.h. Those that take no JSON are called there. */

RESPONSES_JANSSON_API int responses_jansson_create_start(responses_client *client,
                                                         const json_t *request,
                                                         responses_call **out,
                                                         responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_create_start(client, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_create_start_new(responses_client *client,
                                                             json_t *request, responses_call **out,
                                                             responses_error **err)
{
    int status = responses_jansson_create_start(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_create_stream_start(responses_client *client,
                                                                const json_t *request,
                                                                responses_call **out,
                                                                responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_create_stream_start(client, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_create_stream_start_new(responses_client *client,
                                                                    json_t *request,
                                                                    responses_call **out,
                                                                    responses_error **err)
{
    int status = responses_jansson_create_stream_start(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_get_start(responses_client *client, const char *id,
                                                      const json_t *params, responses_call **out,
                                                      responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(params, 1, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_get_start(client, id, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_get_start_new(responses_client *client, const char *id,
                                                          json_t *params, responses_call **out,
                                                          responses_error **err)
{
    int status = responses_jansson_get_start(client, id, params, out, err);

    json_decref(params);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_get_stream_start(responses_client *client,
                                                             const char *id, const json_t *params,
                                                             responses_call **out,
                                                             responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(params, 1, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_get_stream_start(client, id, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_get_stream_start_new(responses_client *client,
                                                                 const char *id, json_t *params,
                                                                 responses_call **out,
                                                                 responses_error **err)
{
    int status = responses_jansson_get_stream_start(client, id, params, out, err);

    json_decref(params);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_list_input_items_start(responses_client *client,
                                                                   const char *id,
                                                                   const json_t *params,
                                                                   responses_call **out,
                                                                   responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(params, 1, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_list_input_items_start(client, id, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_list_input_items_start_new(responses_client *client,
                                                                       const char *id,
                                                                       json_t *params,
                                                                       responses_call **out,
                                                                       responses_error **err)
{
    int status = responses_jansson_list_input_items_start(client, id, params, out, err);

    json_decref(params);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_count_input_tokens_start(responses_client *client,
                                                                     const json_t *request,
                                                                     responses_call **out,
                                                                     responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_count_input_tokens_start(client, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_count_input_tokens_start_new(responses_client *client,
                                                                         json_t *request,
                                                                         responses_call **out,
                                                                         responses_error **err)
{
    int status = responses_jansson_count_input_tokens_start(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_compact_start(responses_client *client,
                                                          const json_t *request,
                                                          responses_call **out,
                                                          responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(request, 0, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_compact_start(client, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_compact_start_new(responses_client *client,
                                                              json_t *request, responses_call **out,
                                                              responses_error **err)
{
    int status = responses_jansson_compact_start(client, request, out, err);

    json_decref(request);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_send_start(responses_client *client, const char *method,
                                                       const char *path, const json_t *body,
                                                       responses_call **out, responses_error **err)
{
    char *text;
    int status = responses_jansson_dump(body, 1, &text, err);

    if (out != NULL)
        *out = NULL;
    if (status == RESPONSES_OK)
        status = responses_send_start(client, method, path, text, RESPONSES_NTS, out, err);
    free(text);
    return status;
}

RESPONSES_JANSSON_API int responses_jansson_send_start_new(responses_client *client,
                                                           const char *method, const char *path,
                                                           json_t *body, responses_call **out,
                                                           responses_error **err)
{
    int status = responses_jansson_send_start(client, method, path, body, out, err);

    json_decref(body);
    return status;
}

/* responses_call_next() with the event's JSON, a new reference. RESPONSES_E_PROTOCOL when jansson cannot
   hold it; the event is then passed over. */
RESPONSES_JANSSON_API int responses_jansson_call_next(responses_call *call, json_t **event,
                                                      responses_error **err)
{
    const responses_event *borrowed = NULL;
    int status = responses_call_next(call, &borrowed, err);

    *event = status == RESPONSES_OK ? responses_jansson_event(borrowed) : NULL;
    return status == RESPONSES_OK && *event == NULL ? RESPONSES_E_PROTOCOL : status;
}

/* What has been put together so far, and at the end the final response: a new reference, NULL when nothing
   has arrived. */
RESPONSES_JANSSON_API json_t *responses_jansson_call_response(const responses_call *call)
{
    const responses_response *response = responses_call_response(call);

    return response == NULL ? NULL : responses_jansson_response(response);
}

#endif
