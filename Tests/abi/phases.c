#include "phases.h"
#include "host.h"
#include "test.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define NTS     RESPONSES_NTS
#define AT_MOST at_most(10000)

/* More than the sockets of both sides hold. */
enum { LARGE = 32 << 20 };

static enum phase phase;
static responses_client *client;
static struct server *server;
static struct sse sse;
static char *request;
static int descriptors;
/* The client's log tells it. */
static atomic_int is_told;
/* A listener that never answers, those that fill its queue, and the connection it took. */
static struct listener listener;
static int accepted, fillers_left;

const char *phase_name(enum phase which)
{
    static const char *const names[] = {"name lookup", "connecting",   "TLS handshake",
                                        "sending",     "waiting",      "streaming",
                                        "retry pause", "resume pause", "pause between polls"};
    return names[which];
}

/* ---- the lookup of a name ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int is_held;
static atomic_int lookups;

/* The system's, but for names that are held back. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (name != NULL && strstr(name, ".held") != NULL) {
        atomic_fetch_add(&lookups, 1);
        pthread_mutex_lock(&lock);
        while (is_held)
            pthread_cond_wait(&changed, &lock);
        pthread_mutex_unlock(&lock);
        return EAI_AGAIN;
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, result);
}

static void hold(int value)
{
    pthread_mutex_lock(&lock);
    is_held = value;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* ---- a server that never answers ---- */

/* How many connections to the port have sent a SYN and heard nothing. */
static int connections_begun(void)
{
    char line[512], place[32];
    int count = 0;
    FILE *file = fopen("/proc/net/tcp", "re");
    assert_non_null(file);
    snprintf(place, sizeof place, ":%04X 02 ", (unsigned)listener.port);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, place) != NULL;
    fclose(file);
    return count;
}

/* How many bytes the client has sent that nobody has read. */
static int bytes_waiting(void)
{
    int bytes = 0;
    if (accepted < 0)
        accepted = accept4(listener.fd, NULL, NULL, SOCK_CLOEXEC);
    if (accepted >= 0)
        ioctl(accepted, FIONREAD, &bytes);
    return bytes;
}

static int is_hello(void)
{
    unsigned char first = 0;
    return bytes_waiting() > 0 && recv(accepted, &first, 1, MSG_PEEK) == 1 && first == 0x16;
}

/* ---- the phases ---- */

static void on_log(int level, const char *line, size_t len, void *user_data)
{
    (void)level, (void)len, (void)user_data;
    static const char *const words[PHASES] = {[RETRY_PAUSE] = "in 60000 ms after",
                                              [RESUME_PAUSE] = "resuming after event 2 in 60000 ms",
                                              [POLL_PAUSE] = "attempt 1: HTTP 200"};
    if (words[phase] != NULL && strstr(line, words[phase]) != NULL)
        atomic_store(&is_told, 1);
}

static void script(void)
{
    struct exchange *x = server_expect(server);
    switch (phase) {
    case STREAMING:
    case RESUME_PAUSE:
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.end[2]);
        if (phase == STREAMING) {
            await_close(x);
            break;
        }
        hang_up(x);
        answer_with(server_expect(server), 503, "Retry-After: 60\r\n", "", 0);
        break;
    case RETRY_PAUSE:
        answer_with(x, 503, "Retry-After: 60\r\n", "", 0);
        break;
    case POLL_PAUSE:
        answer(x, 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
        break;
    default:
        await_close(x);
    }
}

static int has_own_listener(void)
{
    return phase == CONNECTING || phase == HANDSHAKE || phase == SENDING;
}

void phase_begin(enum phase which)
{
    char url[64] = "http://name.held/v1";
    phase = which;
    descriptors = open_descriptors();
    is_told = lookups = 0;
    accepted = -1;
    server = NULL;
    sse_hello(&sse, "resp_1");
    hold(1);
    if (has_own_listener()) {
        listener = listener_open(0);
        if (phase == CONNECTING) {
            listener_fill(&listener);
            fillers_left = connections_begun();
        }
        snprintf(url, sizeof url, "http%s://127.0.0.1:%d/v1", phase == HANDSHAKE ? "s" : "",
                 listener.port);
    } else if (phase != LOOKUP) {
        server = server_start();
        script();
    }
    client = client_at(server != NULL ? server_url(server) : url);
    set(client, "max_retries", "5");
    set(client, "poll_interval_ms", "60000");
    /* Whoever waits for a limit of time is found out. */
    set(client, "connect_timeout_ms", "60000");
    set(client, "first_event_timeout_ms", "60000");
    set(client, "idle_timeout_ms", "60000");
    responses_client_set_log(client, RESPONSES_LOG_INFO, on_log, NULL);
    request = malloc(LARGE + 256);
    strcpy(request, "{\"model\":\"m\",\"background\":true,\"input\":\"");
    if (phase == SENDING) {
        size_t len = strlen(request);
        memset(request + len, 'x', LARGE);
        request[len + LARGE] = 0;
    }
    strcat(request, "\"}");
}

responses_client *phase_client(void)
{
    return client;
}

static int is_a_stream(void)
{
    return phase == STREAMING || phase == RESUME_PAUSE;
}

responses_call *phase_start(void)
{
    responses_call *call = NULL;
    responses_error *error = NULL;
    int status;
    if (phase == POLL_PAUSE)
        status = responses_wait_start(client, "resp_1", -1, &call, &error);
    else if (is_a_stream())
        status = responses_create_stream_start(client, request, NTS, &call, &error);
    else
        status = responses_create_start(client, request, NTS, &call, &error);
    assert_ok(status, error);
    return call;
}

int phase_run(responses_error **error)
{
    if (phase == POLL_PAUSE)
        return responses_wait(client, "resp_1", -1, NULL, error);
    if (is_a_stream())
        return responses_create_stream(client, request, NTS, ignore, NULL, NULL, error);
    return responses_create(client, request, NTS, NULL, error);
}

int phase_is_reached(void)
{
    switch (phase) {
    case LOOKUP:
        return atomic_load(&lookups) > 0;
    case CONNECTING:
        return connections_begun() > fillers_left;
    case HANDSHAKE:
        return is_hello();
    case SENDING:
        return bytes_waiting() > 50000;
    case WAITING:
    case STREAMING:
        return server_requests(server) == 1;
    default:
        return atomic_load(&is_told);
    }
}

void phase_await(void)
{
    int64_t end = now_ms() + AT_MOST;
    while (!phase_is_reached()) {
        if (now_ms() > end) {
            print_error("%s was never reached\n", phase_name(phase));
            abort();
        }
        sleep_ms(1);
    }
    /* Until this side sleeps too: libcurl has timers of up to 200 ms in its first steps, and whatever
       ends by one of them was not woken. */
    sleep_ms(300);
}

/* Reads what the client has said, up to its end. */
static int ends_early(void)
{
    static char buffer[65536];
    struct pollfd more = {.fd = accepted, .events = POLLIN};
    size_t said = 0;
    while (poll(&more, 1, AT_MOST) == 1) {
        ssize_t n = recv(accepted, buffer, sizeof buffer, 0);
        if (n <= 0)
            return said < LARGE;
        said += (size_t)n;
    }
    return 0;
}

int phase_has_closed(void)
{
    if (phase == HANDSHAKE || phase == SENDING)
        return ends_early();
    if (phase == WAITING || phase == STREAMING)
        return server_saw_close(server, 0, AT_MOST);
    return 1;
}

void phase_end(void)
{
    int64_t end = now_ms() + AT_MOST;
    responses_client_free(client);
    hold(0);
    if (server != NULL)
        server_stop(server);
    if (accepted >= 0)
        close(accepted);
    if (has_own_listener())
        listener_close(&listener);
    sse_free(&sse);
    free(request);
    /* libcurl's thread that looked the name up may still be at it. */
    while (open_descriptors() != descriptors && now_ms() < end)
        sleep_ms(5);
    assert_int_equal(open_descriptors(), descriptors);
}
