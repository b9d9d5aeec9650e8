/*
 * 07-tools.c - a function that the model may call
 *
 * The model answers with calls of the function in place of a text. Each is made here, what it came to
 * goes back with "previous_response_id", and this again and again until there is a text.
 *
 * Arguments are JSON inside a string, so this is built with the request builder, and the others without.
 *
 *     cc 07-tools.c -o 07-tools $(pkg-config --cflags --libs responses-request)
 *     OPENAI_API_KEY=... ./07-tools
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_request.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char parameters[] =
    "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"enum\": [\"Paris\","
    " \"Rome\"]}}, \"required\": [\"city\"], \"additionalProperties\": false}";

static responses_client *client;
static responses_request *request;
static responses_response *response;
static responses_error *error;
static int called;

/* The function. A model writes its arguments, so they need not be what they should. */
static void get_weather(const char *arguments, char output[100])
{
    char city[50];

    if (responses_json_read_string(arguments, RESPONSES_NTS, "/city", city, sizeof city, NULL) !=
        RESPONSES_OK) {
        strcpy(output, "error: no JSON with a city");
        return;
    }
    called++;
    printf("get_weather: %s\n", city);
    sprintf(output, "21 degrees in %s", city);
}

/* A field of an item of the output, "" when there is none. Borrowed until the next one is read. */
static const char *field(int item, const char *name)
{
    char place[50];
    const char *value;

    sprintf(place, "/output/%d/%s", item, name);
    if (responses_response_get(response, place, NULL, &value, NULL) != RESPONSES_OK)
        return "";
    return value;
}

/* Makes the calls of the response and puts what they came to into the request; how many there were. */
static int answer_calls(void)
{
    char output[100];
    int item, calls = 0;

    responses_request_set_string(request, "previous_response_id", responses_response_id(response),
                                 RESPONSES_NTS);
    responses_request_remove(request, "input");
    for (item = 0; *field(item, "type") != '\0'; item++) {
        if (strcmp(field(item, "type"), "function_call") != 0)
            continue;
        if (strcmp(field(item, "name"), "get_weather") == 0)
            get_weather(field(item, "arguments"), output);
        else
            strcpy(output, "error: no such function");
        responses_request_add_function_output(request, field(item, "call_id"), output,
                                              RESPONSES_NTS);
        calls++;
    }
    return calls;
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    int status, calls = 1, rounds;

    if (responses_request_new(&request) != RESPONSES_OK) {
        fprintf(stderr, "there is no memory for a request\n");
        return 1;
    }
    /* What is wrong with a part of the request sticks to it, and comes up when it is sent. */
    responses_request_set_string(request, "model", model ? model : "gpt-5", RESPONSES_NTS);
    responses_request_add_function_tool(request, "get_weather", "The weather of a city today.",
                                        parameters, 1);
    responses_request_add_message(request, "user", "How is the weather in Paris and in Rome?",
                                  RESPONSES_NTS);

    status = responses_client_new(&client, &error);
    for (rounds = 0; status == RESPONSES_OK && calls > 0 && rounds < 5; rounds++) {
        responses_response_free(response);
        status = responses_request_create(request, client, &response, &error);
        calls = status == RESPONSES_OK ? answer_calls() : 0;
    }

    if (status != RESPONSES_OK)
        fprintf(stderr, "%s: %s%s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL),
                responses_request_problem(request));
    else if (calls > 0)
        fprintf(stderr, "after %d rounds the model still calls functions\n", rounds);
    else
        printf("%s\n[%s, get_weather was called %d times]\n",
               responses_response_text(response, NULL), responses_response_status(response),
               called);

    responses_response_free(response);
    responses_error_free(error);
    responses_request_free(request);
    responses_client_free(client);
    return status == RESPONSES_OK && calls == 0 ? 0 : 1;
}
