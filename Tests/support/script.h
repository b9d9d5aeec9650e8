/* What an exchange is made of; for the scripted server alone. */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include <pthread.h>

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

enum { MAX_CONNECTIONS = 8192, MAX_REQUESTS = 16384, MAX_EXCHANGES = 8192 };

struct connection {
    struct server *server;
    int index, fd, closed_by_client;
    pthread_t thread;
    struct text in;
};

struct server {
    int listener, stop_fd, port;
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
    struct connection *connections[MAX_CONNECTIONS];
    int connection_count;
};

void exchange_free(struct exchange *x);
void request_free(struct request *request);

/* 1 when the descriptor is ready, 0 after the time, -1 when the server is to stop. */
int await_fd(struct server *server, int fd, short events, int milliseconds);
/* The thread of a connection. */
void *serve(void *connection);

#endif
