/* A call has one user at a time; a callback may use the library all the same. */
#include "test.h"

#include <pthread.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void *wait_long(void *call)
{
    return (void *)(intptr_t)responses_call_wait(call, at_most(20000));
}

static void a_second_thread_in_the_same_call_is_busy(void **state)
{
    (void)state;
    responses_call *call = NULL;
    const responses_event *event;
    pthread_t thread;
    void *result;
    char buffer[100];
    size_t used;
    int count, status = RESPONSES_AGAIN;
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    answer_stream(x, sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    pthread_create(&thread, NULL, wait_long, call);
    /* Until the other thread is in there, next says AGAIN. */
    for (int i = 0; i < 2000 && status == RESPONSES_AGAIN; i++) {
        sleep_ms(5);
        status = responses_call_next(call, &event, NULL);
    }
    assert_int_equal(status, RESPONSES_E_BUSY);
    assert_int_equal(responses_call_wait(call, 0), RESPONSES_E_BUSY);
    assert_int_equal(
        responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, &error),
        RESPONSES_E_BUSY);
    assert_int_equal(responses_error_status(error), RESPONSES_E_BUSY);
    assert_int_equal(responses_call_next_bytes(call, NULL, NULL, NULL), RESPONSES_E_BUSY);
    server_go(server);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    responses_error_free(error);
    error = NULL;
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    responses_call_free(call);
}

struct nested {
    int events, other_status;
    char text[64];
};

/* Makes another request from inside a callback. */
static int ask_again(const responses_event *event, void *user_data)
{
    struct nested *nested = user_data;
    nested->events++;
    if (responses_event_kind(event) == RESPONSES_EVENT_CREATED) {
        responses_response *response = NULL;
        nested->other_status = responses_create(client, REQUEST, NTS, &response, NULL);
        snprintf(nested->text, sizeof nested->text, "%s", responses_response_text(response, NULL));
        responses_response_free(response);
        /* The event is still the same. */
        if (strcmp(responses_event_type(event), "response.created") != 0)
            return 1;
    }
    return 0;
}

static void a_callback_may_make_another_call(void **state)
{
    (void)state;
    struct nested nested = {.other_status = -99};
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_stream(client, REQUEST, NTS, ask_again, &nested, NULL, &error),
              error);
    assert_int_equal(nested.events, 11);
    assert_int_equal(nested.other_status, RESPONSES_OK);
    assert_string_equal(nested.text, "Hello, world!");
}

static int stream_again(const responses_event *event, void *user_data)
{
    struct nested *nested = user_data;
    if (responses_event_kind(event) == RESPONSES_EVENT_CREATED && nested->events == 0) {
        nested->events = 1;
        nested->other_status =
            responses_create_stream(client, REQUEST, NTS, stream_again, nested, NULL, NULL);
        return 0;
    }
    nested->events++;
    return 0;
}

static void a_callback_may_even_stream(void **state)
{
    (void)state;
    struct nested nested = {.other_status = -99};
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream(client, REQUEST, NTS, stream_again, &nested, NULL, &error),
              error);
    assert_int_equal(nested.other_status, RESPONSES_OK);
    assert_int_equal(nested.events, 22);
}

static int free_client(const responses_event *event, void *user_data)
{
    int *freed = user_data;
    (void)event;
    if (!*freed)
        responses_client_free(client);
    *freed = 1;
    return 0;
}

static void a_callback_may_free_the_client(void **state)
{
    (void)state;
    int freed = 0;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream(client, REQUEST, NTS, free_client, &freed, NULL, &error),
              error);
    assert_int_equal(freed, 1);
    client = NULL;
}

struct log {
    int lines, worst, status;
    pthread_t thread;
    char text[8192];
};

static void log_line(int level, const char *line, size_t len, void *user_data)
{
    struct log *log = user_data;
    if (log->lines++ == 0)
        log->thread = pthread_self();
    if (!pthread_equal(log->thread, pthread_self()))
        log->status = 2;
    if (level > log->worst)
        log->worst = level;
    if (strlen(line) != len || strchr(line, '\n') != NULL)
        log->status = 1;
    size_t used = strlen(log->text);
    snprintf(log->text + used, sizeof log->text - used, "%d %s\n", level, line);
}

static void the_log_tells_every_attempt_and_no_key(void **state)
{
    (void)state;
    struct log log = {0};
    set(client, "api_key", "sk-very-secret-key");
    set(client, "max_retries", "1");
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_DEBUG, log_line, &log),
                     RESPONSES_OK);
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "{}", 2);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(log.status, 0);
    assert_true(pthread_equal(log.thread, pthread_self()));
    assert_true(log.lines >= 3);
    assert_contains(log.text, "503");
    assert_contains(log.text, "200");
    assert_contains(log.text, "2 "); /* a warning: the retry */
    assert_lacks(log.text, "very-secret");
}

static void the_log_stops_at_its_level(void **state)
{
    (void)state;
    struct log log = {0};
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_WARNING, log_line, &log),
                     RESPONSES_OK);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(log.lines, 0);
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_INFO, log_line, &log),
                     RESPONSES_OK);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_true(log.lines >= 1);
    assert_int_equal(log.worst, RESPONSES_LOG_INFO);
    int lines = log.lines;
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_DEBUG, NULL, NULL),
                     RESPONSES_OK);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(log.lines, lines);
}

struct meddler {
    responses_call *call;
    int lines, next, wait, freed;
};

/* Does to the call that the line is about what no callback may. */
static void meddle(int level, const char *line, size_t len, void *user_data)
{
    struct meddler *meddler = user_data;
    (void)level;
    (void)line;
    (void)len;
    if (meddler->call == NULL || meddler->lines++ > 0)
        return;
    meddler->next = responses_call_next(meddler->call, NULL, NULL);
    meddler->wait = responses_call_wait(meddler->call, 0);
    if (meddler->freed)
        responses_call_free(meddler->call);
}

static void check_meddling(int frees)
{
    responses_call *call = NULL, *ready = NULL;
    struct meddler meddler = {.freed = frees};
    int status;
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_DEBUG, meddle, &meddler),
                     RESPONSES_OK);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    meddler.call = call;
    /* Until the answer is there, which is when next_ready looks into it and has a line to log. */
    for (int i = 0; i < 2000 && meddler.lines == 0; i++) {
        sleep_ms(5);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        status = responses_client_next_ready(client, &ready);
        assert_true(status == RESPONSES_OK || status == RESPONSES_AGAIN);
    }
    assert_true(meddler.lines > 0);
    assert_int_equal(meddler.next, RESPONSES_E_BUSY);
    assert_int_equal(meddler.wait, RESPONSES_E_BUSY);
    status = responses_call_next(call, NULL, NULL);
    assert_int_equal(status, frees ? RESPONSES_E_INVALID : RESPONSES_DONE);
    responses_call_free(call);
}

static void the_log_of_a_call_cannot_use_it(void **state)
{
    (void)state;
    check_meddling(0);
}

static void the_log_of_a_call_may_free_it(void **state)
{
    (void)state;
    check_meddling(1);
}

int main(void)
{
    const struct CMUnitTest busy[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_second_thread_in_the_same_call_is_busy),
        TEST(a_callback_may_make_another_call),
        TEST(a_callback_may_even_stream),
        TEST(a_callback_may_free_the_client),
        TEST(the_log_tells_every_attempt_and_no_key),
        TEST(the_log_stops_at_its_level),
        TEST(the_log_of_a_call_cannot_use_it),
        TEST(the_log_of_a_call_may_free_it),
    };
    return run(busy);
}
