/* Arguments are checked before anything is sent: RESPONSES_E_INVALID, with no attempt made. */
#include "test.h"

#define NTS RESPONSES_NTS

/* Port 1 answers nobody: a request that was sent would be RESPONSES_E_NETWORK. */
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    client = client_at("http://127.0.0.1:1/v1");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    return 0;
}

static void check_invalid(int status, const void *out, const char *expression, int line)
{
    if (status != RESPONSES_E_INVALID)
        print_error("%s\n", expression);
    check_status(status, RESPONSES_E_INVALID, error, __FILE__, line);
    assert_null(out);
    assert_non_null(error);
    assert_int_equal(responses_error_status(error), RESPONSES_E_INVALID);
    assert_int_equal(responses_error_attempts(error), 0);
    assert_int_equal(responses_error_http_status(error), 0);
    assert_true(strlen(message_of(error)) > 5);
    responses_error_free(error);
    error = NULL;
}

/* The expression uses &out and &error. */
#define response_invalid(expression)                                                               \
    do {                                                                                           \
        responses_response *out = (responses_response *)&client;                                   \
        int status_ = (expression);                                                                \
        check_invalid(status_, out, #expression, __LINE__);                                        \
    } while (0)
#define call_invalid(expression)                                                                   \
    do {                                                                                           \
        responses_call *out = (responses_call *)&client;                                           \
        int status_ = (expression);                                                                \
        check_invalid(status_, out, #expression, __LINE__);                                        \
    } while (0)

static void the_body_must_be_a_json_object(void **state)
{
    (void)state;
    static const char *bodies[] = {
        "",
        " ",
        "null",
        "[]",
        "\"text\"",
        "1",
        "{",
        "{\"a\":}",
        "{\"a\":1,}",
        "{} {}",
        "{'a':1}",
        "{\"a\":01}",
        "{a:1}",
        "{\"a\":1}x",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xff\"}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const char *json = bodies[i];
        response_invalid(responses_create(client, json, NTS, &out, &error));
        response_invalid(responses_create_stream(client, json, NTS, ignore, NULL, &out, &error));
        response_invalid(responses_count_input_tokens(client, json, NTS, &out, &error));
        response_invalid(responses_compact(client, json, NTS, &out, &error));
        call_invalid(responses_create_start(client, json, NTS, &out, &error));
        call_invalid(responses_create_stream_start(client, json, NTS, &out, &error));
        call_invalid(responses_count_input_tokens_start(client, json, NTS, &out, &error));
        call_invalid(responses_compact_start(client, json, NTS, &out, &error));
    }
}

static void the_message_says_where_the_json_is_broken(void **state)
{
    (void)state;
    assert_int_equal(responses_create(client, "{\"model\": nope}", NTS, NULL, &error),
                     RESPONSES_E_INVALID);
    assert_contains(message_of(error), "JSON");
    responses_error_free(error);
}

static void the_error_names_the_argument(void **state)
{
    (void)state;
    responses_create(client, "{", NTS, NULL, &error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "json");
    responses_error_free(error);
    responses_get(client, "", NULL, 0, NULL, &error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "id");
    responses_error_free(error);
    responses_send(client, "YELL", "/x", NULL, 0, NULL, &error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "method");
    responses_error_free(error);
    responses_client_set(client, "timeout_ms", "soon", &error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "timeout_ms");
    responses_error_free(error);
}

static void a_length_is_taken_at_its_word(void **state)
{
    (void)state;
    response_invalid(responses_create(client, "{}", 1, &out, &error));
    response_invalid(responses_create(client, "{}", 0, &out, &error));
    response_invalid(responses_create(client, "{\"a\":\"\0\"}", 9, &out, &error));
    response_invalid(responses_create(client, "{}\0", 3, &out, &error));
    /* "{}" is good, the rest is not looked at: it is sent, and nobody is there. */
    assert_int_equal(responses_create(client, "{}garbage", 2, NULL, NULL), RESPONSES_E_NETWORK);
}

static void a_body_of_any_depth_is_survived(void **state)
{
    (void)state;
    struct text json = {0};
    text_add(&json, "{\"input\":");
    text_add_times(&json, '[', 200000);
    text_add_times(&json, ']', 200000);
    text_add(&json, "}");
    response_invalid(responses_create(client, json.data, json.len, &out, &error));
    response_invalid(
        responses_create_stream(client, json.data, json.len, ignore, NULL, &out, &error));
    text_free(&json);
}

static void an_id_must_be_one(void **state)
{
    (void)state;
    static const char *ids[] = {"", ".", ".."};
    for (size_t i = 0; i < COUNT(ids); i++) {
        const char *id = ids[i];
        response_invalid(responses_get(client, id, NULL, 0, &out, &error));
        response_invalid(responses_cancel(client, id, &out, &error));
        response_invalid(responses_delete(client, id, &out, &error));
        response_invalid(responses_list_input_items(client, id, NULL, 0, &out, &error));
        response_invalid(responses_wait(client, id, 1000, &out, &error));
        response_invalid(responses_get_stream(client, id, NULL, 0, ignore, NULL, &out, &error));
        call_invalid(responses_get_start(client, id, NULL, 0, &out, &error));
        call_invalid(responses_cancel_start(client, id, &out, &error));
        call_invalid(responses_delete_start(client, id, &out, &error));
        call_invalid(responses_list_input_items_start(client, id, NULL, 0, &out, &error));
        call_invalid(responses_wait_start(client, id, 1000, &out, &error));
        call_invalid(responses_get_stream_start(client, id, NULL, 0, &out, &error));
    }
}

static void query_parameters_must_be_a_json_object(void **state)
{
    (void)state;
    static const char *params[] = {"", "[]", "null", "{", "limit=1", "{\"a\":1}{}"};
    for (size_t i = 0; i < COUNT(params); i++) {
        const char *p = params[i];
        response_invalid(responses_get(client, "resp_1", p, NTS, &out, &error));
        response_invalid(responses_list_input_items(client, "resp_1", p, NTS, &out, &error));
        response_invalid(
            responses_get_stream(client, "resp_1", p, NTS, ignore, NULL, &out, &error));
    }
}

static void the_page_parameters_have_their_limits(void **state)
{
    (void)state;
    static const char *params[] = {
        "{\"limit\":0}",
        "{\"limit\":101}",
        "{\"limit\":-1}",
        "{\"limit\":\"x\"}",
        "{\"limit\":1.5}",
        "{\"limit\":99999999999999999999}",
        "{\"order\":\"sideways\"}",
        "{\"order\":1}",
    };
    for (size_t i = 0; i < COUNT(params); i++) {
        const char *p = params[i];
        response_invalid(responses_list_input_items(client, "resp_1", p, NTS, &out, &error));
        call_invalid(responses_list_input_items_start(client, "resp_1", p, NTS, &out, &error));
    }
    assert_int_equal(
        responses_list_input_items(client, "resp_1", "{\"limit\":101}", NTS, NULL, &error),
        RESPONSES_E_INVALID);
    assert_contains(message_of(error), "100");
    responses_error_free(error);
    error = NULL;
    assert_int_equal(
        responses_list_input_items(client, "resp_1", "{\"order\":\"up\"}", NTS, NULL, &error),
        RESPONSES_E_INVALID);
    assert_contains(message_of(error), "desc");
    responses_error_free(error);
}

static void the_cursor_of_a_stream_must_be_a_number(void **state)
{
    (void)state;
    static const char *params[] = {"{\"starting_after\":\"x\"}", "{\"starting_after\":1.5}",
                                   "{\"starting_after\":[]}"};
    for (size_t i = 0; i < COUNT(params); i++)
        call_invalid(responses_get_stream_start(client, "resp_1", params[i], NTS, &out, &error));
}

static void send_takes_known_methods_and_paths_below_the_base(void **state)
{
    (void)state;
    static const char *methods[] = {"", "get", "HEAD", "GET ", "CONNECT", "GET\r\nX: y"};
    static const char *paths[] = {"", "conversations", "http://evil.example/", "/a b",
                                  "/a\r\nX-Evil: 1"};
    for (size_t i = 0; i < COUNT(methods); i++)
        response_invalid(responses_send(client, methods[i], "/models", NULL, 0, &out, &error));
    for (size_t i = 0; i < COUNT(paths); i++)
        response_invalid(responses_send(client, "GET", paths[i], NULL, 0, &out, &error));
    response_invalid(responses_send(client, "POST", "/conversations", "{", NTS, &out, &error));
    call_invalid(responses_send_start(client, "POST", "/conversations", "{", NTS, &out, &error));
    call_invalid(responses_send_start(client, "YELL", "/conversations", NULL, 0, &out, &error));
}

static void null_is_invalid_wherever_something_is_needed(void **state)
{
    (void)state;
    response_invalid(responses_create(NULL, REQUEST, NTS, &out, &error));
    response_invalid(responses_create(client, NULL, NTS, &out, &error));
    response_invalid(responses_create(client, NULL, 0, &out, &error));
    response_invalid(responses_get(NULL, "resp_1", NULL, 0, &out, &error));
    response_invalid(responses_get(client, NULL, NULL, 0, &out, &error));
    response_invalid(responses_cancel(NULL, "resp_1", &out, &error));
    response_invalid(responses_cancel(client, NULL, &out, &error));
    response_invalid(responses_delete(NULL, "resp_1", &out, &error));
    response_invalid(responses_delete(client, NULL, &out, &error));
    response_invalid(responses_list_input_items(NULL, "resp_1", NULL, 0, &out, &error));
    response_invalid(responses_list_input_items(client, NULL, NULL, 0, &out, &error));
    response_invalid(responses_count_input_tokens(NULL, REQUEST, NTS, &out, &error));
    response_invalid(responses_count_input_tokens(client, NULL, NTS, &out, &error));
    response_invalid(responses_compact(NULL, REQUEST, NTS, &out, &error));
    response_invalid(responses_compact(client, NULL, NTS, &out, &error));
    response_invalid(responses_wait(NULL, "resp_1", 0, &out, &error));
    response_invalid(responses_wait(client, NULL, 0, &out, &error));
    response_invalid(responses_send(NULL, "GET", "/models", NULL, 0, &out, &error));
    response_invalid(responses_send(client, NULL, "/models", NULL, 0, &out, &error));
    response_invalid(responses_send(client, "GET", NULL, NULL, 0, &out, &error));
    response_invalid(responses_create_stream(NULL, REQUEST, NTS, ignore, NULL, &out, &error));
    response_invalid(responses_create_stream(client, NULL, NTS, ignore, NULL, &out, &error));
    response_invalid(responses_get_stream(NULL, "resp_1", NULL, 0, ignore, NULL, &out, &error));
    response_invalid(responses_get_stream(client, NULL, NULL, 0, ignore, NULL, &out, &error));
    call_invalid(responses_create_start(NULL, REQUEST, NTS, &out, &error));
    call_invalid(responses_create_start(client, NULL, NTS, &out, &error));
    call_invalid(responses_create_stream_start(NULL, REQUEST, NTS, &out, &error));
    call_invalid(responses_create_stream_start(client, NULL, NTS, &out, &error));
    call_invalid(responses_get_start(NULL, "resp_1", NULL, 0, &out, &error));
    call_invalid(responses_get_start(client, NULL, NULL, 0, &out, &error));
    call_invalid(responses_get_stream_start(NULL, "resp_1", NULL, 0, &out, &error));
    call_invalid(responses_get_stream_start(client, NULL, NULL, 0, &out, &error));
    call_invalid(responses_cancel_start(NULL, "resp_1", &out, &error));
    call_invalid(responses_delete_start(NULL, "resp_1", &out, &error));
    call_invalid(responses_list_input_items_start(NULL, "resp_1", NULL, 0, &out, &error));
    call_invalid(responses_count_input_tokens_start(NULL, REQUEST, NTS, &out, &error));
    call_invalid(responses_compact_start(NULL, REQUEST, NTS, &out, &error));
    call_invalid(responses_wait_start(NULL, "resp_1", 0, &out, &error));
    call_invalid(responses_send_start(NULL, "GET", "/models", NULL, 0, &out, &error));
}

static void without_an_out_nothing_is_kept(void **state)
{
    (void)state;
    /* Every out and err may be NULL. */
    assert_int_equal(responses_create(client, "{", NTS, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_create_start(client, "{", NTS, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_new(NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_create(client, "{}", NTS, NULL, NULL), RESPONSES_E_NETWORK);
    /* A call that nobody can read is freed at once. */
    assert_int_equal(responses_create_start(client, "{}", NTS, NULL, NULL), RESPONSES_OK);
}

static void null_handles_answer_like_wrong_ones(void **state)
{
    (void)state;
    const responses_event *event = NULL;
    responses_call *call = NULL;
    size_t len = 7;
    int count = 7, type = 7;
    char buffer[64];
    const char *value;

    assert_int_equal(responses_client_set(NULL, "api_key", "x", NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_set_header(NULL, "X", "x", NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_set_log(NULL, 1, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_derive(NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_true(responses_client_fd(NULL) < 0);
    assert_int_equal(responses_client_dispatch(NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_next_ready(NULL, &call), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_next_ready(client, NULL), RESPONSES_E_INVALID);
    responses_client_interrupt(NULL);
    responses_client_free(NULL);

    assert_int_equal(responses_call_next(NULL, &event, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_next_batch(NULL, 0, buffer, sizeof buffer, &len, &count, NULL),
                     RESPONSES_E_INVALID);
    const char *bytes = "";
    len = 1;
    assert_int_equal(responses_call_next_bytes(NULL, &bytes, &len, NULL), RESPONSES_E_INVALID);
    assert_null(bytes);
    assert_int_equal(len, 0);
    assert_string_equal(responses_response_http_version(NULL), "");
    assert_int_equal(responses_call_wait(NULL, 0), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_cancel(NULL), RESPONSES_E_INVALID);
    assert_null(responses_call_response(NULL));
    assert_int_equal(responses_call_set_user_data(NULL, NULL), RESPONSES_E_INVALID);
    assert_null(responses_call_user_data(NULL));
    responses_call_free(NULL);

    assert_int_equal(responses_error_status(NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_error_http_status(NULL), 0);
    assert_int_equal(responses_error_is_retryable(NULL), 0);
    assert_int_equal(responses_error_retry_after_ms(NULL), -1);
    assert_int_equal(responses_error_attempts(NULL), 0);
    assert_int_equal(responses_error_last_sequence(NULL), -1);
    assert_string_equal(responses_error_field(NULL, RESPONSES_ERROR_MESSAGE, &len), "");
    responses_error_free(NULL);

    responses_response_json(NULL, &len);
    responses_response_text(NULL, &len);
    responses_response_id(NULL);
    responses_response_status(NULL);
    responses_response_request_id(NULL);
    responses_response_history(NULL, &len);
    assert_int_equal(responses_response_http_status(NULL), 0);
    assert_null(responses_response_header(NULL, "x"));
    assert_int_equal(responses_response_attempts(NULL), 0);
    assert_int_equal(responses_response_get(NULL, "", &type, &value, &len), RESPONSES_E_INVALID);
    assert_int_equal(responses_response_clone(NULL, NULL), RESPONSES_E_INVALID);
    responses_response_free(NULL);

    responses_event_type(NULL);
    responses_event_text(NULL, &len);
    responses_event_json(NULL, &len);
    responses_event_response_id(NULL);
    responses_event_item_id(NULL);
    assert_int_equal(responses_event_sequence(NULL), -1);
    assert_int_equal(responses_event_output_index(NULL), -1);
    assert_int_equal(responses_event_content_index(NULL), -1);
    assert_int_equal(responses_event_get(NULL, "", &type, &value, &len), RESPONSES_E_INVALID);
    assert_int_equal(responses_event_clone(NULL, NULL), RESPONSES_E_INVALID);
    responses_event_free(NULL);
}

static void a_pointer_that_is_no_handle_is_told_apart(void **state)
{
    (void)state;
    static uint64_t nothing[64];
    responses_call *call = (responses_call *)nothing;
    responses_client *other = (responses_client *)nothing;
    assert_int_equal(responses_call_wait(call, 0), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_cancel(call), RESPONSES_E_INVALID);
    assert_int_equal(responses_create(other, REQUEST, NTS, NULL, NULL), RESPONSES_E_INVALID);
    /* One kind of handle for another. */
    assert_int_equal(responses_call_wait((responses_call *)client, 0), RESPONSES_E_INVALID);
    assert_int_equal(responses_create((responses_client *)error, REQUEST, NTS, NULL, NULL),
                     RESPONSES_E_INVALID);
    responses_call_free((responses_call *)client);
    assert_int_equal(responses_create(client, "{}", NTS, NULL, NULL), RESPONSES_E_NETWORK);
}

static void an_unknown_error_field_is_null(void **state)
{
    (void)state;
    size_t len = 7;
    assert_int_equal(responses_create(client, "{", NTS, NULL, &error), RESPONSES_E_INVALID);
    assert_null(responses_error_field(error, 0, &len));
    assert_null(responses_error_field(error, 99, &len));
    assert_null(responses_error_field(error, -1, NULL));
    for (int i = RESPONSES_ERROR_MESSAGE; i <= RESPONSES_ERROR_HEADERS; i++) {
        const char *value = responses_error_field(error, i, &len);
        assert_non_null(value);
        assert_int_equal(strlen(value), len);
    }
    responses_error_free(error);
}

int main(void)
{
    const struct CMUnitTest arguments[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_body_must_be_a_json_object),
        TEST(the_message_says_where_the_json_is_broken),
        TEST(the_error_names_the_argument),
        TEST(a_length_is_taken_at_its_word),
        TEST(a_body_of_any_depth_is_survived),
        TEST(an_id_must_be_one),
        TEST(query_parameters_must_be_a_json_object),
        TEST(the_page_parameters_have_their_limits),
        TEST(the_cursor_of_a_stream_must_be_a_number),
        TEST(send_takes_known_methods_and_paths_below_the_base),
        TEST(null_is_invalid_wherever_something_is_needed),
        TEST(without_an_out_nothing_is_kept),
        TEST(null_handles_answer_like_wrong_ones),
        TEST(a_pointer_that_is_no_handle_is_told_apart),
        TEST(an_unknown_error_field_is_null),
    };
    return run(arguments);
}
