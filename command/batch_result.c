/*
 * batch_result.c - an answer as a line of the output, as the provider's Batch API writes it
 */
#include "batch.h"

#include "text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void add_string(struct text *line, const char *string)
{
    json_t *value = json_string(string != NULL ? string : "");
    char *dump = json_dumps(value != NULL ? value : json_null(), JSON_ENCODE_ANY);

    text_append(line, dump != NULL ? dump : "\"\"");
    free(dump);
    json_decref(value);
}

/* JSON of the server, in one line: line ends are outside of its strings. */
static void add_json(struct text *line, const char *json, size_t length)
{
    size_t at = line->length;

    text_add(line, json, length);
    for (; at < line->length; at++)
        if (line->bytes[at] == '\n' || line->bytes[at] == '\r')
            line->bytes[at] = ' ';
}

static void add_answer(struct text *line, int http, const char *request_id)
{
    text_format(line, "{\"status_code\":%d,\"request_id\":", http);
    add_string(line, request_id);
    text_append(line, ",\"body\":");
}

/* A refusal with its body as the server sent it, where that is JSON. */
static void add_refusal(struct text *line, const responses_error *error)
{
    size_t length;
    const char *body = responses_error_field(error, RESPONSES_ERROR_BODY, &length);
    int type;

    add_answer(line, responses_error_http_status(error),
               responses_error_field(error, RESPONSES_ERROR_REQUEST_ID, NULL));
    if (length > 0 && responses_json_get(body, length, "", &type, NULL, NULL) == RESPONSES_OK &&
        type == RESPONSES_JSON_OBJECT) {
        add_json(line, body, length);
    } else {
        text_append(line, "{\"error\":{\"message\":");
        add_string(line, responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        text_append(line, ",\"type\":");
        add_string(line, responses_error_field(error, RESPONSES_ERROR_TYPE, NULL));
        text_append(line, ",\"code\":null,\"param\":null}}");
    }
    text_append(line, "},\"error\":null}\n");
}

static const char *code_of(const responses_error *error)
{
    switch (responses_error_status(error)) {
    case RESPONSES_E_INVALID:
        return "invalid_request";
    case RESPONSES_E_TIMEOUT:
        return "timeout";
    case RESPONSES_E_NETWORK:
    case RESPONSES_E_TLS:
        return "network_error";
    default:
        return "invalid_answer";
    }
}

enum state result_line(struct text *line, const unsigned char key[ID_BYTES], const char *custom_id,
                       size_t custom_id_length, const responses_response *response,
                       const responses_error *error)
{
    int http = error != NULL ? responses_error_http_status(error) : 200, i;
    enum state state = STATE_DONE;

    text_clear(line);
    text_append(line, "{\"id\":\"batch_req_x");
    for (i = 0; i < ID_BYTES; i++)
        text_format(line, "%02x", key[i]);
    text_append(line, "\",\"custom_id\":");
    text_add(line, custom_id, custom_id_length);
    text_append(line, ",\"response\":");
    if (error == NULL) {
        size_t length;
        const char *body = responses_response_json(response, &length);

        add_answer(line, 200, responses_response_request_id(response));
        add_json(line, body, length);
        text_append(line, "},\"error\":null}\n");
    } else if (http >= 400) {
        state = responses_error_is_retryable(error) ? STATE_PASSED : STATE_REFUSED;
        add_refusal(line, error);
    } else {
        /* Also an answer with 200 that is none: a line with 200 is never sent again. */
        state = responses_error_status(error) == RESPONSES_E_INVALID ? STATE_REFUSED : STATE_PASSED;
        text_append(line, "null,\"error\":{\"code\":");
        add_string(line, code_of(error));
        text_append(line, ",\"message\":");
        add_string(line, responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        text_append(line, "}}\n");
    }
    return state;
}
