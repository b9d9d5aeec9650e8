/* responses_wait and servers that go away meanwhile: within the time that was given it is waited out. */
#include "test.h"

#define NTS       RESPONSES_NTS
#define UNDER_WAY "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\"}"

static struct server *server;
static responses_client *client;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server); /* max_retries is 0 */
    set(client, "poll_interval_ms", "10");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* What a server says, or does not say, while it is started anew. */
static void out_of_order(struct exchange *x, int way)
{
    switch (way) {
    case 0:
        hang_up(x);
        break;
    case 1:
        slam_down(x);
        break;
    case 2:
        answer(x, 503, "{\"error\":{\"message\":\"starting\"}}");
        break;
    case 3:
        say(x,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"i");
        hang_up(x);
        break;
    }
}

static void an_outage_is_waited_out(void **state)
{
    (void)state;
    responses_response *response;
    responses_error *error;
    answer(server_expect(server), 200, UNDER_WAY);
    for (int way = 0; way < 4; way++) {
        out_of_order(server_expect(server), way);
        answer(server_expect(server), 200, UNDER_WAY);
    }
    answer(server_expect(server), 200, RESPONSE);
    int status = responses_wait(client, "resp_1", at_most(20000), &response, &error);
    assert_ok(status, error);
    assert_string_equal(responses_response_status(response), "completed");
    /* libcurl sends a GET anew by itself when a kept connection is closed before it. */
    assert_true(responses_response_attempts(response) >= 8);
    assert_int_equal(server_requests(server), 10);
    responses_response_free(response);
}

static void an_outage_at_the_beginning_too(void **state)
{
    (void)state;
    responses_response *response;
    responses_error *error;
    out_of_order(server_expect(server), 1);
    out_of_order(server_expect(server), 2);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait(client, "resp_1", at_most(20000), &response, &error), error);
    responses_response_free(response);
}

static void a_server_that_stays_away_is_told_when_the_time_is_over(void **state)
{
    (void)state;
    responses_error *error;
    responses_client *nobody = client_at("http://127.0.0.1:1/v1");
    int64_t start = now_ms();
    int status = responses_wait(nobody, "resp_1", 600, NULL, &error);
    assert_status(status, RESPONSES_E_TIMEOUT, error);
    assert_true(now_ms() - start >= 590);
    assert_contains(message_of(error), "the last request failed: ");
    assert_true(responses_error_attempts(error) > 1);
    assert_true(responses_error_attempts(error) < 30);
    responses_error_free(error);
    responses_client_free(nobody);
}

/* Without a limit of time it comes to an end as well. */
static void without_a_limit_attempts_count(void **state)
{
    (void)state;
    responses_error *error;
    set(client, "resume_attempts", "1");
    answer(server_expect(server), 200, UNDER_WAY);
    out_of_order(server_expect(server), 2);
    out_of_order(server_expect(server), 2);
    assert_status(responses_wait(client, "resp_1", -1, NULL, &error), RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 503);
    responses_error_free(error);
    /* Nobody knows that there is a server before it has answered. */
    out_of_order(server_expect(server), 2);
    assert_status(responses_wait(client, "resp_1", -1, NULL, &error), RESPONSES_E_API, error);
    responses_error_free(error);
}

static void what_will_not_pass_ends_it(void **state)
{
    (void)state;
    responses_error *error;
    answer(server_expect(server), 200, UNDER_WAY);
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"deleted\"}}");
    assert_status(responses_wait(client, "resp_1", at_most(20000), NULL, &error), RESPONSES_E_API,
                  error);
    assert_contains(message_of(error), "deleted");
    responses_error_free(error);
    set(client, "resume_attempts", "0");
    out_of_order(server_expect(server), 2);
    assert_status(responses_wait(client, "resp_1", at_most(20000), NULL, &error), RESPONSES_E_API,
                  error);
    responses_error_free(error);
}

static void it_is_waited_out_in_a_call_too(void **state)
{
    (void)state;
    responses_call *call;
    responses_error *error;
    struct events events = {0};
    answer(server_expect(server), 200, UNDER_WAY);
    out_of_order(server_expect(server), 1);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait_start(client, "resp_1", 20000, &call, NULL), NULL);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    responses_call_free(call);
    events_free(&events);
}

/* Something else answers while the server is started anew. */
static void a_page_in_its_place_is_waited_out(void **state)
{
    (void)state;
    const char *page = "<title>Back soon</title>";
    responses_response *response;
    responses_error *error;
    answer(server_expect(server), 200, UNDER_WAY);
    answer_with(server_expect(server), 200, "Content-Type: text/html\r\n", page, strlen(page));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait(client, "resp_1", at_most(20000), &response, &error), error);
    responses_response_free(response);
    /* From the beginning it is another server. */
    answer_with(server_expect(server), 200, "Content-Type: text/html\r\n", page, strlen(page));
    assert_status(responses_wait(client, "resp_1", at_most(20000), NULL, &error), RESPONSES_E_HTTP,
                  error);
    responses_error_free(error);
    answer(server_expect(server), 200, "{}");
    assert_status(responses_wait(client, "resp_1", at_most(20000), NULL, &error),
                  RESPONSES_E_PROTOCOL, error);
    responses_error_free(error);
}

static void serve_what_is_asked_for(const struct request *request, struct exchange *x,
                                    void *user_data)
{
    (void)request;
    answer_with(x, 429, user_data, "{}", 2);
}

/* "Come back in a millisecond" is no reason to come back a thousand times a second. */
static void a_short_wish_is_no_storm(void **state)
{
    (void)state;
    responses_error *error;
    server_set_handler(server, serve_what_is_asked_for, "Retry-After-Ms: 1\r\n");
    assert_status(responses_wait(client, "resp_1", 700, NULL, &error), RESPONSES_E_TIMEOUT, error);
    assert_true(responses_error_attempts(error) <= 8);
    responses_error_free(error);
}

static void a_longer_wish_is_kept_where_there_is_time(void **state)
{
    (void)state;
    responses_response *response;
    responses_error *error;
    answer_with(server_expect(server), 429, "Retry-After-Ms: 700\r\n", "{}", 2);
    answer(server_expect(server), 200, RESPONSE);
    int64_t start = now_ms();
    assert_ok(responses_wait(client, "resp_1", at_most(1300), &response, &error), error);
    assert_true(now_ms() - start >= 690);
    responses_response_free(response);
}

static void serve_under_way(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request;
    (void)user_data;
    answer(x, 200, UNDER_WAY);
}

static void the_shortest_interval_grows_too(void **state)
{
    (void)state;
    responses_error *error;
    set(client, "poll_interval_ms", "1");
    server_set_handler(server, serve_under_way, NULL);
    assert_status(responses_wait(client, "resp_1", 500, NULL, &error), RESPONSES_E_TIMEOUT, error);
    assert_true(responses_error_attempts(error) <= 20);
    responses_error_free(error);
}

int main(void)
{
    const struct CMUnitTest wait_outage[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_outage_is_waited_out),
        TEST(an_outage_at_the_beginning_too),
        TEST(a_server_that_stays_away_is_told_when_the_time_is_over),
        TEST(without_a_limit_attempts_count),
        TEST(what_will_not_pass_ends_it),
        TEST(it_is_waited_out_in_a_call_too),
        TEST(a_page_in_its_place_is_waited_out),
        TEST(a_short_wish_is_no_storm),
        TEST(a_longer_wish_is_kept_where_there_is_time),
        TEST(the_shortest_interval_grows_too),
    };
    return run(wait_outage);
}
