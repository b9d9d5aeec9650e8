/* A request: a tree of fields, each with its JSON ready, put together when it is asked for. */
#include "responses_request_internal.h"

enum kind { VALUE, OBJECT, ARRAY };

struct field {
    struct field *next;
    struct field *fields;        /* of an OBJECT */
    struct responses_text_ json; /* of a VALUE its JSON, of an ARRAY its elements with commas */
    enum kind kind;
    size_t name_len;
    char name[1]; /* and more, escaped as JSON has it, without quotes */
};

struct responses_request {
    struct field *fields;
    struct responses_text_ json;
    int status;
    char problem[160];
};

static void *allocate(size_t size)
{
    void *memory = RESPONSES_REQUEST_REALLOC(NULL, size);

    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

/* ---- the tree -------------------------------------------------------------------------------- */

static void free_fields(struct field *field)
{
    struct field *next;

    for (; field != NULL; field = next) {
        next = field->next;
        free_fields(field->fields);
        responses_text_free_(&field->json);
        RESPONSES_REQUEST_FREE(field);
    }
}

static struct field *new_field(const char *name, size_t len, enum kind kind)
{
    struct field *field = allocate(sizeof *field + len);

    if (field == NULL)
        return NULL;
    memcpy(field->name, name, len);
    field->name_len = len;
    field->kind = kind;
    return field;
}

/* Where the field of that name is linked, or could be. */
static struct field **place_of(struct field **fields, const char *name, size_t len)
{
    while (*fields != NULL &&
           ((*fields)->name_len != len || memcmp((*fields)->name, name, len) != 0))
        fields = &(*fields)->next;
    return fields;
}

/* Goes down the path as far as there are fields: `*name` is then the part that is left. NULL when it
   leads through something that is no object. */
static struct field **walk(struct field **fields, const char **name)
{
    struct field **place;
    size_t len;

    for (;;) {
        len = strcspn(*name, "/");
        place = place_of(fields, *name, len);
        if (*place == NULL || (*name)[len] == '\0')
            return place;
        if ((*place)->kind != OBJECT)
            return NULL;
        fields = &(*place)->fields;
        *name += len + 1;
    }
}

/* A chain of new fields for what is left of a path; `*last` is its end. NULL when memory is out. */
static struct field *new_chain(const char *name, enum kind kind, struct field **last)
{
    struct field *first = NULL, **link = &first;
    size_t len;

    for (;; name += len + 1, link = &(*link)->fields) {
        len = strcspn(name, "/");
        *link = new_field(name, len, name[len] == '/' ? OBJECT : kind);
        if (*link == NULL) {
            free_fields(first);
            return NULL;
        }
        *last = *link;
        if (name[len] == '\0')
            return first;
    }
}

/* The path as JSON has it, in quotes; a slash is a slash there too. Returns what is wrong with one that is
   none; "" when it is one, or memory is out: see its status. */
static const char *read_path(struct responses_text_ *path, const char *name)
{
    static const char *no_name = "expected a name in UTF-8, or names with \"/\" between them";
    const char *p;
    size_t names;

    responses_text_put_string_(path, name, RESPONSES_NTS);
    if (path->status != RESPONSES_OK)
        return no_name;
    path->status = RESPONSES_E_INVALID;
    path->data[--path->len] = '\0';
    for (p = path->data + 1, names = 1;; p++, names++) {
        if (*p == '/' || *p == '\0')
            return no_name;
        p += strcspn(p, "/");
        if (*p == '\0')
            break;
    }
    if (names > RESPONSES_DEPTH_)
        return "the path has more than 512 names";
    path->status = RESPONSES_OK;
    return "";
}

/* ---- what went wrong ------------------------------------------------------------------------- */

static void append(char *to, size_t capacity, const char *text)
{
    size_t len = strlen(to);

    for (; *text != '\0' && len + 1 < capacity; text++)
        to[len++] = *text >= 0x20 && *text < 0x7F ? *text : '?';
    to[len] = '\0';
}

/* Remembers the first error, with what was being done to which field. */
static int fail(responses_request *request, int status, const char *action, const char *name,
                const char *why)
{
    char *problem = request->problem;
    size_t capacity = sizeof request->problem;

    if (request->status != RESPONSES_OK)
        return status;
    request->status = status;
    problem[0] = '\0';
    append(problem, capacity, action);
    append(problem, capacity, " \"");
    append(problem, 100, name != NULL ? name : "(NULL)");
    append(problem, capacity, "\": ");
    append(problem, capacity, status == RESPONSES_E_NOMEM ? "out of memory" : why);
    return status;
}

int responses_request_status(const responses_request *request)
{
    return request != NULL ? request->status : RESPONSES_E_INVALID;
}

const char *responses_request_problem(const responses_request *request)
{
    return request != NULL ? request->problem : "";
}

/* ---- putting in ------------------------------------------------------------------------------ */

/* Sets a field to `value`, which is taken over, or given up when that fails. */
int responses_request_set_(responses_request *request, const char *action, const char *name,
                           struct responses_text_ *value, const char *why)
{
    struct responses_text_ path = RESPONSES_EMPTY_TEXT_;
    struct field **place, *chain, *last;
    const char *left;
    int status = value->status;

    if (request == NULL) {
        responses_text_free_(value);
        return RESPONSES_E_INVALID;
    }
    if (status == RESPONSES_OK) {
        why = read_path(&path, name);
        status = path.status;
    }
    if (status == RESPONSES_OK) {
        status = RESPONSES_E_INVALID;
        left = path.data + 1;
        place = walk(&request->fields, &left);
        if (place == NULL) {
            why = "a part of the path is not an object";
        } else if (*place != NULL && (*place)->kind == ARRAY) {
            why = "cannot be set, because something was added to it";
        } else if ((chain = new_chain(left, VALUE, &last)) == NULL) {
            status = RESPONSES_E_NOMEM;
        } else {
            last->json = *value;
            value->data = NULL;
            if (*place != NULL) {
                chain->next = (*place)->next;
                (*place)->next = NULL;
                free_fields(*place);
            }
            *place = chain;
            status = RESPONSES_OK;
        }
    }
    responses_text_free_(&path);
    responses_text_free_(value);
    return status == RESPONSES_OK ? status : fail(request, status, action, name, why);
}

/* Adds an element to "input" or "tools". The text is given up. */
int responses_request_add_(responses_request *request, const char *action, const char *name,
                           struct responses_text_ *element, const char *why)
{
    struct responses_text_ *elements;
    struct field **place, *field;
    int status = element->status;

    if (request == NULL) {
        responses_text_free_(element);
        return RESPONSES_E_INVALID;
    }
    if (status == RESPONSES_OK) {
        place = place_of(&request->fields, name, strlen(name));
        field = *place;
        if (field == NULL) {
            field = new_field(name, strlen(name), ARRAY);
            if (field == NULL)
                status = RESPONSES_E_NOMEM;
            else
                field->json = *element;
            if (field != NULL) {
                *place = field;
                return RESPONSES_OK;
            }
        } else if (field->kind != ARRAY) {
            status = RESPONSES_E_INVALID;
            why = "cannot be added to, because it was set before";
        } else {
            size_t before = field->json.len;
            elements = &field->json;
            responses_text_put_(elements, ",");
            responses_text_add_(elements, element->data, element->len);
            status = elements->status;
            elements->status = RESPONSES_OK;
            if (status != RESPONSES_OK)
                elements->data[elements->len = before] = '\0';
        }
    }
    responses_text_free_(element);
    return status == RESPONSES_OK ? status : fail(request, status, action, name, why);
}

int responses_request_remove(responses_request *request, const char *name)
{
    struct responses_text_ path = RESPONSES_EMPTY_TEXT_;
    struct field **place, *field;
    const char *left;
    int status;

    if (request == NULL)
        return RESPONSES_E_INVALID;
    read_path(&path, name);
    status = path.status;
    if (status == RESPONSES_OK) {
        left = path.data + 1;
        place = walk(&request->fields, &left);
        if (place == NULL || *place == NULL) {
            status = RESPONSES_E_RANGE;
        } else {
            field = *place;
            *place = field->next;
            field->next = NULL;
            free_fields(field);
        }
    }
    responses_text_free_(&path);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

int responses_request_new(responses_request **out)
{
    if (out == NULL)
        return RESPONSES_E_INVALID;
    *out = allocate(sizeof **out);
    return *out != NULL ? RESPONSES_OK : RESPONSES_E_NOMEM;
}

void responses_request_clear(responses_request *request)
{
    if (request == NULL)
        return;
    free_fields(request->fields);
    request->fields = NULL;
    request->status = RESPONSES_OK;
    request->problem[0] = '\0';
}

void responses_request_free(responses_request *request)
{
    if (request == NULL)
        return;
    free_fields(request->fields);
    responses_text_free_(&request->json);
    RESPONSES_REQUEST_FREE(request);
}

static void write_fields(struct responses_text_ *text, const struct field *field)
{
    responses_text_put_(text, "{");
    for (; field != NULL; field = field->next) {
        responses_text_put_(text, "\"");
        responses_text_add_(text, field->name, field->name_len);
        responses_text_put_(text, "\":");
        if (field->kind == OBJECT) {
            write_fields(text, field->fields);
        } else {
            responses_text_put_(text, field->kind == ARRAY ? "[" : "");
            responses_text_add_(text, field->json.data, field->json.len);
            responses_text_put_(text, field->kind == ARRAY ? "]" : "");
        }
        if (field->next != NULL)
            responses_text_put_(text, ",");
    }
    responses_text_put_(text, "}");
}

const char *responses_request_json(responses_request *request, size_t *len)
{
    if (len != NULL)
        *len = 0;
    if (request == NULL)
        return NULL;
    request->json.len = 0;
    request->json.status = RESPONSES_OK;
    write_fields(&request->json, request->fields);
    if (request->json.status != RESPONSES_OK)
        return NULL;
    if (len != NULL)
        *len = request->json.len;
    return request->json.data;
}
