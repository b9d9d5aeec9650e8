/* Sessions in a network: over TLS, behind a reverse proxy (nginx), and by way of proxies. */
#include "nginx.h"
#include "turns.h"

#define NTS  RESPONSES_NTS
#define TURN "{\"model\":\"m\",\"input\":\"hi\"}"

/* What a reverse proxy is told so that it lets WebSocket through. */
#define UPGRADES                                                                                   \
    "location /v1/responses { proxy_pass http://127.0.0.1:%d; proxy_http_version 1.1;"             \
    " proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; }"

static struct wire_server *backend;
static struct turns turns;
static struct nginx nginx;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct text log_text;

static int backend_port(void)
{
    return atoi(strrchr(wire_url(backend), ':') + 1);
}

static int setup(void **state)
{
    (void)state;
    sse_hello(&turns.sse, "resp_1");
    backend = wire_start(play_turns, &turns);
    client = client_at(wire_url(backend));
    set(client, "ca_file", certificate("ca.pem"));
    responses_client_set_log(client, RESPONSES_LOG_DEBUG, keep_log, &log_text);
    session = NULL;
    error = NULL;
    nginx.process = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_session_free(session);
    responses_client_free(client);
    if (nginx.process != NULL)
        nginx_stop(&nginx);
    wire_stop(backend);
    sse_free(&turns.sse);
    if (log_text.data != NULL)
        assert_lacks(log_text.data, "s3cr");
    text_free(&log_text);
    return 0;
}

/* From now on nginx is in front of the backend, over TLS. */
static void start_nginx(int upgrades)
{
    char url[100], more[400] = "";
    if (upgrades)
        snprintf(more, sizeof more, UPGRADES, backend_port());
    nginx_start(&nginx, backend_port(), more);
    snprintf(url, sizeof url, "https://localhost:%d/v1", nginx.process->port);
    set(client, "base_url", url);
}

/* Some turns, which need so many connections in all. */
static void takes_turns(int connections)
{
    for (int i = 0; i < 3; i++) {
        struct played played = play_turn(session, TURN);
        assert_ok(played.status, played.error);
        check_heard(&played.events, &turns.sse, turns.sse.count);
        played_free(&played);
    }
    assert_int_equal(responses_session_connections(session), connections);
}

#define NEEDS_NGINX()                                                                              \
    (void)state;                                                                                   \
    if (!nginx_is_there())                                                                         \
    skip()

static void over_tls_behind_nginx(void **state)
{
    NEEDS_NGINX();
    static const char *const versions[] = {"1.1", "2"};
    start_nginx(1);
    for (size_t i = 0; i < COUNT(versions); i++) {
        /* Where HTTP/2 is chosen, and spoken for requests, too. */
        set(client, "http_version", versions[i]);
        assert_ok(responses_session_open(client, &session, &error), error);
        takes_turns(1);
        assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
        responses_session_free(session);
        session = NULL;
    }
}

static void a_certificate_that_is_not_trusted(void **state)
{
    NEEDS_NGINX();
    start_nginx(1);
    set(client, "ca_file", certificate("stranger.pem"));
    assert_status(responses_session_open(client, &session, &error), RESPONSES_E_TLS, error);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(wire_connections(backend), 0);
}

static void a_reverse_proxy_that_does_not_let_it_through(void **state)
{
    NEEDS_NGINX();
    start_nginx(0);
    assert_status(responses_session_open(client, &session, &error), RESPONSES_E_HTTP, error);
    assert_contains(message_of(error), "WebSocket");
    responses_error_free(error);
    error = NULL;
    /* Requests go on as before. */
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void nginx_that_goes_away(void **state)
{
    NEEDS_NGINX();
    start_nginx(1);
    assert_ok(responses_session_open(client, &session, &error), error);
    struct events events = {0};
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, "{\"input\":\"hold\"}", NTS, &call, &error),
              error);
    assert_int_equal(responses_call_wait(call, at_most(8000)), RESPONSES_OK);
    nginx_stop(&nginx);
    nginx.process = NULL;
    wire_go(backend);
    assert_status(read_call(call, &events, &error), RESPONSES_E_TRUNCATED, error);
    assert_int_equal(events.count, turns.sse.count - 1);
    events_free(&events);
    responses_call_free(call);
}

/* ---- by way of a proxy ---- */

static void by_way_of(const char *scheme, const struct process *proxy)
{
    use_proxy(client, scheme, PROXY_USER, proxy);
    assert_ok(responses_session_open(client, &session, &error), error);
    takes_turns(1);
    responses_session_free(session);
    session = NULL;
    if (nginx_is_there()) {
        start_nginx(1);
        assert_ok(responses_session_open(client, &session, &error), error);
        takes_turns(1);
        responses_session_free(session);
        session = NULL;
    }
    use_proxy(client, scheme, "user:wr0ng", proxy);
    set(client, "max_retries", "2");
    int before = wire_connections(backend);
    assert_status(responses_session_open(client, &session, &error), RESPONSES_E_NETWORK, error);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(responses_error_is_retryable(error), 0);
    assert_lacks(message_of(error), "wr0ng");
    assert_int_equal(wire_connections(backend), before);
}

static void by_an_http_proxy(void **state)
{
    (void)state;
    struct process *proxy = http_proxy(free_port(), 0);
    by_way_of("http", proxy);
    process_stop(proxy);
}

static void by_an_http_proxy_over_tls(void **state)
{
    (void)state;
    struct process *proxy = http_proxy(free_port(), 1);
    by_way_of("https", proxy);
    process_stop(proxy);
}

static void by_a_socks_proxy(void **state)
{
    (void)state;
    struct process *proxy = socks_proxy();
    by_way_of("socks5h", proxy);
    process_stop(proxy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest sessions[] = {
        TEST(over_tls_behind_nginx),
        TEST(a_certificate_that_is_not_trusted),
        TEST(a_reverse_proxy_that_does_not_let_it_through),
        TEST(nginx_that_goes_away),
        TEST(by_an_http_proxy),
        TEST(by_an_http_proxy_over_tls),
        TEST(by_a_socks_proxy),
    };
    return run(sessions);
}
