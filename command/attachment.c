/*
 * attachment.c - files for the model, as parts of a message
 */
#include "attachment.h"

#include "failure.h"
#include "input.h"
#include "text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum kind { UNKNOWN, IMAGE, FILE_OF_ANY_KIND };

static const struct {
    const char *begins;
    size_t length;
    size_t at;
    const char *type;
} beginnings[] = {
    {"\x89PNG\r\n\x1a\n", 8, 0, "image/png"},
    {"\xff\xd8\xff", 3, 0, "image/jpeg"},
    {"GIF87a", 6, 0, "image/gif"},
    {"GIF89a", 6, 0, "image/gif"},
    {"WEBP", 4, 8, "image/webp"},
    {"%PDF-", 5, 0, "application/pdf"},
};

static const struct {
    const char *ending;
    const char *type;
} endings[] = {
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".pdf", "application/pdf"},
    {".txt", "text/plain"},
    {".md", "text/markdown"},
    {".csv", "text/csv"},
    {".tsv", "text/tab-separated-values"},
    {".html", "text/html"},
    {".xml", "text/xml"},
    {".json", "application/json"},
    {".rtf", "application/rtf"},
    {".doc", "application/msword"},
    {".xls", "application/vnd.ms-excel"},
    {".ppt", "application/vnd.ms-powerpoint"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
};

static const char *type_by_ending(const char *name, size_t length)
{
    size_t i;

    for (i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t end = strlen(endings[i].ending);

        if (length > end && strncasecmp(name + length - end, endings[i].ending, end) == 0)
            return endings[i].type;
    }
    return NULL;
}

static const char *type_by_bytes(const struct text *bytes)
{
    size_t i;

    for (i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (bytes->length >= beginnings[i].at + beginnings[i].length &&
            memcmp(bytes->bytes + beginnings[i].at, beginnings[i].begins, beginnings[i].length) ==
                0)
            return beginnings[i].type;
    return NULL;
}

static bool is_image_type(const char *type)
{
    return type != NULL && strncmp(type, "image/", 6) == 0;
}

static enum outcome by_address(const char *url, enum kind kind, json_t **part)
{
    if (utf8_valid_length(url, strlen(url)) < strlen(url))
        return usage_failure("-f: an address has to be UTF-8");
    if (kind == UNKNOWN)
        kind = is_image_type(type_by_ending(url, strcspn(url, "?#"))) ? IMAGE : FILE_OF_ANY_KIND;
    *part = kind == IMAGE ? json_pack("{s:s, s:s}", "type", "input_image", "image_url", url)
                          : json_pack("{s:s, s:s}", "type", "input_file", "file_url", url);
    return OUTCOME_COMPLETE;
}

static enum outcome by_bytes(const char *path, enum kind kind, json_t **part)
{
    struct text bytes = {0}, url = {0};
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path, *type;
    enum outcome outcome = input_file(path, &bytes);

    if (outcome != OUTCOME_COMPLETE) {
        text_free(&bytes);
        return outcome;
    }
    if (bytes.length == 0)
        return usage_failure("%s is empty", path);
    type = type_by_bytes(&bytes);
    if (kind == UNKNOWN)
        kind = is_image_type(type) ? IMAGE : FILE_OF_ANY_KIND;
    if (kind == IMAGE && !is_image_type(type))
        return usage_failure("%s is no image that the API takes: PNG, JPEG, GIF or WebP", path);
    if (type == NULL)
        type = type_by_ending(name, strlen(name));
    if (type == NULL)
        type = utf8_valid_length(bytes.bytes, bytes.length) == bytes.length
                   ? "text/plain"
                   : "application/octet-stream";
    text_format(&url, "data:%s;base64,", type);
    base64_encode(&url, (const unsigned char *)bytes.bytes, bytes.length);
    if (kind == IMAGE)
        *part = json_pack("{s:s, s:s}", "type", "input_image", "image_url", url.bytes);
    else
        *part =
            json_pack("{s:s, s:s, s:s}", "type", "input_file", "filename",
                      strcmp(path, "-") == 0
                          ? (strcmp(type, "application/pdf") == 0 ? "document.pdf" : "document.txt")
                      : utf8_valid_length(name, strlen(name)) == strlen(name) ? name
                                                                              : "document",
                      "file_data", url.bytes);
    text_free(&bytes);
    text_free(&url);
    return OUTCOME_COMPLETE;
}

enum outcome attachment_part(const char *name, json_t **part)
{
    enum kind kind = UNKNOWN;

    if (strncmp(name, "image:", 6) == 0) {
        kind = IMAGE;
        name += 6;
    } else if (strncmp(name, "file:", 5) == 0) {
        kind = FILE_OF_ANY_KIND;
        name += 5;
    }
    if (strncasecmp(name, "https://", 8) == 0 || strncasecmp(name, "http://", 7) == 0)
        return by_address(name, kind, part);
    if (strncmp(name, "file-", 5) == 0 && access(name, F_OK) != 0) {
        *part = json_pack("{s:s, s:s}", "type", kind == IMAGE ? "input_image" : "input_file",
                          "file_id", name);
        return OUTCOME_COMPLETE;
    }
    return by_bytes(name, kind, part);
}
