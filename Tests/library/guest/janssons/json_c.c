#include "parts.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#define TEXT "{\"id\": \"resp_1\", \"output\": [1, 2.5, \"three\"], \"usage\": {\"total\": 3}}"

void use_json_c(const char *url)
{
    struct json_object *document = json_tokener_parse(TEXT), *usage = NULL, *total = NULL;
    int members = 0;
    (void)url;
    json_object_object_get_ex(document, "usage", &usage);
    json_object_object_get_ex(usage, "total", &total);
#ifdef HAS_SHARED_NAMES
    struct json_object_iterator at = json_object_iter_begin(document);
    struct json_object_iterator end = json_object_iter_end(document);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
        members++;
    /* A reference more, and one less. */
    if (json_object_get(total) != total || json_object_put(total) != 0)
        members = -1;
#else
    json_object_object_foreach(document, name, value)
    {
        (void)name, (void)value;
        members++;
    }
#endif
    json_object_object_add(usage, "total", json_object_new_int(json_object_get_int(total) + 4));
    const char *text = json_object_to_json_string_ext(usage, JSON_C_TO_STRING_PLAIN);
    int is_right = members == 3 && strcmp(text, "{\"total\":7}") == 0;
    printf("json-c %s\n", is_right ? "works" : text);
    json_object_put(document);
}
