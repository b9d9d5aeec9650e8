/* A function that is told of every attempt: what it is told, and what follows. */
#include "told.h"

#include "test.h"

#define NTS        RESPONSES_NTS
#define QUICK      "Retry-After-Ms: 1\r\n"
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"
#define REFUSED    "{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}"

enum {
    END = RESPONSES_NEXT_END,
    RETRY = RESPONSES_NEXT_RETRY,
    RESUME = RESPONSES_NEXT_RESUME,
    POLL = RESPONSES_NEXT_POLL
};

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_response *response;
static responses_error *error;
static struct sse sse;
static struct told told;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_retries", "2");
    assert_int_equal(responses_client_set_attempt_callback(client, tell, &told), RESPONSES_OK);
    sse_begin(&sse, "resp_bg");
    sse_created(&sse);
    sse_queued(&sse);
    sse_in_progress(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"a", "b", "c", NULL});
    sse_completed(&sse);
    call = NULL;
    response = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    told_free(&told);
    return 0;
}

static void refuse(int status, const char *headers, const char *body)
{
    answer_with(server_expect(server), status, headers, body, strlen(body));
}

static int create(void)
{
    responses_error_free(error);
    responses_response_free(response);
    return responses_create(client, REQUEST, NTS, &response, &error);
}

static void begins_with(struct exchange *x, int events)
{
    stream_head(x, "");
    if (events > 0)
        stream_chunk(x, sse.text.data, sse.end[events - 1]);
    hang_up(x);
}

static void a_create_is_one_attempt(void **state)
{
    (void)state;
    answer_with(server_expect(server), 200, "x-request-id: req_7\r\n", RESPONSE, strlen(RESPONSE));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_ok(create(), error);
    assert_int_equal(told.count, 2);
    for (int i = 0; i < 2; i++) {
        const struct attempt *a = &told.list[i];
        assert_attempt(&told, i, 1, RESPONSES_OK, 200, END);
        assert_int_equal(a->phase, RESPONSES_PHASE_READING);
        assert_int_equal(a->reused, i);
        assert_string_equal(a->operation, "create");
        assert_string_equal(a->method, "POST");
        assert_string_equal(a->path, "/responses");
        assert_string_equal(a->reason, "");
        assert_true(a->has_response);
        assert_int_equal(a->input, 1);
        assert_int_equal(a->output, 2);
        assert_int_equal(a->tokens, 3);
        assert_int_equal(a->events, 0);
        assert_int_equal(a->first_event, -1);
        assert_int_equal(a->tls, -1);
        assert_int_equal(a->lookup >= 0, !i);
        assert_int_equal(a->connect >= 0, !i);
        assert_true(a->sent >= 0 && a->first_byte >= 0);
        assert_null(a->user_data);
        const struct request *request = server_request(server, i);
        /* The request's line, "POST /v1/responses HTTP/1.1", and the empty one. */
        assert_int_equal(a->bytes_sent, strlen("POST /v1/responses HTTP/1.1\r\n\r\n") +
                                            strlen(request->head) + request->body_len);
        assert_true(a->bytes_received > (int64_t)strlen(RESPONSE));
        assert_true(a->bytes_received < (int64_t)strlen(RESPONSE) + 300);
    }
    assert_contains(told.list[0].json, "\"request_id\":\"req_7\"");
    assert_contains(told.list[0].json, "\"request_model\":\"m\"");
    assert_contains(told.list[0].json, "\"response_id\":\"resp_1\"");
    assert_contains(told.list[0].json, "\"status\":\"RESPONSES_OK\"");
    assert_contains(told.list[0].json, "\"next\":\"end\"");
    assert_contains(told.list[0].json, "\"host\":\"127.0.0.1\"");
    char port[32];
    snprintf(port, sizeof port, "\"port\":%d,", server_port(server));
    assert_contains(told.list[0].json, port);
    assert_contains(told.list[0].json, "\"http_version\":\"HTTP/1.1\"");
    assert_contains(told.list[0].json, "\"tokens\":{\"input\":1,\"cached\":null,\"output\":2,"
                                       "\"reasoning\":null,\"total\":3}");
    assert_contains(told.list[1].json, "\"request_id\":null");
}

static void retries_are_told_with_their_pauses(void **state)
{
    (void)state;
    refuse(429, QUICK "x-ratelimit-limit-requests: 60\r\nx-ratelimit-reset-requests: 1m2.5s\r\n",
           REFUSED);
    hang_up(server_expect(server));
    answer(server_expect(server), 200, RESPONSE);
    set(client, "retry_min_ms", "1");
    assert_ok(create(), error);
    assert_int_equal(told.count, 3);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 429, RETRY);
    assert_attempt(&told, 1, 2, RESPONSES_E_NETWORK, 0, RETRY);
    assert_attempt(&told, 2, 3, RESPONSES_OK, 200, END);
    assert_string_equal(told.list[0].reason, "rate_limit_exceeded");
    assert_int_equal(told.list[0].pause, 1);
    assert_int_equal(told.list[0].retry_after, 1);
    assert_int_equal(told.list[0].input, -1);
    assert_contains(told.list[0].json, "{\"limit\":60,\"remaining\":null,\"reset_ms\":62500}");
    assert_string_equal(told.list[1].reason, "network");
    assert_int_equal(told.list[1].first_byte, -1);
    assert_int_equal(told.list[1].phase, RESPONSES_PHASE_WAITING);
}

static void the_last_failure_is_the_end(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        refuse(503, QUICK, "{}");
    assert_int_equal(create(), RESPONSES_E_API);
    refuse(400, "", REFUSED);
    assert_int_equal(create(), RESPONSES_E_API);
    refuse(429, "Retry-After: 100000\r\n", REFUSED);
    assert_int_equal(create(), RESPONSES_E_API);
    assert_int_equal(told.count, 5);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 503, RETRY);
    assert_attempt(&told, 1, 2, RESPONSES_E_API, 503, RETRY);
    assert_attempt(&told, 2, 3, RESPONSES_E_API, 503, END);
    assert_attempt(&told, 3, 1, RESPONSES_E_API, 400, END);
    assert_attempt(&told, 4, 1, RESPONSES_E_API, 429, END);
    assert_int_equal(told.list[4].retry_after, 100000000);
}

/* Lets the server go on, some time after the first event. */
static int goes_on_later(const responses_event *event, void *user_data)
{
    if (responses_event_sequence(event) == 0) {
        sleep_ms(20);
        server_go(server);
    }
    return collect(event, user_data);
}

static void a_stream_tells_of_its_events(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[0]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[0], sse.text.len - sse.end[0]);
    stream_end(x);
    struct events events = {0};
    assert_ok(
        responses_create_stream(client, REQUEST, NTS, goes_on_later, &events, &response, &error),
        error);
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_OK, 200, END);
    assert_int_equal(told.list[0].events, sse.count);
    assert_true(told.list[0].first_event >= 0);
    /* The others were not sent before the first had been read, and then some. */
    assert_true(told.list[0].last_event >= told.list[0].first_event + 20000);
    assert_string_equal(told.list[0].operation, "create");
    assert_contains(told.list[0].json, "\"response_id\":\"resp_bg\"");
    events_free(&events);
}

static void a_stream_that_is_resumed_tells_of_each(void **state)
{
    (void)state;
    begins_with(server_expect(server), 5);
    struct exchange *x = server_expect(server);
    answer_stream(x, sse.text.data + sse.end[4], sse.text.len - sse.end[4]);
    struct events events = {0};
    assert_ok(responses_create_stream(client, BACKGROUND, NTS, collect, &events, NULL, &error),
              error);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_E_TRUNCATED, 200, RESUME);
    assert_attempt(&told, 1, 2, RESPONSES_OK, 200, END);
    assert_int_equal(told.list[0].events, 5);
    assert_int_equal(told.list[1].events, sse.count - 5);
    assert_string_equal(told.list[0].reason, "truncated");
    assert_false(told.list[0].has_response);
    assert_true(told.list[1].has_response);
    assert_string_equal(told.list[1].operation, "create");
    assert_string_equal(told.list[1].method, "GET");
    assert_string_equal(told.list[1].path, "/responses/{id}");
    events_free(&events);
}

static void polls_are_told(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "1");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"in_progress\"}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait(client, "resp_1", -1, &response, &error), error);
    assert_int_equal(told.count, 3);
    assert_attempt(&told, 0, 1, RESPONSES_OK, 200, POLL);
    assert_attempt(&told, 1, 2, RESPONSES_OK, 200, POLL);
    assert_attempt(&told, 2, 3, RESPONSES_OK, 200, END);
    assert_int_equal(told.list[0].pause, 1);
    assert_string_equal(told.list[0].operation, "wait");
    assert_string_equal(told.list[0].method, "GET");
    assert_contains(told.list[0].json, "\"response_id\":\"resp_1\"");
}

static void every_operation_has_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        answer(server_expect(server), 200,
               "{\"object\":\"response.input_tokens\","
               "\"input_tokens\":7,\"data\":[],\"id\":\"r\"}");
    assert_ok(responses_get(client, "r", NULL, 0, NULL, &error), error);
    assert_ok(responses_delete(client, "r", NULL, &error), error);
    assert_ok(responses_cancel(client, "r", NULL, &error), error);
    assert_ok(responses_compact(client, REQUEST, NTS, NULL, &error), error);
    assert_ok(responses_list_input_items(client, "r", NULL, 0, NULL, &error), error);
    assert_ok(responses_count_input_tokens(client, REQUEST, NTS, NULL, &error), error);
    assert_ok(responses_send(client, "GET", "/models?secret=1", NULL, 0, NULL, &error), error);
    assert_ok(create(), error);
    const char *names[] = {
        "get",  "delete", "cancel", "compact", "list_input_items", "count_input_tokens",
        "send", "create"};
    assert_int_equal(told.count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(told.list[i].operation, names[i]);
        assert_lacks(told.list[i].json, "secret");
    }
    assert_string_equal(told.list[6].path, "{path}");
    /* A count of tokens is known by another name than those of a response. */
    assert_int_equal(told.list[5].input, 7);
}

static void what_was_asked_for_is_told(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client,
                               "{\"input\":\"hi\",\"model\":\"m\\u00e9\\n\",\"conversation\":"
                               "{\"id\":\"conv_1\"},\"previous_response_id\":\"resp_0\"}",
                               NTS, &response, &error),
              error);
    assert_contains(told.list[0].json, "\"request_model\":\"m\xc3\xa9 \"");
    assert_contains(told.list[0].json, "\"conversation\":\"conv_1\"");
    assert_contains(told.list[0].json, "\"previous_response_id\":\"resp_0\"");
}

static void attempts_that_do_not_reach_the_server(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    struct {
        const char *url;
        int status, phase;
    } cases[] = {
        {"http://name.invalid/v1", RESPONSES_E_NETWORK, RESPONSES_PHASE_LOOKUP},
        {"http://127.0.0.1:1/v1", RESPONSES_E_NETWORK, RESPONSES_PHASE_CONNECT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        set(client, "base_url", cases[i].url);
        assert_int_equal(create(), cases[i].status);
        assert_attempt(&told, (int)i, 1, cases[i].status, 0, END);
        assert_int_equal(told.list[i].phase, cases[i].phase);
        assert_int_equal(told.list[i].sent, -1);
        assert_int_equal(told.list[i].connect, -1);
        assert_int_equal(told.list[i].reused, 0);
        assert_int_equal(told.list[i].bytes_sent, 0);
        assert_int_equal(told.list[i].bytes_received, 0);
    }
    assert_contains(told.list[0].json, "\"host\":\"name.invalid\",\"port\":80,");
    assert_contains(told.list[1].json, "\"phase\":\"connect\"");
}

static void the_next_server_is_another_attempt(void **state)
{
    (void)state;
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:1/v1");
    set(client, "base_url", url);
    set(client, "fallback_base_urls", server_url(server));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_E_NETWORK, 0, RETRY);
    assert_attempt(&told, 1, 2, RESPONSES_OK, 200, END);
    assert_contains(told.list[0].json, "\"port\":1,");
}

static void gives_a_key(responses_key_request *request, void *user_data)
{
    int *count = user_data;
    responses_key_request_answer(request, (*count)++ ? "the-second-key" : "the-first-key", NTS,
                                 NULL);
    responses_key_request_free(request);
}

static void another_key_is_another_attempt(void **state)
{
    (void)state;
    int keys = 0;
    assert_int_equal(responses_client_set_key_callback(client, gives_a_key, &keys), RESPONSES_OK);
    refuse(401, "x-request-id: the-first-key\r\n", "{\"error\":{\"code\":\"the-first-key\"}}");
    answer_with(server_expect(server), 200, "x-request-id: is the-second-key\r\n", RESPONSE,
                strlen(RESPONSE));
    assert_ok(create(), error);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 401, RETRY);
    assert_attempt(&told, 1, 2, RESPONSES_OK, 200, END);
    assert_lacks(told.list[0].json, "the-first-key");
    assert_contains(told.list[1].json, "\"request_id\":\"is ***\"");
}

/* W3C Trace Context: a header of a derived client goes with every request of its calls. */
static void traceparent_goes_with_every_attempt(void **state)
{
    (void)state;
    const char *trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    responses_client *derived = NULL;
    assert_ok(responses_client_derive(client, &derived, &error), error);
    assert_ok(responses_client_set_header(derived, "traceparent", trace, &error), error);
    refuse(503, QUICK, "{}");
    begins_with(server_expect(server), 5);
    begins_with(server_expect(server), 0);
    answer(server_expect(server), 200, RESPONSE);
    set(derived, "resume_attempts", "1");
    set(derived, "retry_min_ms", "1");
    responses_create_stream(derived, BACKGROUND, NTS, ignore, NULL, NULL, &error);
    assert_int_equal(responses_create(client, REQUEST, NTS, &response, NULL), RESPONSES_OK);
    for (int i = 0; i < 3; i++) {
        const char *sent = request_header(server_request(server, i), "traceparent");
        assert_non_null(sent);
        assert_string_equal(sent, trace);
    }
    assert_null(request_header(server_request(server, 3), "traceparent"));
    assert_lacks(told.list[0].json, trace);
    responses_client_free(derived);
}

static void clients_that_are_derived_tell_too(void **state)
{
    (void)state;
    responses_client *derived = NULL;
    assert_ok(responses_client_derive(client, &derived, &error), error);
    assert_int_equal(responses_client_set_attempt_callback(client, NULL, NULL), RESPONSES_OK);
    answer(server_expect(server), 200, RESPONSE);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(told.count, 0);
    assert_ok(responses_create(derived, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(told.count, 1);
    responses_client_free(derived);
    assert_int_equal(responses_client_set_attempt_callback(NULL, tell, &told), RESPONSES_E_INVALID);
}

static void a_call_keeps_the_function_that_it_started_with(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_client_set_attempt_callback(client, NULL, NULL), RESPONSES_OK);
    responses_call_set_user_data(call, &call);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    assert_int_equal(told.count, 1);
    assert_ptr_equal(told.list[0].user_data, &call);
}

static void refused_arguments_start_nothing(void **state)
{
    (void)state;
    assert_int_equal(responses_create(client, "[", NTS, &response, &error), RESPONSES_E_INVALID);
    responses_error_free(error);
    assert_int_equal(responses_create_start(client, "{}x", NTS, &call, &error),
                     RESPONSES_E_INVALID);
    responses_error_free(error);
    assert_ok(responses_decode_start(client, &call, &error), error);
    assert_int_equal(responses_call_feed(call, sse.text.data, sse.text.len, NULL), RESPONSES_OK);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    assert_int_equal(told.count, 0);
}

static void an_event_loop_is_told(void **state)
{
    (void)state;
    refuse(503, QUICK, "{}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    responses_call *ready = NULL;
    const int64_t end = now_ms() + at_most(10000);
    while (told.ends == 0 && now_ms() < end) {
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK && told.ends == 0)
            assert_ptr_equal(ready, call);
    }
    /* Before it was read: it has become ready because of it. */
    assert_int_equal(told.count, 2);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    assert_int_equal(told.count, 2);
}

static const responses_attempt *kept;
static void keeps_it(const responses_attempt *attempt, void *user_data)
{
    (void)user_data;
    kept = attempt;
}

static void after_the_function_nothing_is_known(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, keeps_it, NULL);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    assert_non_null(kept);
    assert_int_equal(responses_attempt_number(kept, RESPONSES_ATTEMPT_NUMBER), -1);
    assert_string_equal(responses_attempt_text(kept, RESPONSES_ATTEMPT_METHOD, NULL), "");
    assert_string_equal(responses_attempt_json(kept, NULL), "");
    assert_int_equal(responses_attempt_number(NULL, RESPONSES_ATTEMPT_NUMBER), -1);
    assert_string_equal(responses_attempt_json(NULL, NULL), "");
    assert_null(responses_attempt_user_data(NULL));
    assert_null(responses_attempt_response(kept));
    assert_null(responses_attempt_response(NULL));
    assert_int_equal(responses_attempt_rate_limit(NULL, RESPONSES_RATE_LIMIT_REQUESTS), -1);
}

/* Wherever a stream is cut, every attempt is told once, and one is the last. */
static void cut_anywhere(void **state)
{
    (void)state;
    set(client, "max_retries", "1");
    set(client, "retry_min_ms", "1");
    for (size_t cut = 0; cut < sse.text.len; cut += 1 + cut % 7) {
        told_free(&told);
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        if (cut > 0)
            stream_chunk(x, sse.text.data, cut);
        hang_up(x);
        int is_retried = cut < sse.end[0];
        if (is_retried)
            answer_stream(server_expect(server), sse.text.data, sse.text.len);
        struct played played = play(client);
        int is_whole = cut >= sse.end[sse.count - 1] - 1;
        assert_int_equal(told.count, is_retried ? 2 : 1);
        assert_int_equal(told.ends, 1);
        assert_int_equal(told.list[told.count - 1].status, played.status);
        assert_int_equal(played.status,
                         is_retried || is_whole ? RESPONSES_OK : RESPONSES_E_TRUNCATED);
        assert_int_equal(told.list[told.count - 1].events, played.events.count);
        played_free(&played);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(a_create_is_one_attempt),
        T(retries_are_told_with_their_pauses),
        T(the_last_failure_is_the_end),
        T(a_stream_tells_of_its_events),
        T(a_stream_that_is_resumed_tells_of_each),
        T(polls_are_told),
        T(every_operation_has_its_name),
        T(what_was_asked_for_is_told),
        T(attempts_that_do_not_reach_the_server),
        T(the_next_server_is_another_attempt),
        T(another_key_is_another_attempt),
        T(traceparent_goes_with_every_attempt),
        T(clients_that_are_derived_tell_too),
        T(a_call_keeps_the_function_that_it_started_with),
        T(refused_arguments_start_nothing),
        T(an_event_loop_is_told),
        T(after_the_function_nothing_is_known),
        T(cut_anywhere),
    };
    return run(tests);
}
