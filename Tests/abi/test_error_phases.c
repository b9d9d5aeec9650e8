/* How far the last attempt of a call came, whatever ended it. */
#include "phases.h"
#include "test.h"

#define NTS RESPONSES_NTS

static const int expected[PHASES] = {
    [LOOKUP] = RESPONSES_PHASE_LOOKUP,       [CONNECTING] = RESPONSES_PHASE_CONNECT,
    [HANDSHAKE] = RESPONSES_PHASE_TLS,       [SENDING] = RESPONSES_PHASE_SENDING,
    [WAITING] = RESPONSES_PHASE_WAITING,     [STREAMING] = RESPONSES_PHASE_READING,
    [RETRY_PAUSE] = RESPONSES_PHASE_READING, [RESUME_PAUSE] = RESPONSES_PHASE_READING,
    [POLL_PAUSE] = RESPONSES_PHASE_READING,
};

static void of_a_call_that_is_cancelled(void **state)
{
    (void)state;
    for (enum phase phase = 0; phase < PHASES; phase++) {
        print_message("  %s\n", phase_name(phase));
        phase_begin(phase);
        responses_call *call = phase_start();
        responses_error *error = NULL;
        while (!phase_is_reached())
            if (responses_call_wait(call, 2) == RESPONSES_OK)
                assert_true(responses_call_next(call, NULL, NULL) >= 0);
        /* What was announced is not what libcurl has done about it. */
        for (int i = 0; i < 3; i++)
            if (responses_call_wait(call, 10) == RESPONSES_OK)
                assert_true(responses_call_next(call, NULL, NULL) >= 0);
        assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
        int status;
        do
            status = responses_call_next(call, NULL, &error);
        while (status >= 0);
        assert_status(status, RESPONSES_E_CANCELLED, error);
        assert_int_equal(responses_error_phase(error), expected[phase]);
        responses_error_free(error);
        responses_call_free(call);
        phase_end();
    }
}

static void of_a_call_that_takes_too_long(void **state)
{
    (void)state;
    static const char *const limits[] = {"connect_timeout_ms", "timeout_ms",
                                         "first_event_timeout_ms"};
    for (enum phase phase = 0; phase < STREAMING; phase++) {
        for (size_t i = 0; i < COUNT(limits); i++) {
            /* The first is over when a connection is there, and the last begins with it. */
            if ((i == 0 && phase > HANDSHAKE) || (i == 2 && phase < SENDING))
                continue;
            print_message("  %s, %s\n", phase_name(phase), limits[i]);
            phase_begin(phase);
            set(phase_client(), "max_retries", "0");
            set_limit(phase_client(), limits[i], 150);
            responses_error *error = NULL;
            assert_int_equal(phase_run(&error), RESPONSES_E_TIMEOUT);
            assert_int_equal(responses_error_phase(error), expected[phase]);
            responses_error_free(error);
            phase_end();
        }
    }
}

static int failed(const char *url, int status)
{
    responses_client *client = client_at(url);
    responses_error *error = NULL;
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), status, error);
    int phase = responses_error_phase(error);
    responses_error_free(error);
    responses_client_free(client);
    return phase;
}

static void of_a_connection_that_fails(void **state)
{
    (void)state;
    assert_int_equal(failed("http://127.0.0.1:1/v1", RESPONSES_E_NETWORK), RESPONSES_PHASE_CONNECT);
    assert_int_equal(failed("http://name.held/v1", RESPONSES_E_NETWORK), RESPONSES_PHASE_LOOKUP);

    /* It speaks no TLS. */
    struct server *server = server_start();
    char url[80];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server_port(server));
    struct exchange *x = server_at_accept(server);
    say(x, "HTTP/1.1 200 OK\r\n\r\n");
    hang_up(x);
    assert_int_equal(failed(url, RESPONSES_E_TLS), RESPONSES_PHASE_TLS);

    /* Broken off where an answer was to come, in the middle of its head, and of its body. */
    slam_down(server_expect(server));
    assert_int_equal(failed(server_url(server), RESPONSES_E_NETWORK), RESPONSES_PHASE_WAITING);
    x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Le");
    hang_up(x);
    assert_int_equal(failed(server_url(server), RESPONSES_E_NETWORK), RESPONSES_PHASE_READING);
    x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
    hang_up(x);
    assert_int_equal(failed(server_url(server), RESPONSES_E_NETWORK), RESPONSES_PHASE_READING);

    /* The same on a connection that was used before. */
    responses_client *client = client_for(server);
    responses_error *error = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    slam_down(server_expect(server));
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK);
    assert_int_equal(responses_error_phase(error), RESPONSES_PHASE_WAITING);
    responses_error_free(error);
    error = NULL;
    responses_client_free(client);
    server_stop(server);
}

static void of_what_was_not_begun(void **state)
{
    (void)state;
    responses_client *client = client_at("http://127.0.0.1:1/v1");
    responses_error *error = NULL;
    assert_int_equal(responses_create(client, "{", NTS, NULL, &error), RESPONSES_E_INVALID);
    assert_int_equal(responses_error_phase(error), RESPONSES_PHASE_NONE);
    responses_error_free(error);
    assert_int_equal(responses_error_phase(NULL), RESPONSES_PHASE_NONE);
    responses_client_free(client);
}

int main(void)
{
    const struct CMUnitTest error_phases[] = {
        cmocka_unit_test(of_a_call_that_is_cancelled),
        cmocka_unit_test(of_a_call_that_takes_too_long),
        cmocka_unit_test(of_a_connection_that_fails),
        cmocka_unit_test(of_what_was_not_begun),
    };
    return run(error_phases);
}
