/* What is added to a request: items of its input, tools, and the form of the answer. */
#include "responses_request_internal.h"

int responses_request_add_message(responses_request *request, const char *role, const char *text,
                                  size_t n)
{
    struct responses_text_ item = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&item, "{\"type\":\"message\",\"role\":");
    responses_text_put_string_(&item, role, RESPONSES_NTS);
    responses_text_put_(&item, ",\"content\":");
    responses_text_put_string_(&item, text, n);
    responses_text_put_(&item, "}");
    return responses_request_add_(request, "add_message", "input", &item, "not UTF-8");
}

int responses_request_add_image(responses_request *request, const char *role, const char *text,
                                const char *image_url)
{
    struct responses_text_ item = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&item, "{\"type\":\"message\",\"role\":");
    responses_text_put_string_(&item, role, RESPONSES_NTS);
    responses_text_put_(&item, ",\"content\":[");
    if (text != NULL) {
        responses_text_put_(&item, "{\"type\":\"input_text\",\"text\":");
        responses_text_put_string_(&item, text, RESPONSES_NTS);
        responses_text_put_(&item, "},");
    }
    responses_text_put_(&item, "{\"type\":\"input_image\",\"image_url\":");
    responses_text_put_string_(&item, image_url, RESPONSES_NTS);
    responses_text_put_(&item, "}]}");
    return responses_request_add_(request, "add_image", "input", &item, "not UTF-8");
}

int responses_request_add_function_output(responses_request *request, const char *call_id,
                                          const char *output, size_t n)
{
    struct responses_text_ item = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&item, "{\"type\":\"function_call_output\",\"call_id\":");
    responses_text_put_string_(&item, call_id, RESPONSES_NTS);
    responses_text_put_(&item, ",\"output\":");
    responses_text_put_string_(&item, output, n);
    responses_text_put_(&item, "}");
    return responses_request_add_(request, "add_function_output", "input", &item, "not UTF-8");
}

int responses_request_add_item(responses_request *request, const char *json, size_t n)
{
    struct responses_text_ item = RESPONSES_EMPTY_TEXT_;

    responses_text_put_json_(&item, json, n, RESPONSES_JSON_OBJECT);
    return responses_request_add_(request, "add_item", "input", &item, "not a JSON object");
}

int responses_request_add_output_of(responses_request *request, const responses_response *response)
{
    struct responses_text_ items = RESPONSES_EMPTY_TEXT_;
    const char *output;
    size_t len;
    int type, count, status = responses_response_get(response, "/output", &type, &output, &len);

    if (status == RESPONSES_OK && type != RESPONSES_JSON_ARRAY)
        status = RESPONSES_E_RANGE;
    if (status == RESPONSES_OK)
        status = responses_json_count(output, len, "", &count);
    if (status == RESPONSES_OK && request != NULL && count == 0)
        return RESPONSES_OK;
    if (status == RESPONSES_OK)
        responses_text_add_(&items, output + 1, len - 2);
    else
        items.status = status;
    return responses_request_add_(request, "add_output_of", "input", &items,
                                  "the response has no output");
}

int responses_request_add_function_tool(responses_request *request, const char *name,
                                        const char *description, const char *parameters, int strict)
{
    struct responses_text_ tool = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&tool, "{\"type\":\"function\",\"name\":");
    responses_text_put_string_(&tool, name, RESPONSES_NTS);
    if (description != NULL) {
        responses_text_put_(&tool, ",\"description\":");
        responses_text_put_string_(&tool, description, RESPONSES_NTS);
    }
    responses_text_put_(&tool, ",\"parameters\":");
    if (parameters == NULL)
        parameters = "{\"type\":\"object\",\"properties\":{},\"required\":[],"
                     "\"additionalProperties\":false}";
    responses_text_put_json_(&tool, parameters, RESPONSES_NTS, RESPONSES_JSON_OBJECT);
    responses_text_put_(&tool, strict ? ",\"strict\":true}" : ",\"strict\":false}");
    return responses_request_add_(request, "add_function_tool", "tools", &tool,
                                  "not UTF-8, or parameters that are not a JSON object");
}

int responses_request_add_tool(responses_request *request, const char *json, size_t n)
{
    struct responses_text_ tool = RESPONSES_EMPTY_TEXT_;

    responses_text_put_json_(&tool, json, n, RESPONSES_JSON_OBJECT);
    return responses_request_add_(request, "add_tool", "tools", &tool, "not a JSON object");
}

int responses_request_set_schema(responses_request *request, const char *name, const char *schema,
                                 size_t n)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&text, "{\"type\":\"json_schema\",\"name\":");
    responses_text_put_string_(&text, name, RESPONSES_NTS);
    responses_text_put_(&text, ",\"schema\":");
    responses_text_put_json_(&text, schema, n, RESPONSES_JSON_OBJECT);
    responses_text_put_(&text, ",\"strict\":true}");
    return responses_request_set_(request, "set_schema", "text/format", &text,
                                  "the schema is not a JSON object");
}
