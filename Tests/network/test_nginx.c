/* The same against a server that many companies put in front of others: nginx, with TLS and HTTP/2, in
   front of one that says what a test tells it. Left out where there is no nginx. */
#include "nginx.h"

#define NTS RESPONSES_NTS

static struct process *backend;
static struct nginx nginx;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    if (!nginx_is_there())
        return 0;
    error = NULL;
    backend = plain_server();
    nginx_start(&nginx, backend->port, "");
    client = client_of(nginx.process, NULL);
    set(client, "http_version", "2");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (!nginx_is_there())
        return 0;
    responses_error_free(error);
    responses_client_free(client);
    nginx_stop(&nginx);
    process_stop(backend);
    return 0;
}

#define NEEDS_NGINX()                                                                              \
    (void)state;                                                                                   \
    if (!nginx_is_there())                                                                         \
    skip()

static void a_hundred_streams_by_both_versions(void **state)
{
    NEEDS_NGINX();
    static const char *const versions[] = {"2", "1.1"};
    for (size_t i = 0; i < COUNT(versions); i++) {
        struct many many;
        set(client, "http_version", versions[i]);
        set_plan(client, nginx.process, "events=20,delay=20");
        many_start(&many, client, 100);
        many_read(&many, -1, 30000);
        assert_int_equal(many_with(&many, RESPONSES_DONE), 100);
        many_free(&many);
    }
}

/* nginx passes the end of its backend on as data and an RST_STREAM: some of the data gets lost. */
static void a_backend_that_dies_is_not_the_end(void **state)
{
    NEEDS_NGINX();
    static const char *const cuts[] = {"fin", "reset"};
    for (int i = 0; i < 20; i++) {
        char plan[80];
        snprintf(plan, sizeof plan, "events=12,burst=6,after=6,cut=%s", cuts[i % 2]);
        set_plan(client, nginx.process, plan);
        struct played played = play(client);
        /* When even the head is lost it is a broken connection, and otherwise half a stream. */
        assert_true(played.status == RESPONSES_E_TRUNCATED ||
                    (played.events.count == 0 &&
                     (played.status == RESPONSES_E_NETWORK || played.status == RESPONSES_E_API)));
        assert_in_range(played.events.count, 0, 6);
        check_numbers(&played.events, 0, played.events.count);
        played_free(&played);
    }
    set(client, "max_retries", "5");
    for (int i = 0; i < 5; i++) {
        set_plan(client, nginx.process, "events=12,background=1,delay=5,after=6,cut=fin");
        check_whole_stream(client, 12);
    }
}

static void a_reload_loses_nothing(void **state)
{
    NEEDS_NGINX();
    struct many many;
    set_plan(client, nginx.process, "events=20,delay=50");
    many_start(&many, client, 20);
    many_read_until(&many, 5);
    nginx_reload(&nginx);
    many_read(&many, -1, 200);
    set_plan(client, nginx.process, NULL);
    set(client, "max_retries", "2");
    check_whole_stream(client, 11);
    many_read(&many, -1, 20000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 20);
    many_free(&many);
}

static void a_server_that_is_killed_ends_all_streams(void **state)
{
    NEEDS_NGINX();
    struct many many;
    set_plan(client, nginx.process, "events=20,hold=5");
    many_start(&many, client, 20);
    many_read_until(&many, 5);
    nginx_stop(&nginx);
    many_read(&many, -1, 5000);
    assert_int_equal(many_with(&many, RESPONSES_E_TRUNCATED), 20);
    many_free(&many);
    nginx_start(&nginx, backend->port, "");
}

static void cancelled_streams_are_told_to_the_backend(void **state)
{
    NEEDS_NGINX();
    struct many many;
    set_plan(client, nginx.process, "events=9,hold=4");
    many_start(&many, client, 10);
    many_read_until(&many, 4);
    await_count(backend, "holding", 10);
    int open = count_at(backend, "open");
    for (int i = 0; i < 5; i++)
        assert_int_equal(responses_call_cancel(many.calls[i]), RESPONSES_OK);
    for (int i = 0; count_at(backend, "open") > open - 5 && i < 500; i++)
        sleep_ms(10);
    assert_int_equal(count_at(backend, "open"), open - 5);
    command(backend, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 5);
    many_free(&many);
}

int main(void)
{
    const struct CMUnitTest by_nginx[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_hundred_streams_by_both_versions),
        TEST(a_backend_that_dies_is_not_the_end),
        TEST(a_reload_loses_nothing),
        TEST(a_server_that_is_killed_ends_all_streams),
        TEST(cancelled_streams_are_told_to_the_backend),
    };
    return run(by_nginx);
}
