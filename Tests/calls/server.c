/*
 * The server: one process, one thread, epoll. It reads a request, makes the answer of the case that the
 * request names, and sends it in pieces as the answer's style says, with other connections in between.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "server.h"

struct connection {
    int socket;
    struct text in;
    struct text out;
    size_t sent;
    int is_answering;
    enum ending ending;
    int closes; /* after a whole answer */
    struct draw draw;
    unsigned pace; /* how the bytes are cut */
    uint64_t due;  /* the next piece; 0: now */
    int wants_room;
    struct connection *next, *previous;
};

struct serving *serving;
static struct connection answering = {.next = &answering, .previous = &answering};
static int epoll;

uint64_t server_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void unlist(struct connection *connection)
{
    if (connection->next == NULL)
        return;
    connection->next->previous = connection->previous;
    connection->previous->next = connection->next;
    connection->next = connection->previous = NULL;
}

static void drop(struct connection *connection, int is_reset)
{
    if (is_reset) {
        struct linger linger = {1, 0};
        setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    close(connection->socket);
    unlist(connection);
    text_free(&connection->in);
    text_free(&connection->out);
    free(connection);
}

/* ---- what is sent ---------------------------------------------------------------------------- */

static void add_chunk(struct text *out, const char *bytes, size_t len)
{
    if (len == 0)
        return;
    text_addf(out, "%zx\r\n", len);
    text_add_bytes(out, bytes, len);
    text_add(out, "\r\n");
}

static void add_chunks(struct text *out, const struct answer *answer, struct draw *draw)
{
    static const unsigned sizes[] = {1, 7, 60, 400, 5000, 1000000};
    int is_long = answer->body.len >= 3000;
    unsigned size = sizes[draw_below(draw, is_long ? 5 : 6) + (unsigned)is_long];
    for (size_t at = 0; at < answer->body.len;) {
        size_t len = 1 + draw_below(draw, size);
        if (len > answer->body.len - at)
            len = answer->body.len - at;
        add_chunk(out, answer->body.data + at, len);
        at += len;
    }
}

static void write_answer(struct connection *connection, const struct answer *answer)
{
    struct text *out = &connection->out;
    struct draw *draw = &connection->draw;
    static const char *const ends[] = {"zz\r\n", "-5\r\nabcde\r\n", "5;\r\nabc\r\n\r\n\r\n",
                                       "ffffffffffffffffff\r\nx"};
    connection->ending = answer->ending;
    connection->closes = answer->framing == FRAMING_CLOSE || draw_chance(draw, 15);
    switch (answer->head) {
    case HEAD_CLOSE:
        connection->ending = ENDING_CLOSE;
        return;
    case HEAD_RESET:
        connection->ending = ENDING_RESET;
        return;
    case HEAD_PARTIAL:
        text_add(out, "HTTP/1.1 200 OK\r\nContent-Type: text/ev");
        connection->ending = ENDING_CLOSE;
        return;
    case HEAD_GARBAGE:
        text_add(out, "\x01\xFFgarbage\r\nHTTP/1.1 200 OK\r\n\r\n");
        connection->ending = ENDING_CLOSE;
        return;
    case HEAD_EARLY_HINTS:
        text_add(out, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        break;
    default:
        break;
    }
    text_addf(out, "HTTP/1.1 %d X\r\nContent-Type: %s\r\nX-Request-Id: r\r\n", answer->status,
              answer->type);
    if (answer->headers.len > 0)
        text_add(out, answer->headers.data);
    if (connection->closes)
        text_add(out, "Connection: close\r\n");
    if (answer->framing == FRAMING_CHUNKED) {
        text_add(out, "Transfer-Encoding: chunked\r\n\r\n");
        add_chunks(out, answer, draw);
        if (answer->ending == ENDING_WHOLE)
            text_add(out, "0\r\n\r\n");
        else if (answer->ending == ENDING_BAD_CHUNK)
            text_add(out, ends[draw_below(draw, 4)]);
        else if (answer->ending == ENDING_CLOSE && draw_chance(draw, 50))
            text_add(out, "40\r\n");
    } else {
        if (answer->framing == FRAMING_LENGTH)
            text_addf(out, "Content-Length: %zu\r\n",
                      answer->body.len + (answer->ending == ENDING_WHOLE ? 0 : 100));
        text_add(out, "\r\n");
        if (answer->body.len > 0)
            text_add_bytes(out, answer->body.data, answer->body.len);
    }
}

/* ---- mutations -------------------------------------------------------------------------------- */

/* Does to the body what no server does, and what the oracle must therefore say of the client. */
static void mutate(struct answer *answer, enum mutation mutation, struct page *page)
{
    int places[MAX_FRAMES], count = 0;
    for (int i = 0; i + 1 < answer->count; i++)
        /* A number that comes twice is passed over; of events without one nobody can tell. */
        if (answer->frames[i].event > 0 && answer->frames[i].duty == DUTY_MUST &&
            (mutation != MUTATION_REPEAT || answer->frames[i].sequence < 0))
            places[count++] = i;
    if (count < 2 || answer->meaning != MEANS_COMPLETE)
        return;
    int place = places[count / 2];
    struct text body = {0};
    size_t start = answer->frames[place - 1].end, end = answer->frames[place].end;
    size_t after = answer->frames[place + 1].end;
    const char *bytes = answer->body.data;
    text_add_bytes(&body, bytes, start);
    if (mutation == MUTATION_SWAP)
        text_add_bytes(&body, bytes + end, after - end);
    if (mutation != MUTATION_DROP && mutation != MUTATION_END)
        text_add_bytes(&body, bytes + start, end - start);
    if (mutation == MUTATION_REPEAT)
        text_add_bytes(&body, bytes + start, end - start);
    if (mutation == MUTATION_ALTER) {
        char *closing = memrchr(body.data, '}', body.len);
        size_t at = (size_t)(closing - body.data);
        struct text tail = {0};
        text_add_bytes(&tail, closing, body.len - at);
        body.len = at;
        text_add(&body, " ");
        text_add_bytes(&body, tail.data, tail.len);
        text_free(&tail);
    }
    if (mutation == MUTATION_END) /* the terminal event follows at once */
        after = answer->frames[answer->count - 2].end;
    if (mutation != MUTATION_SWAP && mutation != MUTATION_END)
        after = end;
    text_add_bytes(&body, bytes + after, answer->body.len - after);
    text_free(&answer->body);
    answer->body = body;
    /* A client that notices asks again, and is given the same once more. */
    if (!page->was_mutated)
        serving->journal->mutated++;
    page->was_mutated = 1;
}

/* ---- what is asked ---------------------------------------------------------------------------- */

/* The number of the case; `request` gets what is asked of it. */
static int64_t read_request(const struct asking *asking, struct request *request)
{
    request->is_post = asking->is_post;
    request->after = -1;
    request->key = asking->key_len > 0 ? hash_bytes(asking->key, asking->key_len) : 0;
    request->at = (uint32_t)server_now();
    if (asking->is_post) {
        request->asked = ASKED_FRESH;
        return scenario_number(asking->body);
    }
    const char *place = strstr(asking->target, "starting_after=");
    if (place != NULL)
        request->after = strtoll(place + 15, NULL, 10);
    request->asked = strstr(asking->target, "stream=true") != NULL ? ASKED_RESUME : ASKED_POLL;
    return scenario_number(asking->target);
}

struct request *server_answer(const struct asking *asking, struct answer *answer)
{
    struct request request;
    struct scenario scenario;
    memset(&request, 0, sizeof request);
    int64_t number = read_request(asking, &request);
    struct page *page = &serving->journal->pages[(uint64_t)number % JOURNAL_PAGES];
    if (number < 0 || page->number != number)
        return NULL;
    scenario_make(&scenario, serving->seed, (unsigned)number, serving->without);
    /* The first request for a stream is none that resumes. */
    if (request.asked == ASKED_RESUME &&
        (page->count == 0 || request.after == scenario.starting_after))
        request.asked = ASKED_FRESH;
    int place = page->count;
    struct request *noted = &page->list[place < MAX_REQUESTS ? place : MAX_REQUESTS - 1];
    noted->was_cut = 0;
    noted->asked = request.asked;
    noted->is_post = request.is_post;
    noted->after = request.after;
    noted->key = request.key;
    noted->at = request.at;
    page->count = place + 1;
    serving->journal->requests++;
    answer_make(answer, &scenario, place, request.asked, request.after);
    /* Of an impatient client less can be said. */
    if (serving->mutation != MUTATION_NONE && !scenario.is_impatient)
        mutate(answer, serving->mutation, page);
    scenario_free(&scenario);
    return noted;
}

static void answer_request(struct connection *connection, const char *head, const char *body)
{
    char target[512];
    struct answer answer;
    snprintf(target, sizeof target, "%.*s", (int)strcspn(strchr(head, ' ') + 1, " "),
             strchr(head, ' ') + 1);
    const char *key = strcasestr(head, "\r\nidempotency-key:");
    struct asking asking = {.is_post = strncmp(head, "POST ", 5) == 0,
                            .target = target,
                            .body = body,
                            .key = key != NULL ? key + 18 : NULL,
                            .key_len = key != NULL ? strcspn(key + 18, "\r") : 0};
    connection->is_answering = 1;
    connection->sent = 0;
    connection->due = 0;
    if (server_answer(&asking, &answer) == NULL) {
        text_add(&connection->out, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
        connection->ending = ENDING_WHOLE;
        connection->closes = 1;
    } else {
        connection->draw = draw_from(answer.style);
        connection->pace = draw_weighted(&connection->draw, (const unsigned[]){50, 30, 12, 8}, 4);
        write_answer(connection, &answer);
        answer_free(&answer);
    }
    connection->next = answering.next;
    connection->previous = &answering;
    answering.next->previous = connection;
    answering.next = connection;
}

static void take_request(struct connection *connection)
{
    if (connection->is_answering || connection->in.len == 0)
        return;
    char *end = strstr(connection->in.data, "\r\n\r\n");
    if (end == NULL)
        return;
    size_t head = (size_t)(end - connection->in.data) + 4, body = 0;
    const char *length = strcasestr(connection->in.data, "\r\ncontent-length:");
    if (length != NULL && length < end)
        body = strtoul(length + 17, NULL, 10);
    if (connection->in.len < head + body)
        return;
    end[2] = 0;
    answer_request(connection, connection->in.data, connection->in.data + head);
    size_t rest = connection->in.len - head - body;
    memmove(connection->in.data, connection->in.data + head + body, rest);
    connection->in.len = rest;
    connection->in.data[rest] = 0;
}

/* ---- connections ------------------------------------------------------------------------------ */

static void watch(struct connection *connection, int operation, int for_room)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | (for_room ? EPOLLOUT : 0),
                                .data.ptr = connection};
    epoll_ctl(epoll, operation, connection->socket, &event);
    connection->wants_room = for_room;
}

/* Everything was sent. False when the connection is gone. */
static int finish(struct connection *connection)
{
    switch (connection->ending) {
    case ENDING_SILENCE:
        unlist(connection);
        return 1;
    case ENDING_TICKS: {
        struct text tick = {0};
        text_addf(&tick, ": tick\n\ndata: %s\n\n", tick_event);
        connection->out.len = connection->sent = 0;
        add_chunk(&connection->out, tick.data, tick.len);
        text_free(&tick);
        connection->due = server_now() + 60;
        return 1;
    }
    case ENDING_WHOLE:
        if (!connection->closes) {
            unlist(connection);
            connection->is_answering = 0;
            connection->out.len = 0;
            take_request(connection);
            return 1;
        }
        /* fall through */
    default:
        drop(connection, connection->ending == ENDING_RESET);
        return 0;
    }
}

/* Sends one piece. */
static void push(struct connection *connection, uint64_t now)
{
    if (connection->due > now || connection->wants_room)
        return;
    size_t len = connection->out.len - connection->sent;
    if (connection->pace == 1 && len > 1)
        len = 1 + draw_below(&connection->draw, len < 1000 ? (unsigned)len : 1000);
    if (connection->pace == 2 && len > 100) {
        len = 1 + draw_below(&connection->draw, (unsigned)len);
        connection->due = now + draw_below(&connection->draw, 8);
    }
    if (connection->pace == 3 && connection->out.len < 3000)
        len = len > 0;
    if (len > 0) {
        ssize_t sent =
            send(connection->socket, connection->out.data + connection->sent, len, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            watch(connection, EPOLL_CTL_MOD, 1);
            return;
        }
        if (sent < 0) {
            drop(connection, 0);
            return;
        }
        connection->sent += (size_t)sent;
    }
    if (connection->sent == connection->out.len)
        finish(connection);
}

static void take(int listener)
{
    int socket;
    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
            abort();
        connection->socket = socket;
        serving->journal->connections++;
        watch(connection, EPOLL_CTL_ADD, 0);
    }
}

static void hear(struct connection *connection, unsigned events)
{
    char bytes[16384];
    if (events & EPOLLOUT)
        watch(connection, EPOLL_CTL_MOD, 0);
    if (!(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
        return;
    ssize_t len = recv(connection->socket, bytes, sizeof bytes, 0);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (len <= 0) {
        drop(connection, 0);
        return;
    }
    text_add_bytes(&connection->in, bytes, (size_t)len);
    take_request(connection);
}

static void serve(int listener)
{
    struct epoll_event events[256];
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int is_busy = 0;
        uint64_t now = server_now();
        struct connection *next;
        for (struct connection *one = answering.next; one != &answering; one = next) {
            next = one->next;
            is_busy |= one->due <= now && !one->wants_room;
            push(one, now);
        }
        int timeout = is_busy ? 0 : answering.next != &answering ? 2 : 1000;
        int count = epoll_wait(epoll, events, 256, timeout);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                take(listener);
            else
                hear(events[i].data.ptr, events[i].events);
        }
    }
}

struct journal *journal_make(void)
{
    void *memory = mmap(NULL, sizeof(struct journal), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    struct journal *journal = memory;
    for (int i = 0; i < JOURNAL_PAGES; i++)
        journal->pages[i].number = -1;
    return journal;
}

int server_begin(struct serving *what)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4096) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        perror("listening");
        exit(2);
    }
    what->port = ntohs(address.sin_port);
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        exit(2);
    }
    if (child == 0) {
        /* It does not outlive the client, however that ends. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == 1)
            _exit(0);
        signal(SIGINT, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        serving = what;
        if (what->certificate != NULL)
            serve_http2(listener);
        serve(listener);
    }
    close(listener);
    return child;
}
