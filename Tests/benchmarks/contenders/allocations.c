/*
 * Counts what is allocated, and by whom: the library itself or libcurl under it.
 *
 *   allocations stream PORT MODEL [COUNT]
 *   allocations create PORT MODEL [COUNT]
 *   allocations session PORT MODEL [COUNT]    streams over one session
 *
 * Prints the allocations of the last of COUNT rounds, when everything is warm, as one line of JSON.
 */
#include "../measure.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <responses.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static uintptr_t library_begin, library_end;
static long total, own, own_bytes;
static int is_counting;

static void note(const void *caller, size_t size)
{
    if (!is_counting)
        return;
    total += 1;
    if ((uintptr_t)caller >= library_begin && (uintptr_t)caller < library_end) {
        own += 1;
        own_bytes += (long)size;
    }
}

/* These stand in for the C library's in the whole process. */
void *malloc(size_t size)
{
    note(__builtin_return_address(0), size);
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    note(__builtin_return_address(0), count * size);
    return __libc_calloc(count, size);
}
void *realloc(void *block, size_t size)
{
    note(__builtin_return_address(0), size);
    return __libc_realloc(block, size);
}
int posix_memalign(void **out, size_t alignment, size_t size)
{
    note(__builtin_return_address(0), size);
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}
void *aligned_alloc(size_t alignment, size_t size)
{
    note(__builtin_return_address(0), size);
    return __libc_memalign(alignment, size);
}

static int find_library(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    if (!strstr(info->dlpi_name, "libresponses.so"))
        return 0;
    library_begin = info->dlpi_addr;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[index];
        if (header->p_type == PT_LOAD)
            library_end = info->dlpi_addr + header->p_vaddr + header->p_memsz;
    }
    return 1;
}

static int on_event(const responses_event *event, void *user_data)
{
    size_t count;
    responses_event_text(event, &count);
    *(long *)user_data += (long)count;
    return 0;
}

int main(int argc, char **argv)
{
    responses_client *client;
    responses_response *response;
    responses_session *session = NULL;
    responses_error *error = NULL;
    char url[100];
    size_t count;
    long bytes = 0;
    if (argc < 4)
        return 1;
    const int is_stream = strcmp(argv[1], "stream") == 0;
    const int is_session = strcmp(argv[1], "session") == 0;
    char *request = make_request(argv[3], is_stream || is_session, 0, &count);
    dl_iterate_phdr(find_library, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1", argv[2]);
    int status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "base_url", url, &error);
    if (status == RESPONSES_OK && is_session)
        status = responses_session_open(client, &session, &error);
    for (long left = argc > 4 ? atol(argv[4]) : 3; left > 0 && status == RESPONSES_OK; left--) {
        is_counting = left == 1;
        if (is_stream) {
            status =
                responses_create_stream(client, request, count, on_event, &bytes, NULL, &error);
        } else if (is_session) {
            status = responses_session_create_stream(session, request, count, on_event, &bytes,
                                                     NULL, &error);
        } else {
            status = responses_create(client, request, count, &response, &error);
            responses_response_free(response);
        }
        is_counting = 0;
    }
    if (status != RESPONSES_OK) {
        fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        return 1;
    }
    printf("{\"total\":%ld,\"own\":%ld,\"own_bytes\":%ld}\n", total, own, own_bytes);
    responses_session_free(session);
    responses_client_free(client);
    free(request);
    return 0;
}
