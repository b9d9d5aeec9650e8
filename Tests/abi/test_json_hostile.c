/* JSON in text as nobody should write it: none of it may be read past its end, written past a buffer, or
   end the program. Every text is in a block of its own length, for valgrind to see. */
#include "test.h"

#include <jansson.h>

#define NTS RESPONSES_NTS

/* A copy that ends where the text ends. */
static char *exactly(const char *text, size_t n)
{
    char *copy = malloc(n != 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    return copy;
}

/* Every reader, at that pointer; the status of responses_json_get. */
static int read_all(const char *text, size_t n, const char *pointer)
{
    char *json = exactly(text, n), buffer[16];
    const char *value;
    size_t len, needed;
    int type, count, status = responses_json_get(json, n, pointer, &type, &value, &len);
    if (status == RESPONSES_OK) {
        assert_in_range(type, RESPONSES_JSON_NULL, RESPONSES_JSON_OBJECT);
        assert_true(value >= json && len > 0 && len <= n - (size_t)(value - json));
    } else {
        assert_null(value);
        assert_int_equal(len, 0);
    }
    int read = responses_json_read_string(json, n, pointer, buffer, sizeof buffer, &needed);
    if (status == RESPONSES_OK) {
        assert_int_equal(read, needed > sizeof buffer ? RESPONSES_E_RANGE : RESPONSES_OK);
        assert_true(memchr(buffer, '\0', sizeof buffer) != NULL);
    } else {
        assert_int_equal(read, status);
        assert_int_equal(needed, 0);
    }
    int counted = responses_json_count(json, n, pointer, &count);
    if (status != RESPONSES_OK)
        assert_int_equal(counted, status);
    else
        assert_int_equal(counted, type == RESPONSES_JSON_ARRAY || type == RESPONSES_JSON_OBJECT
                                      ? RESPONSES_OK
                                      : RESPONSES_E_INVALID);
    /* What a request may have can be read. */
    if (responses_json_check(json, n, 1024, NULL, NULL, NULL) == RESPONSES_OK)
        assert_int_equal(responses_json_get(json, n, "", NULL, NULL, NULL), RESPONSES_OK);
    responses_json_text(json, n, buffer, sizeof buffer, NULL);
    free(json);
    return status;
}

/* "open" so many times, a value, and "close" as often. */
static char *nested(const char *open, const char *close, size_t depth, size_t *n)
{
    size_t before = strlen(open), behind = strlen(close), i;
    char *text = malloc(depth * (before + behind) + 2);
    assert_non_null(text);
    for (i = 0; i < depth; i++) {
        memcpy(text + i * before, open, before);
        memcpy(text + depth * before + 1 + i * behind, close, behind);
    }
    text[depth * before] = '1';
    *n = depth * (before + behind) + 1;
    return text;
}

static void deep_texts(void **state)
{
    static const char *const shapes[][2] = {{"[", "]"}, {"{\"a\":", "}"}, {"[{\"b\":[", "]}]"}};
    static const int levels[] = {1, 1, 3};
    size_t shape, n;
    char *text;
    int depth;
    (void)state;
    for (shape = 0; shape < COUNT(shapes); shape++) {
        int each = levels[shape];
        for (depth = 1; depth * each <= 1088; depth += depth < 60 ? 21 : 64 - depth % 64) {
            text = nested(shapes[shape][0], shapes[shape][1], (size_t)depth, &n);
            assert_int_equal(read_all(text, n, ""),
                             depth * each <= 1024 ? RESPONSES_OK : RESPONSES_E_INVALID);
            assert_int_equal(responses_json_check(text, n, depth * each - 1, NULL, NULL, NULL),
                             RESPONSES_E_INVALID);
            assert_int_equal(responses_json_check(text, n, depth * each, NULL, NULL, NULL),
                             depth * each <= 1024 ? RESPONSES_OK : RESPONSES_E_INVALID);
            free(text);
        }
        /* Deeper than any stack; open, and closed. */
        text = nested(shapes[shape][0], shapes[shape][1], 1000000, &n);
        assert_int_equal(read_all(text, n, ""), RESPONSES_E_INVALID);
        assert_int_equal(read_all(text, 1000000, "/0"), RESPONSES_E_INVALID);
        free(text);
    }
    text = nested("[", "]", 1024, &n);
    assert_int_equal(read_all(text, n, "/0/0/0"), RESPONSES_OK);
    free(text);
}

static void numbers_of_any_size(void **state)
{
    static const char *const good[] = {
        "-0",   "1e999999999",          "-1E-400",
        "1.50", "18446744073709551616", "0.1e+0000000000000000000001"};
    static const char *const wrong[] = {"+1",
                                        "01",
                                        "-",
                                        "-01",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "0x10",
                                        "1_0",
                                        "--1",
                                        "1.e1",
                                        "infinity",
                                        "-nan",
                                        "1 1",
                                        "\xef\xbb\xbf"
                                        "1"};
    enum { DIGITS = 100000 };
    char *digits = malloc(DIGITS + 1), *back = malloc(DIGITS + 1);
    const char *value;
    size_t i, len, needed;
    (void)state;
    for (i = 0; i < COUNT(good); i++) {
        assert_int_equal(read_all(good[i], strlen(good[i]), ""), RESPONSES_OK);
        assert_int_equal(responses_json_get(good[i], NTS, "", NULL, &value, &len), RESPONSES_OK);
        assert_ptr_equal(value, good[i]);
        assert_int_equal(len, strlen(good[i]));
    }
    for (i = 0; i < COUNT(wrong); i++)
        assert_int_equal(read_all(wrong[i], strlen(wrong[i]), ""), RESPONSES_E_INVALID);
    assert_non_null(digits);
    assert_non_null(back);
    memset(digits, '9', DIGITS);
    assert_int_equal(read_all(digits, DIGITS, ""), RESPONSES_OK);
    assert_int_equal(responses_json_read_string(digits, DIGITS, "", back, DIGITS + 1, &needed),
                     RESPONSES_OK);
    assert_memory_equal(back, digits, DIGITS);
    free(digits);
    free(back);
}

static void nul_in_every_place(void **state)
{
    static const char text[] = "{\"a\":[1,\"x\"],\"b\":true}";
    const size_t n = sizeof text - 1;
    char copy[sizeof text], back[8];
    size_t i, needed;
    (void)state;
    for (i = 0; i <= n; i++) {
        memcpy(copy, text, sizeof text);
        copy[i] = '\0';
        assert_int_equal(read_all(copy, sizeof text, "/a/1"), RESPONSES_E_INVALID);
        assert_int_equal(read_all(copy, n, "/a/1"), i == n ? RESPONSES_OK : RESPONSES_E_INVALID);
    }
    /* Escaped it is text, and no pointer names it. */
    assert_int_equal(responses_json_text("\"a\\u0000b\"", NTS, back, sizeof back, &needed), 0);
    assert_int_equal(needed, 4);
    assert_memory_equal(back, "a\0b", 4);
    assert_int_equal(read_all("{\"a\\u0000b\":1}", 14, "/a"), RESPONSES_E_RANGE);
    assert_int_equal(read_all("{\"\\u0000\":1}", 12, "/"), RESPONSES_E_RANGE);
}

static void halves_of_surrogate_pairs(void **state)
{
    static const struct {
        const char *json, *text;
    } halves[] = {
        {"\"\\ud800\"", "\xef\xbf\xbd"},
        {"\"\\udfff\"", "\xef\xbf\xbd"},
        {"\"\\udc00\\ud800\"", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\"\\ud800\\ud800\\udc00\"", "\xef\xbf\xbd\xf0\x90\x80\x80"},
        {"\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf"},
        {"\"\\ud800\\n\"", "\xef\xbf\xbd\n"},
        {"\"\\ud800\\\\udc00\"", "\xef\xbf\xbd\\udc00"},
        {"\"\\uD83Dx\\uDE00\"", "\xef\xbf\xbdx\xef\xbf\xbd"},
        {"\"\\ud83d\xf0\x9f\x98\x80\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
    };
    char back[16];
    size_t i, n, needed;
    (void)state;
    for (i = 0; i < COUNT(halves); i++) {
        const char *json = halves[i].json;
        n = strlen(json);
        assert_int_equal(read_all(json, n, ""), RESPONSES_OK);
        assert_int_equal(responses_json_text(json, NTS, back, sizeof back, &needed), 0);
        assert_string_equal(back, halves[i].text);
        assert_int_equal(needed, strlen(back) + 1);
        while (n-- > 0)
            assert_int_equal(read_all(json, n, ""), RESPONSES_E_INVALID);
    }
    assert_int_equal(read_all("{\"\\ud83d\":1}", 12, "/\xef\xbf\xbd"), RESPONSES_OK);
    assert_int_equal(read_all("\"\xed\xa0\x80\"", 5, ""), RESPONSES_E_INVALID);
}

/* Cut at every byte, and with any byte in any place. */
static void broken_texts(void **state)
{
    static const char text[] =
        " {\"a\":[-1.5e+9,{\"b\":\"x\\n\\ud83d\\ude00\xc3\xa4\xf0\x9f\x98\x80\"},null,NaN],"
        "\"\\u0061\":[]}";
    const size_t n = sizeof text - 1;
    char damaged[sizeof text];
    size_t i;
    int byte;
    (void)state;
    for (i = 0; i < n; i++) {
        assert_int_equal(read_all(text, i, "/a"), RESPONSES_E_INVALID);
        for (byte = 1; byte < 256; byte += i % 8 == 0 ? 1 : 15) {
            memcpy(damaged, text, n);
            damaged[i] = (char)byte;
            read_all(damaged, n, "/a/1/b");
        }
    }
    assert_int_equal(read_all(text, n, "/a"), RESPONSES_OK);
}

static void pointers_of_any_shape(void **state)
{
    static const char text[] = "{\"a\":[1,2],\"~\":1,\"1\":[[3]]}";
    static const char *const none[] = {
        "/a/2",   "/a/-1",  "/a/+1", "/a/01",         "/a/ 1",
        "/a/1.0", "/a/1e0", "/a/",   "/a/4294967296", "/a/18446744073709551616",
        "/a/-",   "/A",     "//",    "/1/0/0/0",      "/\xff",
        "/a\n"};
    static const char *const wrong[] = {"~0",  "a/0",   " /a",     "/~",         "/~2",
                                        "/a~", "/~00~", "/none/~", "/a/0/x/~9/0"};
    enum { MANY = 200000 };
    char *pointer = malloc(MANY + 1);
    size_t i;
    (void)state;
    for (i = 0; i < COUNT(none); i++)
        assert_int_equal(read_all(text, sizeof text - 1, none[i]), RESPONSES_E_RANGE);
    for (i = 0; i < COUNT(wrong); i++)
        assert_int_equal(read_all(text, sizeof text - 1, wrong[i]), RESPONSES_E_INVALID);
    assert_int_equal(read_all(text, sizeof text - 1, "/1/0/0"), RESPONSES_OK);
    assert_non_null(pointer);
    pointer[MANY] = '\0';
    memset(pointer, '/', MANY);
    assert_int_equal(read_all(text, sizeof text - 1, pointer), RESPONSES_E_RANGE);
    memset(pointer + 1, '1', MANY - 1);
    assert_int_equal(read_all(text, sizeof text - 1, pointer), RESPONSES_E_RANGE);
    memcpy(pointer, "/a/", 3);
    assert_int_equal(read_all(text, sizeof text - 1, pointer), RESPONSES_E_RANGE);
    free(pointer);
}

/* A name with an escape is looked at to its end, however long. */
static void long_names(void **state)
{
    enum { LENGTH = 100000 };
    char *json = malloc(LENGTH + 16), *pointer = malloc(LENGTH + 2);
    size_t n = (size_t)sprintf(json, "{\"\\u0062"), i;
    (void)state;
    memset(json + n, 'b', LENGTH - 1);
    n += LENGTH - 1;
    n += (size_t)sprintf(json + n, "\":1}");
    memset(pointer, 'b', LENGTH + 1);
    pointer[0] = '/';
    pointer[LENGTH + 1] = '\0';
    assert_int_equal(read_all(json, n, pointer), RESPONSES_OK);
    /* What a shorter piece of the name says is another name. */
    for (i = 65000; i < 65600; i += i < 65520 || i > 65550 ? 40 : 1) {
        pointer[i] = '\0';
        assert_int_equal(read_all(json, n, pointer), RESPONSES_E_RANGE);
        pointer[i] = 'b';
    }
    free(json);
    free(pointer);
}

/* Buffers of every size: as much as fits, a NUL, and nothing behind. */
static void buffers_of_every_size(void **state)
{
    static const char json[] = "\"a\\u20ac\\\"\\ud83d\\ude00z\"",
                      text[] = "a\xe2\x82\xac\"\xf0\x9f\x98\x80z";
    size_t capacity, needed, i, way;
    (void)state;
    for (capacity = 0; capacity < 24; capacity++) {
        for (way = 0; way < 3; way++) {
            char *buffer = malloc(capacity + 1),
                 quoted[] = "\"a\xe2\x82\xac\\\"\xf0\x9f\x98\x80z\"";
            const char *whole = way == 2 ? quoted : text;
            size_t len = strlen(whole);
            int status;
            memset(buffer, '#', capacity + 1);
            if (way == 0)
                status = responses_json_text(json, NTS, buffer, capacity, &needed);
            else if (way == 1)
                status = responses_json_read_string(json, NTS, "", buffer, capacity, &needed);
            else
                status = responses_json_quote(text, NTS, buffer, capacity, &needed);
            assert_int_equal(status, len < capacity ? RESPONSES_OK : RESPONSES_E_RANGE);
            assert_int_equal(needed, len + 1);
            i = len < capacity ? len : capacity != 0 ? capacity - 1 : 0;
            assert_memory_equal(buffer, whole, i);
            if (capacity != 0)
                assert_int_equal(buffer[i++], '\0');
            for (; i <= capacity; i++)
                assert_int_equal(buffer[i], '#');
            free(buffer);
        }
    }
}

/* jansson takes the same text for UTF-8, and what is quoted means the same. */
static void any_bytes_are_quoted(void **state)
{
    static const unsigned char seconds[] = {0x00, '"',  'a',  0x7f, 0x80, 0x8f,
                                            0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xff};
    char json[64], back[16];
    size_t n, second, third, needed;
    int first, taken = 0;
    (void)state;
    for (first = 0; first < 256; first++)
        for (second = 0; second < COUNT(seconds); second++)
            for (third = 0; third < 4; third++) {
                const char bytes[4] = {(char)first, (char)seconds[second], (char)0x80, (char)0xbf};
                char *text;
                n = third + 1;
                text = exactly(bytes, n);
                json_t *tree = json_stringn(text, n);
                int status = responses_json_quote(text, n, json, sizeof json, &needed);
                assert_int_equal(status, tree != NULL ? RESPONSES_OK : RESPONSES_E_INVALID);
                if (status == RESPONSES_OK) {
                    taken++;
                    assert_int_equal(
                        responses_json_text(json, needed - 1, back, sizeof back, &needed), 0);
                    assert_int_equal(needed, n + 1);
                    assert_memory_equal(back, text, n);
                } else {
                    assert_int_equal(needed, 0);
                }
                json_decref(tree);
                free(text);
            }
    assert_in_range(taken, 300, 5000);
}

/* Lengths that no text has, and no text at all: an answer, whatever it is. */
static void lengths_that_are_none(void **state)
{
    static const size_t lengths[] = {(size_t)-2,
                                     (size_t)1 << 63,
                                     ((size_t)1 << 63) - 1,
                                     ((size_t)1 << 63) - 33,
                                     ((size_t)1 << 62) + 1,
                                     (size_t)1 << 61};
    char buffer[8];
    size_t i, needed;
    int count;
    (void)state;
    for (i = 0; i < COUNT(lengths); i++) {
        size_t n = lengths[i];
        assert_true(responses_json_get("1", n, "", NULL, NULL, NULL) < 0);
        assert_true(responses_json_check("1", n, 1, NULL, NULL, NULL) < 0);
        assert_true(responses_json_count("[]", n, "", &count) < 0);
        assert_true(responses_json_text("\"\"", n, buffer, sizeof buffer, &needed) < 0);
        assert_true(responses_json_read_string("1", n, "", buffer, sizeof buffer, &needed) < 0);
        assert_true(responses_json_quote("a", n, buffer, sizeof buffer, &needed) <= 0);
        /* A capacity that no buffer has. */
        if (n > (size_t)-1 / 2)
            assert_int_equal(responses_json_text("\"a\"", NTS, buffer, n, &needed),
                             RESPONSES_E_INVALID);
    }
    assert_int_equal(responses_json_get(NULL, NTS, "", NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_get("1", NTS, NULL, NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_get("", 0, "", NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_check("1", NTS, INT32_MIN, NULL, NULL, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_json_check("[1]", NTS, INT32_MAX, NULL, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_json_read_string("1", NTS, NULL, buffer, 8, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_json_text(NULL, NTS, buffer, 8, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_quote(NULL, NTS, buffer, 8, NULL), RESPONSES_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest hostile[] = {
        cmocka_unit_test(deep_texts),           cmocka_unit_test(numbers_of_any_size),
        cmocka_unit_test(nul_in_every_place),   cmocka_unit_test(halves_of_surrogate_pairs),
        cmocka_unit_test(broken_texts),         cmocka_unit_test(pointers_of_any_shape),
        cmocka_unit_test(long_names),           cmocka_unit_test(buffers_of_every_size),
        cmocka_unit_test(any_bytes_are_quoted), cmocka_unit_test(lengths_that_are_none),
    };
    return run(hostile);
}
