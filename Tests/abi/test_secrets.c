/*
 * No value of the caller's is in anything that people read. A canary goes into every argument and every
 * option, in forms that are refused at once and in forms that fail late, and is looked for in messages,
 * fields, log lines, the history and the dump of headers. BODY is the server's own, and RESPONSE_ID is the
 * cursor that the caller needs.
 */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define NTS      RESPONSES_NTS
#define CANARY   "c4n4ry0123456789"
#define IN(a, b) a CANARY b

static struct server *server;
static responses_client *client;
static responses_error *error;
static struct text log_text;

static void log_line(int level, const char *line, size_t len, void *user_data)
{
    (void)level, (void)user_data;
    text_add_bytes(&log_text, line, len);
    text_add(&log_text, "\n");
}

static responses_client *logged(const char *url)
{
    responses_client *made = client_at(url);
    responses_client_set_log(made, RESPONSES_LOG_DEBUG, log_line, NULL);
    return made;
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = logged(server_url(server));
    error = NULL;
    text_add(&log_text, "");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    server_abandon(server);
    text_free(&log_text);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    return 0;
}

/* Looks everywhere, and forgets the error. */
static void check(const char *what, int status)
{
    static const int fields[] = {RESPONSES_ERROR_MESSAGE,    RESPONSES_ERROR_TYPE,
                                 RESPONSES_ERROR_CODE,       RESPONSES_ERROR_PARAM,
                                 RESPONSES_ERROR_REQUEST_ID, RESPONSES_ERROR_HISTORY,
                                 RESPONSES_ERROR_HEADERS};
    assert_int_equal(status, responses_error_status(error) * (status < 0));
    for (size_t i = 0; i < COUNT(fields) && error != NULL; i++)
        if (strstr(field(error, fields[i]), "c4n4ry"))
            fail_msg("%s: field %d is \"%s\"", what, fields[i], field(error, fields[i]));
    if (strstr(log_text.data, "c4n4ry"))
        fail_msg("%s: the log is \"%s\"", what, log_text.data);
    responses_error_free(error);
    error = NULL;
}

static void refused(const char *what, int status)
{
    if (status != RESPONSES_E_INVALID)
        fail_msg("%s is %s", what, responses_status_name(status));
    assert_true(message_of(error)[0] != 0);
    check(what, status);
}

/* ---- refused at once ---- */

static void options_that_are_refused(void **state)
{
    (void)state;
    static const char *forms[] = {CANARY,
                                  IN("", "\r\nX: y"),
                                  IN("http://u:", "@h:99999"),
                                  IN("http://u:", " x@h"),
                                  IN("://", ""),
                                  IN("ftp://u:", "@h/"),
                                  IN("http://u:", "/x@h/"),
                                  IN("http://u:1#", "@h/"),
                                  IN("http://u:", "@h/"),
                                  IN("-----BEGIN PRIVATE KEY-----\n", "\n"),
                                  IN("a b: ", "")};
    for (size_t i = 0; responses_option_name(i) != NULL; i++)
        for (size_t j = 0; j < COUNT(forms); j++) {
            const char *name = responses_option_name(i);
            check(name, responses_client_set(client, name, forms[j], &error));
            check(name, responses_client_set(client, name, NULL, &error));
        }
    refused("a name", responses_client_set(client, CANARY, "1", &error));
    refused("a name", responses_client_set(client, IN("api_key=", ""), "1", &error));
    refused("a name", responses_client_set(client, "", CANARY, &error));
    refused("a name", responses_client_set(client, NULL, CANARY, &error));
}

static void proxies_that_are_refused(void **state)
{
    (void)state;
    static const char *malformed[] = {
        IN("http://user:", "@host:99999"),
        IN("http://user:", " x@host"),
        IN("user:", "/x@host:3128"),
        IN("ftp://user:", "@host"),
        IN("http://user:x#", "@host"),
        IN("http://user:x?", "@host:1"),
        IN("user:", "@"),
        IN("http://user:", ""),
        IN("http//user:", "@host"),
        IN("[", ""),
        IN("http://user:", "@host:port"),
        IN("socks9://user:", "@host"),
        IN("://", ""),
        IN("http://user:", "\\x@h/y"),
        IN("http://host/", ""),
    };
    for (size_t i = 0; i < COUNT(malformed); i++) {
        int status = responses_client_set(client, "proxy", malformed[i], &error);
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "proxy");
        assert_contains(message_of(error), "expected http://host:port");
        refused(malformed[i], status);
        /* The environment's is not looked at before it is needed, and named by its variable. */
        setenv("http_proxy", malformed[i], 1);
        status = responses_create(client, REQUEST, NTS, NULL, &error);
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "http_proxy: expected http://host:port");
        assert_int_equal(responses_error_is_retryable(error), 0);
        refused(malformed[i], status);
    }
    assert_int_equal(server_connections(server), 0);
    /* One that is not needed does no harm. */
    set(client, "no_proxy", "127.0.0.1");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    set(client, "no_proxy", NULL);
    set(client, "proxy", "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void headers_that_are_refused(void **state)
{
    (void)state;
    refused("name", responses_client_set_header(client, IN("a b", ""), "x", &error));
    refused("name", responses_client_set_header(client, IN("", ":"), "x", &error));
    refused("value", responses_client_set_header(client, "X-A", IN("", "\n"), &error));
    refused("host", responses_client_set_header(client, "Host", CANARY, &error));
    refused("auth", responses_client_set(client, "auth_header", IN("", " x"), &error));
    static const char *lines[] = {IN("a b", ": x"), IN("X-A: ", "\x01x"), IN("Host: ", ""),
                                  IN("Content-Length: ", "")};
    for (size_t i = 0; i < COUNT(lines); i++) {
        responses_client *other = NULL;
        setenv("OPENAI_CUSTOM_HEADERS", lines[i], 1);
        int status = responses_client_new(&other, &error);
        unsetenv("OPENAI_CUSTOM_HEADERS");
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "OPENAI_CUSTOM_HEADERS");
        refused(lines[i], status);
    }
}

static void the_environment_that_is_refused(void **state)
{
    (void)state;
    static const char *variables[] = {"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID",
                                      "OPENAI_PROJECT_ID"};
    for (size_t i = 0; i < COUNT(variables); i++) {
        responses_client *other = NULL;
        setenv(variables[i], IN("x", "\n"), 1);
        int status = responses_client_new(&other, &error);
        unsetenv(variables[i]);
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), variables[i]);
        refused(variables[i], status);
    }
}

static void arguments_that_are_refused(void **state)
{
    (void)state;
    static const char *bodies[] = {CANARY,
                                   IN("{", ""),
                                   IN("[\"", "\"]"),
                                   IN("\"", "\""),
                                   IN("{\"a\":", "}"),
                                   IN("{\"", "\":1}x"),
                                   IN("{\"a\":\"", "\xff\"}")};
    static const char *params[] = {IN("{\"", "\":{}}"),
                                   IN("{\"limit\":\"", "\"}"),
                                   IN("{\"order\":\"", "\"}"),
                                   IN("{\"include\":[{\"", "\":1}]}"),
                                   IN("{\"after\":{\"", "\":1}}"),
                                   IN("{\"starting_after\":\"", "\"}"),
                                   IN("{\"include_obfuscation\":\"", "\"}"),
                                   CANARY};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const char *b = bodies[i];
        refused(b, responses_create(client, b, NTS, NULL, &error));
        refused(b, responses_create_start(client, b, NTS, NULL, &error));
        refused(b, responses_create_stream(client, b, NTS, NULL, NULL, NULL, &error));
        refused(b, responses_count_input_tokens(client, b, NTS, NULL, &error));
        refused(b, responses_compact(client, b, NTS, NULL, &error));
        refused(b, responses_send(client, "POST", "/x", b, NTS, NULL, &error));
        refused(b, responses_get(client, "r", b, NTS, NULL, &error));
    }
    for (size_t i = 0; i < COUNT(params); i++) {
        const char *p = params[i];
        refused(p, responses_get(client, CANARY, p, NTS, NULL, &error));
        refused(p, responses_get_stream(client, CANARY, p, NTS, NULL, NULL, NULL, &error));
        refused(p, responses_list_input_items(client, CANARY, p, NTS, NULL, &error));
    }
    refused("wait", responses_wait(client, CANARY, -7, NULL, &error));
    refused("method", responses_send(client, CANARY, "/x", NULL, 0, NULL, &error));
    refused("path", responses_send(client, "GET", CANARY, NULL, 0, NULL, &error));
    refused("path", responses_send(client, "GET", IN("/ ", ""), NULL, 0, NULL, &error));
    refused("path", responses_send(client, "GET", IN("/../", ""), NULL, 0, NULL, &error));
    refused("body", responses_send(client, "GET", "/", IN("{\"", "\":1}"), NTS, NULL, &error));
    assert_int_equal(server_connections(server), 0);
}

/* ---- failing late ---- */

/* All that a client can be told, but for where it goes and by which way. */
static void tell_everything(responses_client *told)
{
    static const char *options[] = {"api_key", "organization", "project", "user_agent"};
    for (size_t i = 0; i < COUNT(options); i++)
        set(told, options[i], CANARY);
    set(told, "default_query", IN("token=", "&" CANARY));
    set(told, "no_proxy", IN("", ".test"));
    assert_int_equal(responses_client_set_header(told, "X-Mine", IN("Token ", ""), NULL), 0);
    assert_int_equal(responses_client_set_header(told, CANARY, CANARY, NULL), 0);
}

/* Every operation with the canary in each of its arguments. */
static void call_everything(responses_client *told, const char *what)
{
    static const char body[] = IN("{\"model\":\"", "\",\"input\":\"" CANARY "\"}");
    static const char params[] = IN("{\"x\":\"", "\",\"" CANARY "\":1}");
    static const char id[] = CANARY;
    check(what, responses_create(told, body, NTS, NULL, &error));
    check(what, responses_create_stream(told, body, NTS, NULL, NULL, NULL, &error));
    check(what, responses_get(told, id, params, NTS, NULL, &error));
    check(what, responses_get_stream(told, id, params, NTS, NULL, NULL, NULL, &error));
    check(what, responses_cancel(told, id, NULL, &error));
    check(what, responses_delete(told, id, NULL, &error));
    check(what, responses_list_input_items(told, id, params, NTS, NULL, &error));
    check(what, responses_count_input_tokens(told, body, NTS, NULL, &error));
    check(what, responses_compact(told, body, NTS, NULL, &error));
    check(what, responses_wait(told, id, 20, NULL, &error));
    check(what,
          responses_send(told, "PUT", IN("/", "?" CANARY "=" CANARY), body, NTS, NULL, &error));
    responses_call *call = NULL;
    assert_ok(responses_create_stream_start(told, body, NTS, &call, &error), error);
    struct events events = {0};
    check(what, read_call(call, &events, &error));
    events_free(&events);
    responses_call_free(call);
}

static int closed_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    close(fd);
    return ntohs(address.sin_port);
}

static void ways_that_lead_nowhere(void **state)
{
    (void)state;
    char url[256], proxy[256];
    int nobody = closed_port(), port = server_port(server);
    static const char *urls[] = {
        "http://127.0.0.1:%d/" CANARY "/v1?key=" CANARY, /* nobody listens */
        "http://name.invalid:%d/" CANARY "/v1?" CANARY,  /* no such host */
        "https://127.0.0.1:%d/v1?key=" CANARY,           /* no TLS there */
    };
    static const char *proxies[] = {
        "",
        "http://" CANARY ":" CANARY "@127.0.0.1:%d", /* nobody listens */
        "socks5h://u:" CANARY "@127.0.0.1:%d",
        "http://" CANARY ".invalid", /* a user where the host should be */
        CANARY,
        CANARY ":12345",
    };
    for (size_t i = 0; i < COUNT(urls); i++)
        for (size_t j = 0; j < COUNT(proxies); j++) {
            snprintf(url, sizeof url, urls[i], i == 2 ? port : nobody);
            snprintf(proxy, sizeof proxy, proxies[j], nobody);
            if (i > 0 && j > (i == 1 ? 0 : 2))
                continue; /* names that are looked up in vain take their time */
            responses_client *told = logged(url);
            for (int k = 0; i == 2 && j == 0 && k < 40; k++) {
                struct exchange *x = server_at_accept(server);
                say(x, "this is no TLS\r\n");
                hang_up(x);
            }
            set(told, "proxy", proxy);
            tell_everything(told);
            if (i != 1 && j < 3)
                call_everything(told, proxy);
            else
                check(proxy, responses_create(told, REQUEST, NTS, NULL, &error));
            set(told, "proxy", NULL);
            setenv("all_proxy", proxy, 1);
            check(proxy, responses_create(told, REQUEST, NTS, NULL, &error));
            unsetenv("all_proxy");
            responses_client_free(told);
        }
}

static void files_that_are_not_there(void **state)
{
    (void)state;
    static const char *files[] = {"ca_file", "ca_path", "client_cert", "client_key"};
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", closed_port());
    for (size_t i = 0; i < COUNT(files); i++) {
        responses_client *told = logged(url);
        set(told, files[i], CANARY);
        check(files[i], responses_create(told, REQUEST, NTS, NULL, &error));
        responses_client_free(told);
    }
}

/* ---- a server that repeats what it was asked with ---- */

static int kind_of_answer;

static void repeat(const struct request *request, struct exchange *x, void *user_data)
{
    struct text said = {0}, body = {0};
    const char *key = request_header(request, "authorization");
    (void)user_data;
    text_addf(&said, "%s %s", key ? key : "", request->target);
    switch (kind_of_answer) {
    case 0:
        text_addf(&body, "{\"error\":{\"message\":\"%s\",\"code\":\"%s\",\"type\":\"%s\"}}",
                  said.data, said.data, said.data);
        break;
    case 1:
        text_addf(&body, "<title>%s</title>", said.data);
        break;
    default:
        text_addf(&body, "%s", said.data);
    }
    struct text headers = {0};
    text_addf(&headers,
              "Retry-After-Ms: 1\r\nX-Request-Id: %s\r\nX-Echo: %s\r\nLocation: "
              "http://u:%s@h.test/v1?%s\r\n",
              said.data, said.data, CANARY, said.data);
    static const int statuses[] = {400, 503, 200, 302, 407};
    answer_with(x, statuses[kind_of_answer % 5], headers.data, body.data, body.len);
    text_free(&said);
    text_free(&body);
    text_free(&headers);
}

static void servers_that_repeat_it(void **state)
{
    (void)state;
    char url[256];
    server_set_handler(server, repeat, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/" CANARY "/v1?key=" CANARY, server_port(server));
    for (kind_of_answer = 0; kind_of_answer < 5; kind_of_answer++) {
        responses_client *told = logged(url);
        tell_everything(told);
        set(told, "max_retries", "1");
        call_everything(told, "repeated");
        responses_client *derived = NULL;
        assert_ok(responses_client_derive(told, &derived, &error), error);
        check("derived", responses_create(derived, REQUEST, NTS, NULL, &error));
        responses_client_free(derived);
        responses_client_free(told);
    }
}

/* One that could be a part of other words counts as a word of its own. */
static void short_keys_are_words_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *key, *said, *told;
    } cases[] = {
        {"sk-test", "Incorrect API key provided: sk-test", "Incorrect API key provided: ***"},
        {"sk-test", "sk-test: wrong, 'Bearer sk-test'.", "***: wrong, 'Bearer ***'."},
        {"sk-test", "no sk-test-2 nor task-test, but sk-test",
         "no sk-test-2 nor task-test, but ***"},
        {"k", "a key like Bearer k is not ok", "a key like Bearer *** is not ok"},
        {"k", "k", "***"},
        {"se+cret", "(se+cret)(se+crets)", "(***)(se+crets)"},
        {"sk-tests", "task-testss", "ta***s"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[256];
        set(client, "api_key", cases[i].key);
        snprintf(body, sizeof body, "{\"error\":{\"message\":\"%s\"}}", cases[i].said);
        answer(server_expect(server), 401, body);
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        assert_status(status, RESPONSES_E_API, error);
        assert_contains(message_of(error), cases[i].told);
        if (strstr(cases[i].told, cases[i].key) == NULL)
            assert_lacks(message_of(error), cases[i].said);
        responses_error_free(error);
        error = NULL;
    }
    set(client, "api_key", "sk-other");
    assert_ok(responses_client_set_header(client, "X-Tenant", "acme", &error), error);
    answer(server_expect(server), 403, "{\"error\":{\"message\":\"acme may not, acmeist may\"}}");
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_status(status, RESPONSES_E_API, error);
    assert_contains(message_of(error), "*** may not, acmeist may");
}

static void an_answer_that_is_taken_has_no_key_in_its_dump(void **state)
{
    (void)state;
    responses_response *response = NULL;
    set(client, "api_key", CANARY);
    answer_with(server_expect(server), 200, IN("X-Echo: Bearer ", "\r\n"), RESPONSE,
                strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_contains(responses_response_headers(response, NULL), "X-Echo: Bearer ***");
    assert_lacks(responses_response_history(response, NULL), CANARY);
    responses_response_free(response);
}

static void a_proxy_that_refuses_repeats_nothing(void **state)
{
    (void)state;
    char proxy[128];
    server_set_handler(server, repeat, NULL);
    snprintf(proxy, sizeof proxy, "http://user:" CANARY "@127.0.0.1:%d", server_port(server));
    for (kind_of_answer = 0; kind_of_answer < 5; kind_of_answer++) {
        responses_client *told = logged("http://h.test/v1");
        set(told, "api_key", CANARY);
        set(told, "proxy", proxy);
        check("http", responses_create(told, REQUEST, NTS, NULL, &error));
        set(told, "base_url", "https://h.test/v1");
        check("https", responses_create(told, REQUEST, NTS, NULL, &error));
        responses_client_free(told);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest secrets[] = {
        TEST(options_that_are_refused),
        TEST(proxies_that_are_refused),
        TEST(headers_that_are_refused),
        TEST(the_environment_that_is_refused),
        TEST(arguments_that_are_refused),
        TEST(ways_that_lead_nowhere),
        TEST(files_that_are_not_there),
        TEST(servers_that_repeat_it),
        TEST(short_keys_are_words_of_their_own),
        TEST(an_answer_that_is_taken_has_no_key_in_its_dump),
        TEST(a_proxy_that_refuses_repeats_nothing),
    };
    return run(secrets);
}
