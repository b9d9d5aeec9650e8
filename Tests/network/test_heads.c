/* Heads, interim answers and trailers that are too large, over both versions of HTTP. */
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
    set(client, "max_retries", "2");
    /* Thousands of headers are work for the server, on a machine with other work. */
    set(client, "first_event_timeout_ms", "60000");
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

static void refuse(const char *plan, const char *words)
{
    const int before = count_at(server, "requests");
    set_plan(client, server, plan);
    for (int streams = 0; streams < 2; streams++) {
        int status = streams
                         ? responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error)
                         : responses_create(client, REQUEST, NTS, NULL, &error);
        assert_status(status, RESPONSES_E_LIMIT, error);
        assert_contains(message_of(error), words);
        assert_int_equal(responses_error_attempts(error), 1);
        responses_error_free(error);
        error = NULL;
    }
    assert_int_equal(count_at(server, "requests"), before + 2);
}

static void take(const char *plan)
{
    const int before = count_at(server, "requests");
    set_plan(client, server, plan);
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "requests"), before + 2);
}

static void heads_that_are_too_large_end_the_call_at_once(void **state)
{
    (void)state;
    static const char *const versions[] = {"1.1", "2"};
    for (size_t i = 0; i < COUNT(versions); i++) {
        set(client, "http_version", versions[i]);
        refuse("headers=300", "headers are larger than");
        take("headers=100"); /* on a connection that is new or was kept */
        refuse("headers=300", "headers are larger than");
        refuse("headers=2000", "headers are larger than");
        refuse("interim=1100", "interim answers (1xx)");
        take("interim=20");
    }
}

static void what_has_trailers_is_whole(void **state)
{
    (void)state;
    static const char *const versions[] = {"1.1", "2"};
    for (size_t i = 0; i < COUNT(versions); i++) {
        set(client, "http_version", versions[i]);
        take("trailers=10");
        take("trailers=100");
        take("trailers=500");
    }
}

/* nghttp2 gives up the connection. Streams that have begun are no reason to blame them. */
static void a_head_that_is_too_large_does_not_blame_the_others(void **state)
{
    (void)state;
    struct many many;
    set(client, "http_version", "2");
    set(client, "max_retries", "0");
    set_plan(client, server, "events=9,hold=4,background=1");
    many_start(&many, client, 5);
    many_read_until(&many, 4);
    set_plan(client, server, "headers=300");
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_status(status, RESPONSES_E_LIMIT, error);
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 5);
    many_free(&many);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest heads[] = {
        TEST(heads_that_are_too_large_end_the_call_at_once),
        TEST(what_has_trailers_is_whole),
        TEST(a_head_that_is_too_large_does_not_blame_the_others),
    };
    return run(heads);
}
