/* Where requests go: a local socket, the next of several servers, a proxy that wants more than Basic. */
#include "host.h"
#include "test.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NTS RESPONSES_NTS

static struct server *server, *other;
static responses_client *client;
static responses_error *error;
static responses_response *response;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    other = server_start();
    client = client_for(server);
    error = NULL;
    response = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    server_stop(server);
    server_stop(other);
    return 0;
}

static int create(void)
{
    responses_error_free(error);
    responses_response_free(response);
    return responses_create(client, REQUEST, NTS, &response, &error);
}

/* ---- a local socket ---- */

/* Gives back the request's first line as the answer's text, once. */
static void *answer_locally(void *listener)
{
    int fd = accept(*(int *)listener, NULL, NULL);
    char head[4096] = "";
    size_t len = 0;
    while (fd >= 0 && strstr(head, REQUEST) == NULL && len < sizeof head - 1) {
        ssize_t count = read(fd, head + len, sizeof head - 1 - len);
        if (count <= 0)
            break;
        len += (size_t)count;
        head[len] = 0;
    }
    const char *host = strstr(head, "Host: ");
    char body[300], answer[600];
    snprintf(body, sizeof body, "{\"id\":\"resp_1\",\"status\":\"completed\",\"host\":\"%.*s\"}",
             (int)strcspn(host ? host + 6 : "", "\r"), host ? host + 6 : "");
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    assert_true(write(fd, answer, strlen(answer)) > 0);
    close(fd);
    return NULL;
}

static void a_local_socket_is_used_and_no_proxy(void **state)
{
    (void)state;
    char directory[] = "/tmp/responses-XXXXXX";
    assert_non_null(mkdtemp(directory));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/api", directory);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 5), 0);
    pthread_t thread;
    pthread_create(&thread, NULL, answer_locally, &listener);

    set(client, "base_url", "http://model.local/v1");
    set(client, "unix_socket", address.sun_path);
    set(client, "proxy", "http://127.0.0.1:1");
    assert_ok(create(), error);
    assert_string_equal(value_at(response, "/host"), "model.local");
    pthread_join(thread, NULL);
    close(listener);

    /* Nobody listens there any more. */
    assert_status(create(), RESPONSES_E_NETWORK, error);
    unlink(address.sun_path);
    rmdir(directory);

    set(client, "unix_socket", NULL);
    set(client, "proxy", "");
    set(client, "base_url", server_url(server));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
}

/* ---- several servers ---- */

/* The URL of a port at which nobody listens. */
static const char *nowhere(void)
{
    return "http://127.0.0.1:1/v1";
}

static void the_next_server_is_asked_where_one_is_not_there(void **state)
{
    (void)state;
    char urls[200];
    snprintf(urls, sizeof urls, "%s  %s", nowhere(), server_url(other));
    set(client, "base_url", nowhere());
    set(client, "default_query", "a=1");
    set(client, "fallback_base_urls", urls);
    answer(server_expect(other), 200, RESPONSE);
    assert_ok(create(), error);
    assert_string_equal(server_request(other, 0)->target, "/v1/responses?a=1");
    assert_int_equal(responses_response_attempts(response), 3);

    /* Streams too, and what a path has in it. */
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(other), sse.text.data, sse.text.len);
    struct events events = {0};
    responses_error_free(error);
    assert_ok(responses_get_stream(client, "resp_1", NULL, 0, collect, &events, NULL, &error),
              error);
    check_heard(&events, &sse, sse.count);
    events_free(&events);
    sse_free(&sse);
}

static void the_first_is_asked_first(void **state)
{
    (void)state;
    set(client, "fallback_base_urls", server_url(other));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(server_connections(other), 0);
}

static void what_one_server_has_seen_goes_to_no_other(void **state)
{
    (void)state;
    set(client, "fallback_base_urls", server_url(other));
    hang_up(server_expect(server));
    assert_status(create(), RESPONSES_E_NETWORK, error);
    answer(server_expect(server), 500, "{}");
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(server_connections(other), 0);
}

static void a_stream_is_resumed_where_it_began(void **state)
{
    (void)state;
    set(client, "base_url", nowhere());
    set(client, "fallback_base_urls", server_url(other));
    struct sse sse;
    sse_begin(&sse, "resp_1");
    sse_event(&sse, "response.created",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"background\":true}");
    size_t part = sse.text.len;
    sse_message(&sse, 0, "msg_1", (const char *[]){"Hel", "lo", NULL});
    sse_completed(&sse);
    struct exchange *x = server_expect(other);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, part);
    slam_down(x);
    answer_stream(server_expect(other), sse.text.data + part, sse.text.len - part);
    struct events events = {0};
    assert_ok(responses_create_stream(client, REQUEST, NTS, collect, &events, NULL, &error), error);
    check_heard(&events, &sse, sse.count);
    assert_contains(server_request(other, 1)->target, "/v1/responses/resp_1?");
    events_free(&events);
    sse_free(&sse);
}

static void a_retry_begins_with_the_first(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    set(client, "retry_min_ms", "1");
    set(client, "retry_max_ms", "1");
    set(client, "base_url", nowhere());
    set(client, "fallback_base_urls", nowhere());
    assert_status(create(), RESPONSES_E_NETWORK, error);
    assert_int_equal(responses_error_attempts(error), 6);
}

static void a_server_that_does_not_answer_is_passed_over(void **state)
{
    (void)state;
    struct listener listener = listener_open(0);
    listener_fill(&listener);
    set(client, "base_url", listener.url);
    set(client, "fallback_base_urls", server_url(other));
    set_limit(client, "connect_timeout_ms", 300);
    answer(server_expect(other), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(responses_response_attempts(response), 2);
    assert_string_equal(server_request(other, 0)->target, "/v1/responses");
    listener_close(&listener);
}

static void lists_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"ftp://a/", "http://a/v1 b", "http://a/?x=1", "http://u@a/",
                                        "http://a,http://b/#"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        responses_error_free(error);
        assert_status(responses_client_set(client, "fallback_base_urls", lists[i], &error),
                      RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "fallback_base_urls");
    }
    /* The key is not sent in the clear to a second server when the first has TLS. */
    set(client, "base_url", "https://127.0.0.1:1/v1");
    set(client, "fallback_base_urls", server_url(other));
    assert_status(create(), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "https");
    set(client, "fallback_base_urls", "");
    assert_status(create(), RESPONSES_E_NETWORK, error);
}

/* ---- a proxy ---- */

static void a_proxy_is_answered_in_the_way_that_it_wants(void **state)
{
    (void)state;
    static const char *const ways[] = {"digest", "any"};
    for (size_t i = 0; i < COUNT(ways); i++) {
        char proxy[80];
        snprintf(proxy, sizeof proxy, "http://user:secret-word@127.0.0.1:%d", server_port(server));
        set(client, "proxy", proxy);
        set(client, "proxy_auth", ways[i]);
        set(client, "base_url", "http://api.invalid/v1");
        answer_with(server_expect(server), 407,
                    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"abc\", qop=\"auth\"\r\n", "no",
                    2);
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(create(), error);
        assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
        assert_int_equal(responses_response_http_status(response), 200);
        int index = server_requests(server) - 1;
        const struct request *request = server_request(server, index);
        assert_string_equal(request->body, REQUEST);
        assert_contains(request_header(request, "Proxy-Authorization"), "Digest username=\"user\"");
        assert_lacks(request->head, "secret-word");
        assert_lacks(server_request(server, index - 1)->head, "Basic");
    }
    /* Without one that it takes, it refuses. */
    set(client, "proxy_auth", "basic");
    answer_with(server_expect(server), 407, "Proxy-Authenticate: Digest realm=\"r\"\r\n", "no", 2);
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 407);
    assert_lacks(message_of(error), "secret-word");
}

int main(void)
{
    const struct CMUnitTest servers[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_local_socket_is_used_and_no_proxy),
        TEST(the_next_server_is_asked_where_one_is_not_there),
        TEST(the_first_is_asked_first),
        TEST(what_one_server_has_seen_goes_to_no_other),
        TEST(a_stream_is_resumed_where_it_began),
        TEST(a_retry_begins_with_the_first),
        TEST(a_server_that_does_not_answer_is_passed_over),
        TEST(lists_that_cannot_be_are_refused),
        TEST(a_proxy_is_answered_in_the_way_that_it_wants),
    };
    return run(servers);
}
