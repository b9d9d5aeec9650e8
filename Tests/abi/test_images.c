/* Images in answers: decoded from base64 while they arrive, and gone from what is read. */
#include <sys/wait.h>

#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_response *response;
static responses_error *error;

/* What the callback was given: "id/member@offset:bytes;" and a line end after the last of one image. */
static struct text log_of;
static struct text image; /* of the last one, alone */
static int pieces, stop_at;
static int64_t expected_offset;
static pid_t child;

static int take(const char *item_id, const char *member, int64_t offset, const char *bytes,
                size_t n, int is_last, void *user_data)
{
    assert_ptr_equal(user_data, &log_of);
    pieces++;
    if (offset == 0) {
        text_addf(&log_of, "%s/%s:", item_id, member);
        text_free(&image);
        memset(&image, 0, sizeof image);
        expected_offset = 0;
    }
    assert_int_equal(offset, expected_offset);
    expected_offset += (int64_t)n;
    if (n)
        text_add_bytes(&log_of, bytes, n);
    if (n)
        text_add_bytes(&image, bytes, n);
    if (is_last)
        text_add(&log_of, "\n");
    if (child == -2)
        child = fork();
    return pieces == stop_at ? 5 : 0;
}

static void forget(void)
{
    responses_error_free(error);
    responses_response_free(response);
    error = NULL;
    response = NULL;
    text_free(&log_of);
    text_free(&image);
    memset(&log_of, 0, sizeof log_of);
    memset(&image, 0, sizeof image);
    pieces = stop_at = 0;
    child = -1;
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    forget();
    assert_int_equal(responses_client_set_image_callback(client, take, &log_of), RESPONSES_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    forget();
    responses_client_free(client);
    server_stop(server);
    return 0;
}

#define ITEM(result)                                                                               \
    "{\"id\":\"ig_1\",\"type\":\"image_generation_call\",\"status\":\"completed\","                \
    "\"result\":" result ",\"size\":\"1x1\"}"
#define COMPLETED(items)                                                                           \
    "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"output\":[" items "]}"

static const char stream[] =
    ": a comment with a \" in it\r\n\r\n"
    "event: response.created\n"
    "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\","
    "\"status\":\"in_progress\",\"output\":[]}}\n\n"
    "data: {\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,"
    "\"item\":{\"id\":\"ig_1\",\"type\":\"image_generation_call\",\"status\":\"in_progress\","
    "\"result\":null}}\r\n\r\n"
    "data: {\"type\":\"response.image_generation_call.partial_image\",\"sequence_number\":2,"
    "\"output_index\":0,\"item_id\":\"ig_1\",\"partial_image_index\":0,"
    "\"partial_image_b64\":\"cGFydA==\"}\n\n"
    "data: {\"type\":\"response.output_item.done\",\"sequence_number\":3,\"output_index\":0,"
    "\"item\":" ITEM("\"d2\\u0068v\\/w\"") "}\n\n"
                                           "data: "
                                           "{\"type\":\"response.completed\",\"sequence_number\":4,"
                                           "\"response\":" COMPLETED(
                                               ITEM("\"d2hv\\/w==\"")) "}\n\n";

#define LOG "ig_1/partial_image_b64:part\nig_1/result:who\xFF\n"

static void check_stream(const struct played *played)
{
    assert_ok(played->status, played->error);
    assert_int_equal(log_of.len, strlen(LOG));
    assert_memory_equal(log_of.data, LOG, log_of.len);
    assert_int_equal(played->events.count, 5);
    assert_string_equal(
        played->events.list[2].json,
        "{\"type\":\"response.image_generation_call.partial_image\",\"sequence_number\":2,"
        "\"output_index\":0,\"item_id\":\"ig_1\",\"partial_image_index\":0,"
        "\"partial_image_b64\":\"\"}");
    assert_contains(played->events.list[3].json, "\"result\":\"\",\"size\"");
    assert_string_equal(value_at(played->response, "/output/0/result"), "");
    assert_string_equal(value_at(played->response, "/output/0/size"), "1x1");
}

static void a_stream_in_one_piece_and_byte_by_byte(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 2; piece++) {
        struct played played = play_bytes(server, client, stream, strlen(stream), piece);
        check_stream(&played);
        played_free(&played);
        forget();
    }
}

static void a_stream_cut_at_every_byte(void **state)
{
    (void)state;
    /* Fed, so that the cut is where it is said to be. */
    for (size_t cut = 1; cut < strlen(stream); cut++) {
        responses_call *call;
        struct played played = {0};
        assert_ok(responses_decode_start(client, &call, &error), error);
        assert_ok(responses_call_feed(call, stream, cut, &error), error);
        const responses_event *event;
        while (responses_call_next(call, &event, &error) == RESPONSES_OK)
            hear(&played.events, event);
        assert_ok(responses_call_feed(call, stream + cut, strlen(stream) - cut, &error), error);
        while ((played.status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
            hear(&played.events, event);
        assert_int_equal(played.status, RESPONSES_DONE);
        played.status = RESPONSES_OK;
        assert_int_equal(responses_response_clone(responses_call_response(call), &played.response),
                         RESPONSES_OK);
        check_stream(&played);
        played_free(&played);
        responses_call_free(call);
        forget();
    }
}

static void a_document_in_pieces(void **state)
{
    (void)state;
    const char *body =
        "\xEF\xBB\xBF{\n \"id\":\"resp_1\",\"status\":\"completed\",\"output\":[\n" ITEM(
            "\"d2hv\"") ",{\"result\":\"bm93\"},[{\"result\":1},\"a\"],{\"type\":\"other\","
                        "\"result\":\"no "
                        "image\"}, {\"id\":\"ig_2\", \"result\" : \"aGVyZQ\", \"type\":"
                        "\"image_generation_call\"}]}\n";
    for (size_t piece = 0; piece < 3; piece++) {
        struct exchange *x = server_expect(server);
        char head[100];
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                 strlen(body));
        say(x, head);
        if (piece)
            say_in_pieces(x, body, strlen(body), piece * piece);
        else
            say(x, body);
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_string_equal(log_of.data, "ig_1/result:who\n/result:now\nig_2/result:here\n");
        assert_string_equal(value_at(response, "/output/0/result"), "");
        assert_string_equal(value_at(response, "/output/1/result"), "");
        assert_string_equal(value_at(response, "/output/3/result"), "no image");
        assert_string_equal(value_at(response, "/output/4/result"), "");
        assert_string_equal(responses_response_id(response), "resp_1");
        forget();
    }
}

static void every_length_of_padding_and_none(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"", ""},      {"YQ==", "a"},   {"YQ", "a"},        {"YWI=", "ab"},
        {"YWI", "ab"}, {"YWJj", "abc"}, {"YWJjZA", "abcd"}, {"\\u0059\\u0051", "a"}};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char body[300], expected[100];
        snprintf(body, sizeof body, COMPLETED(ITEM("\"%s\"")), texts[i][0]);
        snprintf(expected, sizeof expected, "ig_1/result:%s\n", texts[i][1]);
        answer(server_expect(server), 200, body);
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_string_equal(log_of.data, expected);
        forget();
    }
}

static void what_is_not_base64_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {"a",       "abcde",    "ab=",   "ab===",   "=",
                                        "a=b=",    "ab==cd==", "ab d",  "ab-_",    "a\\nb",
                                        "\\u00e9", "ab\\u00",  "\\x41", "\xC3\xA4"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char body[400];
        snprintf(body, sizeof body, COMPLETED(ITEM("\"%s\"")), texts[i]);
        answer(server_expect(server), 200, body);
        assert_status(responses_create(client, REQUEST, NTS, &response, &error),
                      RESPONSES_E_PROTOCOL, error);
        assert_contains(message_of(error), "base64");
        forget();
        snprintf(body, sizeof body,
                 "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}\n\n"
                 "data: {\"type\":\"x\",\"partial_image_b64\":\"%s\"}\n\n",
                 texts[i]);
        struct played played = play_bytes(server, client, body, strlen(body), 0);
        assert_status(played.status, RESPONSES_E_PROTOCOL, played.error);
        assert_int_equal(played.events.count, 1); /* what came before is not lost */
        played_free(&played);
        forget();
    }
}

static void an_answer_that_is_cut_in_an_image_is_an_error(void **state)
{
    (void)state;
    const char *body = COMPLETED(ITEM("\"d2hv"));
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n");
    say_bytes(x, body, strstr(body, "d2hv") - body + 3);
    hang_up(x);
    assert_status(responses_create(client, REQUEST, NTS, &response, &error), RESPONSES_E_NETWORK,
                  error);
    assert_lacks(log_of.data, "\n");
    forget();
    struct played played =
        play_bytes(server, client, stream, strstr(stream, "d2\\u") - stream + 3, 0);
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    played_free(&played);
}

static void an_image_that_was_broken_off_begins_anew(void **state)
{
    (void)state;
    set(client, "max_retries", "1");
    set(client, "retry_min_ms", "1");
    const char *body = COMPLETED(ITEM("\"d2hv\""));
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n");
    say_bytes(x, body, strstr(body, "d2hv") - body + 3);
    hang_up(x);
    answer(server_expect(server), 200, body);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(log_of.data, "ig_1/result:whig_1/result:who\n");
}

static void errors_are_read_as_ever(void **state)
{
    (void)state;
    answer(server_expect(server), 400, "{\"error\":{\"message\":\"no\",\"result\":\"!\"}}");
    assert_status(responses_create(client, REQUEST, NTS, &response, &error), RESPONSES_E_API,
                  error);
    assert_contains(message_of(error), "no");
    forget();
    answer(server_expect(server), 200, "{\"result\":");
    assert_status(responses_create(client, REQUEST, NTS, &response, &error), RESPONSES_E_PROTOCOL,
                  error);
    assert_int_equal(pieces, 0);
}

static void the_callback_stops_the_call(void **state)
{
    (void)state;
    stop_at = 1;
    struct played played = play_bytes(server, client, stream, strlen(stream), 0);
    assert_status(played.status, RESPONSES_E_USER, played.error);
    assert_contains(message_of(played.error), "5");
    assert_int_equal(played.events.count, 2);
    assert_int_equal(pieces, 1);
    played_free(&played);
}

static void null_ends_it_and_a_derived_client_has_it(void **state)
{
    (void)state;
    responses_client *other;
    assert_ok(responses_client_derive(client, &other, &error), error);
    assert_int_equal(responses_client_set_image_callback(client, NULL, NULL), RESPONSES_OK);
    answer(server_expect(server), 200, COMPLETED(ITEM("\"d2hv\"")));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(value_at(response, "/output/0/result"), "d2hv");
    forget();
    answer(server_expect(server), 200, COMPLETED(ITEM("\"d2hv\"")));
    assert_ok(responses_create(other, REQUEST, NTS, &response, &error), error);
    assert_string_equal(value_at(response, "/output/0/result"), "");
    responses_client_free(other);
}

static void a_large_image_is_no_large_event(void **state)
{
    (void)state;
    enum { SIZE = 6 << 20 };
    struct text body = {0};
    text_add(&body, "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}\n\n"
                    "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\","
                    "\"status\":\"completed\",\"output\":[{\"type\":\"image_generation_call\","
                    "\"result\":\"");
    text_add_times(&body, 'A', SIZE / 3 * 4);
    text_add(&body, "\"}]}}\n\n");
    set(client, "max_event_bytes", "1024");
    set(client, "max_response_bytes", "1024");
    struct played played = play_bytes(server, client, body.data, body.len, 0);
    assert_ok(played.status, played.error);
    assert_int_equal(image.len, SIZE);
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(image.data[i], 0);
    played_free(&played);
    text_free(&body);
}

static void it_can_be_read_in_an_event_loop(void **state)
{
    (void)state;
    responses_call *call, *ready;
    int status = RESPONSES_AGAIN;
    answer(server_expect(server), 200, COMPLETED(ITEM("\"d2hv\"")));
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    while (status == RESPONSES_AGAIN) {
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            const responses_event *event;
            status = responses_call_next(ready, &event, &error);
        }
    }
    assert_int_equal(status, RESPONSES_DONE);
    assert_string_equal(log_of.data, "ig_1/result:who\n");
    responses_call_free(call);
}

static void the_callback_may_fork(void **state)
{
    (void)state;
    child = -2;
    answer(server_expect(server), 200, COMPLETED(ITEM("\"d2hv\"")));
    const int status = responses_create(client, REQUEST, NTS, &response, &error);
    if (child == 0)
        _exit(status == RESPONSES_E_FORKED ? 0 : 1);
    assert_ok(status, error);
    int outcome = -1;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(outcome, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_stream_in_one_piece_and_byte_by_byte),
        T(a_stream_cut_at_every_byte),
        T(a_document_in_pieces),
        T(every_length_of_padding_and_none),
        T(what_is_not_base64_is_an_error),
        T(an_answer_that_is_cut_in_an_image_is_an_error),
        T(an_image_that_was_broken_off_begins_anew),
        T(errors_are_read_as_ever),
        T(the_callback_stops_the_call),
        T(null_ends_it_and_a_derived_client_has_it),
        T(a_large_image_is_no_large_event),
        T(it_can_be_read_in_an_event_loop),
        T(the_callback_may_fork),
    };
    return run(tests);
}
