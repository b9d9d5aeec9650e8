/* How a stream ends, and what is left of it. */
#include "test.h"

static struct server *server;
static responses_client *client;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_begin(&sse, "resp_1");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* Plays the stream as it stands. */
static struct played played_stream(void)
{
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    return play(client);
}

/* The beginning of an answer: 4 events, the text "so far". */
static void begin(void)
{
    sse_created(&sse);
    sse_message_added(&sse, 0, "msg_1");
    sse_part_added(&sse, 0, "msg_1");
    sse_delta(&sse, 0, "msg_1", "so far");
}

static void completed_is_ok_with_the_final_response(void **state)
{
    (void)state;
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    struct played played = played_stream();
    assert_ok(played.status, played.error);
    assert_null(played.error);
    assert_string_equal(responses_response_id(played.response), "resp_1");
    assert_string_equal(responses_response_status(played.response), "completed");
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    assert_string_equal(value_at(played.response, "/usage/total_tokens"), "3");
    assert_int_equal(responses_response_http_status(played.response), 200);
    assert_int_equal(responses_response_attempts(played.response), 1);
    /* It is the terminal event's response. */
    const char *value;
    struct heard *last = &played.events.list[10];
    assert_contains(last->json, "\"response\":");
    assert_int_equal(responses_response_get(played.response, "", NULL, &value, NULL), RESPONSES_OK);
    char *expected = strdup(strstr(last->json, "\"response\":") + strlen("\"response\":"));
    expected[strlen(expected) - 1] = 0;
    assert_json(value, expected);
    free(expected);
    played_free(&played);
}

static void incomplete_is_a_response_not_an_error(void **state)
{
    (void)state;
    begin();
    sse_message_done(&sse, 0, "msg_1", "so far");
    sse_incomplete(&sse, "max_output_tokens");
    struct played played = played_stream();
    assert_ok(played.status, played.error);
    assert_null(played.error);
    assert_string_equal(responses_response_status(played.response), "incomplete");
    assert_string_equal(value_at(played.response, "/incomplete_details/reason"),
                        "max_output_tokens");
    assert_string_equal(responses_response_text(played.response, NULL), "so far");
    check_heard(&played.events, &sse, sse.count);
    played_free(&played);
}

static void failed_is_handed_over_and_then_an_error(void **state)
{
    (void)state;
    begin();
    sse_failed(&sse, "server_error", "The model is tired.");
    struct played played = played_stream();
    assert_status(played.status, RESPONSES_E_API, played.error);
    check_heard(&played.events, &sse, 5);
    assert_int_equal(played.events.list[4].kind, RESPONSES_EVENT_FAILED);
    assert_contains(message_of(played.error), "The model is tired.");
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "server_error");
    assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID), "resp_1");
    assert_int_equal(responses_error_last_sequence(played.error), 4);
    assert_int_equal(responses_error_http_status(played.error), 200);
    assert_non_null(played.response);
    assert_string_equal(responses_response_status(played.response), "failed");
    played_free(&played);
}

static void an_error_event_is_read_nested_and_flat(void **state)
{
    (void)state;
    for (int nested = 0; nested < 2; nested++) {
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        begin();
        if (nested)
            sse_error_nested(&sse, "context_length_exceeded", "Too long.");
        else
            sse_error_flat(&sse, "context_length_exceeded", "Too long.");
        struct played played = played_stream();
        assert_status(played.status, RESPONSES_E_API, played.error);
        check_heard(&played.events, &sse, 5);
        assert_int_equal(played.events.list[4].kind, RESPONSES_EVENT_ERROR);
        assert_contains(message_of(played.error), "Too long.");
        assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "context_length_exceeded");
        assert_string_equal(field(played.error, RESPONSES_ERROR_TYPE),
                            nested ? "invalid_request_error" : "");
        assert_string_equal(field(played.error, RESPONSES_ERROR_PARAM), nested ? "input" : "");
        assert_string_equal(field(played.error, RESPONSES_ERROR_BODY), played.events.list[4].json);
        assert_string_equal(responses_response_text(played.response, NULL), "so far");
        played_free(&played);
    }
}

static void an_error_and_failed_come_in_either_order(void **state)
{
    (void)state;
    begin();
    sse_error_nested(&sse, "rate_limit_exceeded", "From the error.");
    sse_failed(&sse, "rate_limit_exceeded", "From failed.");
    struct played played = played_stream();
    assert_status(played.status, RESPONSES_E_API, played.error);
    check_heard(&played.events, &sse, 6);
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "rate_limit_exceeded");
    assert_string_equal(responses_response_status(played.response), "failed");
    played_free(&played);

    /* failed without a word, and the word after it */
    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    begin();
    sse_event(&sse, "response.failed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":null}");
    sse_error_nested(&sse, "too_many_requests", "Slow down.");
    played = played_stream();
    assert_status(played.status, RESPONSES_E_API, played.error);
    check_heard(&played.events, &sse, 6);
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "too_many_requests");
    assert_contains(message_of(played.error), "Slow down.");
    played_free(&played);
}

static void failed_without_a_word_does_not_wait_long(void **state)
{
    (void)state;
    int64_t start = now_ms();
    begin();
    sse_event(&sse, "response.failed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":null}");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.text.len);
    await_close(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_int_equal(played.events.count, 5);
    assert_true(now_ms() - start < at_most(8000));
    played_free(&played);
}

static void other_terminal_events_end_a_stream_as_well(void **state)
{
    (void)state;
    begin();
    sse_event(&sse, "response.done",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[]}");
    struct played played = played_stream();
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 5);
    played_free(&played);

    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    begin();
    sse_event(&sse, "response.cancelled",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"cancelled\",\"output\":[]}");
    played = played_stream();
    assert_int_equal(played.events.count, 5);
    assert_int_equal(played.events.list[4].kind, RESPONSES_EVENT_CANCELLED);
    assert_string_equal(responses_response_status(played.response), "cancelled");
    played_free(&played);
}

/* What had come is the response; that it has ended is said by the event alone. */
static void a_terminal_event_may_have_no_response(void **state)
{
    (void)state;
    static const char *ends[] = {"completed", "incomplete", "cancelled"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        char type[64];
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        begin();
        snprintf(type, sizeof type, "response.%s", ends[i]);
        sse_event(&sse, type, "\"usage\":null");
        struct played played = played_stream();
        assert_ok(played.status, played.error);
        assert_string_equal(responses_response_status(played.response), ends[i]);
        assert_string_equal(responses_response_id(played.response), "resp_1");
        played_free(&played);
    }
}

static void done_without_a_terminal_event_is_truncated(void **state)
{
    (void)state;
    begin();
    sse_raw(&sse, "data: [DONE]\n\n");
    struct played played = played_stream();
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    check_heard(&played.events, &sse, 4);
    assert_string_equal(responses_response_text(played.response, NULL), "so far");
    played_free(&played);

    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    sse_raw(&sse, "data: [DONE]\n\n");
    played = played_stream();
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    played_free(&played);
}

static void nothing_after_the_terminal_event_is_read(void **state)
{
    (void)state;
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    int count = sse.count;
    sse_delta(&sse, 0, "msg_1", "too late");
    sse_failed(&sse, "server_error", "too late");
    struct played played = played_stream();
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, count);
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    played_free(&played);
}

static void the_end_of_the_body_is_not_waited_for(void **state)
{
    (void)state;
    int64_t start = now_ms();
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.text.len);
    await_close(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    assert_true(now_ms() - start < at_most(5000));
    played_free(&played);
    /* And the next request does not wait behind it. */
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_create(client, REQUEST, RESPONSES_NTS, NULL, NULL), RESPONSES_OK);
}

static void a_finished_stream_leaves_its_connection_for_the_next(void **state)
{
    (void)state;
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    for (int i = 0; i < 5; i++) {
        struct played played = played_stream();
        assert_ok(played.status, played.error);
        played_free(&played);
    }
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_create(client, REQUEST, RESPONSES_NTS, NULL, NULL), RESPONSES_OK);
    assert_int_equal(server_connections(server), 1);
}

static void a_callback_that_returns_non_zero_stops_the_call(void **state)
{
    (void)state;
    begin();
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.text.len);
    await_close(x);
    struct played played = {0};
    played.events.stop_after = 4;
    played.status = responses_create_stream(client, REQUEST, RESPONSES_NTS, collect, &played.events,
                                            &played.response, &played.error);
    assert_status(played.status, RESPONSES_E_USER, played.error);
    assert_int_equal(played.events.count, 4);
    assert_int_equal(responses_error_status(played.error), RESPONSES_E_USER);
    assert_int_equal(responses_error_last_sequence(played.error), 3);
    assert_int_equal(responses_error_is_retryable(played.error), 0);
    assert_string_equal(responses_response_text(played.response, NULL), "so far");
    played_free(&played);
    assert_true(server_saw_close(server, 0, at_most(5000)));
}

static void a_callback_that_stops_at_the_terminal_event_stops_too(void **state)
{
    (void)state;
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = {0};
    played.events.stop_after = 11;
    played.status = responses_create_stream(client, REQUEST, RESPONSES_NTS, collect, &played.events,
                                            &played.response, &played.error);
    assert_status(played.status, RESPONSES_E_USER, played.error);
    assert_int_equal(played.events.count, 11);
    played_free(&played);
}

static void without_a_callback_there_is_the_final_response(void **state)
{
    (void)state;
    responses_response *response = NULL;
    responses_error *error = NULL;
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(
        responses_create_stream(client, REQUEST, RESPONSES_NTS, NULL, NULL, &response, &error),
        error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
    answer_stream(server_expect(server), sse.text.data, sse.end[5]);
    assert_status(
        responses_create_stream(client, REQUEST, RESPONSES_NTS, NULL, NULL, &response, &error),
        RESPONSES_E_TRUNCATED, error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, ");
    responses_response_free(response);
    responses_error_free(error);
}

static void an_empty_stream_is_truncated(void **state)
{
    (void)state;
    struct played played = played_stream();
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_int_equal(played.events.count, 0);
    assert_null(played.response);
    assert_int_equal(responses_error_last_sequence(played.error), -1);
    played_free(&played);
}

int main(void)
{
    const struct CMUnitTest stream_outcomes[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(completed_is_ok_with_the_final_response),
        TEST(incomplete_is_a_response_not_an_error),
        TEST(failed_is_handed_over_and_then_an_error),
        TEST(an_error_event_is_read_nested_and_flat),
        TEST(an_error_and_failed_come_in_either_order),
        TEST(failed_without_a_word_does_not_wait_long),
        TEST(other_terminal_events_end_a_stream_as_well),
        TEST(a_terminal_event_may_have_no_response),
        TEST(done_without_a_terminal_event_is_truncated),
        TEST(nothing_after_the_terminal_event_is_read),
        TEST(the_end_of_the_body_is_not_waited_for),
        TEST(a_finished_stream_leaves_its_connection_for_the_next),
        TEST(a_callback_that_returns_non_zero_stops_the_call),
        TEST(a_callback_that_stops_at_the_terminal_event_stops_too),
        TEST(without_a_callback_there_is_the_final_response),
        TEST(an_empty_stream_is_truncated),
    };
    return run(stream_outcomes);
}
