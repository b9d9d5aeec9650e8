#include "script.h"
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
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

static void *accept_all(void *argument)
{
    struct server *server = argument;
    int one = 1;
    pthread_setname_np(pthread_self(), "scripted-accept");
    while (await_fd(server, server->listener, POLLIN, -1) > 0) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct connection *c = calloc(1, sizeof *c);
        c->server = server;
        c->fd = fd;
        pthread_mutex_lock(&server->lock);
        c->index = server->connection_count;
        server->connections[server->connection_count++] = c;
        pthread_mutex_unlock(&server->lock);
        pthread_create(&c->thread, NULL, serve, c);
    }
    return NULL;
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
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 1024), 0);
    getsockname(server->listener, (struct sockaddr *)&address, &len);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/v1", server->port);
    /* Signals that a test raises are for its own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&server->thread, NULL, accept_all, server);
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
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

void server_abandon(struct server *server)
{
    uint64_t one = 1;
    pthread_mutex_lock(&server->lock);
    server->stopping = 1;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    assert_int_equal(write(server->stop_fd, &one, sizeof one), sizeof one);
    pthread_join(server->thread, NULL);
    for (int i = 0; i < server->connection_count; i++) {
        pthread_join(server->connections[i]->thread, NULL);
        free(server->connections[i]);
    }
    for (int i = 0; i < server->request_count; i++)
        request_free(server->requests[i]);
    for (int i = 0; i < server->queued; i++)
        exchange_free(server->queue[i]);
    for (int i = 0; i < server->accepts_queued; i++)
        exchange_free(server->accepts[i]);
    close(server->listener);
    close(server->stop_fd);
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

void server_await_end(struct server *server, int connection)
{
    struct timespec deadline = deadline_after(at_most(10000));
    int ended = 0, timed_out = 0;
    pthread_mutex_lock(&server->lock);
    while (!ended && !timed_out) {
        ended = server->connection_count > connection && server->connections[connection]->fd < 0;
        if (!ended)
            timed_out = pthread_cond_timedwait(&server->changed, &server->lock, &deadline) != 0;
    }
    pthread_mutex_unlock(&server->lock);
    if (!ended)
        fail_msg("connection %d never ended", connection);
}

int server_saw_close(struct server *server, int connection, int milliseconds)
{
    struct timespec deadline = deadline_after(milliseconds);
    int closed = 0, timed_out = 0;
    pthread_mutex_lock(&server->lock);
    while (!closed && !timed_out) {
        closed = server->connection_count > connection &&
                 server->connections[connection]->closed_by_client;
        if (!closed)
            timed_out = pthread_cond_timedwait(&server->changed, &server->lock, &deadline) != 0;
    }
    pthread_mutex_unlock(&server->lock);
    return closed;
}
