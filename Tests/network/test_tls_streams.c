/* Streams over TLS: cuts of every kind, many at once, connections that are used again, and forks. */
#include "network.h"

#include <sys/wait.h>

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    error = NULL;
    server = tls_server(NULL);
    client = client_of(server, NULL);
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

/* An end of TCP without the close_notify that TLS wants, a reset, a close_notify and the end of TCP, a
   close_notify alone, after which the server is silent. */
static const char *const cuts[] = {"fin", "reset", "notify", "half"};

static void a_cut_is_never_taken_for_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cuts); i++) {
        for (int after = 1; after < 9; after += 3) {
            char plan[64];
            snprintf(plan, sizeof plan, "events=9,delay=5,after=%d,cut=%s", after, cuts[i]);
            set_plan(client, server, plan);
            responses_error *why = check_broken_stream(client, RESPONSES_E_TRUNCATED, after);
            assert_int_equal(responses_error_last_sequence(why), after - 1);
            assert_int_equal(responses_error_is_retryable(why), 1);
            responses_error_free(why);
        }
    }
}

static void what_a_cut_takes_is_asked_for_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cuts); i++) {
        char plan[80];
        snprintf(plan, sizeof plan, "events=9,background=1,delay=5,after=4,cut=%s", cuts[i]);
        set_plan(client, server, plan);
        check_whole_stream(client, 9);
    }
    assert_int_equal(count_at(server, "requests"), 8);
}

static void a_cut_before_the_first_event_is_tried_again(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    for (size_t i = 0; i < COUNT(cuts); i++) {
        char plan[80];
        snprintf(plan, sizeof plan, "events=9,after=0,retry=1,cut=%s", cuts[i]);
        set_plan(client, server, plan);
        check_whole_stream(client, 9);
    }
    assert_int_equal(count_at(server, "requests"), 8);
}

static void a_document_that_is_cut_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cuts); i++) {
        for (int length = 0; length < 2; length++) {
            char plan[80];
            snprintf(plan, sizeof plan, "size=40000,after=0,length=%d,cut=%s", length, cuts[i]);
            set_plan(client, server, plan);
            int status = responses_create(client, REQUEST, NTS, NULL, &error);
            assert_status(status, RESPONSES_E_NETWORK, error);
            assert_int_equal(responses_error_is_retryable(error), 1);
            responses_error_free(error);
            error = NULL;
        }
    }
}

static void connections_are_used_again(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        /* The end of the body comes a moment after the last event. */
        sleep_ms(20);
        if (i % 2) {
            check_whole_stream(client, 11);
        } else {
            assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
        }
    }
    assert_int_equal(count_at(server, "connections"), 1);
    /* Also by a client that was derived and trusts the same. */
    responses_client *other = NULL;
    sleep_ms(20);
    assert_ok(responses_client_derive(client, &other, &error), error);
    check_whole_stream(other, 11);
    responses_client_free(other);
    assert_int_equal(count_at(server, "connections"), 1);
    sleep_ms(20);
    /* A kept connection that the server gave up is noticed, and nothing is lost. */
    set(client, "max_retries", "0");
    command(server, "end notify");
    sleep_ms(100);
    check_whole_stream(client, 11);
    sleep_ms(20);
    command(server, "end half");
    sleep_ms(100);
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "connections"), 3);
    assert_int_equal(count_at(server, "requests"), 23);
}

static void a_hundred_streams_at_once(void **state)
{
    (void)state;
    struct many many;
    set(client, "connect_timeout_ms", "30000");
    set(client, "first_event_timeout_ms", "40000");
    check_whole_stream(client, 11);
    command(server, "forget");
    size_t heap = heap_in_use();
    set_plan(client, server, "events=20,delay=20");
    /* Twice: the second hundred finds the connections of the first. */
    for (int round = 0; round < 2; round++) {
        many_start(&many, client, 100);
        many_read_until(&many, 5);
        /* The trusted certificates are not parsed and kept anew for each. */
        assert_in_range((heap_in_use() - heap) / 100, 0, 300 << 10);
        many_read(&many, -1, 40000);
        assert_int_equal(many_with(&many, RESPONSES_DONE), 100);
        many_free(&many);
    }
    assert_in_range(count_at(server, "connections"), 99, 160);
    assert_int_equal(count_at(server, "requests"), 200);
}

static void one_that_is_cancelled_leaves_the_others(void **state)
{
    (void)state;
    struct many many;
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, 10);
    many_read_until(&many, 4);
    await_count(server, "holding", 10);
    assert_int_equal(responses_call_cancel(many.calls[3]), RESPONSES_OK);
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many.outcome[3], RESPONSES_E_CANCELLED);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 9);
    many_free(&many);
}

/* ---- forks ---- */

static int ended_with(pid_t pid)
{
    int status = -1;
    for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        if (i > 3000)
            fail_msg("a child hangs");
        sleep_ms(10);
    }
    return status;
}

/* What a child does with what it has inherited, and with a client of its own. */
static int in_the_child(responses_call *call, int order)
{
    responses_client *own = NULL;
    const responses_event *event = NULL;
    struct played played;
    if (responses_call_next(call, &event, NULL) != RESPONSES_E_FORKED)
        return 1;
    if (responses_create(client, REQUEST, NTS, NULL, NULL) != RESPONSES_E_FORKED)
        return 2;
    if (order == 0) {
        responses_call_free(call);
        responses_client_free(client);
    }
    own = client_of(server, "events=9");
    played = play(own);
    if (played.status != RESPONSES_OK || played.events.count != 9)
        return 3;
    played_free(&played);
    responses_client_free(own);
    if (order == 1) {
        responses_client_free(client);
        responses_call_free(call);
    }
    return 0;
}

static void children_do_not_disturb_a_stream(void **state)
{
    (void)state;
    for (int order = 0; order < 3; order++) {
        responses_call *call = NULL;
        struct events events = {0};
        set_plan(client, server, "events=30,hold=5");
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
        assert_int_equal(responses_call_wait(call, 10000), RESPONSES_OK);
        await_count(server, "holding", order + 1);
        pid_t pid = fork();
        if (pid == 0) {
            alarm(20);
            _exit(in_the_child(call, order));
        }
        assert_int_equal(ended_with(pid), 0);
        command(server, "go");
        assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
        check_numbers(&events, 0, 30);
        events_free(&events);
        responses_call_free(call);
        sleep_ms(20);
    }
    /* The parent's connection is still good for more: it is not opened anew, the children opened one
       each. */
    set_plan(client, server, "events=30");
    check_whole_stream(client, 30);
    assert_int_equal(count_at(server, "connections"), 4);
}

static void the_same_over_http_2(void **state)
{
    (void)state;
    responses_call *call = NULL;
    struct events events = {0};
    set(client, "http_version", "2");
    set_plan(client, server, "events=30,hold=5");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_wait(call, 10000), RESPONSES_OK);
    await_count(server, "holding", 1);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        _exit(in_the_child(call, 0));
    }
    assert_int_equal(ended_with(pid), 0);
    command(server, "go");
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_numbers(&events, 0, 30);
    events_free(&events);
    responses_call_free(call);
    sleep_ms(20);
    set_plan(client, server, NULL);
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "connections"), 2);
}

int main(void)
{
    const struct CMUnitTest tls_streams[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_cut_is_never_taken_for_the_end),
        TEST(what_a_cut_takes_is_asked_for_again),
        TEST(a_cut_before_the_first_event_is_tried_again),
        TEST(a_document_that_is_cut_is_an_error),
        TEST(connections_are_used_again),
        TEST(a_hundred_streams_at_once),
        TEST(one_that_is_cancelled_leaves_the_others),
        TEST(children_do_not_disturb_a_stream),
        TEST(the_same_over_http_2),
    };
    return run(tls_streams);
}
