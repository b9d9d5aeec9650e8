#include "network.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static char *slot(void)
{
    static char slots[32][512];
    static int next;
    next = (next + 1) % 32;
    return slots[next];
}

static const char *below(const char *variable, const char *name)
{
    const char *directory = getenv(variable);
    char *path = slot();
    if (directory == NULL)
        fail_msg("%s is not set; run this by make", variable);
    snprintf(path, sizeof(char[512]), "%s/%s", directory, name);
    return path;
}

const char *certificate(const char *name)
{
    return below("NETWORK_CERTIFICATES", name);
}

const char *source(const char *path)
{
    return below("NETWORK_SOURCES", path);
}

const char *port_of(const struct process *process)
{
    char *text = slot();
    snprintf(text, sizeof(char[512]), "%d", process->port);
    return text;
}

static void run_child(const char *const arguments[], int in, int out)
{
    int quiet = open("/dev/null", O_RDWR);
    /* It must not outlive a test that crashes. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* Some have children of their own, which end with them. */
    setpgid(0, 0);
    dup2(in >= 0 ? in : quiet, 0);
    dup2(out >= 0 ? out : quiet, 1);
    if (getenv("TEST_LOUD") == NULL)
        dup2(quiet, 2);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

/* A line from the process, without its end. 10 s are plenty, also on a busy machine. */
static const char *read_line(struct process *process)
{
    size_t len = 0;
    while (len < sizeof process->line - 1) {
        struct pollfd readable = {.fd = process->out, .events = POLLIN};
        if (poll(&readable, 1, is_slow() ? 60000 : 20000) != 1 ||
            read(process->out, process->line + len, 1) != 1)
            fail_msg("a server said nothing, or ended");
        if (process->line[len] == '\n')
            break;
        len++;
    }
    process->line[len] = 0;
    return process->line;
}

struct process *process_start(const char *const arguments[])
{
    struct process *process = calloc(1, sizeof *process);
    int in[2], out[2];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    process->pid = fork();
    if (process->pid == 0)
        run_child(arguments, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    process->in = in[1];
    process->out = out[0];
    process->port = atoi(read_line(process));
    assert_in_range(process->port, 1, 65535);
    return process;
}

static int dial_at(int family, const void *address, socklen_t len)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int is_there = fd >= 0 && connect(fd, address, len) == 0;
    if (fd >= 0)
        close(fd);
    return is_there;
}

/* Whether somebody listens there, at either of the addresses of this machine. */
static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sockaddr_in6 other = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    address.sin_port = other.sin6_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return dial_at(AF_INET, &address, sizeof address) || dial_at(AF_INET6, &other, sizeof other);
}

int loses_late_alerts(void)
{
    return strstr(responses_build_info(), "GnuTLS") != NULL;
}

int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    getsockname(fd, (struct sockaddr *)&address, &len);
    close(fd);
    return ntohs(address.sin_port);
}

struct process *process_start_at(int port, const char *const arguments[])
{
    struct process *process = calloc(1, sizeof *process);
    process->in = process->out = -1;
    process->port = port;
    process->pid = fork();
    if (process->pid == 0)
        run_child(arguments, -1, -1);
    for (int64_t end = now_ms() + 20000; !dial(port); sleep_ms(20)) {
        if (now_ms() > end || waitpid(process->pid, NULL, WNOHANG) != 0)
            fail_msg("%s did not start", arguments[0]);
    }
    return process;
}

void process_stop(struct process *process)
{
    if (process == NULL)
        return;
    if (process->in >= 0)
        close(process->in);
    if (process->out >= 0)
        close(process->out);
    /* Until it has called setpgid there is no such group. */
    if (kill(-process->pid, SIGTERM) != 0)
        kill(process->pid, SIGTERM);
    for (int i = 0; waitpid(process->pid, NULL, WNOHANG) == 0; i++) {
        if (i == 200)
            kill(-process->pid, SIGKILL);
        sleep_ms(10);
    }
    free(process);
}

/* ---- servers/server.py ---- */

static struct process *start_server(const char *const first[], const char *const more[])
{
    const char *list[32] = {getenv("NETWORK_PYTHON"), source("servers/server.py")};
    int count = 2;
    for (int i = 0; first[i] != NULL; i++)
        list[count++] = first[i];
    for (int i = 0; more != NULL && more[i] != NULL && count < 31; i++)
        list[count++] = more[i];
    return process_start(list);
}

struct process *tls_server(const char *const options[])
{
    const char *const first[] = {"--cert", certificate("server.pem"), "--key",
                                 certificate("server.key"), NULL};
    struct process *server = start_server(first, options);
    strcpy(server->trust, "s");
    return server;
}

struct process *plain_server(void)
{
    return start_server((const char *const[]){NULL}, NULL);
}

const char *command(struct process *server, const char *line)
{
    char text[128];
    int len = snprintf(text, sizeof text, "%s\n", line);
    assert_int_equal(write(server->in, text, (size_t)len), len);
    return read_line(server);
}

int count_at(struct process *server, const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *place = strstr(command(server, "count"), key);
    return place ? atoi(place + strlen(key)) : 0;
}

void await_count(struct process *server, const char *name, int least)
{
    for (int64_t end = now_ms() + (is_slow() ? 60000 : 10000); count_at(server, name) < least;) {
        if (now_ms() > end)
            fail_msg("%s is %d and not %d", name, count_at(server, name), least);
        sleep_ms(10);
    }
}

responses_client *client_of(const struct process *server, const char *plan)
{
    responses_client *client = client_at("http://127.0.0.1/v1");
    set(client, "ca_file", certificate("ca.pem"));
    set_plan(client, server, plan);
    return client;
}

void set_plan(responses_client *client, const struct process *server, const char *plan)
{
    char url[256];
    snprintf(url, sizeof url, "http%s://localhost:%d/%s/v1", server->trust, server->port,
             plan ? plan : "standard");
    set(client, "base_url", url);
}
