/*
 * How much memory a large answer or request takes at most, beside its own size.
 *
 *   peaks stream PORT MODEL           a streamed answer: of the final response
 *   peaks session_stream PORT MODEL   the same over a session
 *   peaks create PORT BYTES           a request of so many bytes: of the request
 *   peaks create_stream PORT BYTES
 *   peaks text PORT BYTES             the joined text of an answer of about so many bytes: of the answer
 *
 * Prints {"size":...,"peak":...} in bytes. The peak is of the memory that is resident, from before the
 * call on, and for a request without the caller's own copy of it: pages that were given back do not count,
 * and what is allocated but never touched does not either.
 */
#include "../measure.h"

#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int on_event(const responses_event *event, void *user_data)
{
    size_t count;
    responses_event_text(event, &count);
    *(long *)user_data += (long)count;
    return 0;
}

int main(int argc, char **argv)
{
    responses_client *client = NULL;
    responses_session *session = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    char url[100], model[64];
    size_t count, size = 0;
    long text = 0;
    if (argc < 4)
        return 1;
    const int is_text = strcmp(argv[1], "text") == 0;
    const int is_session = strcmp(argv[1], "session_stream") == 0;
    const int is_answer = strcmp(argv[1], "stream") == 0 || is_session;
    const int is_stream = strstr(argv[1], "stream") != NULL;
    snprintf(model, sizeof model,
             is_text     ? "answer-%s"
             : is_answer ? "%s"
                         : "%s-10",
             is_text || is_answer ? argv[3]
             : is_stream          ? "stream"
                                  : "answer");
    const size_t padding = is_text || is_answer ? 0 : (size_t)atol(argv[3]);
    char *request = make_request(model, 0, padding, &count);
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1", argv[2]);
    int status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "base_url", url, &error);
    /* What libcurl and the C library need once. */
    if (status == RESPONSES_OK)
        status = responses_create(client, "{\"model\":\"answer-10\"}", RESPONSES_NTS, NULL, &error);
    if (status == RESPONSES_OK && is_session)
        status = responses_session_open(client, &session, &error);
    peak_restart();
    long before = rss_kb();
    if (status == RESPONSES_OK && is_session)
        status = responses_session_create_stream(session, request, count, on_event, &text,
                                                 &response, &error);
    else if (status == RESPONSES_OK && is_stream)
        status =
            responses_create_stream(client, request, count, on_event, &text, &response, &error);
    else if (status == RESPONSES_OK)
        status = responses_create(client, request, count, &response, &error);
    if (status == RESPONSES_OK && is_text)
        responses_response_text(response, NULL);
    if (status != RESPONSES_OK) {
        fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        return 1;
    }
    responses_response_json(response, &size);
    if (padding > 0)
        size = count;
    printf("{\"size\":%zu,\"peak\":%ld}\n", size, (peak_kb() - before) * 1024);
    responses_response_free(response);
    responses_session_free(session);
    responses_client_free(client);
    free(request);
    return 0;
}
