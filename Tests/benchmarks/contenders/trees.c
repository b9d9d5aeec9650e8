/*
 * How much memory trees of jansson take at most, beside what the program holds anyway.
 *
 *   trees member PORT BYTES     of one member of an answer of about so many bytes: above the answer
 *   trees text PORT BYTES       a request whose tree is one text of so many bytes: above the tree
 *   trees items PORT BYTES      the same of many small items
 *
 * Prints {"size":...,"peak":...} in bytes; size is that of the JSON. Of resident memory, as in peaks.c.
 */
#include "../measure.h"

#include <responses_jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static responses_client *client;
static responses_error *error;

static void check(int status)
{
    if (status == RESPONSES_OK)
        return;
    fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

static void print(size_t size, long before)
{
    printf("{\"size\":%zu,\"peak\":%ld}\n", size, (peak_kb() - before) * 1024);
}

static void read_member(const char *bytes)
{
    responses_response *response = NULL;
    char request[100];
    json_t *tree = NULL;
    size_t size;
    snprintf(request, sizeof request, "{\"model\":\"answer-%s\"}", bytes);
    check(responses_create(client, request, RESPONSES_NTS, &response, &error));
    responses_response_json(response, &size);
    peak_restart();
    const long before = rss_kb();
    check(responses_response_tree(response, "/status", &tree, &error));
    print(size, before);
    if (!json_is_string(tree))
        exit(1);
    json_decref(tree);
    responses_response_free(response);
}

static json_t *tree_of(size_t bytes, int is_text)
{
    json_t *tree = json_pack("{s:s}", "model", "answer-10"), *items = json_array();
    if (is_text) {
        char *text = malloc(bytes);
        if (text == NULL)
            exit(1);
        memset(text, 'x', bytes);
        json_object_set_new(tree, "input", json_stringn_nocheck(text, bytes));
        free(text);
    }
    for (size_t count = is_text ? 0 : bytes / 50; count > 0; count--)
        json_array_append_new(
            items, json_pack("{s:s, s:s}", "role", "user", "content", "so many words to say."));
    json_object_set_new(tree, "metadata", items);
    return tree;
}

static void write_request(const char *bytes, int is_text)
{
    json_t *tree = tree_of((size_t)atol(bytes), is_text);
    const size_t size = json_dumpb(tree, NULL, 0, JSON_COMPACT);
    peak_restart();
    const long before = rss_kb();
    check(responses_jansson_create(client, tree, NULL, &error));
    print(size, before);
    json_decref(tree);
}

int main(int argc, char **argv)
{
    char url[100];
    if (argc < 4)
        return 1;
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1", argv[2]);
    check(responses_client_new(&client, &error));
    check(responses_client_set(client, "base_url", url, &error));
    /* What libcurl and the C library need once. */
    check(responses_create(client, "{\"model\":\"answer-10\"}", RESPONSES_NTS, NULL, &error));
    if (strcmp(argv[1], "member") == 0)
        read_member(argv[3]);
    else
        write_request(argv[3], strcmp(argv[1], "text") == 0);
    responses_client_free(client);
    return 0;
}
