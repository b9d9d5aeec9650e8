/* A host with functions of its own that have names of jansson, and text. */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct json_t;
int responses_response_tree(const responses_response *, const char *, struct json_t **,
                            responses_error **);
int responses_jansson_create(responses_client *, const struct json_t *, responses_response **,
                             responses_error **);

/* As in small libraries of JSON. */
void json_delete(void *node)
{
    (void)node;
    puts("the host's json_delete was called");
}

#ifdef HAS_ALL
void *json_loadb(const char *text, size_t count, size_t flags, void *error)
{
    (void)text, (void)count, (void)flags, (void)error;
    puts("the host's json_loadb was called");
    return NULL;
}
#endif

int main(void)
{
    static size_t tree[8] = {1}; /* what the host takes for a tree is never looked at */
    responses_client *client;
    responses_response *answer = NULL;
    responses_error *error = NULL;
    struct json_t *out = NULL;
    int status;
    alarm(20);
    setvbuf(stdout, NULL, _IONBF, 0);
    if (responses_client_new(&client, NULL) != RESPONSES_OK ||
        responses_client_set(client, "base_url", getenv("HOST_URL"), NULL) != RESPONSES_OK)
        return 1;
    status = responses_create(client, "{\"model\":\"m\"}", RESPONSES_NTS, &answer, &error);
    printf("text: %s\n", responses_status_name(status));
    status = responses_response_tree(answer, "/status", &out, &error);
    printf("tree: %s: %s\n", responses_status_name(status),
           responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    responses_error_free(error);
    status = responses_jansson_create(client, (struct json_t *)tree, NULL, &error);
    printf("request: %s\n", responses_status_name(status));
    responses_error_free(error);
    responses_response_free(answer);
    responses_client_free(client);
    return out != NULL;
}
