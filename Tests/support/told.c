#include "told.h"

#include "test.h"

static char *copy(const responses_attempt *attempt, int field)
{
    size_t len;
    const char *text = responses_attempt_text(attempt, field, &len);
    assert_non_null(text);
    assert_int_equal(strlen(text), len);
    assert_true(len <= 256);
    return strdup(text);
}

static void in_order(int64_t *before, int64_t time)
{
    if (time < 0)
        return;
    assert_true(time >= *before);
    *before = time;
}

void tell(const responses_attempt *attempt, void *user_data)
{
    struct told *told = user_data;
    assert_true(told->count < TOLD_MOST);
    struct attempt *a = &told->list[told->count++];
#define NUMBER(field) responses_attempt_number(attempt, RESPONSES_ATTEMPT_##field)
    *a = (struct attempt){
        .number = NUMBER(NUMBER),
        .status = NUMBER(STATUS),
        .http_status = NUMBER(HTTP_STATUS),
        .next = NUMBER(NEXT),
        .pause = NUMBER(PAUSE_MS),
        .phase = NUMBER(PHASE),
        .reused = NUMBER(REUSED),
        .events = NUMBER(EVENTS),
        .retry_after = NUMBER(RETRY_AFTER_MS),
        .lookup = NUMBER(LOOKUP_US),
        .connect = NUMBER(CONNECT_US),
        .tls = NUMBER(TLS_US),
        .sent = NUMBER(SENT_US),
        .first_byte = NUMBER(FIRST_BYTE_US),
        .first_event = NUMBER(FIRST_EVENT_US),
        .last_event = NUMBER(LAST_EVENT_US),
        .total = NUMBER(TOTAL_US),
        .bytes_sent = NUMBER(BYTES_SENT),
        .bytes_received = NUMBER(BYTES_RECEIVED),
        .input = NUMBER(INPUT_TOKENS),
        .output = NUMBER(OUTPUT_TOKENS),
        .tokens = NUMBER(TOTAL_TOKENS),
        .operation = copy(attempt, RESPONSES_ATTEMPT_OPERATION),
        .method = copy(attempt, RESPONSES_ATTEMPT_METHOD),
        .path = copy(attempt, RESPONSES_ATTEMPT_PATH),
        .reason = copy(attempt, RESPONSES_ATTEMPT_REASON),
        .has_response = responses_attempt_response(attempt) != NULL,
        .user_data = responses_attempt_user_data(attempt),
    };
    size_t len;
    const char *json = responses_attempt_json(attempt, &len);
    assert_int_equal(strlen(json), len);
    assert_int_equal(responses_json_check(json, len, 8, NULL, NULL, NULL), RESPONSES_OK);
    assert_null(strchr(json, '\n'));
    a->json = strdup(json);
    /* Nothing but the end has a call behind it that has ended, and an attempt that was not there took no time. */
    told->ends += a->next == RESPONSES_NEXT_END;
    if (a->next == RESPONSES_NEXT_END)
        assert_int_equal(a->pause, 0);
    int64_t before = 0;
    in_order(&before, a->lookup);
    in_order(&before, a->connect);
    in_order(&before, a->tls);
    before = before > a->sent && a->sent >= 0 ? a->sent : before;
    in_order(&before, a->sent);
    in_order(&before, a->first_byte);
    in_order(&before, a->first_event);
    in_order(&before, a->last_event);
    in_order(&before, a->total);
    if (a->number == 0) {
        assert_int_equal(a->total, -1);
        assert_int_equal(a->bytes_sent, 0);
        assert_int_equal(a->next, RESPONSES_NEXT_END);
    } else {
        assert_true(a->total >= 0);
    }
    if (a->reused)
        assert_true(a->lookup == -1 && a->connect == -1 && a->tls == -1);
    assert_int_equal(a->first_event < 0, a->last_event < 0);
    assert_int_equal(responses_attempt_number(attempt, 0), -1);
    assert_int_equal(responses_attempt_number(attempt, 9999), -1);
    assert_null(responses_attempt_text(attempt, RESPONSES_ATTEMPT_NUMBER, NULL));
    const responses_response *response = responses_attempt_response(attempt);
    assert_ptr_equal(response, responses_attempt_response(attempt));
    if (response) {
        assert_true(a->next == RESPONSES_NEXT_END || a->next == RESPONSES_NEXT_STEP);
        assert_int_equal(responses_json_check(responses_response_json(response, NULL),
                                              RESPONSES_NTS, 64, NULL, NULL, NULL),
                         RESPONSES_OK);
    }
}

void told_free(struct told *told)
{
    for (int i = 0; i < told->count; i++) {
        free(told->list[i].operation);
        free(told->list[i].method);
        free(told->list[i].path);
        free(told->list[i].reason);
        free(told->list[i].json);
    }
    memset(told, 0, sizeof *told);
}

void check_attempt(const struct told *told, int index, int number, int status, int http_status,
                   int next, const char *file, int line)
{
    if (index >= told->count) {
        print_error("only %d attempts were told\n", told->count);
        _fail(file, line);
        return;
    }
    const struct attempt *a = &told->list[index];
    if (a->number == number && a->status == status && a->http_status == http_status &&
        a->next == next)
        return;
    print_error("attempt %d is %s\n", index, a->json);
    _fail(file, line);
}
