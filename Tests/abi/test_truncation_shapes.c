/* Streams as servers send them, cut at every byte and in every way: exactly the events that were
   complete, and what they had made of the answer. */
#include "shapes.h"
#include "test.h"

#define NTS        RESPONSES_NTS
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"

enum way { FIN, RST, LAST_CHUNK, WAYS };

static struct server *server;
static responses_client *client;
static struct shape shape;
/* Where the server of a background response stands; whether it can go on. */
enum { GOES_ON, FORGETS };
static int memory;

/* ---- the server ---- */

/* How it answers what comes after a cut. */
static void answer_get(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    const char *cursor = strstr(request->target, "starting_after=");
    if (memory == FORGETS || cursor == NULL) {
        answer(x, 404, "{\"error\":{\"message\":\"not found\"}}");
        return;
    }
    size_t from = shape.sse.end[strtol(cursor + strlen("starting_after="), NULL, 10)];
    answer_stream(x, shape.sse.text.data + from, shape.sse.text.len - from);
}

/* A new one now and then: it remembers all of its connections. */
static void start_server(void)
{
    if (client != NULL) {
        responses_client_free(client);
        server_stop(server);
    }
    server = server_start();
    server_set_handler(server, answer_get, NULL);
    client = client_for(server);
}

static int setup(void **state)
{
    (void)state;
    start_server();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    shape_free(&shape);
    responses_client_free(client);
    server_stop(server);
    client = NULL;
    return 0;
}

static void play_cut(size_t cut, enum way way)
{
    struct exchange *x = server_expect(server);
    if (way == LAST_CHUNK) {
        stream_head(x, "");
        if (cut > 0)
            stream_chunk(x, shape.sse.text.data, cut);
        stream_end(x);
    } else {
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        say_bytes(x, shape.sse.text.data, cut);
        if (way == RST)
            slam_down(x);
        else
            hang_up(x);
    }
}

/* ---- one cut ---- */

static int complete_before(size_t cut)
{
    int complete = 0;
    while (complete < shape.sse.count && shape.sse.end[complete] <= cut)
        complete++;
    return complete;
}

static void check_error(const responses_error *error, int complete)
{
    assert_int_equal(responses_error_status(error), RESPONSES_E_TRUNCATED);
    assert_int_equal(responses_error_last_sequence(error), complete - 1);
    assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID),
                        complete > 0 ? shape.sse.response_id : "");
}

/* Plays the stream up to the cut; `whole`: the rest must come by itself. */
static void check_cut(const char *request, size_t cut, enum way way, int whole)
{
    responses_call *call = NULL;
    responses_error *error = NULL;
    struct events events = {0};
    int complete = whole ? shape.sse.count : complete_before(cut);
    int expected = complete == shape.sse.count ? RESPONSES_DONE : RESPONSES_E_TRUNCATED;
    play_cut(cut, way);
    assert_ok(responses_create_stream_start(client, request, NTS, &call, &error), error);
    int status = read_call(call, &events, &error);
    if (status != expected || events.count != complete)
        print_error("cut at byte %zu of %zu in way %d: %s after %d events instead of %d\n", cut,
                    shape.sse.text.len, way, responses_status_name(status), events.count, complete);
    assert_status(status, expected, error);
    check_heard(&events, &shape.sse, complete);
    for (int i = 0; i < complete; i++)
        assert_int_equal(events.list[i].sequence, i);
    const responses_response *response = responses_call_response(call);
    if (complete > 0)
        shape_check(&shape, complete, response);
    else
        assert_null(response);
    if (expected == RESPONSES_DONE)
        assert_null(error);
    else
        check_error(error, complete);
    responses_error_free(error);
    responses_call_free(call);
    events_free(&events);
}

static void at_every_byte(const char *request, int goes_on)
{
    const size_t step = is_slow() ? 31 : 1;
    int played = 0;
    for (enum way way = FIN; way < WAYS; way++) {
        for (size_t cut = way; cut <= shape.sse.text.len; cut += step) {
            check_cut(request, cut, way, goes_on && complete_before(cut) > 0);
            if (++played % 1000 == 0)
                start_server();
        }
        check_cut(request, shape.sse.text.len - 1, way, goes_on);
        check_cut(request, shape.sse.text.len, way, goes_on);
    }
    print_message("  %d events, %zu bytes, %d cuts\n", shape.sse.count, shape.sse.text.len, played);
}

/* ---- the shapes ---- */

static void calls_of_functions(void **state)
{
    (void)state;
    shape_function_call(&shape);
    at_every_byte(REQUEST, 0);
}

static void reasoning(void **state)
{
    (void)state;
    shape_reasoning(&shape);
    at_every_byte(REQUEST, 0);
}

static void a_refusal(void **state)
{
    (void)state;
    shape_refusal(&shape);
    at_every_byte(REQUEST, 0);
}

static void a_background_stream_that_cannot_go_on(void **state)
{
    (void)state;
    memory = FORGETS;
    shape_background(&shape);
    at_every_byte(BACKGROUND, 0);
}

static void a_background_stream_that_goes_on(void **state)
{
    (void)state;
    memory = GOES_ON;
    shape_background(&shape);
    at_every_byte(BACKGROUND, 1);
}

int main(void)
{
    const struct CMUnitTest shapes[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(calls_of_functions),
        TEST(reasoning),
        TEST(a_refusal),
        TEST(a_background_stream_that_cannot_go_on),
        TEST(a_background_stream_that_goes_on),
    };
    return run(shapes);
}
