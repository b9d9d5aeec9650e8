/* The table of docs/guarantees.md, "Nothing hangs": in every phase of every operation a limit stands. */
#include "test.h"

#define NTS        RESPONSES_NTS
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"
#define UNDER_WAY  "{\"id\":\"r\",\"object\":\"response\",\"status\":\"in_progress\"}"
#define JSON_HEAD                                                                                  \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
#define SSE_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define CREATED                                                                                    \
    "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\","       \
    "\"background\":true,\"status\":\"in_progress\"}}\n\n"
#define CREATED_IN_FRONT                                                                           \
    "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\"}}\n\n"
#define ITEM_DONE                                                                                  \
    "data: {\"type\":\"response.output_item.done\",\"sequence_number\":1,\"output_index\":0,"      \
    "\"item\":{\"id\":\"i\",\"type\":\"message\",\"content\":[]}}\n\n"

static struct server *server;
static responses_client *client;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "timeout_ms", NULL);
    set(client, "poll_interval_ms", "10");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    server_abandon(server);
    return 0;
}

/* ---- operations ---- */

typedef int operation(responses_response **out, responses_error **err);

static int create(responses_response **out, responses_error **err)
{
    return responses_create(client, REQUEST, NTS, out, err);
}
static int get(responses_response **out, responses_error **err)
{
    return responses_get(client, "r", NULL, 0, out, err);
}
static int cancel(responses_response **out, responses_error **err)
{
    return responses_cancel(client, "r", out, err);
}
static int delete_it(responses_response **out, responses_error **err)
{
    return responses_delete(client, "r", out, err);
}
static int list(responses_response **out, responses_error **err)
{
    return responses_list_input_items(client, "r", NULL, 0, out, err);
}
static int count(responses_response **out, responses_error **err)
{
    return responses_count_input_tokens(client, REQUEST, NTS, out, err);
}
static int compact(responses_response **out, responses_error **err)
{
    return responses_compact(client, REQUEST, NTS, out, err);
}
static int send_it(responses_response **out, responses_error **err)
{
    return responses_send(client, "PATCH", "/things/1", "{}", NTS, out, err);
}
static int create_stream(responses_response **out, responses_error **err)
{
    return responses_create_stream(client, REQUEST, NTS, ignore, NULL, out, err);
}
static int background_stream(responses_response **out, responses_error **err)
{
    return responses_create_stream(client, BACKGROUND, NTS, ignore, NULL, out, err);
}
static int get_stream(responses_response **out, responses_error **err)
{
    return responses_get_stream(client, "r", NULL, 0, ignore, NULL, out, err);
}
static int wait_for_ever(responses_response **out, responses_error **err)
{
    return responses_wait(client, "r", -1, out, err);
}

static operation *const documents[] = {create, get,     cancel,  delete_it,    list,
                                       count,  compact, send_it, wait_for_ever};
static operation *const streams[] = {create_stream, background_stream, get_stream};

/* ---- what the server does ---- */

typedef void answerer(const struct request *request, struct exchange *x);

static void nothing(const struct request *request, struct exchange *x)
{
    (void)request;
    await_close(x);
}
static void drip(struct exchange *x, const char *text)
{
    for (int i = 0; i < 500; i++) {
        say(x, text);
        pause_for(x, 20);
    }
}
static void headers_that_drip(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, "HTTP/1.1 200 OK\r\n");
    drip(x, "X-A: b\r\n");
}
static void interim_answers(const struct request *request, struct exchange *x)
{
    (void)request;
    drip(x, "HTTP/1.1 103 Early Hints\r\n\r\n");
}
static void a_body_that_stalls(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, JSON_HEAD "{\"a\":\"");
    await_close(x);
}
static void a_body_that_drips(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, JSON_HEAD "{\"a\":\"");
    drip(x, "a");
}
static void a_refusal_that_drips(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, "HTTP/1.1 400 Bad\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n");
    drip(x, "a");
}
static void a_silent_stream(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, SSE_HEAD);
    await_close(x);
}
static void a_stream_of_comments(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, SSE_HEAD);
    drip(x, ": hi\n\n");
}
static void one_event_that_drips(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, SSE_HEAD "data: {\"type\":\"");
    drip(x, "a");
}
static void one_event(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, SSE_HEAD CREATED_IN_FRONT);
    await_close(x);
}
static void one_event_and_keepalives(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, SSE_HEAD CREATED_IN_FRONT);
    drip(x, "data: {\"type\":\"keepalive\"}\n\n");
}
static void a_finished_item(const struct request *request, struct exchange *x)
{
    (void)request;
    say(x, SSE_HEAD CREATED_IN_FRONT ITEM_DONE);
    drip(x, "data: {\"type\":\"keepalive\"}\n\n");
}
/* Cut after its first event; what follows is another matter each time. */
static int begins_and_breaks(const struct request *request, struct exchange *x)
{
    if (strcmp(request->method, "POST") != 0)
        return 0;
    say(x, SSE_HEAD CREATED);
    hang_up(x);
    return 1;
}
static void a_resume_without_answer(const struct request *request, struct exchange *x)
{
    if (!begins_and_breaks(request, x))
        await_close(x);
}
static void a_resume_that_is_silent(const struct request *request, struct exchange *x)
{
    if (!begins_and_breaks(request, x))
        a_silent_stream(request, x);
}
static void a_resume_and_a_document_that_drips(const struct request *request, struct exchange *x)
{
    if (begins_and_breaks(request, x))
        return;
    if (strstr(request->target, "stream=true"))
        answer(x, 404, "{}");
    else
        a_body_that_drips(request, x);
}
static void a_response_that_never_ends(const struct request *request, struct exchange *x)
{
    if (begins_and_breaks(request, x))
        return;
    if (strstr(request->target, "stream=true"))
        answer(x, 404, "{}");
    else
        answer(x, 200, UNDER_WAY);
}
static void under_way(const struct request *request, struct exchange *x)
{
    (void)request;
    answer(x, 200, UNDER_WAY);
}
static void busy_for_a_minute(const struct request *request, struct exchange *x)
{
    (void)request;
    answer_with(x, 503, "Retry-After: 60\r\n", "{}", 2);
}

/* What is in force; the threads of the server outlive a check. */
static answerer *served;

static void serve(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    served(request, x);
}

static void serve_by(answerer *answers)
{
    served = answers;
    server_set_handler(server, serve, NULL);
}

/* ---- the cells ---- */

static void check(operation *run_it, answerer *answers, const char *option, const char *expected)
{
    responses_response *response = NULL;
    responses_error *error = NULL;
    serve_by(answers);
    set_limit(client, option, 80);
    int status = run_it(&response, &error);
    assert_status(status, RESPONSES_E_TIMEOUT, error);
    assert_contains(message_of(error), expected);
    responses_error_free(error);
    responses_response_free(response);
    set(client, option, NULL);
}

/* By its own limit, and by that of the whole call. */
static void check_both(operation *run_it, answerer *answers, const char *option)
{
    check(run_it, answers, option, option);
    check(run_it, answers, "timeout_ms", "timeout_ms: ");
}

static void the_answer_does_not_come(void **state)
{
    (void)state;
    answerer *const ways[] = {nothing, headers_that_drip, interim_answers};
    for (size_t way = 0; way < COUNT(ways); way++) {
        for (size_t i = 0; i < (way ? 1 : COUNT(documents)); i++)
            check(documents[i], ways[way], "first_event_timeout_ms", "first_event_timeout_ms");
        for (size_t i = 0; i < (way ? 1 : COUNT(streams)); i++)
            check(streams[i], ways[way], "first_event_timeout_ms", "first_event_timeout_ms");
        check(create, ways[way], "timeout_ms", "timeout_ms: ");
        check(create_stream, ways[way], "timeout_ms", "timeout_ms: ");
    }
}

static void a_document_does_not_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++)
        check(documents[i], a_body_that_drips, "first_event_timeout_ms", "first_event_timeout_ms");
    check(get_stream, a_body_that_drips, "first_event_timeout_ms", "first_event_timeout_ms");
    check(create, a_refusal_that_drips, "first_event_timeout_ms", "first_event_timeout_ms");
    check_both(create, a_body_that_stalls, "idle_timeout_ms");
    check_both(get_stream, a_body_that_stalls, "idle_timeout_ms");
    check(create, a_body_that_drips, "timeout_ms", "timeout_ms: ");
}

static void the_first_event_does_not_come(void **state)
{
    (void)state;
    answerer *const ways[] = {a_silent_stream, a_stream_of_comments, one_event_that_drips};
    for (size_t way = 0; way < COUNT(ways); way++) {
        check_both(create_stream, ways[way], "first_event_timeout_ms");
        check_both(get_stream, ways[way], "first_event_timeout_ms");
    }
    check(create, a_silent_stream, "first_event_timeout_ms", "first_event_timeout_ms");
}

static void the_next_event_does_not_come(void **state)
{
    (void)state;
    check_both(create_stream, one_event, "idle_timeout_ms");
    check_both(create_stream, one_event_and_keepalives, "idle_timeout_ms");
    check_both(create, one_event, "idle_timeout_ms");
}

static void the_end_does_not_come(void **state)
{
    (void)state;
    check_both(create_stream, a_finished_item, "completion_grace_ms");
}

static void the_rest_does_not_come(void **state)
{
    (void)state;
    set(client, "resume_attempts", "1");
    check(background_stream, a_resume_without_answer, "timeout_ms", "timeout_ms: ");
    check(background_stream, a_resume_that_is_silent, "timeout_ms", "timeout_ms: ");
    check(background_stream, a_response_that_never_ends, "timeout_ms", "timeout_ms: ");
    check_both(background_stream, a_response_that_never_ends, "idle_timeout_ms");
    check_both(background_stream, a_resume_and_a_document_that_drips, "idle_timeout_ms");
    answerer *const silent[] = {a_resume_without_answer, a_resume_that_is_silent};
    for (size_t i = 0; i < COUNT(silent); i++) {
        /* A stream has begun: what goes on is measured as what is between two events. */
        responses_error *error;
        serve_by(silent[i]);
        set_limit(client, "idle_timeout_ms", 120);
        int status = background_stream(NULL, &error);
        assert_status(status, RESPONSES_E_TRUNCATED, error);
        assert_contains(message_of(error), "idle_timeout_ms");
        responses_error_free(error);
        set(client, "idle_timeout_ms", NULL);
    }
}

static void a_pause_does_not_end(void **state)
{
    (void)state;
    set(client, "max_retries", "3");
    /* One that would outlive the call is not begun. */
    responses_error *error;
    serve_by(busy_for_a_minute);
    set_limit(client, "timeout_ms", 120);
    assert_status(create(NULL, &error), RESPONSES_E_API, error);
    assert_contains(message_of(error), "timeout_ms would end the pause");
    responses_error_free(error);
    assert_status(wait_for_ever(NULL, &error), RESPONSES_E_API, error);
    responses_error_free(error);
    set(client, "timeout_ms", NULL);
    set(client, "poll_interval_ms", "60000");
    check(wait_for_ever, under_way, "timeout_ms", "timeout_ms: ");
    int status = responses_wait(client, "r", 120, NULL, &error);
    assert_status(status, RESPONSES_E_TIMEOUT, error);
    responses_error_free(error);
}

int main(void)
{
    const struct CMUnitTest phase_limits[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_answer_does_not_come),      TEST(a_document_does_not_end),
        TEST(the_first_event_does_not_come), TEST(the_next_event_does_not_come),
        TEST(the_end_does_not_come),         TEST(the_rest_does_not_come),
        TEST(a_pause_does_not_end),
    };
    return run(phase_limits);
}
