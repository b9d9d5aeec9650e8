#include "test.h"

#include <jansson.h>
#include <signal.h>

/* ---- clients ---- */

void set(responses_client *client, const char *name, const char *value)
{
    responses_error *error = NULL;
    assert_ok(responses_client_set(client, name, value, &error), error);
}

static void set_ms(responses_client *client, const char *name, int milliseconds)
{
    char value[16];
    snprintf(value, sizeof value, "%d", milliseconds);
    set(client, name, value);
}

void set_limit(responses_client *client, const char *name, int milliseconds)
{
    set_ms(client, name, limit_ms(milliseconds));
}

responses_client *client_at(const char *url)
{
    responses_client *client = NULL;
    responses_error *error = NULL;
    assert_ok(responses_client_new(&client, &error), error);
    assert_non_null(client);
    set(client, "base_url", url);
    set(client, "api_key", "sk-test");
    set(client, "max_retries", "0");
    set_ms(client, "connect_timeout_ms", at_most(30000));
    set_ms(client, "first_event_timeout_ms", at_most(30000));
    set_ms(client, "idle_timeout_ms", at_most(30000));
    return client;
}

responses_client *client_for(const struct server *server)
{
    return client_at(server_url(server));
}

/* ---- checks ---- */

const char *field(const responses_error *error, int which)
{
    const char *value = responses_error_field(error, which, NULL);
    return value ? value : "<NULL>";
}

void check_status(int status, int expected, const responses_error *error, const char *file,
                  int line)
{
    if (status == expected)
        return;
    print_error("%s is not %s: %s\n", responses_status_name(status),
                responses_status_name(expected), error ? message_of(error) : "no error object");
    _fail(file, line);
}

void check_contains(const char *text, const char *part, int expected, const char *file, int line)
{
    if (text == NULL)
        text = "<NULL>";
    if ((strstr(text, part) != NULL) == expected)
        return;
    print_error("\"%s\" %s \"%s\"\n", text, expected ? "lacks" : "contains", part);
    _fail(file, line);
}

void check_json(const char *text, const char *expected, const char *file, int line)
{
    json_error_t problem;
    json_t *a = text ? json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem) : NULL;
    json_t *b = json_loads(expected, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    int same = a != NULL && b != NULL && json_equal(a, b);
    if (!same)
        print_error("JSON differs:\n  %s\n  %s\n%s\n", text ? text : "<NULL>", expected,
                    a ? "" : problem.text);
    json_decref(a);
    json_decref(b);
    if (!same)
        _fail(file, line);
}

const char *value_at(const responses_response *response, const char *pointer)
{
    const char *value = NULL;
    if (responses_response_get(response, pointer, NULL, &value, NULL) != RESPONSES_OK)
        return "<nothing>";
    return value ? value : "<NULL>";
}

/* ---- events ---- */

static char *copy(const char *text, size_t len)
{
    char *new = malloc(len + 1);
    memcpy(new, text, len);
    new[len] = 0;
    return new;
}

void hear(struct events *events, const responses_event *event)
{
    if (events == NULL)
        return;
    if (events->count == events->capacity) {
        events->capacity = events->capacity ? 2 * events->capacity : 64;
        events->list = realloc(events->list, (size_t)events->capacity * sizeof *events->list);
    }
    struct heard *heard = &events->list[events->count++];
    const char *text = responses_event_text(event, &heard->text_len);
    heard->text = copy(text, heard->text_len);
    const char *json = responses_event_json(event, &heard->json_len);
    heard->json = copy(json, heard->json_len);
    heard->kind = responses_event_kind(event);
    heard->type = strdup(responses_event_type(event));
    heard->sequence = responses_event_sequence(event);
    heard->item_id = strdup(responses_event_item_id(event));
    heard->response_id = strdup(responses_event_response_id(event));
    heard->output_index = responses_event_output_index(event);
    heard->content_index = responses_event_content_index(event);
    if (heard->kind == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
        text_add_bytes(&events->text, heard->text, heard->text_len);
}

int collect(const responses_event *event, void *user_data)
{
    struct events *events = user_data;
    hear(events, event);
    return events->stop_after > 0 && events->count >= events->stop_after;
}

int ignore(const responses_event *event, void *user_data)
{
    (void)event, (void)user_data;
    return 0;
}

void events_free(struct events *events)
{
    for (int i = 0; i < events->count; i++) {
        free(events->list[i].type);
        free(events->list[i].text);
        free(events->list[i].json);
        free(events->list[i].item_id);
        free(events->list[i].response_id);
    }
    free(events->list);
    text_free(&events->text);
    memset(events, 0, sizeof *events);
}

int read_call(responses_call *call, struct events *events, responses_error **error)
{
    for (;;) {
        const responses_event *event = NULL;
        int status = responses_call_next(call, &event, error);
        if (status == RESPONSES_OK)
            hear(events, event);
        else if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, -1);
        if (status != RESPONSES_OK && status != RESPONSES_AGAIN)
            return status;
    }
}

void check_heard(const struct events *events, const struct sse *sse, int count)
{
    assert_int_equal(events->count, count);
    for (int i = 0; i < count; i++) {
        /* The i-th event's bytes hold the JSON that was heard. */
        size_t begin = i > 0 ? sse->end[i - 1] : 0;
        char *bytes = copy(sse->text.data + begin, sse->end[i] - begin);
        assert_contains(bytes, events->list[i].json);
        assert_contains(bytes, events->list[i].type);
        assert_true(events->list[i].json_len > 2);
        free(bytes);
    }
}

struct played play(responses_client *client)
{
    struct played played = {0};
    played.status = responses_create_stream(client, REQUEST, RESPONSES_NTS, collect, &played.events,
                                            &played.response, &played.error);
    return played;
}

struct played play_bytes(struct server *server, responses_client *client, const char *bytes,
                         size_t len, size_t piece)
{
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    say_in_pieces(x, bytes, len, piece);
    hang_up(x);
    return play(client);
}

struct played play_turn(responses_session *session, const char *json)
{
    struct played played = {0};
    played.status = responses_session_create_stream(
        session, json, RESPONSES_NTS, collect, &played.events, &played.response, &played.error);
    return played;
}

void played_free(struct played *played)
{
    events_free(&played->events);
    responses_response_free(played->response);
    responses_error_free(played->error);
}

/* ---- the program ---- */

static void hung(int signal)
{
    static const char message[] = "\n[  HUNG    ] the test program took too long\n";
    (void)signal;
    if (write(2, message, sizeof message - 1) < 0)
        _exit(125);
    _exit(124);
}

int run_program(const struct CMUnitTest *tests, size_t count, const char *name)
{
    static const char *unwanted[] = {"OPENAI_API_KEY",
                                     "OPENAI_BASE_URL",
                                     "OPENAI_ORG_ID",
                                     "OPENAI_PROJECT_ID",
                                     "OPENAI_CUSTOM_HEADERS",
                                     "http_proxy",
                                     "https_proxy",
                                     "all_proxy",
                                     "no_proxy",
                                     "HTTP_PROXY",
                                     "HTTPS_PROXY",
                                     "ALL_PROXY",
                                     "NO_PROXY"};
    for (size_t i = 0; i < COUNT(unwanted); i++)
        unsetenv(unwanted[i]);
    signal(SIGALRM, hung);
    alarm(is_slow() ? 1500 : 300);
    setvbuf(stdout, NULL, _IOLBF, 0);
    return _cmocka_run_group_tests(name, tests, count, NULL, NULL) == 0 ? 0 : 1;
}
