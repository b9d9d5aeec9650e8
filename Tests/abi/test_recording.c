/* The file that attempts are written to. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <jansson.h>

#define NTS   RESPONSES_NTS
#define QUICK "Retry-After-Ms: 1\r\n"
#define KEY   "sk-secret/of\"this\\key"

static struct server *server;
static responses_client *client;
static responses_response *response;
static responses_error *error;
static struct sse sse;
static char path[] = "/tmp/responses-record-XXXXXX";
static struct text log_text;

static void on_log(int level, const char *line, size_t len, void *user_data)
{
    (void)user_data;
    if (level <= RESPONSES_LOG_WARNING) {
        text_add_bytes(&log_text, line, len);
        text_add(&log_text, "\n");
    }
}

static int setup(void **state)
{
    (void)state;
    strcpy(path + sizeof path - 7, "XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    server = server_start();
    client = client_for(server);
    set(client, "record_file", path);
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_WARNING, on_log, NULL),
                     RESPONSES_OK);
    sse_hello(&sse, "resp_1");
    response = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    text_free(&log_text);
    memset(&log_text, 0, sizeof log_text);
    unlink(path);
    return 0;
}

static int create(void)
{
    responses_error_free(error);
    responses_response_free(response);
    return responses_create(client, REQUEST, NTS, &response, &error);
}

static struct text contents(void)
{
    struct text text = {0};
    char piece[4096];
    ssize_t n;
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    while ((n = read(fd, piece, sizeof piece)) > 0)
        text_add_bytes(&text, piece, (size_t)n);
    close(fd);
    return text;
}

static void write_contents(const char *bytes, size_t len)
{
    const int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/* ---- HAR 1.2 ---- */

static void check_type(const json_t *object, const char *names, int type)
{
    char *list = strdup(names), *rest = list;
    for (char *name; (name = strsep(&rest, " ")) != NULL;) {
        const json_t *value = json_object_get(object, name);
        if (!value)
            fail_msg("there is no %s", name);
        if (type == JSON_REAL ? !json_is_number(value) : (int)json_typeof(value) != type)
            fail_msg("%s has another type", name);
    }
    free(list);
}

static void check_pairs(const json_t *list)
{
    size_t i;
    json_t *pair;
    json_array_foreach(list, i, pair) check_type(pair, "name value", JSON_STRING);
}

/* All that the specification wants, which browsers' tools rely on. */
static void check_entry(const json_t *entry)
{
    check_type(entry, "startedDateTime", JSON_STRING);
    int y, m, d, h, min, s, ms;
    char zone;
    assert_int_equal(sscanf(json_string_value(json_object_get(entry, "startedDateTime")),
                            "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &y, &m, &d, &h, &min, &s, &ms, &zone),
                     8);
    assert_int_equal(zone, 'Z');
    check_type(entry, "time", JSON_REAL);
    check_type(entry, "request response cache timings", JSON_OBJECT);
    const json_t *request = json_object_get(entry, "request");
    check_type(request, "method url httpVersion", JSON_STRING);
    check_type(request, "cookies headers queryString", JSON_ARRAY);
    check_type(request, "headersSize bodySize", JSON_INTEGER);
    check_pairs(json_object_get(request, "headers"));
    check_pairs(json_object_get(request, "queryString"));
    const json_t *data = json_object_get(request, "postData");
    if (data)
        check_type(data, "mimeType text", JSON_STRING);
    const json_t *answer = json_object_get(entry, "response");
    check_type(answer, "status headersSize bodySize", JSON_INTEGER);
    check_type(answer, "statusText httpVersion redirectURL", JSON_STRING);
    check_type(answer, "cookies headers", JSON_ARRAY);
    check_type(answer, "content", JSON_OBJECT);
    check_pairs(json_object_get(answer, "headers"));
    const json_t *content = json_object_get(answer, "content");
    check_type(content, "size", JSON_INTEGER);
    check_type(content, "mimeType text", JSON_STRING);
    const json_t *timings = json_object_get(entry, "timings");
    check_type(timings, "blocked dns connect ssl send wait receive", JSON_REAL);
    double sum = 0;
    const char *const parts[] = {"blocked", "dns", "connect", "send", "wait", "receive"};
    for (size_t i = 0; i < COUNT(parts); i++) {
        const double time = json_number_value(json_object_get(timings, parts[i]));
        assert_true(time >= 0 || (time == -1 && i < 3));
        sum += time > 0 ? time : 0;
    }
    assert_true(json_number_value(json_object_get(entry, "time")) <= sum + 1);
    assert_true(json_number_value(json_object_get(entry, "time")) >= sum - 1);
    /* Ours: lengths into the content. */
    json_int_t total = 0;
    size_t i;
    json_t *chunk;
    json_array_foreach(json_object_get(entry, "_chunks"), i, chunk) total +=
        json_integer_value(json_array_get(chunk, 1));
    assert_int_equal(total, json_integer_value(json_object_get(content, "size")));
}

/* The file, checked; to be released. */
static json_t *archive(size_t entries)
{
    struct text text = contents();
    json_error_t reason;
    json_t *document = json_loadb(text.data, text.len, 0, &reason);
    if (!document)
        fail_msg("%s in:\n%s", reason.text, text.data);
    json_t *log = json_object_get(document, "log");
    check_type(log, "version", JSON_STRING);
    assert_string_equal(json_string_value(json_object_get(log, "version")), "1.2");
    check_type(log, "creator", JSON_OBJECT);
    check_type(json_object_get(log, "creator"), "name version", JSON_STRING);
    check_type(log, "entries pages", JSON_ARRAY);
    const json_t *list = json_object_get(log, "entries");
    assert_int_equal(json_array_size(list), entries);
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry) check_entry(entry);
    text_free(&text);
    return document;
}

static const json_t *entry_of(const json_t *document, size_t index)
{
    return json_array_get(json_object_get(json_object_get(document, "log"), "entries"), index);
}

static const char *string_of(const json_t *object, const char *first, const char *second)
{
    const char *value = json_string_value(json_object_get(json_object_get(object, first), second));
    assert_non_null(value);
    return value;
}

static const char *header_of(const json_t *message, const char *name)
{
    size_t i;
    json_t *pair;
    json_array_foreach(
        json_object_get(message, "headers"), i,
        pair) if (strcasecmp(json_string_value(json_object_get(pair, "name")), name) ==
                  0) return json_string_value(json_object_get(pair, "value"));
    return NULL;
}

static void every_attempt_is_an_entry(void **state)
{
    (void)state;
    json_decref(archive(0));
    set(client, "default_query", "a=1&b=%20&c");
    set(client, "max_retries", "1");
    answer_with(server_expect(server), 503, QUICK, "{}", 2);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    set(client, "base_url", "http://127.0.0.1:1/v1");
    set(client, "max_retries", "0");
    assert_status(create(), RESPONSES_E_NETWORK, error);
    json_t *document = archive(3);

    const json_t *entry = entry_of(document, 1);
    assert_string_equal(string_of(entry, "request", "method"), "POST");
    assert_contains(string_of(entry, "request", "url"), "/v1/responses?a=1&b=%20&c");
    assert_string_equal(header_of(json_object_get(entry, "request"), "accept"), "application/json");
    assert_non_null(header_of(json_object_get(entry, "request"), "host"));
    assert_non_null(header_of(json_object_get(entry, "request"), "idempotency-key"));
    const json_t *query = json_object_get(json_object_get(entry, "request"), "queryString");
    assert_int_equal(json_array_size(query), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(query, 1), "value")), " ");
    assert_json(json_string_value(json_object_get(
                    json_object_get(json_object_get(entry, "request"), "postData"), "text")),
                REQUEST);
    assert_string_equal(
        json_string_value(json_object_get(
            json_object_get(json_object_get(entry, "response"), "content"), "text")),
        RESPONSE);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(entry, "response"), "status")), 200);
    assert_string_equal(json_string_value(json_object_get(entry, "serverIPAddress")), "127.0.0.1");
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(entry_of(document, 0), "response"), "status")),
                     503);
    entry = entry_of(document, 2);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(entry, "response"), "status")), 0);
    assert_contains(string_of(entry, "response", "_error"), "connection refused");
    json_decref(document);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_stream_has_its_pieces(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[3]);
    pause_for(x, 60);
    stream_chunk(x, sse.text.data + sse.end[3], sse.text.len - sse.end[3]);
    stream_end(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    played_free(&played);
    json_t *document = archive(1);
    const json_t *entry = entry_of(document, 0), *chunks = json_object_get(entry, "_chunks");
    assert_int_equal(json_array_size(chunks), 2);
    assert_int_equal(json_integer_value(json_array_get(json_array_get(chunks, 0), 1)), sse.end[3]);
    assert_true(json_number_value(json_array_get(json_array_get(chunks, 1), 0)) >=
                json_number_value(json_array_get(json_array_get(chunks, 0), 0)) + 40);
    assert_string_equal(
        json_string_value(json_object_get(
            json_object_get(json_object_get(entry, "response"), "content"), "text")),
        sse.text.data);
    json_decref(document);
}

static void what_is_no_text_is_base64(void **state)
{
    (void)state;
    set(client, "raw", "1");
    struct text body = {0};
    for (int i = 0; i < 10000; i++)
        text_add_bytes(&body, (const char[]){(char)(i * 7)}, 1);
    answer_with(server_expect(server), 200, "Content-Type: image/png\r\n", body.data, body.len);
    assert_ok(responses_send(client, "GET", "/files/x", NULL, 0, &response, &error), error);
    json_t *document = archive(1);
    const json_t *content =
        json_object_get(json_object_get(entry_of(document, 0), "response"), "content");
    assert_string_equal(json_string_value(json_object_get(content, "encoding")), "base64");
    assert_int_equal(json_integer_value(json_object_get(content, "size")), body.len);
    json_decref(document);
    set(client, "record_file", NULL);
    set(client, "replay_file", path);
    responses_response_free(response);
    assert_ok(responses_send(client, "GET", "/files/x", NULL, 0, &response, &error), error);
    size_t len;
    const char *json = responses_response_json(response, &len);
    assert_int_equal(len, body.len);
    assert_memory_equal(json, body.data, len);
    text_free(&body);
}

/* ---- secrets ---- */

static void no_secret_is_in_the_file(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "sk-secret", "of-the-header",    "of-the-query-of-all", "of-a-cookie",
        "hunter22",  "of-an-odd-header", "named-as-nothing",    "in-the-path-of-the-url"};
    struct text url = {0}, echo = {0};
    text_addf(&url, "http://127.0.0.1:%d/in-the-path-of-the-url/v1?key=of-the-query-of-all",
              server_port(server));
    set(client, "base_url", url.data);
    set(client, "api_key", KEY);
    assert_ok(responses_client_set_header(client, "X-Odd", "named-as-nothing", &error), error);
    assert_ok(responses_client_set_header(client, "X-Api-Key", "of-the-header", &error), error);
    assert_ok(responses_client_set_header(client, "Cookie", "id=of-a-cookie", &error), error);
    assert_ok(responses_client_set_header(client, "X-Auth-Token", "of-an-odd-header", &error),
              error);

    /* A server that repeats them all, as they are and in JSON, in a head, in pieces. */
    text_add(&echo, "data: {\"type\":\"error\",\"message\":\"sk-secret/of\\\"this\\\\key "
                    "sk-secret\\/of\\\"this\\\\key \\u0073k-secret\\u002Fof\\u0022this\\u005ckey "
                    "sk-secret%2Fof%22this%5Ckey " /* as they are in a URL */
                    "of-the-header of-the-query-of-all id=of-a-cookie of-an-odd-header "
                    "named-as-nothing in-the-path-of-the-url\"}\n\n");
    for (size_t piece = 1; piece < 40; piece += 6) {
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Echo: " KEY
               "\r\nSet-Cookie: session=hunter22\r\n\r\n");
        say_in_pieces(x, echo.data, echo.len, piece);
        hang_up(x);
        struct played played = play(client);
        assert_int_equal(played.status, RESPONSES_E_API);
        played_free(&played);
    }
    struct exchange *x = server_expect(server);
    answer_with(x, 400, "Location: /?k=" KEY "\r\n", "no " KEY " no", strlen("no " KEY " no"));
    assert_status(create(), RESPONSES_E_API, error);
    /* In a request's body. */
    answer(server_expect(server), 200, RESPONSE);
    responses_error_free(error);
    error = NULL;
    assert_ok(responses_create(
                  client, "{\"model\":\"m\",\"input\":\"my key: sk-secret/of\\\"this\\\\key\"}",
                  NTS, &response, &error),
              error);
    struct text text = contents();
    for (size_t i = 0; i < COUNT(secrets); i++)
        if (strstr(text.data, secrets[i]))
            fail_msg("%.60s", strstr(text.data, secrets[i]));
    assert_null(strstr(text.data, "this"));
    assert_contains(text.data, "***");
    json_decref(archive(9));

    /* Whatever stands in their place comes again, with other secrets. */
    set(client, "record_file", NULL);
    set(client, "replay_file", path);
    set(client, "api_key", "another");
    text_free(&url);
    url = (struct text){0};
    text_add(&url, "https://other.example/also-in-the-path-of-it/v1?key=another");
    set(client, "base_url", url.data);
    struct played played = play(client);
    assert_int_equal(played.status, RESPONSES_E_API);
    assert_contains(message_of(played.error), "*** *** *** ***");
    played_free(&played);
    responses_response_free(response);
    assert_ok(responses_create(client, "{\"model\":\"m\",\"input\":\"my key: another\"}", NTS,
                               &response, &error),
              error);
    text_free(&text);
    text_free(&url);
    text_free(&echo);
}

/* ---- files ---- */

static void what_cannot_be_recorded_into_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"/tmp", "/dev/null", "/no/such/directory/x.har",
                                        "/dev/full", "{\"log\":\n{}}"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        assert_status(responses_client_set(client, "record_file", paths[i], &error),
                      RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "record_file: ");
        responses_error_free(error);
        assert_status(responses_client_set(client, "replay_file", paths[i], &error),
                      RESPONSES_E_INVALID, error);
        responses_error_free(error);
        error = NULL;
    }
    write_contents("{\"my\":\"own\"}", 12);
    assert_status(responses_client_set(client, "record_file", path, &error), RESPONSES_E_INVALID,
                  error);
    struct text text = contents();
    assert_string_equal(text.data, "{\"my\":\"own\"}");
    text_free(&text);
    responses_error_free(error);
    error = NULL;
    assert_status(responses_client_set(client, "replay_pace", "slow", &error), RESPONSES_E_INVALID,
                  error);
    assert_contains(message_of(error), "original");
}

static void not_both_at_once(void **state)
{
    (void)state;
    assert_status(responses_client_set(client, "replay_file", path, &error), RESPONSES_E_INVALID,
                  error);
    assert_contains(message_of(error), "record_file is set");
    responses_error_free(error);
    error = NULL;
    set(client, "record_file", "");
    set(client, "replay_file", path);
    assert_status(responses_client_set(client, "record_file", path, &error), RESPONSES_E_INVALID,
                  error);
    assert_contains(message_of(error), "replay_file is set");
}

static void another_directory_is_no_matter(void **state)
{
    (void)state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir("/tmp"), 0);
    set(client, "record_file", path + strlen("/tmp/"));
    assert_int_equal(chdir("/"), 0);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(chdir(here), 0);
    json_decref(archive(1));
}

static void a_full_disk_is_told_once(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    struct text before = contents();
    struct rlimit limit, old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    /* In the middle of the entry, and right before it: SIGXFSZ would end the program. */
    for (size_t more = 0; more < 300; more += 100) {
        limit = old;
        limit.rlim_cur = before.len + more;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        answer(server_expect(server), 200, RESPONSE);
        const int status = create();
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_ok(status, error);
        struct text after = contents();
        assert_string_equal(after.data, before.data);
        text_free(&after);
    }
    const char *told = strstr(log_text.data, "record_file");
    assert_non_null(told);
    assert_null(strstr(told + 1, "record_file"));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    json_decref(archive(2));
    text_free(&before);
}

/* Whatever a process that was killed has left of its last entry: the others are read, and go on. */
static void a_torn_entry_is_lost_alone(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(create(), error);
    }
    struct text whole = contents();
    const char *third = strchr(strchr(strchr(whole.data, '\n') + 1, '\n') + 1, '\n') + 1;
    const size_t from = (size_t)(third - whole.data), end = whole.len - strlen("\n]}}\n");
    for (size_t cut = from; cut < end; cut += cut < from + 8 ? 1 : is_slow() ? 101 : 17) {
        write_contents(whole.data, cut);
        /* What it was written over. */
        if (cut < from + 4) {
            const int fd = open(path, O_WRONLY | O_APPEND);
            assert_int_equal(write(fd, "]}}\n" + (cut - from), 4 - (cut - from)), 4 - (cut - from));
            close(fd);
        }
        set(client, "record_file", NULL);
        set(client, "replay_file", path);
        assert_ok(create(), error);
        assert_ok(create(), error);
        assert_status(create(), RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "2 of 2");
        set(client, "replay_file", NULL);
        set(client, "record_file", path);
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(create(), error);
        json_decref(archive(3));
    }
    text_free(&whole);
}

static void a_file_that_went_away_is_made_anew(void **state)
{
    (void)state;
    unlink(path);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    json_decref(archive(1));
    assert_int_equal(truncate(path, 0), 0);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    json_decref(archive(1));
    write_contents("something else", 14);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    struct text text = contents();
    assert_string_equal(text.data, "something else");
    assert_contains(log_text.data, "no recording of this library any more");
    text_free(&text);
}

static void several_processes_record_into_one(void **state)
{
    (void)state;
    enum { PROCESSES = 3, EACH = 20 };
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES * EACH; i++)
        answer(server_expect(server), 200, RESPONSE);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            responses_client *own = client_for(server);
            int failed = responses_client_set(own, "record_file", path, NULL);
            for (int j = 0; j < EACH; j++)
                failed |= responses_create(own, REQUEST, NTS, NULL, NULL);
            responses_client_free(own);
            _exit(failed ? 1 : 0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    json_decref(archive(PROCESSES * EACH));
}

/* A process that is killed while it records leaves a file that can be used. */
static void a_killed_process_leaves_a_file(void **state)
{
    (void)state;
    struct text big = {0};
    text_add(&big, "{\"id\":\"resp_1\",\"status\":\"completed\",\"x\":\"");
    text_add_times(&big, 'x', 2000000);
    text_add(&big, "\"}");
    for (int round = 0; round < 5; round++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        const pid_t child = fork();
        if (child == 0) {
            struct server *own = server_start();
            responses_client *one = client_for(own);
            responses_client_set(one, "record_file", path, NULL);
            for (int i = 0; i < 1000; i++) {
                answer(server_expect(own), 200, big.data);
                responses_create(one, REQUEST, NTS, NULL, NULL);
                if (i == 0 && write(pipes[1], "x", 1) != 1)
                    _exit(1);
            }
            _exit(0);
        }
        char byte;
        assert_int_equal(read(pipes[0], &byte, 1), 1);
        sleep_ms(5 + 7 * round);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(pipes[0]);
        close(pipes[1]);
        set(client, "record_file", NULL);
        set(client, "replay_file", path);
        assert_ok(create(), error);
        set(client, "replay_file", NULL);
        set(client, "record_file", path);
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(create(), error);
        struct text text = contents();
        json_t *document = json_loadb(text.data, text.len, 0, NULL);
        assert_non_null(document);
        json_decref(document);
        text_free(&text);
        assert_int_equal(truncate(path, 0), 0);
    }
    text_free(&big);
}

static void a_large_body_is_kept_up_to_its_limit(void **state)
{
    (void)state;
    set(client, "max_response_bytes", "1024");
    struct text big = {0};
    text_add(&big, "{\"x\":\"");
    text_add_times(&big, 'x', 5000);
    text_add(&big, "\"}");
    answer(server_expect(server), 200, big.data);
    assert_status(create(), RESPONSES_E_LIMIT, error);
    json_t *document = archive(1);
    const json_t *content =
        json_object_get(json_object_get(entry_of(document, 0), "response"), "content");
    assert_true(json_integer_value(json_object_get(content, "size")) <= 1024);
    assert_contains(json_string_value(json_object_get(content, "comment")), "not recorded");
    json_decref(document);
    text_free(&big);
}

/* ---- files of others ---- */

static void a_file_of_a_browser_replays(void **state)
{
    (void)state;
    static const char chrome[] =
        "\xEF\xBB\xBF{ \"log\": { \"version\": \"1.2\", \"creator\": { \"name\": \"WebInspector\", "
        "\"version\": \"537.36\" }, \"pages\": [], \"entries\": [ { \"_initiator\": { \"type\": "
        "\"script\" }, \"cache\": {}, \"request\": { \"method\": \"POST\", \"url\": "
        "\"https://api.openai.com/v1/responses#x\", \"httpVersion\": \"http/2.0\", \"headers\": "
        "[], "
        "\"queryString\": [], \"cookies\": [], \"headersSize\": -1, \"bodySize\": 27, "
        "\"postData\": "
        "{ \"mimeType\": \"application/json\", \"text\": \"{\\\"model\\\": \\\"m\\\", "
        "\\\"input\\\": \\\"hi\\\"}\" } }, \"response\": { \"status\": 200, \"statusText\": \"\", "
        "\"httpVersion\": \"http/2.0\", \"headers\": [ { \"name\": \":status\", \"value\": \"200\" "
        "}, { \"name\": \"content-type\", \"value\": \"application/json\" }, { \"name\": "
        "\"x-request-id\", \"value\": \"req_9\" } ], \"cookies\": [], \"content\": { \"size\": 42, "
        "\"mimeType\": \"application/json\", \"text\": "
        "\"eyJpZCI6InJlc3BfYiIsInN0YXR1cyI6ImNvbXBsZXRlZCJ9\", \"encoding\": \"base64\" }, "
        "\"redirectURL\": \"\", \"headersSize\": -1, \"bodySize\": -1, \"_transferSize\": 1, "
        "\"_error\": null }, \"startedDateTime\": \"2026-01-01T00:00:00.000Z\", \"time\": "
        "134.45600000000001, \"timings\": { \"blocked\": 1.5, \"dns\": -1, \"connect\": -1, "
        "\"ssl\": -1, \"send\": 0.1, \"wait\": 100, \"receive\": 1 } }, { \"request\": { "
        "\"method\": \"POST\", \"url\": \"https://api.openai.com/v1/responses\", \"postData\": "
        "{\"text\":\"{\\\"model\\\":\\\"n\\\"}\"}}, \"response\": { \"status\": 0, \"_error\": "
        "\"net::ERR_CONNECTION_RESET\" } } ] } }";
    write_contents(chrome, sizeof chrome - 1);
    set(client, "record_file", NULL);
    set(client, "replay_file", path);
    assert_ok(create(), error);
    assert_string_equal(responses_response_id(response), "resp_b");
    assert_string_equal(responses_response_request_id(response), "req_9");
    assert_string_equal(responses_response_http_version(response), "HTTP/2");
    responses_response_free(response);
    assert_status(responses_create(client, "{\"model\":\"n\"}", NTS, &response, &error),
                  RESPONSES_E_NETWORK, error);
    assert_contains(message_of(error), "net::ERR_CONNECTION_RESET");
    assert_int_equal(responses_error_is_retryable(error), 1);
}

static void what_is_no_archive_is_refused(void **state)
{
    (void)state;
#define FIRST "{\"log\":{\"entries\":[{\"request\":{\"method\":\"GET\",\"url\":\"http://a/\"},"
    static const struct {
        const char *file, *words;
    } cases[] = {
        {"", "not JSON"},
        {"{", "not JSON"},
        {"nonsense\nand more\n", "not JSON"},
        {"{}", "/log/entries is no array"},
        {"{\"log\":{\"entries\":{}}}", "/log/entries is no array"},
        {"{\"log\":{\"entries\":[7]}}", "/log/entries/0/request is no object"},
        {FIRST "\"response\":{\"status\":200}},{\"request\":{}}]}}",
         "/log/entries/1/response is no object"},
        {FIRST "\"response\":{}}]}}", "/log/entries/0/response/status"},
        {FIRST "\"response\":{\"status\":-1}}]}}", "/log/entries/0/response/status"},
        {FIRST "\"response\":{\"status\":200,\"headers\":[{\"name\":1}]}}]}}",
         "/log/entries/0/response/headers"},
        {FIRST "\"response\":{\"status\":200,\"content\":{\"text\":1}}}]}}",
         "/log/entries/0/response/content/text"},
        {FIRST "\"response\":{\"status\":200,\"content\":{\"encoding\":\"gzip\"}}}]}}",
         "/log/entries/0/response/content/encoding"},
        {FIRST "\"response\":{\"status\":200},\"_chunks\":[[1]]}]}}", "/log/entries/0/_chunks"},
        {FIRST "\"response\":{\"status\":200},\"_chunks\":[[1,-1]]}]}}", "/log/entries/0/_chunks"},
        {"{\"log\":{\"entries\":[{\"request\":{\"url\":\"\"},\"response\":{}}]}}",
         "/log/entries/0/request/method"},
    };
    set(client, "record_file", NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_contents(cases[i].file, strlen(cases[i].file));
        assert_status(responses_client_set(client, "replay_file", path, &error),
                      RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), cases[i].words);
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "replay_file");
        responses_error_free(error);
        error = NULL;
    }
}

/* Numbers that no clock has, lengths that do not fit, broken base64: nothing that is in a file can do harm. */
static void odd_values_do_no_harm(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "{\"status\":200},\"time\":1e999,\"timings\":{\"wait\":99999999999999999999}",
        "{\"status\":200,\"content\":{\"text\":\"{}\"}},\"_chunks\":[[-5,1],[1e308,1]]",
        "{\"status\":200,\"content\":{\"text\":\"{}\"}},\"_chunks\":[[0,9223372036854775807],[0,9]"
        "]",
        "{\"status\":200,\"content\":{\"text\":\"{}\"}},\"_chunks\":[[0,1]]",
        "{\"status\":200,\"content\":{\"text\":\"!!!\",\"encoding\":\"base64\"}}",
        "{\"status\":999,\"headers\":[{\"name\":\"\",\"value\":\"\"},{\"name\":\"a\\r\\nb: c\","
        "\"value\":\"\\u0000\\nd\"}],\"content\":{\"text\":\"\"}}",
        "{\"status\":200},\"_failure\":{\"code\":99999999999,\"message\":7,\"phase\":[],"
        "\"stopped\":\"never\",\"proxyStatus\":9e99}",
        "{\"status\":200},\"_failure\":7",
        "{\"status\":0,\"_error\":\"\"},\"_failure\":{\"code\":0}",
    };
    set(client, "record_file", NULL);
    for (size_t i = 0; i < COUNT(odd); i++) {
        struct text file = {0};
        text_addf(
            &file,
            "{\"log\":{\"entries\":[{\"request\":{\"method\":\"GET\",\"url\":\"x\"},"
            "\"response\":%s},{\"request\":{\"method\":\"POST\",\"url\":\"http://a/v1/responses\"},"
            "\"response\":%s}]}}",
            odd[i], odd[i]);
        write_contents(file.data, file.len);
        set(client, "replay_file", path);
        struct played played = play(client);
        assert_int_not_equal(played.status, RESPONSES_OK);
        played_free(&played);
        text_free(&file);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(every_attempt_is_an_entry, setup, teardown),
    cmocka_unit_test_setup_teardown(a_stream_has_its_pieces, setup, teardown),
    cmocka_unit_test_setup_teardown(what_is_no_text_is_base64, setup, teardown),
    cmocka_unit_test_setup_teardown(no_secret_is_in_the_file, setup, teardown),
    cmocka_unit_test_setup_teardown(what_cannot_be_recorded_into_is_refused, setup, teardown),
    cmocka_unit_test_setup_teardown(not_both_at_once, setup, teardown),
    cmocka_unit_test_setup_teardown(another_directory_is_no_matter, setup, teardown),
    cmocka_unit_test_setup_teardown(a_full_disk_is_told_once, setup, teardown),
    cmocka_unit_test_setup_teardown(a_torn_entry_is_lost_alone, setup, teardown),
    cmocka_unit_test_setup_teardown(a_file_that_went_away_is_made_anew, setup, teardown),
    cmocka_unit_test_setup_teardown(several_processes_record_into_one, setup, teardown),
    cmocka_unit_test_setup_teardown(a_killed_process_leaves_a_file, setup, teardown),
    cmocka_unit_test_setup_teardown(a_large_body_is_kept_up_to_its_limit, setup, teardown),
    cmocka_unit_test_setup_teardown(a_file_of_a_browser_replays, setup, teardown),
    cmocka_unit_test_setup_teardown(what_is_no_archive_is_refused, setup, teardown),
    cmocka_unit_test_setup_teardown(odd_values_do_no_harm, setup, teardown),
};

int main(void)
{
    return run(tests);
}
