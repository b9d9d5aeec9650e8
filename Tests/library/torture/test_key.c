/*
 * The key is not in anything that the library says, and not in the memory of the process once the
 * client is gone. The key is kept masked here, so that the search does not find itself.
 */
#include "peer.h"
#include "test.h"

#include <malloc.h>

#define NTS RESPONSES_NTS
enum { KEY_LENGTH = 48, MASK = 0x5A };

extern void *__libc_malloc(size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

/* While it is set, blocks are overwritten when they are given back: what is found then, somebody has. */
static int overwrites;

void free(void *block)
{
    if (overwrites && block != NULL)
        memset(block, 0xA5, malloc_usable_size(block));
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    if (!overwrites || block == NULL)
        return __libc_realloc(block, size);
    void *other = __libc_malloc(size);
    if (other != NULL) {
        size_t old = malloc_usable_size(block);
        memcpy(other, block, old < size ? old : size);
        free(block);
    }
    return other;
}

static struct peer peer;
static unsigned char masked[KEY_LENGTH];

static void make_key(void)
{
    unsigned chance = 20260101u;
    for (int i = 0; i < KEY_LENGTH; i++) {
        chance = chance * 1103515245u + 12345u;
        masked[i] = (unsigned char)(('a' + (int)(chance >> 16) % 26) ^ MASK);
    }
}

/* Calls a function with the key in a buffer that is wiped afterwards. */
static void with_key(void (*body)(const char *key, void *context), void *context)
{
    char key[KEY_LENGTH + 1];
    for (int i = 0; i < KEY_LENGTH; i++)
        key[i] = (char)(masked[i] ^ MASK);
    key[KEY_LENGTH] = 0;
    body(key, context);
    explicit_bzero(key, sizeof key);
}

static int is_key(const volatile unsigned char *p)
{
    for (int i = 0; i < KEY_LENGTH; i++)
        if ((p[i] ^ MASK) != masked[i])
            return 0;
    return 1;
}

struct found {
    int alone, in_requests; /* behind "Bearer " */
};

/* Looks through all memory that can be written. */
static struct found search(void)
{
    struct found found = {0, 0};
    static const unsigned char bearer[] = "Bearer ";
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t begin, end;
        char rights[8];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &begin, &end, rights) != 3 ||
            strncmp(rights, "rw", 2) != 0)
            continue;
        const volatile unsigned char *p = (const volatile unsigned char *)begin;
        for (size_t i = 0; i + KEY_LENGTH <= end - begin; i++) {
            if ((p[i] ^ MASK) != masked[0] || !is_key(p + i))
                continue;
            int behind = i >= 7;
            for (int j = 0; behind && j < 7; j++)
                behind = p[i - 7 + (size_t)j] == bearer[j];
            found.in_requests += behind;
            found.alone += !behind;
        }
    }
    fclose(maps);
    return found;
}

static void set_key(const char *key, void *client)
{
    assert_int_equal(responses_client_set(client, "api_key", key, NULL), RESPONSES_OK);
}

static void set_own_header(const char *key, void *client)
{
    assert_int_equal(responses_client_set_header(client, "api-key", key, NULL), RESPONSES_OK);
}

static responses_client *new_client(void)
{
    responses_client *client = client_at(peer.url);
    return client;
}

static void the_search_finds_what_is_there(void **state)
{
    (void)state;
    responses_client *client = new_client();
    assert_int_equal(search().alone, 0);
    with_key(set_key, client);
    assert_int_equal(search().alone, 1);
    responses_client_free(client);
}

static void options_leave_nothing(void **state)
{
    (void)state;
    responses_client *client = new_client(), *derived = NULL;
    with_key(set_key, client);
    with_key(set_own_header, client);
    assert_int_equal(responses_client_derive(client, &derived, NULL), RESPONSES_OK);
    responses_client_free(client);
    assert_int_equal(responses_client_set(derived, "api_key", "another", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(derived, "api-key", NULL, NULL), RESPONSES_OK);
    struct found found = search();
    assert_int_equal(found.alone + found.in_requests, 0);
    responses_client_free(derived);
}

static void use(responses_client *client)
{
    responses_call *call = NULL;
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, NULL),
                     RESPONSES_OK);
    assert_int_equal(responses_create(client, "{\"input\":\"refused\"}", NTS, NULL, NULL),
                     RESPONSES_E_API);
    assert_int_equal(responses_create_start(client, "{\"input\":\"silent\"}", NTS, &call, NULL),
                     RESPONSES_OK);
    responses_call_wait(call, 20);
    responses_call_free(call);
}

static void nobody_keeps_it(void **state)
{
    (void)state;
    overwrites = 1;
    responses_client *client = new_client();
    with_key(set_key, client);
    use(client);
    responses_client_free(client);
    struct found found = search();
    overwrites = 0;
    assert_int_equal(found.alone, 0);
    assert_int_equal(found.in_requests, 0);
}

static void put_into_environment(const char *key, void *unused)
{
    struct text header = {0};
    (void)unused;
    setenv("OPENAI_API_KEY", key, 1);
    text_addf(&header, "api-key: %s", key);
    setenv("OPENAI_CUSTOM_HEADERS", header.data, 1);
    explicit_bzero(header.data, header.len);
    text_free(&header);
}

/* The host's own environment has it, twice, and keeps it; the library adds none. */
static void one_from_the_environment_is_not_kept_either(void **state)
{
    (void)state;
    overwrites = 1;
    with_key(put_into_environment, NULL);
    responses_client *client = new_client(), *derived = NULL;
    assert_int_equal(responses_client_derive(client, &derived, NULL), RESPONSES_OK);
    use(client);
    use(derived);
    responses_client_free(client);
    responses_client_free(derived);
    const struct found after = search();
    overwrites = 0;
    unsetenv("OPENAI_API_KEY");
    unsetenv("OPENAI_CUSTOM_HEADERS");
    assert_int_equal(after.alone, 2);
    assert_int_equal(after.in_requests, 0);
}

/* What was given back without being wiped: the heads of requests, in buffers of libcurl. */
static void only_libcurl_forgets_to_wipe(void **state)
{
    (void)state;
    responses_client *client = new_client();
    with_key(set_key, client);
    with_key(set_own_header, client);
    for (int i = 0; i < 5; i++)
        use(client);
    responses_client_free(client);
    struct found found = search();
    print_message(
        "  in memory that libcurl gave back: %d behind \"Bearer\", %d in a header of one's own\n",
        found.in_requests, found.alone);
    /* One for each buffer that a request went out from, and not more with more requests. */
    assert_in_range(found.in_requests + found.alone, 0, 40);
}

/* ---- what is said ---- */

struct said {
    struct text text;
};

static void note(int level, const char *line, size_t len, void *user_data)
{
    struct said *said = user_data;
    (void)level;
    text_add_bytes(&said->text, line, len);
    text_add(&said->text, "\n");
}

static void note_error(struct said *said, responses_error *error)
{
    for (int i = 1; i <= 8; i++)
        text_add(&said->text, field(error, i));
    responses_error_free(error);
}

static void check_unsaid(const char *key, void *context)
{
    struct said *said = context;
    assert_null(strstr(said->text.data, key));
    /* Not even its beginning. */
    char start[13];
    memcpy(start, key, 12);
    start[12] = 0;
    assert_null(strstr(said->text.data, start));
}

static void set_bad_key(const char *key, void *context)
{
    struct said *said = context;
    struct text bad = {0};
    responses_error *error = NULL;
    responses_client *client = new_client();
    text_addf(&bad, "%s\r\nX: y", key);
    assert_int_equal(responses_client_set(client, "api_key", bad.data, &error),
                     RESPONSES_E_INVALID);
    note_error(said, error);
    error = NULL;
    assert_int_equal(responses_client_set_header(client, "X-Key", bad.data, &error),
                     RESPONSES_E_INVALID);
    note_error(said, error);
    explicit_bzero(bad.data, bad.len);
    text_free(&bad);
    responses_client_free(client);
}

static void it_is_never_said(void **state)
{
    (void)state;
    struct said said = {0};
    responses_client *client = new_client();
    responses_error *error = NULL;
    with_key(set_key, client);
    with_key(set_own_header, client);
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_DEBUG, note, &said),
                     RESPONSES_OK);
    use(client);
    responses_create(client, "{\"input\":\"refused\"}", NTS, NULL, &error);
    note_error(&said, error);
    error = NULL;
    responses_client_set(client, "base_url", "http://127.0.0.1:1/v1", NULL);
    responses_create(client, REQUEST, NTS, NULL, &error);
    note_error(&said, error);
    text_add(&said.text, responses_build_info());
    with_key(set_bad_key, &said);
    assert_true(said.text.len > 500);
    with_key(check_unsaid, &said);
    text_free(&said.text);
    responses_client_free(client);
}

int main(void)
{
    const struct CMUnitTest key[] = {
        cmocka_unit_test(the_search_finds_what_is_there),
        cmocka_unit_test(options_leave_nothing),
        cmocka_unit_test(nobody_keeps_it),
        cmocka_unit_test(one_from_the_environment_is_not_kept_either),
        cmocka_unit_test(only_libcurl_forgets_to_wipe),
        cmocka_unit_test(it_is_never_said),
    };
    make_key();
    peer = peer_start();
    int failed = run(key);
    peer_stop(&peer);
    return failed;
}
