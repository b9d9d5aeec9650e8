/* JSON that is text of the program's: read by pointer, counted, checked, and written. */
#include "test.h"

#include <jansson.h>

#define NTS RESPONSES_NTS

static const char document[] =
    " { \"a\" : [ 10 , {\"b\":\"x\\ny\"} , null, true,false ] , \"\":1, \"a/b\":2, \"m~n\":3,"
    " \"\\u00e4\\ud83d\\ude00\":4, \"twice\":5, \"twice\":6, \"0\":7, \"e\":{}, \"f\":[] } ";

static void check(const char *pointer, int type, const char *expected)
{
    const char *value = NULL;
    size_t len = 0;
    int found = -1;
    assert_int_equal(responses_json_get(document, NTS, pointer, &found, &value, &len), 0);
    assert_int_equal(found, type);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(value, expected, len);
}

static void values_by_pointer(void **state)
{
    (void)state;
    check("/a/0", RESPONSES_JSON_NUMBER, "10");
    check("/a/1", RESPONSES_JSON_OBJECT, "{\"b\":\"x\\ny\"}");
    check("/a/1/b", RESPONSES_JSON_STRING, "\"x\\ny\"");
    check("/a/2", RESPONSES_JSON_NULL, "null");
    check("/a/3", RESPONSES_JSON_TRUE, "true");
    check("/a/4", RESPONSES_JSON_FALSE, "false");
    check("/", RESPONSES_JSON_NUMBER, "1");
    check("/a~1b", RESPONSES_JSON_NUMBER, "2");
    check("/m~0n", RESPONSES_JSON_NUMBER, "3");
    check("/\xc3\xa4\xf0\x9f\x98\x80", RESPONSES_JSON_NUMBER, "4");
    check("/twice", RESPONSES_JSON_NUMBER, "6");
    check("/0", RESPONSES_JSON_NUMBER, "7");
    check("/e", RESPONSES_JSON_OBJECT, "{}");
    check("/a", RESPONSES_JSON_ARRAY, "[ 10 , {\"b\":\"x\\ny\"} , null, true,false ]");
}

static void numbers_that_are_not_finite(void **state)
{
    static const char text[] = "{\"a\":[NaN,-Infinity , Infinity],\"b\":1}";
    static const char *const wrong[] = {"[nan]", "[-NaN]", "[+Infinity]", "[Infinit", "[Na", "[-I"};
    const char *value = NULL;
    size_t len = 0, i;
    int type = -1;
    (void)state;
    assert_int_equal(responses_json_get(text, NTS, "/a/1", &type, &value, &len), RESPONSES_OK);
    assert_int_equal(type, RESPONSES_JSON_NUMBER);
    assert_int_equal(len, 9);
    assert_memory_equal(value, "-Infinity", len);
    assert_int_equal(responses_json_get(text, NTS, "/b", &type, &value, &len), RESPONSES_OK);
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(responses_json_get(wrong[i], NTS, "", NULL, NULL, NULL),
                         RESPONSES_E_INVALID);
}

static void what_is_not_there(void **state)
{
    static const char *const none[] = {"/b",      "/a/5",   "/a/00",  "/a/-",
                                       "/a/x",    "/a/0/x", "/a/1/c", "/aa",
                                       "/a/1/b/", "/e/a",   "/f/0",   "/a/99999999999999999999"};
    static const char *const wrong[] = {"a", "/a~", "/a~2", "~"};
    size_t i;
    (void)state;
    for (i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(responses_json_get(document, NTS, none[i], NULL, NULL, NULL),
                         RESPONSES_E_RANGE);
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(responses_json_get(document, NTS, wrong[i], NULL, NULL, NULL),
                         RESPONSES_E_INVALID);
    assert_int_equal(responses_json_get(document, NTS, NULL, NULL, NULL, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_json_get(NULL, 0, "", NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_get("{\"a\":1} x", NTS, "/a", NULL, NULL, NULL),
                     RESPONSES_E_INVALID);
}

static void check_string(const char *json, const char *expected, size_t len)
{
    char text[64];
    size_t needed;
    assert_int_equal(responses_json_text(json, NTS, text, sizeof text, &needed), 0);
    assert_int_equal(needed, len + 1);
    assert_memory_equal(text, expected, len + 1);
}

static void strings(void **state)
{
    char text[4];
    size_t needed;
    (void)state;
    check_string("\"\"", "", 0);
    check_string("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t", 9);
    check_string("\"\\u0041\\u00E4\\u20ac\\ud83d\\ude00\"", "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
                 10);
    check_string("\"\\u0000x\"", "\0x", 2);
    /* Half a pair has no UTF-8. */
    check_string("\"\\ud83dx\\ude00\"", "\xef\xbf\xbdx\xef\xbf\xbd", 7);
    check_string("\"\\ud83d\\u0041\"",
                 "\xef\xbf\xbd"
                 "A",
                 4);
    assert_int_equal(responses_json_text("\"abcd\"", NTS, text, 4, &needed), RESPONSES_E_RANGE);
    assert_int_equal(needed, 5);
    assert_string_equal(text, "abc");
    assert_int_equal(responses_json_text("\"abcd\"", NTS, NULL, 0, &needed), RESPONSES_E_RANGE);
    assert_int_equal(needed, 5);
    assert_int_equal(responses_json_text("12", NTS, text, 4, &needed), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_text("\"a", NTS, text, 4, &needed), RESPONSES_E_INVALID);
}

static void text_by_pointer(void **state)
{
    char text[16];
    size_t needed;
    (void)state;
    assert_int_equal(
        responses_json_read_string(document, NTS, "/a/1/b", text, sizeof text, &needed), 0);
    assert_string_equal(text, "x\ny");
    assert_int_equal(needed, 4);
    assert_int_equal(responses_json_read_string(document, NTS, "/a/0", text, sizeof text, NULL), 0);
    assert_string_equal(text, "10");
    assert_int_equal(responses_json_read_string(document, NTS, "/a/3", text, sizeof text, &needed),
                     0);
    assert_string_equal(text, "true");
    assert_int_equal(needed, 5);
    assert_int_equal(responses_json_read_string(document, NTS, "/a/1/b", text, 3, &needed),
                     RESPONSES_E_RANGE);
    assert_string_equal(text, "x\n");
    assert_int_equal(needed, 4);
    assert_int_equal(responses_json_read_string(document, NTS, "/none", text, sizeof text, &needed),
                     RESPONSES_E_RANGE);
    assert_int_equal(needed, 0);
    assert_int_equal(responses_json_read_string("{\"a\": 1", NTS, "/a", text, sizeof text, &needed),
                     RESPONSES_E_INVALID);
    assert_int_equal(needed, 0);
    assert_int_equal(responses_json_read_string("", NTS, "", text, sizeof text, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_json_read_string(NULL, NTS, "", text, sizeof text, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_json_read_string("1", NTS, "", NULL, 0, &needed), RESPONSES_E_RANGE);
    assert_int_equal(needed, 2);
}

static void counts(void **state)
{
    int count = -1;
    (void)state;
    assert_int_equal(responses_json_count(document, NTS, "/a", &count), RESPONSES_OK);
    assert_int_equal(count, 5);
    /* Two have one name. */
    assert_int_equal(responses_json_count(document, NTS, "", &count), RESPONSES_OK);
    assert_int_equal(count, 10);
    assert_int_equal(responses_json_count(document, NTS, "/e", &count), RESPONSES_OK);
    assert_int_equal(count, 0);
    assert_int_equal(responses_json_count(" [ ] ", NTS, "", &count), RESPONSES_OK);
    assert_int_equal(count, 0);
    assert_int_equal(responses_json_count(document, NTS, "/a", NULL), RESPONSES_OK);
    count = 77;
    assert_int_equal(responses_json_count(document, NTS, "/a/0", &count), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_count(document, NTS, "/a/1/b", &count), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_count(document, NTS, "/none", &count), RESPONSES_E_RANGE);
    assert_int_equal(responses_json_count("[1,", NTS, "", &count), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_count("[]", NTS, NULL, &count), RESPONSES_E_INVALID);
    assert_int_equal(count, 77);
}

static void check_quoted(const char *text, size_t n, const char *expected)
{
    char json[64];
    size_t needed;
    assert_int_equal(responses_json_quote(text, n, json, sizeof json, &needed), RESPONSES_OK);
    assert_string_equal(json, expected);
    assert_int_equal(needed, strlen(expected) + 1);
}

static void text_is_quoted(void **state)
{
    char json[8];
    size_t needed;
    (void)state;
    check_quoted("", NTS, "\"\"");
    check_quoted("plain", NTS, "\"plain\"");
    check_quoted("plain", 2, "\"pl\"");
    check_quoted("a\"\\/\b\f\n\r\t\v\x1f\x7f", NTS,
                 "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u000b\\u001f\x7f\"");
    check_quoted("\0x", 2, "\"\\u0000x\"");
    check_quoted("\xc3\xa4\xf0\x9f\x98\x80", NTS, "\"\xc3\xa4\xf0\x9f\x98\x80\"");
    assert_int_equal(responses_json_quote("abcdef", NTS, json, sizeof json, &needed),
                     RESPONSES_E_RANGE);
    assert_int_equal(needed, 9);
    assert_string_equal(json, "\"abcdef");
    assert_int_equal(responses_json_quote("\xff", NTS, json, sizeof json, &needed),
                     RESPONSES_E_INVALID);
    assert_int_equal(needed, 0);
    assert_int_equal(responses_json_quote(NULL, 0, json, sizeof json, &needed),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_json_quote("a", NTS, NULL, 8, &needed), RESPONSES_E_INVALID);
    assert_int_equal(needed, 0);
}

static void what_a_request_may_have(void **state)
{
    static const char *const wrong[] = {"NaN",  "[Infinity]", "{\"a\":-Infinity}", "",
                                        "[1,]", "1 2",        "\"\xff\"",          "\"a"};
    static const char words[] = " [\"NaN \\\" [[[\", {\"Infinity\":1.50}]\n";
    const char *value = NULL;
    size_t i, len = 0;
    int type = -1;
    (void)state;
    assert_int_equal(responses_json_check(words, NTS, 2, &type, &value, &len), RESPONSES_OK);
    assert_int_equal(type, RESPONSES_JSON_ARRAY);
    assert_ptr_equal(value, words + 1);
    assert_int_equal(len, sizeof words - 3);
    type = 77;
    assert_int_equal(responses_json_check(words, NTS, 1, &type, &value, &len), RESPONSES_E_INVALID);
    assert_int_equal(type, 77);
    assert_null(value);
    assert_int_equal(len, 0);
    assert_int_equal(responses_json_check("1", NTS, 0, NULL, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_json_check("[]", NTS, 0, NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_json_check("1", NTS, -1, NULL, NULL, NULL), RESPONSES_E_INVALID);
    for (i = 0; i < COUNT(wrong); i++)
        assert_int_equal(responses_json_check(wrong[i], NTS, 1024, NULL, NULL, NULL),
                         RESPONSES_E_INVALID);
    assert_int_equal(responses_json_check(NULL, 0, 1, NULL, NULL, NULL), RESPONSES_E_INVALID);
}

/* Texts damaged in every byte: we call valid what jansson calls valid, and never look outside. */
static void damaged_texts(void **state)
{
    static const char bytes[] = "{}[]\",:\\u0e-+.tn \n\x80\xff";
    const size_t len = sizeof document - 1;
    const size_t pair = (size_t)(strstr(document, "\\ud83d") - document);
    char *text = malloc(len); /* exactly, so that a look behind it is seen */
    size_t i, j, valid = 0;
    (void)state;
    for (i = 0; i < len; i++) {
        for (j = 0; j < sizeof bytes; j++) {
            json_t *parsed;
            int status;
            memcpy(text, document, len);
            text[i] = bytes[j];
            status = responses_json_get(text, len, "/a/1/b", NULL, NULL, NULL);
            parsed = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            /* jansson does not take half a surrogate pair, and does take a NUL for a space. */
            if (parsed != NULL && bytes[j] != '\0' && status == RESPONSES_E_INVALID)
                fail_msg("refused, and valid: %.*s", (int)len, text);
            if (parsed == NULL && (i < pair || i >= pair + 12) && status != RESPONSES_E_INVALID)
                fail_msg("taken, and not valid: %.*s", (int)len, text);
            valid += status != RESPONSES_E_INVALID;
            json_decref(parsed);
        }
        /* Cut there. */
        assert_int_equal(responses_json_get(document, i, "", NULL, NULL, NULL),
                         i == len - 1 ? RESPONSES_OK : RESPONSES_E_INVALID);
    }
    free(text);
    assert_in_range(valid, 100, len * sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest json[] = {
        cmocka_unit_test(values_by_pointer),
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(numbers_that_are_not_finite),
        cmocka_unit_test(strings),
        cmocka_unit_test(text_by_pointer),
        cmocka_unit_test(counts),
        cmocka_unit_test(text_is_quoted),
        cmocka_unit_test(what_a_request_may_have),
        cmocka_unit_test(damaged_texts),
    };
    return run(json);
}
