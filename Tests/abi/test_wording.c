/* One event has one wording, with TLS and without, in every moment of an exchange. */
#include "test.h"
#include "tls.h"

#define NTS RESPONSES_NTS

static struct server *server;
static struct tls *polite, *rude;
static responses_client *clients[3];
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    polite = tls_start(server, 0);
    rude = tls_start(server, TLS_RUDE);
    clients[0] = client_for(server);
    clients[1] = client_at(tls_url(polite));
    set(clients[1], "ca_file", tls_certificate(polite));
    clients[2] = client_at(tls_url(rude));
    set(clients[2], "ca_file", tls_certificate(rude));
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    for (size_t i = 0; i < COUNT(clients); i++)
        responses_client_free(clients[i]);
    tls_stop(polite);
    tls_stop(rude);
    server_stop(server);
    return 0;
}

/* What is said before the connection ends, and what the message is then. `is_stream`: 1 where the
   status is RESPONSES_E_TRUNCATED. */
static void check(const char *said, int is_stream, const char *moment)
{
    for (int resets = 0; resets < 2; resets++) {
        for (size_t i = 0; i < COUNT(clients); i++) {
            char expected[256];
            struct exchange *x = server_expect(server);
            say(x, said);
            if (resets) {
                /* What was said arrives before the reset, which would throw it away. */
                pause_for(x, 60);
                slam_down(x);
            } else {
                hang_up(x);
            }
            snprintf(expected, sizeof expected, "%sthe server %s the connection %s",
                     is_stream ? "the connection broke before the terminal event: " : "",
                     resets ? "reset" : "closed", moment);
            responses_error_free(error);
            error = NULL;
            int status = is_stream ? responses_create_stream(clients[i], REQUEST, NTS, ignore, NULL,
                                                             NULL, &error)
                                   : responses_create(clients[i], REQUEST, NTS, NULL, &error);
            assert_status(status, is_stream ? RESPONSES_E_TRUNCATED : RESPONSES_E_NETWORK, error);
            assert_string_equal(message_of(error), expected);
            assert_int_equal(responses_error_is_retryable(error), 1);
            assert_int_equal(responses_error_http_status(error), said[0] == 0 ? 0 : 200);
            assert_contains(field(error, RESPONSES_ERROR_HISTORY),
                            said[0] == 0 ? "\"http_status\":0,\"reason\":\"network\""
                                         : "\"http_status\":200,\"reason\":\"");
            assert_lacks(field(error, RESPONSES_ERROR_HISTORY), "\"reason\":\"\"");
        }
    }
}

static void before_an_answer(void **state)
{
    (void)state;
    check("", 0, "before it answered");
}

static void within_the_headers(void **state)
{
    (void)state;
    check("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", 0,
          "in the middle of its headers");
}

static void within_a_document(void **state)
{
    (void)state;
    check("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", 0,
          "in the middle of its answer");
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"id\":\r\n", 0,
          "in the middle of its answer");
}

static void within_a_stream(void **state)
{
    (void)state;
    check("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
          "9\r\n: hello\n\n\r\n",
          1, "in the middle of its answer");
}

static void no_connection(void **state)
{
    (void)state;
    static const char *urls[] = {"http://127.0.0.1:1/v1", "https://127.0.0.1:1/v1"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        responses_error_free(error);
        error = NULL;
        set(clients[0], "base_url", urls[i]);
        assert_status(responses_create(clients[0], REQUEST, NTS, NULL, &error), RESPONSES_E_NETWORK,
                      error);
        assert_contains(message_of(error), "127.0.0.1");
        assert_contains(message_of(error), "connection refused");
    }
}

static void in_the_handshake(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server_port(server));
    for (int resets = 0; resets < 2; resets++) {
        struct exchange *x = server_at_accept(server);
        pause_for(x, 60); /* the connection is made, and the client has said hello */
        if (resets)
            slam_down(x);
        else
            hang_up(x);
        responses_error_free(error);
        error = NULL;
        set(clients[0], "base_url", url);
        int status = responses_create(clients[0], REQUEST, NTS, NULL, &error);
        assert_true(status == RESPONSES_E_TLS || status == RESPONSES_E_NETWORK);
        assert_contains(message_of(error), "the connection in the TLS handshake");
    }
}

/* ---- proxies ---- */

static void by_way_of(const char *base_url, int status, const char *headers, int expected)
{
    static const char page[] = "<html><title>Access &lt;denied&gt;</title></html>";
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server_port(server));
    set(clients[0], "proxy", proxy);
    set(clients[0], "base_url", base_url);
    responses_error_free(error);
    error = NULL;
    answer_with(server_expect(server), status, headers, page, strlen(page));
    assert_status(responses_create(clients[0], REQUEST, NTS, NULL, &error), expected, error);
    print_message("  %s\n", message_of(error));
    char words[64], history[64];
    snprintf(words, sizeof words, "the proxy refused the request: HTTP %d", status);
    snprintf(history, sizeof history, "\"attempt\":1,\"http_status\":%d", status);
    assert_contains(message_of(error), words);
    assert_int_equal(responses_error_http_status(error), status);
    assert_contains(field(error, RESPONSES_ERROR_HISTORY), history);
}

static void a_proxy_that_refuses(void **state)
{
    (void)state;
    static const char asks[] = "Proxy-Authenticate: Basic realm=\"x\"\r\n";
    static const char squid[] = "X-Squid-Error: ERR_ACCESS_DENIED 0\r\n";
    by_way_of("http://example.test/v1", 407, asks, RESPONSES_E_API);
    assert_contains(message_of(error), "http://user:password@host:port");
    assert_contains(message_of(error), "Access <denied>");
    by_way_of("https://example.test/v1", 407, asks, RESPONSES_E_NETWORK);
    assert_contains(message_of(error), "http://user:password@host:port");
    by_way_of("http://example.test/v1", 403, squid, RESPONSES_E_API);
    assert_contains(message_of(error), "no_proxy");
    by_way_of("https://example.test/v1", 403, squid, RESPONSES_E_NETWORK);
    assert_contains(message_of(error), "no_proxy");
    assert_int_equal(responses_error_is_retryable(error), 0);
    by_way_of("https://example.test/v1", 503, "", RESPONSES_E_NETWORK);
    assert_int_equal(responses_error_is_retryable(error), 1);
}

int main(void)
{
    const struct CMUnitTest wording[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(before_an_answer),     TEST(within_the_headers), TEST(within_a_document),
        TEST(within_a_stream),      TEST(no_connection),      TEST(in_the_handshake),
        TEST(a_proxy_that_refuses),
    };
    return run(wording);
}
