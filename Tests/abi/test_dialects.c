/* What some servers send though the standards do not have it, and other clients read all the same. */
#include "test.h"

#define NTS RESPONSES_NTS
#define BOM "\xef\xbb\xbf"

static struct server *server;
static responses_client *client;
static responses_response *response;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_begin(&sse, "resp_1");
    response = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_response_free(response);
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void check_number(const char *pointer, const char *expected)
{
    const char *value = NULL;
    int type = -1;
    assert_int_equal(responses_response_get(response, pointer, &type, &value, NULL), RESPONSES_OK);
    assert_int_equal(type, RESPONSES_JSON_NUMBER);
    assert_string_equal(value, expected);
}

static void numbers_that_are_not_finite_are_handed_over(void **state)
{
    (void)state;
    static const char document[] =
        "{\"id\":\"resp_1\",\"temperature\":NaN,\"a\":[Infinity,-Infinity],"
        "\"status\":\"completed\"}";
    answer(server_expect(server), 200, document);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), document);
    assert_string_equal(responses_response_status(response), "completed");
    check_number("/temperature", "NaN");
    check_number("/a/0", "Infinity");
    check_number("/a/1", "-Infinity");
}

static void numbers_that_are_not_finite_may_be_in_events(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_event(&sse, "response.output_text.delta",
              "\"output_index\":0,\"content_index\":0,\"delta\":\"a\","
              "\"logprobs\":[{\"token\":\"a\",\"logprob\":-Infinity}]");
    sse_event(&sse, "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"top_p\":NaN}");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 3);
    assert_string_equal(played.events.list[1].text, "a");
    assert_string_equal(value_at(played.response, "/top_p"), "NaN");
    played_free(&played);
}

static void words_that_only_look_so_are_refused(void **state)
{
    (void)state;
    static const char *documents[] = {"{\"a\":nan}",  "{\"a\":-NaN}",    "{\"a\":+Infinity}",
                                      "{\"a\":NaNa}", "{\"a\":Infinit}", "{\"a\":-Inf}"};
    for (size_t i = 0; i < COUNT(documents); i++) {
        answer(server_expect(server), 200, documents[i]);
        assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_PROTOCOL,
                      error);
        responses_error_free(error);
        error = NULL;
    }
}

static void a_request_has_no_such_numbers(void **state)
{
    (void)state;
    static const char *requests[] = {"{\"temperature\":NaN}", "{\"a\":[1,Infinity]}",
                                     "{\"\\\"\":\"Na\",\"b\":{\"c\":-Infinity}}"};
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_status(responses_create(client, requests[i], NTS, NULL, &error), RESPONSES_E_INVALID,
                      error);
        assert_contains(message_of(error), "NaN");
        responses_error_free(error);
        error = NULL;
        assert_status(responses_get(client, "resp_1", requests[i], NTS, NULL, &error),
                      RESPONSES_E_INVALID, error);
        responses_error_free(error);
        error = NULL;
    }
    /* In a string they are text. */
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, "{\"input\":\"NaN, Infinity\"}", NTS, NULL, &error), error);
}

static void a_byte_order_mark_is_no_part_of_a_document(void **state)
{
    (void)state;
    answer(server_expect(server), 200, BOM RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), RESPONSE);
    assert_string_equal(responses_response_id(response), "resp_1");
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    /* Nor is it of an error. */
    answer(server_expect(server), 400, BOM "{\"error\":{\"message\":\"no\",\"code\":\"bad\"}}");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "bad");
    responses_error_free(error);
    error = NULL;
    /* One is; a second is something else. */
    answer(server_expect(server), 200, BOM BOM "{}");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_PROTOCOL,
                  error);
}

static void a_byte_order_mark_may_be_cut(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, "\xef", 1);
    stream_chunk(x, "\xbb", 1);
    stream_chunk(x, "\xbf", 1);
    stream_chunk(x, sse.text.data, sse.text.len);
    stream_end(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
    played_free(&played);
    sse_free(&sse);
}

static void a_byte_order_mark_before_what_a_stream_asked_for(void **state)
{
    (void)state;
    static const char *types[] = {"Content-Type: application/json\r\n", "",
                                  "Content-Type: text/plain\r\n"};
    for (size_t i = 0; i < COUNT(types); i++) {
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\n");
        say(x, types[i]);
        say(x, "\r\n" BOM RESPONSE);
        hang_up(x);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 1);
        assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
        played_free(&played);
    }
}

static void an_event_without_data_is_a_sign_of_life(void **state)
{
    (void)state;
    static const char *pings[] = {"event: ping\ndata:\n\n",
                                  "event: ping\ndata: \n\n",
                                  "event: ping\r\ndata\r\n\r\n",
                                  "data:\n\n",
                                  "data:   \n\n",
                                  "data:\ndata: \t\nevent: ping\ndata:\n\n",
                                  "event: ping\n\n",
                                  "event: ping\ndata: 2026-11-28 20:00:00\n\n",
                                  "event: keep-alive\ndata: \"alive\"\n\n"};
    for (size_t piece = 0; piece < 3; piece++) {
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        sse_raw(&sse, pings[0]);
        sse_created(&sse);
        for (size_t i = 0; i < COUNT(pings); i++) {
            sse_delta(&sse, 0, "msg_1", "x");
            sse_raw(&sse, pings[i]);
        }
        sse_raw(&sse, pings[0]);
        sse_completed(&sse);
        struct played played = play_bytes(server, client, sse.text.data, sse.text.len, piece);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 2 + (int)COUNT(pings));
        assert_string_equal(played.events.text.data, "xxxxxxxxx");
        for (int i = 0; i < played.events.count; i++)
            assert_int_equal(played.events.list[i].sequence, i);
        played_free(&played);
    }
}

/* Gateways say that everything is JSON. */
static void events_may_be_called_json(void **state)
{
    (void)state;
    static const char *types[] = {"Content-Type: application/json\r\n",
                                  "Content-Type: text/plain\r\n", ""};
    static const char *begins[] = {"", ": hello\n\n", "\n\n", BOM, "id: 1\n", "retry: 5\n\n"};
    for (size_t i = 0; i < COUNT(types) * COUNT(begins); i++) {
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        sse_raw(&sse, begins[i / COUNT(types)]);
        sse_created(&sse);
        sse_delta(&sse, 0, "msg_1", "x");
        sse_completed(&sse);
        answer_with(server_expect(server), 200, types[i % COUNT(types)], sse.text.data,
                    sse.text.len);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 3);
        played_free(&played);
    }
}

static void sequence_numbers_go_to_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } numbers[] = {
        {"999999999999999999", 999999999999999999},
        {"1000000000000000000", 1000000000000000000},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", -1},
        {"9999999999999999999", -1},
        {"18446744073709551617", -1},
        {"99999999999999999999999999999999999999", -1},
        {"-9223372036854775808", -1},
        {"1e18", -1},
    };
    sse.next_sequence = -1;
    for (size_t i = 0; i < COUNT(numbers); i++)
        sse_eventf(&sse, "response.output_text.delta",
                   "\"output_index\":0,\"delta\":\"x\",\"sequence_number\":%s", numbers[i].text);
    sse_completed(&sse);
    struct played played = play_bytes(server, client, sse.text.data, sse.text.len, 0);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, (int)COUNT(numbers) + 1);
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_true(played.events.list[i].sequence == numbers[i].number);
    played_free(&played);
}

int main(void)
{
    const struct CMUnitTest dialects[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(numbers_that_are_not_finite_are_handed_over),
        TEST(numbers_that_are_not_finite_may_be_in_events),
        TEST(words_that_only_look_so_are_refused),
        TEST(a_request_has_no_such_numbers),
        TEST(a_byte_order_mark_is_no_part_of_a_document),
        TEST(a_byte_order_mark_before_what_a_stream_asked_for),
        TEST(a_byte_order_mark_may_be_cut),
        TEST(an_event_without_data_is_a_sign_of_life),
        TEST(events_may_be_called_json),
        TEST(sequence_numbers_go_to_the_end),
    };
    return run(dialects);
}
