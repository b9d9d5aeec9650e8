/* What comes in place of the rest of a stream, and is neither the rest nor the response. */
#include "test.h"

#define NTS        RESPONSES_NTS
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"
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
    sse_begin(&sse, "resp_bg");
    sse_created(&sse);
    sse_in_progress(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"a", "b", NULL});
    sse_completed(&sse);
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
    played_free(&played);
    memset(&played, 0, sizeof played);
    played.status = responses_create_stream(client, BACKGROUND, NTS, collect, &played.events,
                                            &played.response, &played.error);
}

static void get_stream(const char *params)
{
    played_free(&played);
    memset(&played, 0, sizeof played);
    played.status = responses_get_stream(client, "resp_bg", params, NTS, collect, &played.events,
                                         &played.response, &played.error);
}

static void say_stream(const char *text, size_t len)
{
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    if (len > 0)
        stream_chunk(x, text, len);
    stream_end(x);
}

static void say_text(const char *text)
{
    say_stream(text, strlen(text));
}

static void say_events(int from, int to)
{
    size_t start = from > 0 ? sse.end[from - 1] : 0;
    say_stream(sse.text.data + start, sse.end[to - 1] - start);
}

/* Answers with which a server does not go on, and that are no refusal. */
static const struct {
    const char *head, *body, *words;
} strange[] = {
    {"200 OK\r\nContent-Type: application/json", "null", "not a valid JSON object"},
    {"200 OK\r\nContent-Type: application/json", "[]", "not a valid JSON object"},
    {"200 OK\r\nContent-Type: application/json", "{}", "not a response"},
    {"200 OK\r\nContent-Type: application/json", "{\"foo\":1}", "not a response"},
    {"200 OK\r\nContent-Type: application/json", "{\"id\":\"resp_bg\"}", "not a response"},
    {"200 OK\r\nContent-Type: application/json", "{\"id\":\"resp_bg\",\"status\":null}",
     "not a response"},
    {"200 OK\r\nContent-Type: application/json",
     "{\"object\":\"response\",\"status\":\"\",\"output\":[]}", "not a response"},
    {"200 OK\r\nContent-Type: text/html", "<title>Back soon</title>", "Back soon"},
    {"302 Found\r\nLocation: /maintenance", "", "redirects to /maintenance"},
};

static void say_strange(size_t index)
{
    char text[400];
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", strange[index].head,
             strlen(strange[index].body), strange[index].body);
    say(server_expect(server), text);
}

static void a_strange_answer_is_asked_for_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strange); i++) {
        say_events(0, 3);
        say_strange(i);
        say_events(3, sse.count);
        play_background();
        assert_ok(played.status, played.error);
        check_heard(&played.events, &sse, sse.count);
    }
}

static void one_that_stays_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strange); i++) {
        say_events(0, 3);
        say_strange(i);
        say_strange(i);
        play_background();
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        assert_contains(message_of(played.error), strange[i].words);
        assert_int_equal(responses_error_last_sequence(played.error), 2);
        assert_int_equal(responses_error_attempts(played.error), 3);
        if (*strange[i].body)
            assert_string_equal(field(played.error, RESPONSES_ERROR_BODY), strange[i].body);
        check_heard(&played.events, &sse, 3);
        assert_string_equal(responses_response_id(played.response), "resp_bg");
    }
}

/* In place of a whole stream they are no response either. */
static void in_place_of_a_stream_they_are_no_end(void **state)
{
    (void)state;
    for (size_t i = 2; i < 7; i++) {
        say_strange(i);
        play_background();
        assert_status(played.status, RESPONSES_E_PROTOCOL, played.error);
        assert_int_equal(played.events.count, 0);
    }
}

/* Behind the last event some servers have an empty stream, or nothing at all: for a cursor of the caller's
   it is what it is for one of the library's. */
static void behind_a_cursor_an_empty_stream_leads_to_one_look(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        if (way == 0)
            say_text("");
        else if (way == 1)
            say_text("data: [DONE]\n\n");
        else if (way == 2)
            say_events(0, sse.count);
        else
            say(server_expect(server), "HTTP/1.1 204 No Content\r\n\r\n");
        answer(server_expect(server), 200, ENDED);
        get_stream("{\"starting_after\":99}");
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 1);
        assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_COMPLETED);
        assert_string_equal(responses_response_text(played.response, NULL), "all");
    }
    /* The response itself is not there either. */
    say_text("");
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"no such response\"}}");
    get_stream("{\"starting_after\":99}");
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_int_equal(responses_error_http_status(played.error), 404);
    assert_contains(message_of(played.error), "no such response");
}

static void another_response_behind_the_callers_cursor(void **state)
{
    (void)state;
    const char *other = "data: {\"type\":\"response.completed\",\"sequence_number\":6,"
                        "\"response\":{\"id\":\"resp_other\",\"status\":\"completed\"}}\n\n";
    say_text(other);
    say_text(other);
    get_stream("{\"starting_after\":5}");
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_contains(message_of(played.error), "another response");
    assert_int_equal(played.events.count, 0);
}

/* Each of them has the number that would come next: they are no progress. */
static void failures_that_pass_do_not_move_the_cursor_on(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    say_text("data: {\"type\":\"response.output_text.delta\",\"sequence_number\":9,\"delta\":\"x\"}"
             "\n\n");
    say_text("data: {\"type\":\"error\",\"sequence_number\":6,\"code\":\"server_error\","
             "\"message\":\"busy\"}\n\n");
    get_stream("{\"starting_after\":5}");
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_true(responses_error_is_retryable(played.error));
    assert_int_equal(played.events.count, 1);
}

/* A server that repeats everything repeats its keepalives as well. */
static void keepalives_are_not_repeated(void **state)
{
    (void)state;
    struct sse with;
    sse_begin(&with, "resp_bg");
    sse_created(&with);
    sse_keepalive(&with);
    sse_in_progress(&with);
    sse_message(&with, 0, "msg_1", (const char *[]){"a", NULL});
    sse_completed(&with);
    say_stream(with.text.data, with.end[2]);
    say_stream(with.text.data, with.text.len);
    play_background();
    assert_ok(played.status, played.error);
    check_heard(&played.events, &with, with.count);
    sse_free(&with);
}

/* A server that streams where a document was asked for: the response that it began is not begun twice. */
static void a_document_that_comes_in_events_goes_on(void **state)
{
    (void)state;
    responses_response *response;
    responses_error *error;
    set(client, "max_retries", "2");
    say_text("data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":"
             "{\"id\":\"resp_bg\",\"status\":\"in_progress\",\"background\":true}}\n\n");
    say_events(1, sse.count);
    assert_ok(responses_create(client, BACKGROUND, NTS, &response, &error), error);
    assert_string_equal(responses_response_text(response, NULL), "ab");
    assert_string_equal(server_request(server, 1)->method, "GET");
    assert_contains(server_request(server, 1)->target, "starting_after=0");
    responses_response_free(response);
}

/* "Come back in a millisecond" is no reason to come back a thousand times a second. */
static void serve_short_wish(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    if (strcmp(request->method, "POST") == 0) {
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.end[2]);
        stream_end(x);
    } else {
        answer_with(x, 503, "Content-Type: application/json\r\nRetry-After-Ms: 1\r\n", "{}", 2);
    }
}

static void a_short_wish_is_no_storm(void **state)
{
    (void)state;
    set(client, "timeout_ms", "600");
    server_set_handler(server, serve_short_wish, NULL);
    play_background();
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_true(responses_error_attempts(played.error) <= 4);
}

int main(void)
{
    const struct CMUnitTest resume_answers[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_strange_answer_is_asked_for_again),
        TEST(one_that_stays_is_told),
        TEST(in_place_of_a_stream_they_are_no_end),
        TEST(behind_a_cursor_an_empty_stream_leads_to_one_look),
        TEST(another_response_behind_the_callers_cursor),
        TEST(failures_that_pass_do_not_move_the_cursor_on),
        TEST(keepalives_are_not_repeated),
        TEST(a_document_that_comes_in_events_goes_on),
        TEST(a_short_wish_is_no_storm),
    };
    return run(resume_answers);
}
