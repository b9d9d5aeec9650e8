/*
 * What the same work costs with libcurl and nothing around it.
 *
 *   floor LEVEL stream PORT MODEL [COUNT]    streams, one after the other
 *   floor LEVEL kept PORT MODEL [COUNT]      the same, and the text is kept
 *   floor LEVEL paced PORT MODEL STREAMS     streams at once: curl_multi_socket_action and epoll
 *   floor LEVEL create PORT MODEL [COUNT]    answers, one after the other, kept whole
 *   floor LEVEL same PORT MODEL [COUNT]      the same, and the requests have all headers of ours
 *   floor LEVEL upload PORT MODEL BYTES      a request of that size
 *   floor LEVEL first PORT MODEL             ends after the first event
 *
 * LEVEL is bytes, frames, scan or jansson; see reader.h. With two arguments more the connections are of
 * TLS: the version of HTTP, 1.1 or 2, and a file of trusted certificates.
 */
#include "../measure.h"
#include "reader.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static enum level level;
static char url[100];
static struct curl_slist *headers;
static struct measure measure;
static int sends_all_headers;
static const char *authorities; /* a file; without one there is no TLS */
static int speaks_http2;

struct stream {
    CURL *easy;
    struct reader reader;
    long events;
};

static void die(const char *what)
{
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static void on_text(void *context, const char *text, size_t count)
{
    (void)context;
    measure_text(&measure, text, count);
}

/* The whole text, as a program has it that wants more than to show it. */
static struct {
    char *bytes;
    size_t count, capacity;
} kept;

static void on_kept_text(void *context, const char *text, size_t count)
{
    on_text(context, text, count);
    if (kept.count + count > kept.capacity) {
        kept.capacity = (kept.count + count) * 2;
        kept.bytes = realloc(kept.bytes, kept.capacity);
        if (!kept.bytes)
            die("no memory");
    }
    memcpy(kept.bytes + kept.count, text, count);
    kept.count += count;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct reader *reader = context;
    if (reader->level == LEVEL_BYTES)
        measure.bytes += (long long)(size * count);
    reader_take(reader, bytes, size * count);
    return size * count;
}

/* A directory of certificates, which is built in, would keep libcurl from sharing those of the file. */
static void prepare_tls(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     speaks_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    if (speaks_http2) {
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
        curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
    }
}

/* The options that any program of this kind would set, and no others. */
static void prepare(CURL *easy, const char *request, size_t count, int stream,
                    curl_write_callback on_body, void *context)
{
    if (!headers) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        headers = curl_slist_append(headers, "Authorization: Bearer sk-bench");
        headers = curl_slist_append(headers, "Expect:");
        headers = curl_slist_append(headers, stream ? "Accept: text/event-stream"
                                                    : "Accept: application/json");
    }
    if (sends_all_headers) {
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "libresponses/0.1.0");
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
        headers = curl_slist_append(
            headers, "Idempotency-Key: libresponses-0123456789abcdef0123456789abcdef");
    }
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (authorities)
        prepare_tls(easy);
}

/* ---- streams, one after the other ------------------------------------------------------------ */

static void run_streams(const char *model, long times, int keeps)
{
    size_t count;
    char *request = make_request(model, 1, 0, &count);
    CURL *easy = curl_easy_init();
    struct reader reader = {.level = level, .on_text = keeps ? on_kept_text : on_text};
    prepare(easy, request, count, 1, on_bytes, &reader);
    measure_begin(&measure);
    while (times-- > 0)
        if (curl_easy_perform(easy) != CURLE_OK)
            die("a stream failed");
    measure_end(&measure, 1);
    reader_free(&reader);
    curl_easy_cleanup(easy);
    free(request);
}

static size_t on_first(char *bytes, size_t size, size_t count, void *context)
{
    (void)size;
    (void)count;
    (void)context;
    /* The first event is the first that the server sends, in one piece. */
    printf("%c\n", bytes[0]);
    return 0;
}

static void run_first(const char *model)
{
    size_t count;
    char *request = make_request(model, 1, 0, &count);
    CURL *easy = curl_easy_init();
    prepare(easy, request, count, 1, on_first, NULL);
    if (curl_easy_perform(easy) != CURLE_WRITE_ERROR)
        die("no event came");
    curl_easy_cleanup(easy);
    free(request);
}

/* ---- answers --------------------------------------------------------------------------------- */

struct body {
    CURL *easy;
    char *bytes;
    size_t count, capacity;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct body *body = context;
    count *= size;
    if (body->capacity == 0) {
        curl_off_t length = -1;
        curl_easy_getinfo(body->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        body->capacity = length > 0 ? (size_t)length + 16 : 0;
        body->bytes = malloc(body->capacity);
    }
    if (!body->bytes || body->count + count >= body->capacity)
        return 0;
    memcpy(body->bytes + body->count, bytes, count);
    body->count += count;
    body->bytes[body->count] = 0;
    return count;
}

static void run_creates(const char *model, long times, size_t padding)
{
    size_t count;
    char *request = make_request(model, 0, padding, &count);
    CURL *easy = curl_easy_init();
    struct body body = {.easy = easy};
    struct reader reader = {.level = level, .on_text = on_text};
    prepare(easy, request, count, 0, on_body, &body);
    /* The connection and what is set up once are not counted. */
    if (padding == 0 && times > 1) {
        if (curl_easy_perform(easy) != CURLE_OK)
            die("an answer failed");
        free(body.bytes);
        body = (struct body){.easy = easy};
    }
    measure_begin(&measure);
    while (times-- > 0) {
        if (curl_easy_perform(easy) != CURLE_OK)
            die("an answer failed");
        if (level >= LEVEL_SCAN) {
            if (reader_take_answer(&reader, body.bytes, body.count) < 0)
                die("an answer is not complete");
        } else {
            measure.events += 1;
            measure.bytes += (long long)body.count;
        }
        if (times == 0)
            measure_end(&measure, 1);
        free(body.bytes);
        body = (struct body){.easy = easy};
    }
    reader_free(&reader);
    curl_easy_cleanup(easy);
    free(request);
}

/* ---- paced streams at once ------------------------------------------------------------------- */

static int set;
static long long deadline; /* of libcurl's timer, ns; 0: none */
static long running;
static long streams_begun; /* streams of which several events have come */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
    struct epoll_event event = {.data.fd = fd};
    CURLM *multi = context;
    (void)easy;
    if (what == CURL_POLL_REMOVE)
        return epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL), 0;
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    epoll_ctl(set, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    if (!known)
        curl_multi_assign(multi, fd, &set);
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *context)
{
    (void)multi;
    (void)context;
    deadline = milliseconds < 0 ? 0 : now_ns() + milliseconds * 1000000LL;
    return 0;
}

static void on_paced_text(void *context, const char *text, size_t count)
{
    struct stream *stream = context;
    measure_paced_text(&measure, text, count);
    if (++stream->events == 10)
        streams_begun += 1;
}

static void wait_and_act(CURLM *multi)
{
    static struct epoll_event events[64];
    int still, timeout = -1;
    if (deadline) {
        const long long left = deadline - now_ns();
        timeout = left <= 0 ? 0 : (int)((left + 999999) / 1000000);
    }
    const int count = epoll_wait(set, events, 64, timeout);
    for (int index = 0; index < count; index++) {
        int what = 0;
        if (events[index].events & EPOLLIN)
            what |= CURL_CSELECT_IN;
        if (events[index].events & EPOLLOUT)
            what |= CURL_CSELECT_OUT;
        if (events[index].events & (EPOLLERR | EPOLLHUP))
            what |= CURL_CSELECT_ERR;
        curl_multi_socket_action(multi, events[index].data.fd, what, &still);
    }
    if (deadline && deadline <= now_ns()) {
        deadline = 0;
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still);
    }
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &still)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            if (message->data.result != CURLE_OK)
                die(curl_easy_strerror(message->data.result));
            running -= 1;
        }
    }
}

static void run_paced(const char *model, long count)
{
    size_t request_count;
    char *request = make_request(model, 1, 0, &request_count);
    struct stream *streams = calloc((size_t)count, sizeof *streams);
    CURLM *multi = curl_multi_init();
    set = epoll_create1(0);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
    measure_begin(&measure);
    for (running = 0; running < count; running++) {
        struct stream *stream = &streams[running];
        stream->reader =
            (struct reader){.level = LEVEL_SCAN, .on_text = on_paced_text, .context = stream};
        stream->easy = curl_easy_init();
        prepare(stream->easy, request, request_count, 1, on_bytes, &stream->reader);
        curl_multi_add_handle(multi, stream->easy);
    }
    while (running > 0) {
        wait_and_act(multi);
        if (measure.rss_after == 0 && streams_begun == count)
            measure.rss_after = rss_kb() - (long)(measure.late_capacity * 4 / 1024);
    }
    measure_end(&measure, count);
    for (long index = 0; index < count; index++) {
        curl_multi_remove_handle(multi, streams[index].easy);
        curl_easy_cleanup(streams[index].easy);
        reader_free(&streams[index].reader);
    }
    curl_multi_cleanup(multi);
    free(streams);
    free(request);
}

int main(int argc, char **argv)
{
    static const char *const levels[] = {"bytes", "frames", "scan", "jansson"};
    if (argc < 5)
        die("LEVEL WORKLOAD PORT MODEL [COUNT [VERSION AUTHORITIES]]");
    while (level < LEVEL_JANSSON && strcmp(argv[1], levels[level]) != 0)
        level += 1;
    const char *workload = argv[2], *model = argv[4];
    const long count = argc > 5 ? atol(argv[5]) : 1;
    if (argc > 7) {
        speaks_http2 = strcmp(argv[6], "2") == 0;
        authorities = argv[7];
    }
    snprintf(url, sizeof url, "%s://127.0.0.1:%s/v1/responses", authorities ? "https" : "http",
             argv[3]);
    raise_file_limit();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    sends_all_headers = strcmp(workload, "same") == 0;
    if (strcmp(workload, "stream") == 0)
        run_streams(model, count, 0);
    else if (strcmp(workload, "kept") == 0)
        run_streams(model, count, 1);
    else if (strcmp(workload, "paced") == 0)
        run_paced(model, count);
    else if (strcmp(workload, "create") == 0 || sends_all_headers)
        run_creates(model, count, 0);
    else if (strcmp(workload, "upload") == 0)
        run_creates(model, 1, (size_t)count);
    else if (strcmp(workload, "first") == 0)
        run_first(model);
    else
        die("no such workload");
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return 0;
}
