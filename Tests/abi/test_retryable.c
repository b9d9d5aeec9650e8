/* What may pass when it is tried again, and after which wait: told in a stream, in words, or by a status. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* ---- codes in a stream ---- */

/* A stream of so many events that ends with the code: in an error event of three forms, or as failed. */
enum form { NESTED, FLAT, BARE, FAILED, FORMS };

static void queue(int events, enum form form, const char *member, const char *name,
                  const char *message)
{
    struct sse sse;
    sse_hello(&sse, "resp_1");
    struct text stream = {0};
    if (events > 0)
        text_add_bytes(&stream, sse.text.data, sse.end[events - 1]);
    switch (form) {
    case NESTED:
        text_addf(&stream,
                  "data: {\"type\":\"error\",\"error\":{\"%s\":\"%s\",\"message\":\"%s\"}}\n\n",
                  member, name, message);
        break;
    case BARE:
        text_addf(&stream, "data: {\"error\":{\"%s\":\"%s\",\"message\":\"%s\"}}\n\n", member, name,
                  message);
        break;
    case FLAT:
        text_addf(&stream, "event: error\ndata: {\"%s\":\"%s\",\"message\":\"%s\"}\n\n", member,
                  name, message);
        break;
    default:
        text_addf(&stream,
                  "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":"
                  "\"failed\",\"error\":{\"%s\":\"%s\",\"message\":\"%s\"}}}\n\n",
                  member, name, message);
    }
    answer_stream(server_expect(server), stream.data, stream.len);
    text_free(&stream);
    sse_free(&sse);
}

static void check_code(const char *member, const char *name, int is_retryable)
{
    for (int form = 0; form < FORMS; form++) {
        for (int events = 0; events < 6; events += 3) {
            queue(events, (enum form)form, member, name, "m1");
            struct played played = play(client);
            assert_status(played.status, RESPONSES_E_API, played.error);
            if (responses_error_is_retryable(played.error) != is_retryable)
                print_error("%s, form %d, after %d events\n", name, form, events);
            assert_int_equal(responses_error_is_retryable(played.error), is_retryable);
            assert_int_equal(responses_error_retry_after_ms(played.error), -1);
            played_free(&played);
        }
    }
}

static void codes_that_pass(void **state)
{
    (void)state;
    static const char *names[] = {
        "rate_limit_exceeded",
        "rate_limit_error",
        "too_many_requests",
        "RateLimitError",
        "server_error",
        "internal_server_error",
        "InternalServerError",
        "api_error",
        "server_is_overloaded",
        "overloaded",
        "overloaded_error",
        "engine_overloaded",
        "slow_down",
        "service_unavailable",
        "ServiceUnavailableError",
        "timeout",
        "gateway_timeout",
        "vector_store_timeout",
        "503",
        "429",
        "ThrottlingException",
        "UNAVAILABLE",
    };
    for (size_t i = 0; i < COUNT(names); i++)
        check_code("code", names[i], 1);
    check_code("type", "overloaded_error", 1);
    check_code("type", "tokens", 1);
    check_code("type", "server_error", 1);
}

static void codes_that_stay(void **state)
{
    (void)state;
    static const char *names[] = {
        "invalid_prompt",  "context_length_exceeded", "insufficient_quota",
        "content_filter",  "invalid_request_error",   "400",
        "model_not_found", "image_too_large",         "unknown",
    };
    for (size_t i = 0; i < COUNT(names); i++)
        check_code("code", names[i], 0);
    check_code("type", "invalid_request_error", 0);
    check_code("type", "insufficient_quota", 0);
}

static void the_first_event_that_fails_is_tried_again(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    set(client, "max_retries", "1");
    for (int form = 0; form < FORMS; form++) {
        queue(0, (enum form)form, "code", "server_error", "please try again in 1ms");
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        check_heard(&played.events, &sse, sse.count);
        assert_int_equal(responses_response_attempts(played.response), 2);
        assert_contains(responses_response_history(played.response, NULL), "\"server_error\"");
        played_free(&played);

        /* Once there was one, it is not. */
        queue(1, (enum form)form, "code", "server_error", "please try again in 1ms");
        played = play(client);
        assert_status(played.status, RESPONSES_E_API, played.error);
        assert_int_equal(responses_error_attempts(played.error), 1);
        assert_int_equal(responses_error_is_retryable(played.error), 1);
        assert_int_equal(played.events.count, 2);
        played_free(&played);
    }
    sse_free(&sse);
}

static void a_keepalive_is_not_the_first_event(void **state)
{
    (void)state;
    static const char *signs[] = {
        "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":0}\n\n",
        "data: {\"type\":\"response.keep_alive\"}\n\n",
    };
    static const char *failures[] = {
        "data: {\"type\":\"error\",\"error\":{\"code\":\"server_error\",\"message\":\"try again "
        "in 1ms\"}}\n\n",
        "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\","
        "\"message\":\"try again in 1ms\"}}}\n\n",
        "data: {\"error\":{\"code\":\"server_error\",\"message\":\"try again in 1ms\"}}\n\n",
        "", /* a cut */
    };
    struct sse sse;
    sse_hello(&sse, "resp_1");
    set(client, "max_retries", "1");
    for (size_t i = 0; i < COUNT(signs); i++) {
        for (size_t j = 0; j < COUNT(failures); j++) {
            struct exchange *x = server_expect(server);
            stream_head(x, "");
            stream_chunk(x, signs[i], strlen(signs[i]));
            if (failures[j][0] != 0)
                stream_chunk(x, failures[j], strlen(failures[j]));
            hang_up(x);
            answer_stream(server_expect(server), sse.text.data, sse.text.len);
            struct played played = play(client);
            assert_ok(played.status, played.error);
            assert_int_equal(played.events.count, 1 + sse.count);
            assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_KEEPALIVE);
            assert_string_equal(played.events.list[1].type, "response.created");
            assert_int_equal(responses_response_attempts(played.response), 2);
            played_free(&played);
        }
    }
    sse_free(&sse);
}

static void what_an_attempt_left_is_no_part_of_the_next(void **state)
{
    (void)state;
    /* A document was asked for, so that nothing was handed over. The items are in the deltas alone. */
    struct sse bad, good;
    set(client, "max_retries", "1");
    sse_hello(&bad, "resp_0");
    sse_begin(&good, "resp_1");
    sse_event(&good, "response.created", "\"response\":{\"id\":\"resp_1\",\"output\":[]}");
    sse_delta(&good, 0, "msg_1", "new");
    sse_event(&good, "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":"
              "\"completed\"}");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, bad.text.data, bad.end[6]);
    hang_up(x);
    answer_stream(server_expect(server), good.text.data, good.text.len);
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_id(response), "resp_1");
    assert_string_equal(responses_response_text(response, NULL), "new");
    responses_response_free(response);
    sse_free(&bad);
    sse_free(&good);
}

/* ---- waits in words ---- */

static const struct {
    const char *words;
    int64_t ms;
} waits[] = {
    {"Rate limit reached for gpt-5 on tokens per min. Please try again in 1.242s. Visit", 1242},
    {"Please try again in 250ms.", 250},
    {"try again in 1m3s", 63000},
    {"Try again in 7m12.5s.", 432500},
    {"Please try again in 20 seconds.", 20000},
    {"Please retry after 5 seconds.", 5000},
    {"Please retry in 39.506508498s.", 39507},
    {"Retry after 26", 26000},
    {"retry_after: 2", 2000},
    {"Try again after 1 minute and 5 seconds", 65000},
    {"TRY AGAIN IN ABOUT 2 HOURS", 7200000},
    {"Please wait 3 seconds before you try again", 3000},
    {"Limit resets in 6ms", 6},
    {"retry after 3 attempts", -1},
    {"try again in a while", -1},
    {"try again later", -1},
    {"a country in 5 s", -1},
    {"try again in 1.2.3s", -1},
    {"try again in 99999999999999999999999999999s", INT64_MAX / 4},
};

static void waits_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        char body[512];
        snprintf(body, sizeof body,
                 "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":"
                 "\"%s\"}}",
                 waits[i].words);
        responses_error_free(error);
        answer(server_expect(server), 429, body);
        assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
        if (responses_error_retry_after_ms(error) != waits[i].ms)
            print_error("%s gives %" PRId64 "\n", waits[i].words,
                        responses_error_retry_after_ms(error));
        assert_int_equal(responses_error_retry_after_ms(error), waits[i].ms);
        assert_int_equal(responses_error_is_retryable(error), 1);
        for (int form = 0; form < FORMS; form++) {
            for (int events = 0; events < 2; events++) {
                queue(events, (enum form)form, "code", "rate_limit_exceeded", waits[i].words);
                struct played played = play(client);
                assert_status(played.status, RESPONSES_E_API, played.error);
                assert_int_equal(responses_error_retry_after_ms(played.error), waits[i].ms);
                played_free(&played);
            }
        }
    }
}

static void words_of_a_refusal_that_stays_are_no_wait(void **state)
{
    (void)state;
    answer(server_expect(server), 400,
           "{\"error\":{\"message\":\"Bad input: try again in 5 seconds\"}}");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
    assert_int_equal(responses_error_is_retryable(error), 0);
    assert_int_equal(responses_error_retry_after_ms(error), -1);
}

static void a_header_counts_more_than_words(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":{\"message\":\"try again in 20 s\"}}";
    set(client, "max_retries", "1");
    answer_with(server_expect(server), 429, "Retry-After-Ms: 2\r\n", body, strlen(body));
    answer(server_expect(server), 200, RESPONSE);
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_contains(responses_response_history(response, NULL), "\"waited_ms\":2}");
    responses_response_free(response);
}

static void the_wait_in_words_is_waited(void **state)
{
    (void)state;
    static const char *bodies[] = {
        "{\"error\":{\"message\":\"Please try again in 123ms.\"}}",
        "Too many requests, retry after 0.123 seconds",
        "<html><title>429: please wait 123 ms</title></html>",
    };
    set(client, "max_retries", "1");
    for (size_t i = 0; i < COUNT(bodies); i++) {
        responses_response *response = NULL;
        int64_t begin = now_ms();
        answer(server_expect(server), 429, bodies[i]);
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_contains(responses_response_history(response, NULL), "\"waited_ms\":123}");
        assert_true(now_ms() - begin >= 123);
        responses_response_free(response);
    }
    /* In a stream, in words and in the headers that its event repeats. */
    static const char *events[] = {
        "data: {\"error\":{\"message\":\"Please try again in 123ms.\"}}\n\n",
        "data: {\"type\":\"error\",\"error\":{\"code\":\"slow_down\",\"message\":\"m\","
        "\"headers\":{\"retry-after-ms\":\"123\"}}}\n\n",
    };
    struct sse sse;
    sse_hello(&sse, "resp_1");
    for (size_t i = 0; i < COUNT(events); i++) {
        answer_stream(server_expect(server), events[i], strlen(events[i]));
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        assert_contains(responses_response_history(played.response, NULL), "\"waited_ms\":123}");
        played_free(&played);
    }
    sse_free(&sse);
}

static void an_absurd_wait_in_words_is_not_waited_for(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    answer(server_expect(server), 429, "{\"error\":{\"message\":\"Please try again in 7m12s.\"}}");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(responses_error_retry_after_ms(error), 432000);
    assert_contains(message_of(error), "432000");
}

/* ---- other methods ---- */

static void whatever_changes_something_has_a_key(void **state)
{
    (void)state;
    static const char *methods[] = {"POST", "PUT", "PATCH", "DELETE", "GET"};
    set(client, "max_retries", "1");
    for (int i = 0; i < (int)COUNT(methods); i++) {
        char key[256] = "";
        const char *body = i < 3 ? "{}" : NULL;
        answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "", 0);
        answer(server_expect(server), 200, "{}");
        assert_ok(responses_send(client, methods[i], "/things/1", body, NTS, NULL, &error), error);
        const char *first = request_header(server_request(server, 2 * i), "idempotency-key");
        if (i == 4) {
            assert_null(first);
            continue;
        }
        assert_non_null(first);
        snprintf(key, sizeof key, "%s", first);
        assert_string_equal(request_header(server_request(server, 2 * i + 1), "idempotency-key"),
                            key);
    }
    answer(server_expect(server), 200, "{\"deleted\":true}");
    assert_ok(responses_delete(client, "resp_1", NULL, &error), error);
    assert_non_null(request_header(server_request(server, 10), "idempotency-key"));
}

static void a_deletion_whose_answer_was_lost(void **state)
{
    (void)state;
    static const char gone[] = "{\"error\":{\"message\":\"No such response.\"}}";
    set(client, "max_retries", "1");
    /* It may have been done. That is said, and not taken for granted. */
    slam_down(server_expect(server));
    answer(server_expect(server), 404, gone);
    assert_status(responses_delete(client, "resp_1", NULL, &error), RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 404);
    assert_contains(message_of(error), "No such response.");
    assert_contains(message_of(error), "may have deleted it");
    responses_error_free(error);
    /* It was not done before it was refused. */
    answer_with(server_expect(server), 429, "Retry-After-Ms: 1\r\n", "", 0);
    answer(server_expect(server), 404, gone);
    assert_status(responses_delete(client, "resp_1", NULL, &error), RESPONSES_E_API, error);
    assert_lacks(message_of(error), "may have deleted it");
}

int main(void)
{
    const struct CMUnitTest retryable[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(codes_that_pass),
        TEST(codes_that_stay),
        TEST(the_first_event_that_fails_is_tried_again),
        TEST(a_keepalive_is_not_the_first_event),
        TEST(what_an_attempt_left_is_no_part_of_the_next),
        TEST(waits_in_words),
        TEST(words_of_a_refusal_that_stays_are_no_wait),
        TEST(a_header_counts_more_than_words),
        TEST(the_wait_in_words_is_waited),
        TEST(an_absurd_wait_in_words_is_not_waited_for),
        TEST(whatever_changes_something_has_a_key),
        TEST(a_deletion_whose_answer_was_lost),
    };
    return run(retryable);
}
