/* What an exchange is made of, and how it is played; for the scripted server alone. */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include <pthread.h>
#include <stdint.h>

#include "scripted_server.h"
#include "text.h"

enum step_kind { SAY, PAUSE, GO, AWAIT_CLOSE, HANG_UP, SLAM_DOWN };

struct step {
    enum step_kind kind;
    char *bytes;
    size_t len, piece;
    int milliseconds;
};

struct exchange {
    struct step *steps;
    int count, capacity;
};

/* How a connection has ended: the client has closed it, the server has. */
enum { CLOSED_BY_CLIENT = 1, CLOSED_BY_SERVER = 2 };

/* Of more requests than that the first are kept to be looked at; the answers in the queue are as many at most. */
enum { MAX_REQUESTS = 16384, MAX_EXCHANGES = 8192 };

struct connection {
    struct server *server;
    int index, fd;
    uint32_t wanted; /* what epoll waits for; 0: it is not told of this connection */
    struct text in;
    struct request *request; /* its head has come, and of its body what is before `at` */
    size_t at;
    struct exchange *playing;
    int is_own; /* nobody else frees what is played */
    int step;
    size_t sent;  /* of this step */
    int64_t due;  /* goes on then, in nanoseconds; 0: not by itself */
    int had_turn; /* it is due because others were to have theirs */
    int waits_for_go;
    struct connection *next, *previous;
};

struct server {
    int listener, epoll, wake_fd, port;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int stopping, goes, unexpected;
    size_t bytes_sent;
    server_handler handler;
    void *handler_data;
    struct exchange *queue[MAX_EXCHANGES], *accepts[MAX_EXCHANGES];
    int queued, played, accepts_queued, accepts_played;
    struct request *requests[MAX_REQUESTS];
    int request_count;
    char *ends; /* of each connection that there was */
    int connection_count, connection_room;
    struct connection idle,
        pending; /* two rings: those that only their client can wake, and the others */
};

void exchange_free(struct exchange *x);
void request_free(struct request *request);

struct connection *connection_open(struct server *server, int fd);
void connection_close(struct connection *c);
/* Goes on as far as it can without waiting, and says to epoll what it waits for. Closes it when it is over. */
void connection_proceed(struct connection *c);

int64_t server_now(void); /* in nanoseconds */

#endif
