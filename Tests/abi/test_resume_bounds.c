/* Resuming comes to an end, and at a rate that a server can bear, whatever the server says. */
#include "test.h"

#define NTS        RESPONSES_NTS
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"
#define KEEPALIVE  "event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n"
#define UNDER_WAY                                                                                  \
    "{\"id\":\"resp_bg\",\"object\":\"response\",\"status\":\"in_progress\",\"output\":[]}"
#define ENDED                                                                                      \
    "{\"id\":\"resp_bg\",\"object\":\"response\",\"status\":\"completed\",\"output\":[{"           \
    "\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"all\"}]}]}"

static struct server *server;
static responses_client *client;
static struct sse sse;
static struct played played;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "poll_interval_ms", "10");
    sse_begin(&sse, "resp_bg");
    sse_created(&sse);
    sse_in_progress(&sse);
    memset(&played, 0, sizeof played);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    played_free(&played);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void play_background(void)
{
    played.status = responses_create_stream(client, BACKGROUND, NTS, collect, &played.events,
                                            &played.response, &played.error);
}

static void stream_of(struct exchange *x, const char *text)
{
    stream_head(x, "");
    if (*text)
        stream_chunk(x, text, strlen(text));
    stream_end(x);
}

/* The two events to the POST; to a resume what user_data says; to a request for the document that it is
   under way. */
static void serve_nothing_new(const struct request *request, struct exchange *x, void *user_data)
{
    if (strcmp(request->method, "POST") == 0)
        stream_of(x, sse.text.data);
    else if (strstr(request->target, "stream=true"))
        stream_of(x, user_data);
    else
        answer(x, 200, UNDER_WAY);
}

static int resumes(void)
{
    int count = 0;
    for (int i = 0; i < server_requests(server); i++)
        count += strstr(server_request(server, i)->target, "stream=true") != NULL;
    return count;
}

static void comes_to_an_end(const char *what_resumes_bring)
{
    set(client, "resume_attempts", "2");
    server_set_handler(server, serve_nothing_new, (void *)(uintptr_t)what_resumes_bring);
    play_background();
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_int_equal(resumes(), 2);
    /* Every one of them may be followed by one look at the response. */
    assert_true(server_requests(server) <= 5);
    assert_int_equal(responses_error_last_sequence(played.error), 1);
}

static void keepalives_are_no_progress(void **state)
{
    (void)state;
    comes_to_an_end(KEEPALIVE);
    assert_int_equal(played.events.count, 2 + 2);
}

static void unknown_events_without_numbers_are_no_progress(void **state)
{
    (void)state;
    comes_to_an_end("data: {\"type\":\"gateway.ping\"}\n\n");
}

static void comments_are_no_progress(void **state)
{
    (void)state;
    comes_to_an_end(": still here\n\n");
}

static void streams_that_are_empty_are_no_progress(void **state)
{
    (void)state;
    comes_to_an_end("");
}

static void repetitions_are_no_progress(void **state)
{
    (void)state;
    comes_to_an_end(sse.text.data);
    assert_int_equal(played.events.count, 2);
}

static void pauses_grow_while_nothing_new_comes(void **state)
{
    (void)state;
    set(client, "timeout_ms", "1200");
    set(client, "resume_attempts", "1000");
    server_set_handler(server, serve_nothing_new, KEEPALIVE);
    play_background();
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_true(resumes() <= 4); /* 0, 0.5 and 1 s less a quarter */
}

/* One event each time is progress, but the server is not to be asked thousands of times a second. */
static void serve_one_by_one(const struct request *request, struct exchange *x, void *user_data)
{
    char event[200];
    const char *cursor = strstr(request->target, "starting_after=");
    (void)user_data;
    if (!cursor) {
        stream_of(x, sse.text.data);
        return;
    }
    snprintf(event, sizeof event,
             "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":%ld,"
             "\"output_index\":0,\"content_index\":0,\"item_id\":\"m\",\"delta\":\"x\"}\n\n",
             strtol(cursor + strlen("starting_after="), NULL, 10) + 1);
    stream_of(x, event);
}

static void progress_of_one_event_at_a_time_has_a_rate(void **state)
{
    (void)state;
    set(client, "timeout_ms", "1500");
    server_set_handler(server, serve_one_by_one, NULL);
    play_background();
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_true(played.events.count > (is_slow() ? 2 : 10));
    assert_true(server_requests(server) < 60);
    for (int i = 0; i < played.events.count; i++)
        assert_int_equal(played.events.list[i].sequence, i);
}

/* Behind the last event some servers have an empty stream: the response says how it ended. */
static void an_empty_stream_leads_to_one_look(void **state)
{
    (void)state;
    stream_of(server_expect(server), sse.text.data);
    stream_of(server_expect(server), "");
    answer(server_expect(server), 200, ENDED);
    play_background();
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 3);
    assert_int_equal(played.events.list[2].kind, RESPONSES_EVENT_COMPLETED);
    assert_string_equal(responses_response_text(played.response, NULL), "all");
    assert_string_equal(server_request(server, 2)->target, "/v1/responses/resp_bg");
}

static void after_the_look_the_stream_goes_on(void **state)
{
    (void)state;
    sse_completed(&sse);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[1]);
    hang_up(x);
    answer_with(server_expect(server), 204, "", "", 0);
    answer(server_expect(server), 200, UNDER_WAY);
    answer_stream(server_expect(server), sse.text.data + sse.end[1], sse.text.len - sse.end[1]);
    play_background();
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
}

static void a_document_in_place_of_the_rest_is_waited_for(void **state)
{
    (void)state;
    stream_of(server_expect(server), sse.text.data);
    for (int i = 0; i < 3; i++)
        answer(server_expect(server), 200, UNDER_WAY);
    answer(server_expect(server), 200, ENDED);
    play_background();
    assert_ok(played.status, played.error);
    assert_string_equal(responses_response_text(played.response, NULL), "all");
}

/* A server that does not stream what is got, or what is created in the background. */
static void a_document_in_place_of_a_stream_is_waited_for(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        answer(server_expect(server), 200, UNDER_WAY);
        answer(server_expect(server), 200, UNDER_WAY);
        answer(server_expect(server), 200, ENDED);
        if (i == 0)
            play_background();
        else
            played.status = responses_get_stream(client, "resp_bg", NULL, 0, collect,
                                                 &played.events, &played.response, &played.error);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 1);
        assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_COMPLETED);
        assert_string_equal(server_request(server, 3 * i + 1)->method, "GET");
        assert_string_equal(server_request(server, 3 * i + 2)->target, "/v1/responses/resp_bg");
        played_free(&played);
        memset(&played, 0, sizeof played);
    }
}

/* A server that was killed in mid-stream and has the response as under way for ever. */
static void serve_under_way(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    if (strcmp(request->method, "POST") == 0)
        stream_of(x, sse.text.data);
    else if (strstr(request->target, "stream=true"))
        answer(x, 404, "{\"error\":{\"message\":\"no such stream\"}}");
    else
        answer(x, 200, UNDER_WAY);
}

static void a_response_that_never_ends_is_not_waited_for(void **state)
{
    (void)state;
    set_limit(client, "idle_timeout_ms", 300);
    server_set_handler(server, serve_under_way, NULL);
    play_background();
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "idle_timeout_ms");
    assert_true(responses_error_is_retryable(played.error));
    assert_int_equal(responses_error_last_sequence(played.error), 1);
    assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID), "resp_bg");
}

int main(void)
{
    const struct CMUnitTest resume_bounds[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(keepalives_are_no_progress),
        TEST(unknown_events_without_numbers_are_no_progress),
        TEST(comments_are_no_progress),
        TEST(streams_that_are_empty_are_no_progress),
        TEST(repetitions_are_no_progress),
        TEST(pauses_grow_while_nothing_new_comes),
        TEST(progress_of_one_event_at_a_time_has_a_rate),
        TEST(an_empty_stream_leads_to_one_look),
        TEST(after_the_look_the_stream_goes_on),
        TEST(a_document_in_place_of_the_rest_is_waited_for),
        TEST(a_document_in_place_of_a_stream_is_waited_for),
        TEST(a_response_that_never_ends_is_not_waited_for),
    };
    return run(resume_bounds);
}
