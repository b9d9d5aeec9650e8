/* Addresses of IPv6 in brackets: of the server, of a proxy, and in no_proxy. */
#include "network.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define NTS RESPONSES_NTS

static struct process *server, *proxy, *socks;
static responses_client *client;
static responses_error *error;

static int machine_has_it(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int is_there = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return is_there;
}

static int setup(void **state)
{
    (void)state;
    error = NULL;
    server = NULL;
    client = NULL;
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

/* A server at ::1, and a client that knows it by that address. */
static void start(int over_tls)
{
    char url[128];
    if (!machine_has_it())
        skip();
    server =
        over_tls
            ? tls_server((const char *[]){"--host", "::1", NULL})
            : process_start((const char *[]){getenv("NETWORK_PYTHON"), source("servers/server.py"),
                                             "--host", "::1", NULL});
    client = client_of(server, NULL);
    snprintf(url, sizeof url, "http%s://[::1]:%d/standard/v1", over_tls ? "s" : "", server->port);
    set(client, "base_url", url);
}

static void check_calls(void)
{
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
    check_whole_stream(client, 11);
}

static void a_server_by_its_address(void **state)
{
    (void)state;
    char host[64];
    start(0);
    check_calls();
    assert_int_equal(count_at(server, "requests"), 2);
    snprintf(host, sizeof host, "[::1]:%d", server->port);
    assert_contains(command(server, "count"), host);
}

/* The certificate is for that address. */
static void a_server_by_its_address_over_tls(void **state)
{
    (void)state;
    start(1);
    set(client, "http_version", "2");
    check_calls();
    assert_int_equal(count_at(server, "h2"), 2);
}

static void use_proxy_at(const char *scheme, int port)
{
    char url[64];
    snprintf(url, sizeof url, "%s://[::1]:%d", scheme, port);
    set(client, "proxy", url);
}

/* That it was used: one that is not there is an error. */
static void nobody_is_there(const char *scheme)
{
    use_proxy_at(scheme, free_port());
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_E_NETWORK);
}

static void a_proxy_by_its_address(void **state)
{
    (void)state;
    if (proxy == NULL)
        skip();
    server = tls_server(NULL);
    client = client_of(server, NULL);
    use_proxy_at("http", proxy->port);
    check_calls();
    nobody_is_there("http");
}

static void both_by_their_addresses(void **state)
{
    (void)state;
    if (socks == NULL)
        skip();
    start(1);
    use_proxy_at("socks5", socks->port);
    check_calls();
    nobody_is_there("socks5");
    /* And without one, as no_proxy says. */
    set(client, "no_proxy", "example.test,::1");
    check_calls();
    assert_int_equal(count_at(server, "requests"), 4);
}

/* What a proxy is told of such a server. */
static void a_proxy_is_told_the_address_in_brackets(void **state)
{
    (void)state;
    char url[64], place[64];
    start(1);
    struct server *told = server_start();
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(told));
    snprintf(place, sizeof place, "[::1]:%d", server->port);
    set(client, "proxy", url);
    answer(server_expect(told), 403, "{}");
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_E_NETWORK);
    assert_string_equal(server_request(told, 0)->method, "CONNECT");
    assert_string_equal(server_request(told, 0)->target, place);
    responses_client_free(client);
    client = NULL;
    server_stop(told);
}

static void start_proxies(void)
{
    if (!machine_has_it())
        return;
    struct process it = {.port = free_port()};
    proxy = process_start_at(it.port, (const char *[]){getenv("NETWORK_PYTHON"), "-m", "proxy",
                                                       "--hostname", "::1", "--port", port_of(&it),
                                                       "--num-workers", "1", "--num-acceptors", "1",
                                                       "--log-level", "ERROR", NULL});
    it.port = free_port();
    socks = process_start_at(it.port,
                             (const char *[]){"microsocks", "-i", "::1", "-p", port_of(&it), NULL});
}

int main(void)
{
    const struct CMUnitTest ipv6[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_server_by_its_address),
        TEST(a_server_by_its_address_over_tls),
        TEST(a_proxy_by_its_address),
        TEST(both_by_their_addresses),
        TEST(a_proxy_is_told_the_address_in_brackets),
    };
    start_proxies();
    int failed = run(ipv6);
    process_stop(proxy);
    process_stop(socks);
    return failed;
}
