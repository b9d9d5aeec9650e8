/* Streams of HTTP/2 that the server ends before their first event: what nobody has heard is asked for again. */
#include "network.h"

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = tls_server(NULL);
    client = client_of(server, NULL);
    set(client, "http_version", "2");
    set(client, "max_retries", "2");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    process_stop(server);
    return 0;
}

/* NO_ERROR to INADEQUATE_SECURITY (RFC 9113, section 7), all at once. The one code that is left out,
   HTTP_1_1_REQUIRED, is another request to libcurl. */
enum { CODES = 13 };

static void reset_with_every_code(const char *plan, int first_code)
{
    responses_call *calls[CODES] = {NULL};
    for (int code = first_code; code < CODES; code++) {
        char text[96];
        snprintf(text, sizeof text, "events=30,code=%d,retry=1,%s", code, plan);
        set_plan(client, server, text);
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &calls[code], &error), error);
    }
    for (int code = first_code; code < CODES; code++) {
        struct events events = {0};
        assert_status(read_call(calls[code], &events, &error), RESPONSES_DONE, error);
        check_numbers(&events, 0, 30);
        events_free(&events);
        responses_call_free(calls[code]);
    }
    assert_int_equal(count_at(server, "requests"), 2 * (CODES - first_code));
}

static void before_the_answer(void **state)
{
    (void)state;
    /* 0 stands for REFUSED_STREAM there. */
    reset_with_every_code("cut=refuse", 0);
}

static void between_the_answer_and_its_first_event(void **state)
{
    (void)state;
    reset_with_every_code("after=0,cut=rst", 0);
}

static void with_the_connection(void **state)
{
    (void)state;
    static const char *const plans[] = {
        "events=30,cut=goaway,retry=1",         "events=30,cut=goaway,code=2,retry=1",
        "events=30,cut=goaway,code=11,retry=1", "events=30,after=0,cut=fin,retry=1",
        "events=30,after=0,cut=reset,retry=1",  "events=30,after=0,cut=notify,retry=1",
    };
    for (size_t i = 0; i < COUNT(plans); i++) {
        responses_client_free(client);
        client = client_of(server, plans[i]);
        set(client, "http_version", "2");
        set(client, "max_retries", "2");
        check_whole_stream(client, 30);
    }
    assert_int_equal(count_at(server, "requests"), 2 * (int)COUNT(plans));
}

static void documents_too(void **state)
{
    (void)state;
    static const char *const plans[] = {"cut=refuse,code=2,retry=1", "cut=refuse,code=7,retry=1",
                                        "after=0,cut=rst,code=2,retry=1"};
    for (size_t i = 0; i < COUNT(plans); i++) {
        set_plan(client, server, plans[i]);
        responses_response *response = NULL;
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
        assert_int_equal(responses_response_attempts(response), 2);
        responses_response_free(response);
    }
}

/* Events in the packet of the reset: libcurl up to 7.88 loses them and the request is sent again, later ones
   hand them over, and then it must not be. */
static void what_came_with_the_reset(void **state)
{
    (void)state;
    set_plan(client, server, "events=30,after=0,cut=rst,code=2,tail=3,retry=1");
    struct played played = play(client);
    if (played.status == RESPONSES_OK) {
        check_numbers(&played.events, 0, 30);
        assert_int_equal(count_at(server, "requests"), 2);
    } else {
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        assert_in_range(played.events.count, 1, 3);
        check_numbers(&played.events, 0, played.events.count);
        assert_int_equal(responses_error_last_sequence(played.error), played.events.count - 1);
        assert_int_equal(responses_error_is_retryable(played.error), 1);
        assert_int_equal(count_at(server, "requests"), 1);
    }
    played_free(&played);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest http2_resets[] = {
        TEST(before_the_answer),        TEST(between_the_answer_and_its_first_event),
        TEST(with_the_connection),      TEST(documents_too),
        TEST(what_came_with_the_reset),
    };
    return run(http2_resets);
}
