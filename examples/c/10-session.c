/*
 * 10-session.c - a function that the model may call, over one connection
 *
 * As 07-tools, but each round is a turn of a session: it sends what is new, with "previous_response_id",
 * over a connection that is there already, and the answer is printed while it is written. Nothing is
 * stored at the server ("store": false); the session's connection remembers the response before.
 *
 *     cc 10-session.c -o 10-session $(pkg-config --cflags --libs responses-request)
 *     OPENAI_API_KEY=... ./10-session
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

static responses_session *session;
static responses_request *request;
static responses_response *response;
static responses_error *error;

static int on_event(const responses_event *event, void *user_data)
{
    (void)user_data;
    if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
        fputs(responses_event_text(event, NULL), stdout);
    else if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DONE)
        putchar('\n');
    fflush(stdout);
    return 0;
}

/* The function. A model writes its arguments, so they need not be what they should. */
static void get_weather(const char *arguments, char output[100])
{
    char city[50];

    if (responses_json_read_string(arguments, RESPONSES_NTS, "/city", city, sizeof city, NULL) !=
        RESPONSES_OK) {
        strcpy(output, "error: no JSON with a city");
        return;
    }
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

/* Sends the request as a turn. */
static int take_turn(void)
{
    const char *json = responses_request_json(request, NULL);

    if (responses_request_status(request) != RESPONSES_OK || json == NULL)
        return json == NULL ? RESPONSES_E_NOMEM : responses_request_status(request);
    responses_response_free(response);
    return responses_session_create_stream(session, json, RESPONSES_NTS, on_event, NULL, &response,
                                           &error);
}

/* Makes the calls of the response, and makes what they came to the input of the next turn; how many
   there were. */
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
    responses_client *client;
    int status, calls = 1, turns;

    if (responses_request_new(&request) != RESPONSES_OK) {
        fprintf(stderr, "there is no memory for a request\n");
        return 1;
    }
    responses_request_set_string(request, "model", model ? model : "gpt-5", RESPONSES_NTS);
    responses_request_set_boolean(request, "store", 0);
    responses_request_add_function_tool(request, "get_weather", "The weather of a city today.",
                                        parameters, 1);
    responses_request_add_message(request, "user", "How is the weather in Paris and in Rome?",
                                  RESPONSES_NTS);

    status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_session_open(client, &session, &error);
    for (turns = 0; status == RESPONSES_OK && calls > 0 && turns < 5; turns++) {
        status = take_turn();
        calls = status == RESPONSES_OK ? answer_calls() : 0;
    }

    if (status != RESPONSES_OK)
        fprintf(stderr, "%s: %s%s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL),
                responses_request_problem(request));
    else if (calls > 0)
        fprintf(stderr, "after %d turns the model still calls functions\n", turns);
    else
        printf("[%s, turns: %d, connections: %d]\n", responses_response_status(response), turns,
               responses_session_connections(session));

    responses_response_free(response);
    responses_error_free(error);
    responses_request_free(request);
    responses_session_free(session);
    responses_client_free(client);
    return status == RESPONSES_OK && calls == 0 ? 0 : 1;
}
