/* client SHAPE BYTES: one call whose answer is that large, and is received one byte at a time. */
#include "server.h"
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
    char url[64];
    if (count == 4 && !strcmp(arguments[1], "serve"))
        return server_main(arguments[2], arguments[3]);
    if (count != 3)
        return 2;
    snprintf(url, sizeof url, "http://127.0.0.1:%d",
             server_start(arguments[0], arguments[1], arguments[2]));
    responses_client_new(&client, NULL);
    responses_client_set(client, "base_url", url, NULL);
    responses_client_set(client, "proxy", "", NULL);
    size_t bytes = strtoul(arguments[2], NULL, 10);
    int fine = !strcmp(arguments[1], "document")
                   ? document_is_had(client, bytes, &error)
                   : stream_is_heard(client, arguments[1], bytes, &error);
    if (!fine)
        fprintf(stderr, "not all arrived: %s\n",
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    responses_error_free(error);
    responses_client_free(client);
    return !fine;
}
