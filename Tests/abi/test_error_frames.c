/* Errors that a stream tells in another shape than the documented one: none of their words is lost. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static const struct shape {
    const char *frame, *message, *type, *code;
} shapes[] = {
    {"data: {\"error\":{\"message\":\"m1\",\"type\":\"t1\",\"param\":null,\"code\":\"c1\"}}\n\n",
     "m1", "t1", "c1"},
    {"data: {\"error\":{\"message\":\"m1\",\"type\":\"NotFoundError\",\"code\":404}}\n\n", "m1",
     "NotFoundError", "404"},
    {"data: {\"error\":\"m1\"}\n\n", "m1", "", ""},
    {"data: {\"error\":\"m1\",\"status_code\":400}\n\n", "m1", "", ""},
    {"data: {\"error\":[{\"message\":\"m1\",\"code\":\"c1\"}]}\n\n", "m1", "", "c1"},
    {"data: {\"errors\":[{\"message\":\"m1\",\"code\":\"c1\"}]}\n\n", "m1", "", "c1"},
    {"data: {\"object\":\"error\",\"message\":\"m1\",\"type\":\"BadRequestError\",\"param\":null,"
     "\"code\":400}\n\n",
     "m1", "BadRequestError", "400"},
    {"data: {\"detail\":\"m1\"}\n\n", "m1", "", ""},
    {"data: {\"detail\":{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}}\n\n", "m1", "", "c1"},
    {"data: {\"code\":\"InvalidParameter\",\"message\":\"m1\",\"request_id\":\"r\"}\n\n", "m1", "",
     "InvalidParameter"},
    {"data: {\"code\":400,\"message\":\"m1\"}\n\n", "m1", "", "400"},
    {"data: {\"success\":false,\"message\":\"m1\"}\n\n", "m1", "", ""},
    {"event: error\ndata: {\"message\":\"m1\",\"code\":\"c1\"}\n\n", "m1", "", "c1"},
    {"data: {\"message\":\"m1\"}\nevent: error\n\n", "m1", "", ""},
    {"event: error\ndata: {\"type\":\"invalid_request_error\",\"message\":\"m1\"}\n\n", "m1",
     "invalid_request_error", ""},
    {"event: error\ndata: {\"error\":\"m1\"}\n\n", "m1", "", ""},
    {"event: message\ndata: {\"error\":{\"message\":\"m1\"}}\n\n", "m1", "", ""},
    {"event: response.output_text.delta\ndata: {\"error\":{\"message\":\"m1\"}}\n\n", "m1", "", ""},
    {"data: {\"type\":\"response.error\",\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}\n\n", "m1",
     "", "c1"},
    {"data: {\"type\":\"invalid_request_error\",\"message\":\"m1\"}\n\n", "m1",
     "invalid_request_error", ""},
    {"data: {\"type\":\"oops\",\"error\":{\"message\":\"m1\"}}\n\n", "m1", "oops", ""},
    {"data: {\"type\":\"error\",\"error\":{\"type\":\"t1\",\"message\":\"m1\"}}\n\n", "m1", "t1",
     ""},
    {"data: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\","
     "\"error\":{\"code\":\"c1\",\"message\":\"m1\"}}}\n\n",
     "m1", "", "c1"},
};

enum end { DONE, EOF_, NOTHING };

/* The shape that the request's input names, after `events` events of an answer. */
struct script {
    int events;
    enum end end;
};

static void play_shape(const struct request *request, struct exchange *x, void *user_data)
{
    const struct script *script = user_data;
    int which = atoi(strstr(request->body, "shape ") + strlen("shape "));
    struct sse sse;
    sse_hello(&sse, "resp_1");
    stream_head(x, "X-Request-Id: req_1\r\n");
    if (script->events > 0)
        stream_chunk(x, sse.text.data, sse.end[script->events - 1]);
    stream_chunk(x, shapes[which].frame, strlen(shapes[which].frame));
    if (script->end == DONE)
        stream_chunk(x, "data: [DONE]\n\n", strlen("data: [DONE]\n\n"));
    if (script->end == NOTHING)
        await_close(x);
    else
        stream_end(x);
    sse_free(&sse);
}

static responses_call *start(size_t which)
{
    char body[64];
    responses_call *call;
    responses_error *error;
    snprintf(body, sizeof body, "{\"model\":\"m\",\"input\":\"shape %zu\"}", which);
    assert_ok(responses_create_stream_start(client, body, NTS, &call, &error), error);
    return call;
}

/* The call ends as the server said, and the last event is its error. */
static void check(responses_call *call, const struct shape *shape, int events)
{
    struct events heard = {0};
    responses_error *error = NULL;
    int status = read_call(call, &heard, &error);
    if (status != RESPONSES_E_API || strstr(message_of(error), shape->message) == NULL)
        print_error("%s gives %s: %s\n", shape->frame, responses_status_name(status),
                    message_of(error));
    assert_status(status, RESPONSES_E_API, error);
    assert_contains(message_of(error), shape->message);
    assert_string_equal(field(error, RESPONSES_ERROR_TYPE), shape->type);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), shape->code);
    assert_contains(shape->frame, field(error, RESPONSES_ERROR_BODY));
    assert_true(strlen(field(error, RESPONSES_ERROR_BODY)) > 5);
    assert_string_equal(field(error, RESPONSES_ERROR_REQUEST_ID), "req_1");
    assert_int_equal(responses_error_http_status(error), 200);
    assert_contains(field(error, RESPONSES_ERROR_HISTORY), "\"attempt\":1,\"http_status\":200");
    assert_lacks(field(error, RESPONSES_ERROR_HISTORY), "\"reason\":\"\"");
    assert_int_equal(heard.count, events + 1);
    int kind = heard.list[events].kind;
    assert_true(kind == RESPONSES_EVENT_ERROR || kind == RESPONSES_EVENT_FAILED);
    assert_true(strcmp(heard.list[events].type, "error") == 0 || kind == RESPONSES_EVENT_FAILED ||
                strstr(shape->frame, heard.list[events].type) != NULL);
    assert_contains(shape->frame, heard.list[events].json);
    events_free(&heard);
    responses_error_free(error);
    responses_call_free(call);
}

static void every_shape(int events, enum end end)
{
    struct script script = {events, end};
    server_set_handler(server, play_shape, &script);
    /* All at once, because those that nothing follows wait for a moment. */
    responses_call *calls[COUNT(shapes)];
    for (size_t i = 0; i < COUNT(shapes); i++)
        calls[i] = start(i);
    for (size_t i = 0; i < COUNT(shapes); i++)
        check(calls[i], &shapes[i], events);
}

static void as_the_first_event(void **state)
{
    (void)state;
    every_shape(0, EOF_);
}

static void as_the_first_event_before_done(void **state)
{
    (void)state;
    every_shape(0, DONE);
}

static void in_mid_stream(void **state)
{
    (void)state;
    every_shape(5, EOF_);
    every_shape(5, DONE);
}

static void nothing_more_is_waited_for_long(void **state)
{
    (void)state;
    int64_t begin = now_ms();
    every_shape(5, NOTHING);
    /* The grace for details is a second; the limits of time are at thirty. */
    assert_true(now_ms() - begin < at_most(8000));
}

static void read_by_a_document_operation(void **state)
{
    (void)state;
    /* A server that streams where a document was asked for. */
    for (size_t i = 0; i < COUNT(shapes); i++) {
        responses_error *error = NULL;
        answer_stream(server_expect(server), shapes[i].frame, strlen(shapes[i].frame));
        assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
        assert_contains(message_of(error), shapes[i].message);
        assert_string_equal(field(error, RESPONSES_ERROR_CODE), shapes[i].code);
        responses_error_free(error);
    }
}

/* ---- what is no event at all ---- */

static struct played played_bytes(const char *bytes)
{
    answer_stream(server_expect(server), bytes, strlen(bytes));
    return play(client);
}

static void words_in_place_of_json(void **state)
{
    (void)state;
    struct played played = played_bytes("event: error\ndata: upstream is down\n\n");
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_contains(message_of(played.error), "upstream is down");
    assert_string_equal(field(played.error, RESPONSES_ERROR_BODY), "upstream is down");
    played_free(&played);
    played = played_bytes("event: error\ndata: \"upstream is down\"\n\n");
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_contains(message_of(played.error), "upstream is down");
    played_free(&played);
    /* A list of errors cannot be handed over as an event. */
    played = played_bytes("data: [{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}]\n\n");
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_contains(message_of(played.error), "m1");
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "c1");
    played_free(&played);
    /* Unnamed words are broken framing, but are told. */
    played = played_bytes("data: upstream is down\n\n");
    assert_status(played.status, RESPONSES_E_PROTOCOL, played.error);
    assert_contains(message_of(played.error), "upstream is down");
    assert_contains(field(played.error, RESPONSES_ERROR_HISTORY), "\"http_status\":200");
    played_free(&played);
}

static void what_may_be_an_error_is_one_when_the_stream_ends(void **state)
{
    (void)state;
    static const char *frames[] = {
        /* A step that failed; the response may go on. */
        "data: {\"type\":\"response.tool.failed\",\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}"
        "\n\n",
        /* A chunk of another API, with an error in it. */
        "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"choices\":[],"
        "\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}\n\n",
    };
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct played played = played_bytes(frames[i]);
        assert_status(played.status, RESPONSES_E_API, played.error);
        assert_contains(message_of(played.error), "m1");
        assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "c1");
        assert_int_equal(played.events.count, 1);
        assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_OTHER);
        played_free(&played);

        struct sse sse;
        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        sse_raw(&sse, frames[i]);
        sse_completed(&sse);
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        played = play(client);
        assert_ok(played.status, played.error);
        played_free(&played);
        sse_free(&sse);
    }
}

static void a_terminal_event_may_tell_a_failure(void **state)
{
    (void)state;
    static const char *frames[] = {
        "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"failed\","
        "\"error\":{\"code\":\"c1\",\"message\":\"m1\"},\"output\":[]}}\n\n",
        "data: {\"type\":\"response.done\",\"response\":{\"id\":\"r\",\"status\":\"failed\","
        "\"status_details\":{\"type\":\"failed\",\"error\":{\"code\":\"c1\",\"message\":\"m1\"}}}}"
        "\n\n",
        "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"status\":\"failed\","
        "\"last_error\":{\"code\":\"c1\",\"message\":\"m1\"}}}\n\n",
        "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"status\":\"failed\"},"
        "\"error\":{\"code\":\"c1\",\"message\":\"m1\"}}\n\n",
        "data: {\"type\":\"response.completed\",\"error\":{\"code\":\"c1\",\"message\":\"m1\"}}"
        "\n\n",
    };
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct played played = played_bytes(frames[i]);
        assert_status(played.status, RESPONSES_E_API, played.error);
        assert_contains(message_of(played.error), "m1");
        assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "c1");
        assert_int_equal(played.events.count, 1);
        assert_contains(frames[i], played.events.list[0].json);
        played_free(&played);
    }
}

/* A stream that could be resumed, were it not for the number of attempts. */
static void the_last_words_of_a_background_stream(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int status;
    } ends[] = {
        {"{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}", RESPONSES_E_API},
        {"<html><title>m1</title></html>", RESPONSES_E_TRUNCATED},
        {"m1\n", RESPONSES_E_TRUNCATED},
    };
    for (size_t i = 0; i < COUNT(ends); i++) {
        for (int attempts = 0; attempts < 2; attempts++) {
            struct sse sse;
            sse_hello(&sse, "resp_1");
            set(client, "resume_attempts", attempts == 0 ? "0" : "1");
            for (int j = 0; j <= attempts; j++) {
                struct exchange *x = server_expect(server);
                stream_head(x, "");
                stream_chunk(x, ": hello\n\n", 9);
                if (j == 0)
                    stream_chunk(x, sse.text.data, sse.end[2]);
                stream_chunk(x, ends[i].words, strlen(ends[i].words));
                hang_up(x);
            }
            struct played played = {0};
            played.status = responses_get_stream(client, "resp_1", NULL, 0, collect, &played.events,
                                                 &played.response, &played.error);
            assert_status(played.status, ends[i].status, played.error);
            assert_contains(message_of(played.error), "m1");
            assert_int_equal(played.events.count, 3);
            played_free(&played);
            sse_free(&sse);
        }
    }
}

static void what_is_no_error_stays_an_event(void **state)
{
    (void)state;
    static const char *frames[] = {
        "data: {\"type\":\"response.new_thing\",\"error\":null}\n\n",
        "data: {\"type\":\"response.new_thing\",\"message\":\"m\"}\n\n",
        "data: {\"type\":\"progress\",\"message\":\"thinking\"}\n\n",
        "event: ping\ndata: {\"message\":\"m\"}\n\n",
        "data: {\"error\":null}\n\n",
        "data: {\"error\":{}}\n\n",
        "data: {\"error\":\"\"}\n\n",
        "data: {\"message\":\"m\"}\n\n",
        "data: {}\n\n",
    };
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct sse sse;
        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        sse_raw(&sse, frames[i]);
        sse_completed(&sse);
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 3);
        assert_int_equal(played.events.list[1].kind, RESPONSES_EVENT_OTHER);
        played_free(&played);
        sse_free(&sse);
    }
}

static void an_error_between_the_events_is_found(void **state)
{
    (void)state;
    /* Written into the stream by a gateway, or not ended by a blank line. */
    static const char *ends[] = {
        "{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}",
        "{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}\n",
        "{\n  \"error\": {\n    \"message\": \"m1\",\n    \"code\": \"c1\"\n  }\n}\n",
        "\n{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}\n\ndata: [DONE]\n\n",
        "data: {\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}",
        "data: {\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}\n",
        "event: error\ndata: {\"type\":\"error\",\"message\":\"m1\",\"code\":\"c1\"}\n",
        "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"message\":\"m1\",\"code\":"
        "\"c1\"}}}",
        "id: 7\nretry: 5\n: ping\n{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}",
    };
    for (size_t i = 0; i < COUNT(ends); i++) {
        for (int events = 0; events < 4; events += 3) {
            struct sse sse;
            sse_hello(&sse, "resp_1");
            struct exchange *x = server_expect(server);
            stream_head(x, "");
            if (events > 0)
                stream_chunk(x, sse.text.data, sse.end[events - 1]);
            else
                stream_chunk(x, ": hello\n\n", 9);
            stream_chunk(x, ends[i], strlen(ends[i]));
            stream_end(x);
            struct played played = play(client);
            if (played.status != RESPONSES_E_API)
                print_error("%s\n", ends[i]);
            assert_status(played.status, RESPONSES_E_API, played.error);
            assert_contains(message_of(played.error), "m1");
            assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "c1");
            assert_contains(field(played.error, RESPONSES_ERROR_BODY), "m1");
            assert_int_equal(played.events.count, events);
            played_free(&played);
            sse_free(&sse);
        }
    }
}

static void words_in_place_of_a_stream_are_told(void **state)
{
    (void)state;
    struct played played = played_bytes("upstream connect error or disconnect/reset\n");
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_contains(message_of(played.error), "upstream connect error or disconnect/reset");
    played_free(&played);
}

static void the_words_of_two_reports_are_put_together(void **state)
{
    (void)state;
    struct played played =
        played_bytes("data: {\"error\":\"m1\"}\n\n"
                     "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\","
                     "\"status\":\"failed\",\"error\":{\"code\":\"c1\",\"message\":\"m2\"}}}\n\n");
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_contains(message_of(played.error), "m1");
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "c1");
    assert_int_equal(played.events.count, 2);
    played_free(&played);
}

int main(void)
{
    const struct CMUnitTest error_frames[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(as_the_first_event),
        TEST(as_the_first_event_before_done),
        TEST(in_mid_stream),
        TEST(nothing_more_is_waited_for_long),
        TEST(read_by_a_document_operation),
        TEST(words_in_place_of_json),
        TEST(what_may_be_an_error_is_one_when_the_stream_ends),
        TEST(a_terminal_event_may_tell_a_failure),
        TEST(the_last_words_of_a_background_stream),
        TEST(what_is_no_error_stays_an_event),
        TEST(an_error_between_the_events_is_found),
        TEST(words_in_place_of_a_stream_are_told),
        TEST(the_words_of_two_reports_are_put_together),
    };
    return run(error_frames);
}
