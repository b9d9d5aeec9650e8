#include "script.h"
#include "test.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static struct exchange *enqueue(struct server *server, struct exchange **queue, int *count)
{
    struct exchange *x = calloc(1, sizeof *x);
    pthread_mutex_lock(&server->lock);
    assert_true(*count < MAX_EXCHANGES);
    queue[(*count)++] = x;
    pthread_mutex_unlock(&server->lock);
    return x;
}

struct exchange *server_expect(struct server *server)
{
    return enqueue(server, server->queue, &server->queued);
}

struct exchange *server_at_accept(struct server *server)
{
    return enqueue(server, server->accepts, &server->accepts_queued);
}

int64_t server_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void accept_all(struct server *server)
{
    int fd, one = 1;
    while ((fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connection_proceed(connection_open(server, fd));
    }
}

/* Those whose time has come, and those who wait for a go when there is one. */
static void proceed_with_due(struct server *server)
{
    struct connection *next;
    for (struct connection *c = server->pending.next; c != &server->pending; c = next) {
        next = c->next;
        if (c->waits_for_go || (c->due != 0 && c->due <= server_now()))
            connection_proceed(c);
    }
}

static int64_t next_due(const struct server *server)
{
    int64_t due = INT64_MAX;
    for (const struct connection *c = server->pending.next; c != &server->pending; c = c->next)
        if (c->due != 0 && c->due < due)
            due = c->due;
    return due;
}

/* Until there is something to do; epoll itself does not wait for parts of a millisecond. */
static void sleep_until(const struct server *server, int64_t due)
{
    struct pollfd news = {.fd = server->epoll, .events = POLLIN};
    int64_t left = due == INT64_MAX ? 0 : due - server_now();
    struct timespec time = {left / 1000000000, left % 1000000000};
    if (left >= 0)
        ppoll(&news, 1, due == INT64_MAX ? NULL : &time, NULL);
}

static void *serve(void *argument)
{
    struct server *server = argument;
    struct epoll_event news[64];
    pthread_setname_np(pthread_self(), "scripted-server");
    for (int is_stopping = 0; !is_stopping;) {
        sleep_until(server, next_due(server));
        int count = epoll_wait(server->epoll, news, COUNT(news), 0);
        for (int i = 0; i < count; i++) {
            uint64_t wakes;
            if (news[i].data.ptr == &server->listener)
                accept_all(server);
            else if (news[i].data.ptr != &server->wake_fd)
                connection_proceed(news[i].data.ptr);
            else if (read(server->wake_fd, &wakes, sizeof wakes) < 0)
                continue;
        }
        proceed_with_due(server);
        pthread_mutex_lock(&server->lock);
        is_stopping = server->stopping;
        pthread_mutex_unlock(&server->lock);
    }
    while (server->idle.next != &server->idle)
        connection_close(server->idle.next);
    while (server->pending.next != &server->pending)
        connection_close(server->pending.next);
    return NULL;
}

static void wake(struct server *server)
{
    uint64_t one = 1;
    assert_int_equal(write(server->wake_fd, &one, sizeof one), sizeof one);
}

struct server *server_start(void)
{
    struct server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    sigset_t all, before;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    server->idle.next = server->idle.previous = &server->idle;
    server->pending.next = server->pending.previous = &server->pending;
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 4096), 0);
    getsockname(server->listener, (struct sockaddr *)&address, &len);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/v1", server->port);
    struct epoll_event news = {.events = EPOLLIN, .data.ptr = &server->listener};
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &news);
    news.data.ptr = &server->wake_fd;
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->wake_fd, &news);
    /* Signals that a test raises are for its own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&server->thread, NULL, serve, server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server;
}

int server_port(const struct server *server)
{
    return server->port;
}

const char *server_url(const struct server *server)
{
    return server->url;
}

void server_set_handler(struct server *server, server_handler handler, void *user_data)
{
    pthread_mutex_lock(&server->lock);
    server->handler = handler;
    server->handler_data = user_data;
    pthread_mutex_unlock(&server->lock);
}

void server_go(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->goes++;
    pthread_mutex_unlock(&server->lock);
    wake(server);
}

void server_abandon(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = 1;
    pthread_mutex_unlock(&server->lock);
    wake(server);
    pthread_join(server->thread, NULL);
    for (int i = 0; i < server->request_count; i++)
        request_free(server->requests[i]);
    for (int i = 0; i < server->queued; i++)
        exchange_free(server->queue[i]);
    for (int i = 0; i < server->accepts_queued; i++)
        exchange_free(server->accepts[i]);
    close(server->listener);
    close(server->epoll);
    close(server->wake_fd);
    free(server->ends);
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->changed);
    free(server);
}

void server_stop(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    int unplayed = server->queued - server->played;
    int unexpected = server->unexpected;
    pthread_mutex_unlock(&server->lock);
    server_abandon(server);
    if (unplayed > 0)
        fail_msg("%d expected requests never came", unplayed);
    if (unexpected > 0)
        fail_msg("%d requests came that nobody expected", unexpected);
}

/* ---- what came in ---- */

static int count_of(struct server *server, const int *counter)
{
    pthread_mutex_lock(&server->lock);
    int count = *counter;
    pthread_mutex_unlock(&server->lock);
    return count;
}

int server_requests(struct server *server)
{
    return count_of(server, &server->request_count);
}

int server_connections(struct server *server)
{
    return count_of(server, &server->connection_count);
}

size_t server_bytes_sent(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t sent = server->bytes_sent;
    pthread_mutex_unlock(&server->lock);
    return sent;
}

static struct timespec deadline_after(int milliseconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += milliseconds % 1000 * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return t;
}

const struct request *server_request(struct server *server, int index)
{
    struct timespec deadline = deadline_after(at_most(10000));
    const struct request *request = NULL;
    int timed_out = 0;
    pthread_mutex_lock(&server->lock);
    while (server->request_count <= index && !timed_out)
        timed_out = pthread_cond_timedwait(&server->changed, &server->lock, &deadline) != 0;
    if (server->request_count > index)
        request = server->requests[index];
    pthread_mutex_unlock(&server->lock);
    if (request == NULL)
        fail_msg("request %d never came", index);
    return request;
}

/* 1 when that connection has ended so within the time. */
static int has_ended(struct server *server, int connection, char by, int milliseconds)
{
    struct timespec deadline = deadline_after(milliseconds);
    int ended = 0, timed_out = 0;
    pthread_mutex_lock(&server->lock);
    while (!ended && !timed_out) {
        ended = server->connection_count > connection && (server->ends[connection] & by) != 0;
        if (!ended)
            timed_out = pthread_cond_timedwait(&server->changed, &server->lock, &deadline) != 0;
    }
    pthread_mutex_unlock(&server->lock);
    return ended;
}

void server_await_end(struct server *server, int connection)
{
    if (!has_ended(server, connection, CLOSED_BY_SERVER, at_most(10000)))
        fail_msg("connection %d never ended", connection);
}

int server_saw_close(struct server *server, int connection, int milliseconds)
{
    return has_ended(server, connection, CLOSED_BY_CLIENT, milliseconds);
}
