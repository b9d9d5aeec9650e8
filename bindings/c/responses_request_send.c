/* A request, handed to the functions of responses.h. */
#include "responses_request_internal.h"

/* The JSON of a request that may be sent; else what is in the way. */
static int ready(responses_request *request, const char **json, size_t *len, responses_error **err)
{
    int status = responses_request_status(request);

    if (err != NULL)
        *err = NULL;
    if (status != RESPONSES_OK)
        return status;
    *json = responses_request_json(request, len);
    return *json != NULL ? RESPONSES_OK : RESPONSES_E_NOMEM;
}

#define READY                                                                                      \
    const char *json;                                                                              \
    size_t len;                                                                                    \
    int status = ready(request, &json, &len, err);                                                 \
    if (out != NULL)                                                                               \
        *out = NULL;                                                                               \
    if (status != RESPONSES_OK)                                                                    \
    return status

int responses_request_create(responses_request *request, responses_client *client,
                             responses_response **out, responses_error **err)
{
    READY;
    return responses_create(client, json, len, out, err);
}

int responses_request_create_stream(responses_request *request, responses_client *client,
                                    responses_event_fn on_event, void *user_data,
                                    responses_response **out, responses_error **err)
{
    READY;
    return responses_create_stream(client, json, len, on_event, user_data, out, err);
}

int responses_request_create_start(responses_request *request, responses_client *client,
                                   responses_call **out, responses_error **err)
{
    READY;
    return responses_create_start(client, json, len, out, err);
}

int responses_request_create_stream_start(responses_request *request, responses_client *client,
                                          responses_call **out, responses_error **err)
{
    READY;
    return responses_create_stream_start(client, json, len, out, err);
}

int responses_request_count_input_tokens(responses_request *request, responses_client *client,
                                         responses_response **out, responses_error **err)
{
    READY;
    return responses_count_input_tokens(client, json, len, out, err);
}

int responses_request_compact(responses_request *request, responses_client *client,
                              responses_response **out, responses_error **err)
{
    READY;
    return responses_compact(client, json, len, out, err);
}
