/* Proxies: HTTP (proxy.py), HTTP over TLS, and SOCKS (microsocks), with a user and a password, with a
   private authority and a certificate of the client behind them, and from the environment. */
#include "network.h"

#define NTS RESPONSES_NTS

static struct process *server, *http, *socks, *secure;
static responses_client *client;
static responses_error *error;
static struct text log_text;

/* ---- the proxies: started once for the program ---- */

static int start_proxies(void **state)
{
    (void)state;
    http = http_proxy(free_port(), 0);
    secure = http_proxy(free_port(), 1);
    socks = socks_proxy();
    return 0;
}

static int stop_proxies(void **state)
{
    (void)state;
    process_stop(http);
    process_stop(secure);
    process_stop(socks);
    return 0;
}

static void make_client(void)
{
    client = client_of(server, NULL);
    set(client, "client_cert", certificate("client.pem"));
    set(client, "client_key", certificate("client.key"));
    responses_client_set_log(client, RESPONSES_LOG_DEBUG, keep_log, &log_text);
}

static int setup(void **state)
{
    (void)state;
    error = NULL;
    /* What "localhost" is the proxy decides. */
    server = tls_server((const char *[]){"--client-ca", certificate("ca.pem"), "--both", NULL});
    make_client();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (error != NULL)
        assert_lacks(message_of(error), "s3cr");
    if (log_text.data != NULL)
        assert_lacks(log_text.data, "s3cr");
    responses_error_free(error);
    error = NULL;
    responses_client_free(client);
    process_stop(server);
    text_free(&log_text);
    unsetenv("https_proxy");
    unsetenv("all_proxy");
    unsetenv("no_proxy");
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    error = NULL;
}

/* ---- all of it together, by way of one proxy ---- */

static void everything_together(const char *scheme, const struct process *proxy)
{
    struct many many;
    use_proxy(client, scheme, PROXY_USER, proxy);
    set_plan(client, server, NULL);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    for (int i = 0; i < 3; i++) {
        /* The end of a body comes a moment after its last event, by way of a proxy later still. */
        sleep_ms(100);
        check_whole_stream(client, 11);
    }
    /* One connection, through the proxy and TLS, for all of it. */
    assert_int_equal(count_at(server, "connections"), 1);
    /* A stream that is cut goes on by way of the proxy. */
    set_plan(client, server, "events=30,background=1,after=7,cut=reset");
    check_whole_stream(client, 30);
    set_plan(client, server, "events=30,after=7,cut=fin");
    responses_error_free(check_broken_stream(client, RESPONSES_E_TRUNCATED, 7));
    set_plan(client, server, "events=20,delay=10");
    many_start(&many, client, 30);
    many_read(&many, -1, 20000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 30);
    many_free(&many);
    /* HTTP/2, by a client that has no connection yet: one tunnel for all. */
    command(server, "forget");
    responses_client_free(client);
    make_client();
    use_proxy(client, scheme, PROXY_USER, proxy);
    set(client, "http_version", "2");
    set_plan(client, server, "events=20,delay=10");
    many_start(&many, client, 30);
    many_read(&many, -1, 20000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 30);
    many_free(&many);
    assert_int_equal(count_at(server, "h2"), 30);
    assert_int_equal(count_at(server, "connections"), 1);
}

static void everything_together_by_http(void **state)
{
    (void)state;
    everything_together("http", http);
}

static void everything_together_by_http_over_tls(void **state)
{
    (void)state;
    everything_together("https", secure);
}

static void everything_together_by_socks(void **state)
{
    (void)state;
    everything_together("socks5h", socks);
    set(client, "http_version", "1.1");
    use_proxy(client, "socks5", PROXY_USER, socks);
    set_plan(client, server, NULL);
    check_whole_stream(client, 11);
}

/* The proxy is told an address. The server listens at 127.0.0.1 alone, though libcurl may know ::1 first. */
static void localhost_behind_socks(void **state)
{
    (void)state;
    char proxy[128];
    process_stop(server);
    server = tls_server((const char *[]){"--client-ca", certificate("ca.pem"), NULL});
    for (int version = 1; version <= 2; version++) {
        for (int from_environment = 0; from_environment < 2; from_environment++) {
            responses_client_free(client);
            make_client();
            set(client, "http_version", version == 1 ? "1.1" : "2");
            set_plan(client, server, NULL);
            if (from_environment) {
                snprintf(proxy, sizeof proxy, "socks5://user:%s@localhost:%d", PROXY_ENCODED,
                         socks->port);
                setenv("all_proxy", proxy, 1);
            } else {
                use_proxy(client, "socks5", PROXY_USER, socks);
            }
            assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
            check_whole_stream(client, 11);
            unsetenv("all_proxy");
        }
    }
    assert_int_equal(count_at(server, "connections"), 4);
}

/* ---- refusals ---- */

static void is_refused(const char *scheme, const char *user, const struct process *proxy)
{
    use_proxy(client, scheme, user, proxy);
    set(client, "max_retries", "3");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK, error);
    print_message("%s\n", message_of(error));
    assert_lacks(message_of(error), "wr0ng");
    assert_int_equal(responses_error_is_retryable(error), 0);
    assert_int_equal(responses_error_attempts(error), 1);
    forget();
}

/* Three wrong passwords, and many a company locks the account. */
static void a_wrong_password_is_not_tried_again(void **state)
{
    (void)state;
    is_refused("http", "user:wr0ng", http);
    is_refused("http", "", http);
    is_refused("https", "user:wr0ng", secure);
    is_refused("socks5h", "user:wr0ng", socks);
    is_refused("socks5h", "", socks);
    assert_int_equal(count_at(server, "accepted"), 0);
    assert_lacks(log_text.data, "wr0ng");
}

static void a_proxy_over_tls_is_verified_too(void **state)
{
    (void)state;
    use_proxy(client, "https", PROXY_USER, secure);
    set(client, "ca_file", certificate("stranger.pem"));
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    forget();
    set(client, "ca_file", NULL);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    forget();
    set(client, "ca_path", certificate("ca"));
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    set(client, "ca_path", NULL);
    set(client, "tls_verify", "0");
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void a_proxy_that_is_not_there_is_a_network_error(void **state)
{
    (void)state;
    struct process nobody = {.port = free_port()};
    use_proxy(client, "http", PROXY_USER, &nobody);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK, error);
    assert_int_equal(responses_error_is_retryable(error), 1);
    forget();
    use_proxy(client, "socks5h", PROXY_USER, &nobody);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK, error);
    assert_int_equal(count_at(server, "accepted"), 0);
}

static void a_proxy_that_comes_back_is_used_again(void **state)
{
    (void)state;
    struct process *proxy = http_proxy(free_port(), 0);
    responses_call *call = NULL;
    struct events events = {0};
    use_proxy(client, "http", PROXY_USER, proxy);
    set_plan(client, server, "events=30,background=1,hold=5");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_wait(call, 10000), RESPONSES_OK);
    await_count(server, "holding", 1);
    int port = proxy->port;
    process_stop(proxy);
    proxy = http_proxy(port, 0);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_numbers(&events, 0, 30);
    events_free(&events);
    responses_call_free(call);
    process_stop(proxy);
}

/* ---- which proxy ---- */

static void the_environment_names_a_proxy(void **state)
{
    (void)state;
    char url[128];
    snprintf(url, sizeof url, "http://user:%s@localhost:%d", PROXY_ENCODED, http->port);
    setenv("https_proxy", url, 1);
    check_whole_stream(client, 11);
    /* That it was asked is seen by what it refuses. */
    snprintf(url, sizeof url, "http://user:wr0ng@localhost:%d", http->port);
    setenv("https_proxy", url, 1);
    responses_error_free(check_broken_stream(client, RESPONSES_E_NETWORK, 0));
    unsetenv("https_proxy");
    setenv("all_proxy", url, 1);
    responses_error_free(check_broken_stream(client, RESPONSES_E_NETWORK, 0));
    /* no_proxy of the environment, and of the option, which wins. */
    setenv("no_proxy", "example.test,localhost", 1);
    check_whole_stream(client, 11);
    set(client, "no_proxy", "example.test");
    responses_error_free(check_broken_stream(client, RESPONSES_E_NETWORK, 0));
    set(client, "no_proxy", "*");
    check_whole_stream(client, 11);
    set(client, "no_proxy", "");
    responses_error_free(check_broken_stream(client, RESPONSES_E_NETWORK, 0));
    /* The option wins over the environment, and "" is none. */
    set(client, "proxy", "");
    check_whole_stream(client, 11);
    set(client, "proxy", NULL);
    responses_error_free(check_broken_stream(client, RESPONSES_E_NETWORK, 0));
}

static void no_proxy_goes_by_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        int is_direct;
    } cases[] = {{"localhost", 1},        {"LOCALHOST", 1}, {"a.test, localhost", 1},
                 {"a.test,localhost", 1}, {"*", 1},         {"local", 0},
                 {"ocalhost", 0},         {"127.0.0.1", 0}, {"", 0}};
    use_proxy(client, "http", "user:wr0ng", http);
    for (size_t i = 0; i < COUNT(cases); i++) {
        set(client, "no_proxy", cases[i].list);
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        print_message("%s\n", cases[i].list);
        assert_status(status, cases[i].is_direct ? RESPONSES_OK : RESPONSES_E_NETWORK, error);
        forget();
    }
}

/* ---- what a proxy gets to see: the scripted server is one ---- */

static void a_proxy_never_sees_the_key(void **state)
{
    (void)state;
    struct server *proxy = server_start();
    char url[128], place[64];
    snprintf(url, sizeof url, "http://user:%s@127.0.0.1:%d", PROXY_ENCODED, server_port(proxy));
    snprintf(place, sizeof place, "localhost:%d", server->port);
    set(client, "proxy", url);
    set(client, "organization", "org-1");
    set(client, "max_retries", "1");
    answer(server_expect(proxy), 403, "{}");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK, error);
    assert_contains(message_of(error), "403");
    forget();
    const struct request *request = server_request(proxy, 0);
    assert_string_equal(request->method, "CONNECT");
    assert_string_equal(request->target, place);
    assert_string_equal(request_header(request, "Proxy-Authorization"),
                        "Basic dXNlcjpzM2NyOnRAL3g=");
    assert_null(request_header(request, "Authorization"));
    assert_null(request_header(request, "OpenAI-Organization"));
    assert_null(request_header(request, "Idempotency-Key"));
    assert_lacks(request->head, "sk-test");
    /* What may pass is tried again. */
    for (int i = 0; i < 2; i++) {
        struct exchange *x = server_expect(proxy);
        answer(x, 503, "{}");
        hang_up(x);
    }
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK, error);
    assert_int_equal(responses_error_attempts(error), 2);
    forget();
    responses_client_free(client);
    client = client_of(server, NULL);
    server_stop(proxy);
}

static void a_proxy_that_does_not_answer_is_limited(void **state)
{
    (void)state;
    struct server *proxy = server_start();
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(proxy));
    await_close(server_at_accept(proxy));
    set(client, "proxy", url);
    set(client, "connect_timeout_ms", "300");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TIMEOUT, error);
    assert_contains(message_of(error), "connect_timeout_ms");
    server_stop(proxy);
}

int main(void)
{
    const struct CMUnitTest proxies[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(everything_together_by_http),
        TEST(everything_together_by_http_over_tls),
        TEST(everything_together_by_socks),
        TEST(localhost_behind_socks),
        TEST(a_wrong_password_is_not_tried_again),
        TEST(a_proxy_over_tls_is_verified_too),
        TEST(a_proxy_that_is_not_there_is_a_network_error),
        TEST(a_proxy_that_comes_back_is_used_again),
        TEST(the_environment_names_a_proxy),
        TEST(no_proxy_goes_by_the_name),
        TEST(a_proxy_never_sees_the_key),
        TEST(a_proxy_that_does_not_answer_is_limited),
    };
    /* Run by hand, as the proxies are for all tests. */
    start_proxies(NULL);
    int failed = run(proxies);
    stop_proxies(NULL);
    return failed;
}
