#include "tools.h"

#define ONE(name, type) "\"" name "\":{\"type\":\"" type "\"}"
#define PARAMETERS(properties, required)                                                           \
    "{\"type\":\"object\",\"properties\":{" properties "},\"required\":[" required                 \
    "],\"additionalProperties\":false}"

static void note(struct called *called, const responses_tool_call *call)
{
    assert_true(called->count < (int)COUNT(called->names));
    snprintf(called->names[called->count++], sizeof called->names[0], "%s",
             responses_tool_call_name(call));
}

static void get_weather(responses_tool_call *call, void *called)
{
    char city[100], output[150];
    note(called, call);
    assert_int_equal(responses_json_read_string(responses_tool_call_arguments(call, NULL),
                                                RESPONSES_NTS, "/city", city, sizeof city, NULL),
                     RESPONSES_OK);
    snprintf(output, sizeof output, "21 degrees in %s", city);
    assert_int_equal(responses_tool_call_answer(call, output, RESPONSES_NTS, NULL), RESPONSES_OK);
    responses_tool_call_free(call);
}

static void add(responses_tool_call *call, void *called)
{
    char a[20], b[20], sum[20];
    const char *arguments = responses_tool_call_arguments(call, NULL);
    note(called, call);
    responses_json_read_string(arguments, RESPONSES_NTS, "/a", a, sizeof a, NULL);
    responses_json_read_string(arguments, RESPONSES_NTS, "/b", b, sizeof b, NULL);
    snprintf(sum, sizeof sum, "%d", atoi(a) + atoi(b));
    assert_int_equal(responses_tool_call_answer_json(call, sum, RESPONSES_NTS, NULL), RESPONSES_OK);
    responses_tool_call_free(call);
}

static void broken(responses_tool_call *call, void *called)
{
    note(called, call);
    assert_int_equal(responses_tool_call_fail(call, "the sensor is broken", RESPONSES_NTS, NULL),
                     RESPONSES_OK);
    responses_tool_call_free(call);
}

static void photo(responses_tool_call *call, void *called)
{
    const char *parts = "[{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,AA==\"}]";
    note(called, call);
    assert_int_equal(responses_tool_call_answer_json(call, parts, RESPONSES_NTS, NULL),
                     RESPONSES_OK);
    responses_tool_call_free(call);
}

void add_tool(responses_tools *tools, const char *name, struct called *called)
{
    static const struct {
        const char *name, *parameters;
        responses_tool_fn fn;
    } all[] = {
        {"get_weather", PARAMETERS(ONE("city", "string"), "\"city\""), get_weather},
        {"add", PARAMETERS(ONE("a", "integer") "," ONE("b", "integer"), "\"a\",\"b\""), add},
        {"broken", NULL, broken},
        {"photo", NULL, photo},
        {"ask_boss", PARAMETERS(ONE("question", "string"), "\"question\""), NULL},
    };
    responses_error *error = NULL;
    for (size_t i = 0; i < COUNT(all); i++)
        if (strcmp(all[i].name, name) == 0) {
            assert_ok(responses_tools_add(tools, name, "What it does.", all[i].parameters,
                                          RESPONSES_NTS, all[i].fn, called, &error),
                      error);
            return;
        }
    fail_msg("there is no tool %s", name);
}

void answer_run(struct exchange *x, const json_t *response)
{
    struct text stream = {0};
    json_t *created = json_copy((json_t *)response), *item;
    size_t index;
    int number = 0;
    json_object_set_new(created, "status", json_string("in_progress"));
    json_object_set_new(created, "output", json_array());
    char *json = json_dumps(created, JSON_COMPACT);
    text_addf(&stream,
              "event: response.created\ndata: {\"type\":\"response.created\","
              "\"sequence_number\":%d,\"response\":%s}\n\n",
              number++, json);
    free(json);
    json_decref(created);
    json_array_foreach(json_object_get(response, "output"), index, item)
    {
        json = json_dumps(item, JSON_COMPACT);
        text_addf(&stream,
                  "event: response.output_item.done\ndata: {\"type\":\"response.output_item.done\","
                  "\"sequence_number\":%d,\"output_index\":%d,\"item\":%s}\n\n",
                  number++, (int)index, json);
        free(json);
    }
    const char *status = json_string_value(json_object_get(response, "status"));
    json = json_dumps(response, JSON_COMPACT);
    text_addf(&stream,
              "event: response.%s\ndata: {\"type\":\"response.%s\",\"sequence_number\":%d,"
              "\"response\":%s}\n\n",
              status ? status : "completed", status ? status : "completed", number, json);
    free(json);
    answer_stream(x, stream.data, stream.len);
    text_free(&stream);
}

void answer_output(struct exchange *x, int number, const char *output)
{
    struct text text = {0};
    text_addf(&text,
              "{\"id\":\"resp_%d\",\"object\":\"response\",\"status\":\"completed\",\"output\":%s}",
              number, output);
    json_t *response = json_loads(text.data, 0, NULL);
    assert_non_null(response);
    answer_run(x, response);
    json_decref(response);
    text_free(&text);
}
