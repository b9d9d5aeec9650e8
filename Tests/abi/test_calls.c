/* Calls: start, next, wait, cancel and free at any moment. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    call = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void start_hello(void)
{
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_non_null(call);
}

/* A stream that says the first events and then waits. */
static void start_held(int events)
{
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[events - 1]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[events - 1], sse.text.len - sse.end[events - 1]);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
}

static void every_operation_has_a_twin(void **state)
{
    (void)state;
    static const char *expected[][2] = {
        {"POST", "/v1/responses"},
        {"GET", "/v1/responses/resp_1"},
        {"POST", "/v1/responses/resp_1/cancel"},
        {"DELETE", "/v1/responses/resp_1"},
        {"GET", "/v1/responses/resp_1/input_items?limit=5"},
        {"POST", "/v1/responses/input_tokens"},
        {"POST", "/v1/responses/compact"},
        {"GET", "/v1/responses/resp_1"},
        {"GET", "/v1/models"},
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        responses_error *problem = (responses_error *)&call;
        int status = RESPONSES_E_INVALID;
        answer(server_expect(server), 200, RESPONSE);
        switch (i) {
        case 0:
            status = responses_create_start(client, REQUEST, NTS, &call, &problem);
            break;
        case 1:
            status = responses_get_start(client, "resp_1", NULL, 0, &call, &problem);
            break;
        case 2:
            status = responses_cancel_start(client, "resp_1", &call, &problem);
            break;
        case 3:
            status = responses_delete_start(client, "resp_1", &call, &problem);
            break;
        case 4:
            status = responses_list_input_items_start(client, "resp_1", "{\"limit\":5}", NTS, &call,
                                                      &problem);
            break;
        case 5:
            status = responses_count_input_tokens_start(client, REQUEST, NTS, &call, &problem);
            break;
        case 6:
            status = responses_compact_start(client, REQUEST, NTS, &call, &problem);
            break;
        case 7:
            status = responses_wait_start(client, "resp_1", 5000, &call, &problem);
            break;
        case 8:
            status = responses_send_start(client, "GET", "/models", NULL, 0, &call, &problem);
            break;
        }
        assert_ok(status, problem);
        assert_null(problem);
        assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
        assert_null(error);
        const responses_response *response = responses_call_response(call);
        assert_non_null(response);
        assert_string_equal(responses_response_json(response, NULL), RESPONSE);
        const struct request *request = server_request(server, (int)i);
        assert_string_equal(request->method, expected[i][0]);
        assert_string_equal(request->target, expected[i][1]);
        responses_call_free(call);
        call = NULL;
    }
}

static void next_never_blocks(void **state)
{
    (void)state;
    const responses_event *event = (const responses_event *)&call;
    int64_t start = now_ms();
    start_held(1);
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_ok(responses_call_next(call, &event, &error), error);
    assert_int_equal(responses_event_kind(event), RESPONSES_EVENT_CREATED);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_AGAIN);
        assert_null(event);
        assert_null(error);
    }
    assert_true(now_ms() - start < at_most(5000));
    server_go(server);
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
}

static void wait_returns_again_when_its_time_is_up(void **state)
{
    (void)state;
    const responses_event *event;
    start_held(1);
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    /* What is there is there, however often one asks. */
    assert_int_equal(responses_call_wait(call, 0), RESPONSES_OK);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_OK);
    int64_t start = now_ms();
    assert_int_equal(responses_call_wait(call, 0), RESPONSES_AGAIN);
    assert_int_equal(responses_call_wait(call, 50), RESPONSES_AGAIN);
    assert_in_range(now_ms() - start, 45, at_most(5000));
    server_go(server);
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
}

static void wait_ok_means_that_next_has_something(void **state)
{
    (void)state;
    const responses_event *event;
    int events = 0, status;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    /* Half events wake nobody up. */
    for (size_t at = 0; at < sse.text.len; at += 50) {
        stream_chunk(x, sse.text.data + at, sse.text.len - at < 50 ? sse.text.len - at : 50);
        pause_for(x, 1);
    }
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    for (;;) {
        assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
        status = responses_call_next(call, &event, &error);
        assert_int_not_equal(status, RESPONSES_AGAIN);
        if (status != RESPONSES_OK)
            break;
        events++;
    }
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(events, 11);
}

static void done_stays_done(void **state)
{
    (void)state;
    const responses_event *event = NULL;
    start_hello();
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_DONE);
        assert_null(event);
        assert_null(error);
        assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    }
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_DONE);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL),
                        "Hello, world!");
}

static void a_call_is_freed_at_any_moment(void **state)
{
    (void)state;
    const responses_event *event;
    /* Before anything was sent. */
    set(client, "base_url", "http://127.0.0.1:1/v1");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    responses_call_free(call);
    set(client, "base_url", server_url(server));
    /* After n events. */
    for (int n = 1; n <= 10; n++) {
        start_held(n);
        for (int i = 0; i < n; i++) {
            assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
            assert_ok(responses_call_next(call, &event, &error), error);
        }
        responses_call_free(call);
        server_go(server);
    }
    call = NULL;
    /* The client works on. */
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void a_call_outlives_its_client(void **state)
{
    (void)state;
    struct events events = {0};
    start_held(3);
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    responses_client_free(client);
    client = NULL;
    server_go(server);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, 11);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL),
                        "Hello, world!");
    events_free(&events);
}

static void a_freed_call_is_not_taken_for_one(void **state)
{
    (void)state;
    start_hello();
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    responses_call *gone = call;
    responses_call_free(call);
    call = NULL;
    assert_int_equal(responses_call_wait(gone, 0), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_next(gone, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_cancel(gone), RESPONSES_E_INVALID);
    assert_null(responses_call_response(gone));
    responses_call_free(gone);
}

static void user_data_is_carried_along(void **state)
{
    (void)state;
    int mine;
    start_hello();
    assert_null(responses_call_user_data(call));
    assert_int_equal(responses_call_set_user_data(call, &mine), RESPONSES_OK);
    assert_ptr_equal(responses_call_user_data(call), &mine);
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    assert_ptr_equal(responses_call_user_data(call), &mine);
    assert_int_equal(responses_call_set_user_data(call, NULL), RESPONSES_OK);
    assert_null(responses_call_user_data(call));
}

static void an_event_is_borrowed_and_its_clone_is_kept(void **state)
{
    (void)state;
    const responses_event *event = NULL;
    responses_event *kept[16] = {0};
    int count = 0;
    start_hello();
    for (;;) {
        int status = responses_call_next(call, &event, &error);
        if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, at_most(20000));
        else if (status == RESPONSES_OK) {
            assert_int_equal(responses_event_clone(event, &kept[count++]), RESPONSES_OK);
            /* Freeing what is borrowed is harmless. */
            responses_event_free((responses_event *)(uintptr_t)event);
            assert_int_equal(responses_event_sequence(event), count - 1);
        } else
            break;
    }
    responses_call_free(call);
    call = NULL;
    assert_int_equal(count, 11);
    assert_string_equal(responses_event_text(kept[4], NULL), "Hello");
    assert_string_equal(responses_event_item_id(kept[4]), "msg_1");
    assert_string_equal(responses_event_response_id(kept[4]), "resp_1");
    const char *value;
    int type;
    assert_int_equal(responses_event_get(kept[2], "/item/role", &type, &value, NULL), RESPONSES_OK);
    assert_string_equal(value, "assistant");
    assert_int_equal(type, RESPONSES_JSON_STRING);
    assert_int_equal(responses_event_get(kept[2], "/item/nothing", NULL, NULL, NULL),
                     RESPONSES_E_RANGE);
    assert_int_equal(responses_event_get(kept[2], "item", NULL, NULL, NULL), RESPONSES_E_INVALID);
    for (int i = 0; i < count; i++)
        responses_event_free(kept[i]);
}

static void the_text_of_an_event_may_be_asked_for_twice(void **state)
{
    (void)state;
    const responses_event *event = NULL;
    size_t len;
    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    sse_delta(&sse, 0, "msg_1", "\\u00e9\\n");
    sse_completed(&sse);
    start_hello();
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_ok(responses_call_next(call, &event, &error), error);
    const char *text = responses_event_text(event, &len);
    const char *json = responses_event_json(event, NULL);
    assert_string_equal(text, "\xc3\xa9\n");
    assert_int_equal(len, 3);
    assert_ptr_equal(responses_event_text(event, NULL), text);
    assert_ptr_equal(responses_event_json(event, NULL), json);
    assert_contains(json, "\"delta\":\"\\u00e9\\n\"");
}

int main(void)
{
    const struct CMUnitTest calls[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(every_operation_has_a_twin),
        TEST(next_never_blocks),
        TEST(wait_returns_again_when_its_time_is_up),
        TEST(wait_ok_means_that_next_has_something),
        TEST(done_stays_done),
        TEST(a_call_is_freed_at_any_moment),
        TEST(a_call_outlives_its_client),
        TEST(a_freed_call_is_not_taken_for_one),
        TEST(user_data_is_carried_along),
        TEST(an_event_is_borrowed_and_its_clone_is_kept),
        TEST(the_text_of_an_event_may_be_asked_for_twice),
    };
    return run(calls);
}
