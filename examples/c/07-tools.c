/*
 * 07-tools.c - a function that the model may call
 *
 * The model answers with calls of the function in place of a text. responses_run() makes each, sends back
 * what it came to, and goes on until there is a text, which is printed while it is written.
 *
 * No JSON library is needed: the library checks the arguments, and reads them too.
 *
 *     cc 07-tools.c -o 07-tools $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./07-tools
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

static const char parameters[] =
    "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"enum\": [\"Paris\","
    " \"Rome\"]}}, \"required\": [\"city\"], \"additionalProperties\": false}";

/* The function. A call whose arguments do not fit `parameters` does not come here: the model is told. */
static void get_weather(responses_tool_call *call, void *user_data)
{
    int *called = user_data;
    char city[50] = "", output[100];

    responses_json_read_string(responses_tool_call_arguments(call, NULL), RESPONSES_NTS, "/city",
                               city, sizeof city, NULL);
    *called += 1;
    printf("get_weather: %s\n", city);
    sprintf(output, "21 degrees in %s", city);
    responses_tool_call_answer(call, output, RESPONSES_NTS, NULL);
    responses_tool_call_free(call);
}

static int on_event(const responses_event *event, void *user_data)
{
    (void)user_data;
    if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA) {
        fputs(responses_event_text(event, NULL), stdout);
        fflush(stdout);
    }
    return 0;
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_tools *tools = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    int called = 0;
    int status;

    sprintf(request,
            "{\"model\": \"%.100s\", \"input\": \"How is the weather in Paris and in Rome?\"}",
            model != NULL ? model : "gpt-5");

    status = responses_tools_new(&tools, &error);
    if (status == RESPONSES_OK)
        status = responses_tools_add(tools, "get_weather", "The weather of a city today.",
                                     parameters, RESPONSES_NTS, get_weather, &called, &error);
    if (status == RESPONSES_OK)
        status = responses_client_new(&client, &error);
    /* A model may go on calling for ever: this is how many responses it gets. */
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "max_steps", "5", &error);
    if (status == RESPONSES_OK)
        status =
            responses_run(client, request, RESPONSES_NTS, tools, on_event, NULL, &response, &error);
    if (status == RESPONSES_OK)
        printf("\n[%s, get_weather was called %d times]\n", responses_response_status(response),
               called);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_response_free(response);
    responses_error_free(error);
    responses_client_free(client);
    responses_tools_free(tools);
    return status == RESPONSES_OK ? 0 : 1;
}
