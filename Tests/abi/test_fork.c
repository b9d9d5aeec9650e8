/* A child process and what its parent left it. */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;
static struct sse sse;
static struct events events;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    call = NULL;
    error = NULL;
    memset(&events, 0, sizeof events);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    events_free(&events);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* Ends a child. Under valgrind by becoming another program, or it would look for leaks: what the
   threads of the parent hold is lost to the child. */
static void leave(int status)
{
    char command[32];
    snprintf(command, sizeof command, "exit %d", status);
    if (is_slow())
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(status);
}

/* Runs work in a child: it must return 0, within 20 s. */
static void in_child(int (*work)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(at_most(20));
        leave(work());
    }
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        print_error("the child ended with %s %d\n", WIFEXITED(status) ? "status" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Starts a stream that waits after the fifth event, and reads those five. */
static void begin_stream(void)
{
    const responses_event *event;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[4]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[4], sse.text.len - sse.end[4]);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    while (events.count < 5) {
        assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
        assert_ok(responses_call_next(call, &event, &error), error);
        hear(&events, event);
    }
}

/* The parent's stream goes on to its good end, and its client too. */
static void end_stream(void)
{
    assert_int_equal(server_saw_close(server, 0, 100), 0);
    server_go(server);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, 11);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static int nothing(void)
{
    return 0;
}

static void a_child_that_does_nothing(void **state)
{
    (void)state;
    begin_stream();
    in_child(nothing);
    end_stream();
}

static int free_all(void)
{
    responses_call_free(call);
    responses_client_free(client);
    return 0;
}

static int free_all_the_other_way_round(void)
{
    responses_client_free(client);
    responses_call_free(call);
    return 0;
}

static void a_child_that_frees_what_it_inherited(void **state)
{
    (void)state;
    begin_stream();
    in_child(free_all);
    in_child(free_all_the_other_way_round);
    end_stream();
}

static int use_all(void)
{
    const responses_event *event;
    responses_response *response = NULL;
    responses_call *other = NULL;
    responses_error *problem = NULL;
    char buffer[64];
    size_t used;
    int count;
    if (responses_create(client, REQUEST, NTS, &response, &problem) != RESPONSES_E_FORKED)
        return 1;
    if (response != NULL || responses_error_status(problem) != RESPONSES_E_FORKED)
        return 2;
    responses_error_free(problem);
    if (responses_create_stream_start(client, REQUEST, NTS, &other, NULL) != RESPONSES_E_FORKED)
        return 3;
    if (responses_call_next(call, &event, NULL) != RESPONSES_E_FORKED)
        return 4;
    if (responses_call_wait(call, -1) != RESPONSES_E_FORKED)
        return 5;
    if (responses_call_cancel(call) != RESPONSES_E_FORKED)
        return 6;
    if (responses_call_next_batch(call, 0, buffer, 64, &used, &count, NULL) != RESPONSES_E_FORKED)
        return 7;
    if (responses_call_next_bytes(call, NULL, NULL, NULL) != RESPONSES_E_FORKED)
        return 7;
    if (responses_client_set(client, "project", "x", NULL) != RESPONSES_E_FORKED)
        return 8;
    if (responses_client_dispatch(client) != RESPONSES_E_FORKED)
        return 9;
    if (responses_client_next_ready(client, &other) != RESPONSES_E_FORKED)
        return 10;
    if (responses_client_fd(client) >= 0)
        return 11;
    responses_client_interrupt(client);
    responses_client *derived = NULL;
    if (responses_client_derive(client, &derived, NULL) != RESPONSES_E_FORKED || derived != NULL)
        return 12;
    return free_all();
}

static void a_child_that_uses_what_it_inherited_is_told(void **state)
{
    (void)state;
    begin_stream();
    in_child(use_all);
    end_stream();
}

static int own_client(void)
{
    responses_client *own = NULL;
    responses_response *response = NULL;
    if (responses_client_new(&own, NULL) != RESPONSES_OK)
        return 1;
    if (responses_client_set(own, "base_url", server_url(server), NULL) != RESPONSES_OK)
        return 2;
    if (responses_create(own, REQUEST, NTS, &response, NULL) != RESPONSES_OK)
        return 3;
    if (strcmp(responses_response_text(response, NULL), "Hello, world!") != 0)
        return 4;
    responses_response_free(response);
    responses_client_free(own);
    return 0;
}

static int own_client_after_all(void)
{
    return use_all() || own_client();
}

static void a_child_makes_its_own_client(void **state)
{
    (void)state;
    begin_stream();
    answer(server_expect(server), 200, RESPONSE);
    in_child(own_client);
    answer(server_expect(server), 200, RESPONSE);
    in_child(own_client_after_all);
    assert_int_equal(server_saw_close(server, 0, 50), 0);
    server_go(server);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, 11);
}

static void before_a_client_exists_one_may_fork(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    in_child(own_client);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static int fork_in_callback(const responses_event *event, void *user_data)
{
    collect(event, user_data);
    if (responses_event_kind(event) == RESPONSES_EVENT_CREATED) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(at_most(20));
            leave(responses_create(client, REQUEST, NTS, NULL, NULL) == RESPONSES_E_FORKED ? 0 : 1);
        }
        int status = -1;
        waitpid(pid, &status, 0);
        return status != 0;
    }
    return 0;
}

static void a_callback_may_fork(void **state)
{
    (void)state;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(
        responses_create_stream(client, REQUEST, NTS, fork_in_callback, &events, NULL, &error),
        error);
    check_heard(&events, &sse, 11);
}

static int return_from_fork(const responses_event *event, void *user_data)
{
    int *child = user_data;
    (void)event;
    if (*child < 0) {
        *child = fork();
        if (*child == 0)
            alarm(at_most(20));
    }
    return 0;
}

static void a_child_that_returns_into_the_library_is_told(void **state)
{
    (void)state;
    pid_t child = -1;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    int status =
        responses_create_stream(client, REQUEST, NTS, return_from_fork, &child, NULL, &error);
    if (child == 0)
        leave(status == RESPONSES_E_FORKED ? 0 : 1);
    assert_ok(status, error);
    int ended = -1;
    waitpid(child, &ended, 0);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
}

static void nor_does_it_wait_for_the_parents_events(void **state)
{
    (void)state;
    pid_t child = -1;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[0]);
    pause_for(x, 500);
    stream_chunk(x, sse.text.data + sse.end[0], sse.text.len - sse.end[0]);
    stream_end(x);
    int status =
        responses_create_stream(client, REQUEST, NTS, return_from_fork, &child, NULL, &error);
    if (child == 0)
        leave(status == RESPONSES_E_FORKED ? 0 : 1);
    assert_ok(status, error);
    int ended = -1;
    waitpid(child, &ended, 0);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
}

static void what_is_whole_may_be_read_and_freed_in_the_child(void **state)
{
    (void)state;
    responses_response *response = NULL;
    responses_error *problem = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_int_equal(responses_create(client, "{", NTS, NULL, &problem), RESPONSES_E_INVALID);
    pid_t child = fork();
    if (child == 0) {
        alarm(at_most(20));
        int wrong = strcmp(responses_response_text(response, NULL), "Hello, world!") != 0 ||
                    strcmp(value_at(response, "/status"), "completed") != 0 ||
                    responses_error_status(problem) != RESPONSES_E_INVALID;
        responses_response_free(response);
        responses_error_free(problem);
        leave(wrong);
    }
    int ended = -1;
    waitpid(child, &ended, 0);
    responses_response_free(response);
    responses_error_free(problem);
    assert_int_equal(ended, 0);
}

static void many_children(void **state)
{
    (void)state;
    begin_stream();
    for (int i = 0; i < (is_slow() ? 3 : 20); i++)
        in_child(i % 2 ? free_all : use_all);
    end_stream();
}

int main(void)
{
    const struct CMUnitTest forks[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_child_that_does_nothing),
        TEST(a_child_that_frees_what_it_inherited),
        TEST(a_child_that_uses_what_it_inherited_is_told),
        TEST(a_child_makes_its_own_client),
        TEST(before_a_client_exists_one_may_fork),
        TEST(a_callback_may_fork),
        TEST(a_child_that_returns_into_the_library_is_told),
        TEST(nor_does_it_wait_for_the_parents_events),
        TEST(what_is_whole_may_be_read_and_freed_in_the_child),
        TEST(many_children),
    };
    return run(forks);
}
