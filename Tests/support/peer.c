#include "peer.h"
#include "test.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define STREAM "Content-Type: text/event-stream\r\nx-request-id: req_1\r\n"
#define JSON   "Content-Type: application/json\r\nx-request-id: req_1\r\n"

static void answer_by_body(const struct request *request, struct exchange *x, void *user_data)
{
    static const char no[] =
        "{\"error\":{\"message\":\"No.\",\"type\":\"t\",\"code\":\"c\",\"param\":\"p\"}}";
    const char *body = request->body;
    int is_resumed = strcmp(request->method, "GET") == 0 && strstr(request->target, "stream=true");
    (void)user_data;
    if (!is_resumed && strstr(body, "silent")) {
        await_close(x);
    } else if (!is_resumed && strstr(body, "busy")) {
        answer_with(x, 503, JSON "Retry-After-Ms: 1\r\n", "{}", 2);
    } else if (is_resumed || strstr(body, "\"stream\":true")) {
        struct sse sse;
        sse_hello(&sse, "resp_1");
        size_t cut = sse.end[4];
        if (!is_resumed)
            answer_with(x, 200, STREAM, sse.text.data, sse.text.len);
        else if (strstr(request->target, "starting_after=4") == NULL)
            answer_with(x, 200, STREAM, sse.text.data, cut);
        else
            answer_with(x, 200, STREAM, sse.text.data + cut, sse.text.len - cut);
        sse_free(&sse);
    } else if (strstr(body, "refused")) {
        answer_with(x, 500, JSON, no, strlen(no));
    } else {
        answer_with(x, 200, JSON, RESPONSE, strlen(RESPONSE));
    }
}

struct peer peer_start(void)
{
    return peer_start_with(answer_by_body, NULL);
}

struct answering {
    server_handler handler;
    void *user_data;
};

static const char *answer_requests(void *user_data)
{
    const struct answering *answering = user_data;
    struct server *server = server_start();
    server_set_handler(server, answering->handler, answering->user_data);
    return server_url(server);
}

struct peer peer_start_with(server_handler handler, void *user_data)
{
    struct answering answering = {handler, user_data};
    return peer_start_by(answer_requests, &answering);
}

struct peer peer_start_by(peer_fn begin, void *user_data)
{
    struct peer peer = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    peer.process = fork();
    assert_true(peer.process >= 0);
    if (peer.process == 0) {
        struct rlimit limit;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        char url[sizeof peer.url] = "";
        snprintf(url, sizeof url, "%s", begin(user_data));
        if (write(ends[1], url, sizeof url) < 0)
            _exit(1);
        close(ends[0]);
        close(ends[1]);
        for (;;)
            pause();
    }
    close(ends[1]);
    if (read(ends[0], peer.url, sizeof peer.url) <= 0)
        fail_msg("the server in a process of its own did not start");
    close(ends[0]);
    return peer;
}

void peer_stop(struct peer *peer)
{
    kill(peer->process, SIGKILL);
    waitpid(peer->process, NULL, 0);
}
