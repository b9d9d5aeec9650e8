/* client SHAPE BYTES: one call whose answer is that large, and is received one byte at a time. */
#include "peer.h"
#include "shapes.h"

#include <dlfcn.h>
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* libcurl's. */
ssize_t recv(int fd, void *buffer, size_t len, int flags)
{
    static ssize_t (*real)(int, void *, size_t, int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "recv");
    return real(fd, buffer, len > 1 ? 1 : len, flags);
}

struct wanted {
    const char *shape;
    size_t bytes;
};

/* The answer ends with the connection. */
static void answer_with_shape(const struct request *request, struct exchange *x, void *user_data)
{
    const struct wanted *wanted = user_data;
    (void)request;
    if (!strcmp(wanted->shape, "document")) {
        char *text = malloc(wanted->bytes);
        memset(text, 'x', wanted->bytes);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":\"");
        say_bytes(x, text, wanted->bytes);
        say(x, "\"}");
        free(text);
    } else {
        struct stream stream = stream_make(wanted->shape, wanted->bytes);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        say_bytes(x, stream.bytes, stream.len);
        free(stream.bytes);
    }
    hang_up(x);
}

struct heard {
    long events;
    size_t text;
};

static int hear(const responses_event *event, void *user_data)
{
    struct heard *heard = user_data;
    size_t len = 0;
    responses_event_text(event, &len);
    heard->events++;
    heard->text += len;
    return 0;
}

static int stream_is_heard(responses_client *client, const char *shape, size_t bytes,
                           responses_error **error)
{
    struct heard heard = {0};
    struct stream stream = stream_make(shape, bytes);
    int status = responses_create_stream(client, "{}", RESPONSES_NTS, hear, &heard, NULL, error);
    free(stream.bytes);
    return status == RESPONSES_OK && heard.events == stream.events && heard.text == stream.text;
}

static int document_is_had(responses_client *client, size_t bytes, responses_error **error)
{
    responses_response *response = NULL;
    size_t len = 0;
    responses_create(client, "{}", RESPONSES_NTS, &response, error);
    responses_response_json(response, &len);
    responses_response_free(response);
    return len == bytes + strlen("{\"id\":\"\"}");
}

int main(int count, char **arguments)
{
    responses_client *client = NULL;
    responses_error *error = NULL;
    if (count != 3)
        return 2;
    struct wanted wanted = {arguments[1], strtoul(arguments[2], NULL, 10)};
    struct peer peer = peer_start_with(answer_with_shape, &wanted);
    responses_client_new(&client, NULL);
    responses_client_set(client, "base_url", peer.url, NULL);
    responses_client_set(client, "proxy", "", NULL);
    int fine = !strcmp(wanted.shape, "document")
                   ? document_is_had(client, wanted.bytes, &error)
                   : stream_is_heard(client, wanted.shape, wanted.bytes, &error);
    if (!fine)
        fprintf(stderr, "not all arrived: %s\n",
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    responses_error_free(error);
    responses_client_free(client);
    peer_stop(&peer);
    return !fine;
}
