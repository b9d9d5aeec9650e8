/*
 * Servers and proxies as child processes, and what the tests of this directory share.
 *
 *     struct process *server = tls_server(NULL);
 *     responses_client *client = client_of(server, "events=9,cut=reset,after=4");
 *     ...
 *     assert_int_equal(count_at(server, "connections"), 1);
 *     process_stop(server);
 *
 * The plan in front of the path says how requests are answered: see Plan in servers/answers.py.
 */
#ifndef TEST_NETWORK_H
#define TEST_NETWORK_H

#include "test.h"

#include <sys/types.h>

struct process {
    pid_t pid;
    int in, out; /* its standard input and output; -1 where there is none */
    int port;
    char line[4096];
    char trust[2]; /* "s" for https, "" */
};

/* A path below the directory with the certificates, and below this test's sources. Overwritten by
   the 32nd next call. */
const char *certificate(const char *name);
const char *source(const char *path);

/* Starts a program that prints its port as its first line. */
struct process *process_start(const char *const arguments[]);
/* Starts one that listens on the port, which is free, and waits until it does. */
struct process *process_start_at(int port, const char *const arguments[]);
/* The port, as text; overwritten by the 32nd next call. */
const char *port_of(const struct process *process);
int free_port(void);
void process_stop(struct process *process);

/* servers/server.py over TLS with the certificate for localhost, and with more options, which end in
   NULL. Over TCP alone with plain_server(). */
struct process *tls_server(const char *const options[]);
struct process *plain_server(void);
/* One command, and what is answered. */
const char *command(struct process *server, const char *line);
/* A number of those that a server counts, 0 when it has not. */
int count_at(struct process *server, const char *name);
/* GnuTLS, of TLS 1.3: what a server refuses after the handshake may look like a broken connection. See
   docs/embedding.md. */
int loses_late_alerts(void);
/* Waits until it is at least so much, 10 s at most. */
void await_count(struct process *server, const char *name, int least);

/* Proxies for the user "user": HTTP (proxy.py), over TLS or not, and SOCKS (microsocks). The password must be
   percent-encoded, and must not be seen anywhere. */
#define PROXY_PASSWORD "s3cr:t@/x"
#define PROXY_ENCODED  "s3cr%3At%40%2Fx"
#define PROXY_USER     "user:" PROXY_ENCODED
struct process *http_proxy(int port, int over_tls);
struct process *socks_proxy(void);
/* Sets the option; `user` may be "". */
void use_proxy(responses_client *client, const char *scheme, const char *user,
               const struct process *proxy);

/* A client that trusts the authority of the tests. `plan` may be NULL. */
responses_client *client_of(const struct process *server, const char *plan);
void set_plan(responses_client *client, const struct process *server, const char *plan);

/* ---- event streams of servers/answers.py ---- */

/* That the events first to last - 1 were heard, each once and in order. */
void check_numbers(const struct events *events, int first, int last);
/* Plays a stream to its end and checks that all of it was heard. */
void check_whole_stream(responses_client *client, int events);
/* The same, but it must end with that status, after so many events. Gives the error back. */
responses_error *check_broken_stream(responses_client *client, int status, int events);

/* Many streams at once, driven by one thread. */
struct many {
    int count;
    responses_call **calls;
    int *events;  /* heard so far, by call */
    int *outcome; /* AGAIN while it goes on */
    int64_t *last;
};
void many_start(struct many *many, responses_client *client, int count);
/* Reads until all have ended or so many milliseconds are over. `leave_out` is not read; -1: all are. */
void many_read(struct many *many, int leave_out, int milliseconds);
/* Reads until each has at least so many events. */
void many_read_until(struct many *many, int events);
int many_with(const struct many *many, int outcome);
void many_free(struct many *many);

/* ---- the log ---- */

/* A responses_log_fn that collects lines in a struct text. */
void keep_log(int level, const char *line, size_t len, void *text);

/* Bytes that are in use on the heap of this process. */
size_t heap_in_use(void);

#endif
