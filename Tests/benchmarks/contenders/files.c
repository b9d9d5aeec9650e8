/*
 * How much memory a file of so many bytes takes at most on its way, and how long it takes.
 *
 *   files download BYTES    to a callback
 *   files upload BYTES      from a callback
 *   files attach BYTES      from a callback, as base64 in a streamed create
 *   files image BYTES       out of a document, as base64
 *   files stream BYTES      out of a stream, in which the image comes twice
 *
 * Prints {"size":...,"peak":...,"seconds":...}. The peak is of the memory that is resident, from before the first call on:
 * what libcurl and the C library need once is in it. The other side is a process of its own, and counts what it is sent.
 */
#include "../measure.h"

#include <netinet/in.h>
#include <responses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t written = write(fd, bytes, n);
        if (written <= 0)
            exit(3);
        bytes += written;
        n -= (size_t)written;
    }
}

/* 3 bytes each are 4 of base64. */
static void put_many(int fd, long bytes, int is_base64)
{
    static char block[48 * 1024];
    long rest = is_base64 ? bytes / 3 * 4 : bytes;
    memset(block, 'x', sizeof block);
    while (rest > 0) {
        const size_t n = rest < (long)sizeof block ? (size_t)rest : sizeof block;
        put(fd, block, n);
        rest -= (long)n;
    }
}

/* Reads one request: its body's length, and a sum over its bytes. */
static long take(int fd, long *length)
{
    static char block[64 * 1024];
    size_t have = 0;
    char *end = NULL;
    while (!end) {
        const ssize_t n = read(fd, block + have, sizeof block - 1 - have);
        if (n <= 0)
            exit(3);
        have += (size_t)n;
        block[have] = 0;
        end = strstr(block, "\r\n\r\n");
    }
    const char *announced = strstr(block, "Content-Length: ");
    *length = announced && announced < end ? atol(announced + 16) : 0;
    long came = (long)(have - (size_t)(end + 4 - block)), x = 0;
    for (const char *p = end + 4; p < block + have; p++)
        x += *p == 'x' || *p == 'e';
    while (came < *length) {
        const ssize_t n = read(fd, block, sizeof block);
        if (n <= 0)
            exit(3);
        for (ssize_t i = 0; i < n; i++)
            x += block[i] == 'x' || block[i] == 'e';
        came += n;
    }
    return x;
}

#define ITEM                                                                                       \
    "{\"id\":\"ig_1\",\"type\":\"image_generation_call\",\"status\":\"completed\",\"result\":\""

static void serve(int listener, const char *workload, long bytes)
{
    char head[200];
    long length;
    const int fd = accept(listener, NULL, NULL);
    const long x = take(fd, &length);
    const int is_stream = strcmp(workload, "stream") == 0 || strcmp(workload, "attach") == 0;
    if (strcmp(workload, "download") == 0) {
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n", bytes);
        put(fd, head, strlen(head));
        put_many(fd, bytes, 0);
    } else if (strcmp(workload, "upload") == 0) {
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{\"id\":\"%-18ld\"}", x);
        put(fd, head, strlen(head));
    } else {
        const char *start = is_stream
                                ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
                                  "{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[" ITEM;
        put(fd, start, strlen(start));
        if (is_stream && strcmp(workload, "attach") != 0) {
            const char *item =
                "data: {\"type\":\"response.output_item.done\",\"sequence_number\":0,"
                "\"output_index\":0,\"item\":" ITEM;
            put(fd, item, strlen(item));
            put_many(fd, bytes, 1);
            put(fd, "\"}}\n\n", 5);
        }
        if (is_stream) {
            snprintf(head, sizeof head,
                     "data: {\"type\":\"response.completed\",\"sequence_number\":1,"
                     "\"response\":{\"id\":\"%ld\",\"status\":\"completed\",\"output\":[",
                     x);
            put(fd, head, strlen(head));
            if (strcmp(workload, "stream") == 0) {
                put(fd, ITEM, strlen(ITEM));
                put_many(fd, bytes, 1);
                put(fd, "\"}", 2);
            }
            put(fd, "]}}\n\n", 5);
        } else {
            put_many(fd, bytes, 1);
            put(fd, "\"}]}", 4);
        }
    }
    shutdown(fd, SHUT_WR);
    while (read(fd, head, sizeof head) > 0)
        continue;
    _exit(0);
}

static long given, wanted;

static int give(char *buffer, size_t capacity, size_t *n, void *user_data)
{
    (void)user_data;
    *n = wanted - given < (long)capacity ? (size_t)(wanted - given) : capacity;
    memset(buffer, 'x', *n);
    given += (long)*n;
    return 0;
}

static int count_bytes(const char *bytes, size_t n, void *user_data)
{
    (void)bytes;
    *(long *)user_data += (long)n;
    return 0;
}

static int count_image(const char *item_id, const char *member, int64_t offset, const char *bytes,
                       size_t n, int is_last, void *user_data)
{
    (void)item_id, (void)member, (void)offset, (void)is_last;
    return count_bytes(bytes, n, user_data);
}

int main(int argc, char **argv)
{
    responses_client *client = NULL;
    responses_source *source = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    char url[100];
    long got = 0;
    if (argc < 3)
        return 1;
    const char *workload = argv[1];
    const long bytes = wanted = atol(argv[2]) / 3 * 3;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8) ||
        getsockname(listener, (struct sockaddr *)&address, &size))
        return 1;
    const pid_t child = fork();
    if (child == 0)
        serve(listener, workload, bytes);
    close(listener);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    peak_restart();
    const long before = rss_kb();
    const long long begun = now_ns();
    int status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "base_url", url, &error);
    if (status == RESPONSES_OK)
        status = responses_source_callback(give, NULL, bytes, NULL, &source, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set_image_callback(client, count_image, &got);
    if (status != RESPONSES_OK) {
    } else if (strcmp(workload, "download") == 0) {
        status = responses_download(client, "/files/f/content", count_bytes, &got, NULL, &error);
    } else if (strcmp(workload, "upload") == 0) {
        status = responses_upload(client, "/files", NULL, 0, source, &response, &error);
        got = atol(responses_response_id(response));
        got = got >= bytes && got < bytes + 100 ? bytes : got; /* a few are in the form */
    } else if (strcmp(workload, "attach") == 0) {
        status = responses_source_set(source, "media_type", "", &error);
        if (status == RESPONSES_OK)
            status = responses_client_attach(client, "a", source, &error);
        if (status == RESPONSES_OK)
            status = responses_create_stream(client, "{\"image_url\":\"attachment:a\"}",
                                             RESPONSES_NTS, NULL, NULL, &response, &error);
        /* "xxx" is "eHh4": one "e" for three bytes, and three in the names. */
        got = (atol(responses_response_id(response)) - 3) * 3;
    } else if (strcmp(workload, "stream") == 0) {
        status =
            responses_create_stream(client, "{}", RESPONSES_NTS, NULL, NULL, &response, &error);
    } else {
        status = responses_create(client, "{}", RESPONSES_NTS, &response, &error);
    }
    const double seconds = (double)(now_ns() - begun) / 1e9;
    const long peak = (peak_kb() - before) * 1024;
    if (status != RESPONSES_OK || got != bytes) {
        fprintf(stderr, "%ld of %ld bytes; %s\n", got, bytes,
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        kill(child, SIGKILL);
        return 1;
    }
    printf("{\"size\":%ld,\"peak\":%ld,\"seconds\":%.3f}\n", bytes, peak, seconds);
    responses_source_free(source);
    responses_response_free(response);
    responses_client_free(client);
    waitpid(child, NULL, 0);
    return 0;
}
