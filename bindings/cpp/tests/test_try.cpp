/* What works without exceptions too, and there is nothing else in this file. */
#include "support.hpp"

#include <poll.h>
#include <utility>
#include <vector>

using namespace responses;

TEST_CASE("create, get, input_items, remove")
{
    auto client = new_client();
    auto created = client.try_create(request("Hello"));
    REQUIRE(created);
    CHECK(str(created->text()) == "You said: Hello");
    CHECK(str(created->status()) == "completed");
    CHECK(created->http_status() == 200);
    CHECK(created->attempts() == 1);
    CHECK(!created->request_id().empty());
    CHECK(str(created->header("Content-Type")).find("application/json") == 0);
    CHECK(created->header("X-None").empty());
    CHECK(created->history().size() > 2);
    CHECK(str(created->headers()).find("application/json") != std::string::npos);

    auto got = client.try_get(created->id());
    REQUIRE(got);
    CHECK(str(got->id()) == str(created->id()));

    auto items = client.try_input_items(created->id(), "{\"limit\": 1}");
    REQUIRE(items);
    CHECK(str(items->get("/data/0/content/0/text").text()) == "Hello");
    CHECK(!items->get("/has_more").as_bool());

    auto removed = client.try_remove(created->id());
    REQUIRE(removed);
    CHECK(removed->get("/deleted").as_bool());
    CHECK(client.try_get(created->id()).error().http_status() == 404);
}

TEST_CASE("count, compact, send, background, wait, cancel")
{
    auto client = new_client();
    auto count = client.try_count_input_tokens(request("one two three"));
    REQUIRE(count);
    CHECK(count->get("/input_tokens").as_int() == 3);
    auto compacted = client.try_compact(request("one two three"));
    REQUIRE(compacted);
    auto models = client.try_send("GET", "/models");
    REQUIRE(models);
    CHECK(str(models->get("/object").text()) == "list");

    auto background = client.try_create(request("Hello", ", \"background\": true"));
    REQUIRE(background);
    auto waited = client.try_wait(background->id(), std::chrono::seconds(20));
    REQUIRE(waited);
    CHECK(str(waited->status()) == "completed");

    auto slow = client.try_create(request("#long=5000", ", \"background\": true"));
    REQUIRE(slow);
    CHECK(client.try_wait(slow->id(), std::chrono::milliseconds(30)).status() ==
          RESPONSES_E_TIMEOUT);
    auto cancelled = client.try_cancel(slow->id());
    REQUIRE(cancelled);
    CHECK(str(cancelled->status()) == "cancelled");
}

TEST_CASE("values by JSON pointer")
{
    auto client = new_client();
    auto response = client.try_create(request("Hello"));
    REQUIRE(response);
    CHECK(response->get("/usage/total_tokens").as_int(-1) > 0);
    CHECK(response->get("/usage/total_tokens").as_double(-1) > 0);
    CHECK(response->get("/error").is_null());
    CHECK(response->get("/id").is_string());
    CHECK(response->get("/id").as_int(7) == 7);
    CHECK(response->get("/id").as_double(7) == 7);
    CHECK(response->get("/output").type() == RESPONSES_JSON_ARRAY);
    CHECK(response->get("").type() == RESPONSES_JSON_OBJECT);
    CHECK(!response->get("/nothing"));
    CHECK(response->get("/nothing").status() == RESPONSES_E_RANGE);
    CHECK(response->get("nothing").status() == RESPONSES_E_INVALID);
    CHECK(response->get("/nothing").text().empty());
    CHECK(response->get("/nothing").as_int(7) == 7);
}

TEST_CASE("numbers")
{
    json_value big(RESPONSES_OK, RESPONSES_JSON_NUMBER, "9223372036854775807");
    json_value bigger(RESPONSES_OK, RESPONSES_JSON_NUMBER, "9223372036854775808");
    json_value fraction(RESPONSES_OK, RESPONSES_JSON_NUMBER, "-1.5e3");
    CHECK(big.as_int() == INT64_MAX);
    CHECK(bigger.as_int(-7) == -7);
    CHECK(fraction.as_int(-7) == -7);
    CHECK(fraction.as_double() == -1500.0);
}

TEST_CASE("a loop over events with a place for the error")
{
    auto client = new_client();
    auto call = client.try_stream(request("Hello"));
    REQUIRE(call);
    error e;
    std::string text;
    int events = 0;
    for (auto &event : call->events(e)) {
        CHECK(event.sequence() == events++);
        if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            text += str(event.text());
    }
    CHECK(!e);
    CHECK(text == "You said: Hello");
    CHECK(events > 5);
    CHECK(str(call->so_far().status()) == "completed");
    auto final = call->try_finish();
    REQUIRE(final);
    CHECK(str(final->text()) == text);
}

TEST_CASE("a stream that is cut says so, and keeps what came")
{
    auto client = client_with_fault("cut-after-events=6");
    auto call = client.try_stream(request("one two three four five"));
    REQUIRE(call);
    error e;
    int events = 0;
    for (auto &event : call->events(e)) {
        CHECK(event);
        events++;
    }
    CHECK(events == 6);
    CHECK(e.status() == RESPONSES_E_TRUNCATED);
    CHECK(e.last_sequence() == 5);
    CHECK(!e.response_id().empty());
    CHECK(call->so_far());
    /* The end stays as it is. */
    error again;
    for (auto &event : call->events(again))
        CHECK(!event);
    CHECK(again.status() == RESPONSES_E_TRUNCATED);
}

/* What six events of an answer to "one two three four five" leave. */
static void check_partial(const error &e)
{
    CHECK(e.status() == RESPONSES_E_TRUNCATED);
    REQUIRE(e.partial());
    CHECK(str(e.partial().id()) == str(e.response_id()));
    CHECK(str(e.partial().status()) == "in_progress");
    CHECK(!e.partial().text().empty());
    CHECK(std::string("You said: one two three four five").find(str(e.partial().text())) == 0);
}

TEST_CASE("a stream that is cut leaves a partial response in its error")
{
    auto client = client_with_fault("cut-after-events=6");
    const std::string json = request("one two three four five");
    auto listened = client.try_stream(json, [](const event_view &) {});
    check_partial(listened.error());
    check_partial(client.try_stream(json)->try_finish().error());
    auto call = client.try_stream(json);
    error looped;
    for (auto &event : call->events(looped))
        CHECK(event);
    check_partial(looped);

    /* It stays as long as a copy of the error. */
    error kept = listened.error();
    listened = error(RESPONSES_E_BUSY);
    CHECK(!listened.error().partial());
    check_partial(kept);
}

TEST_CASE("a partial response of get_stream, and of one that failed")
{
    auto client = new_client();
    std::string id;
    auto created = client.try_stream(request("one two three four five", ", \"background\": true"),
                                     [&id](const event_view &e) { id = str(e.response_id()); });
    REQUIRE(created);
    REQUIRE(client.try_set_header("X-Sandbox-Fault", "cut-after-events=6"));
    REQUIRE(client.try_set("resume_attempts", 0));
    auto cut = client.try_get_stream(id, nullptr, [](const event_view &) {});
    CHECK(cut.status() == RESPONSES_E_TRUNCATED);
    REQUIRE(cut.error().partial());
    CHECK(str(cut.error().partial().id()) == id);

    client = new_client();
    auto failed = client.try_stream(request("#fail=1"), [](const event_view &) {});
    CHECK(failed.status() == RESPONSES_E_API);
    CHECK(str(failed.error().partial().status()) == "failed");
}

TEST_CASE("errors that have no partial response")
{
    auto client = new_client();
    CHECK(!error().partial());
    CHECK(!client.try_get("resp_none").error().partial());
    CHECK(!client.try_stream("{", [](const event_view &) {}).error().partial());
    CHECK(!client.try_start_get("resp_none")->try_finish().error().partial());
    /* A stop is no error. */
    auto stopped = client.try_stream(request("Hello"), [](const event_view &) { return false; });
    CHECK(stopped);
    CHECK(!stopped.error().partial());
}

TEST_CASE("an error without details")
{
    error bare(RESPONSES_E_BUSY);
    CHECK(bare.http_status() == 0);
    CHECK(bare.attempts() == 0);
    CHECK(!bare.is_retryable());
    CHECK(bare.retry_after().count() < 0);
    CHECK(bare.last_sequence() == -1);
    CHECK(bare.body().empty());
    CHECK(str(bare.message()) == responses_status_text(RESPONSES_E_BUSY));
    error moved(std::move(bare));
    CHECK(moved.status() == RESPONSES_E_BUSY);
}

static int lines_of_function;
static void plain_sink(int, string_view line)
{
    lines_of_function += !line.empty();
}

TEST_CASE("the log goes to what is const, and to a plain function")
{
    auto client = new_client();
    int lines = 0;
    const auto sink = [&lines](int, string_view line) { lines += !line.empty(); };
    CHECK(client.log_to(RESPONSES_LOG_INFO, sink) == RESPONSES_OK);
    CHECK(client.try_create(request("a")));
    CHECK(lines > 0);
    CHECK(client.log_to(RESPONSES_LOG_INFO, plain_sink) == RESPONSES_OK);
    CHECK(client.try_create(request("a")));
    CHECK(lines_of_function > 0);
}

TEST_CASE("a listener")
{
    auto client = new_client();
    int events = 0;
    auto response =
        client.try_stream(request("Hello"), [&events](const event_view &) { events++; });
    REQUIRE(response);
    CHECK(events > 5);
    CHECK(str(response->text()) == "You said: Hello");

    events = 0;
    auto stopped =
        client.try_stream(request("Hello"), [&events](const event_view &) { return ++events < 2; });
    REQUIRE(stopped);
    CHECK(events == 2);
    CHECK(str(stopped->status()) != "completed");

    auto failed = client.try_stream(request("#fail=1"), [](const event_view &) {});
    CHECK(failed.status() == RESPONSES_E_API);
    CHECK(client.try_stream("{", [](const event_view &) {}).status() < 0);
}

TEST_CASE("a background stream, again from the middle")
{
    auto client = new_client();
    auto call = client.try_stream(request("Hello", ", \"background\": true"));
    REQUIRE(call);
    error e;
    std::string id;
    int events = 0;
    for (auto &event : call->events(e)) {
        id = str(event.response_id());
        events++;
    }
    REQUIRE(!e);
    int after = 0;
    auto rest = client.try_get_stream(id, "{\"starting_after\": 2}");
    REQUIRE(rest);
    for (auto &event : rest->events(e)) {
        CHECK(event.sequence() > 2);
        after++;
    }
    CHECK(!e);
    CHECK(after == events - 3);
    after = 0;
    REQUIRE(client.try_get_stream(id, nullptr, [&after](const event_view &) { after++; }));
    CHECK(after == events);
}

TEST_CASE("started calls, waited for")
{
    auto client = new_client();
    auto call = client.try_start_create(request("Hello"));
    REQUIRE(call);
    int here = 0;
    CHECK(call->set_user_data(&here) == RESPONSES_OK);
    CHECK(call->user_data() == &here);
    auto early = call->try_wait(std::chrono::milliseconds(0));
    REQUIRE(early);
    auto response = call->try_finish();
    REQUIRE(response);
    CHECK(str(response->text()) == "You said: Hello");
    const std::string id = str(response->id());

    CHECK(client.try_start_get(id)->try_finish()->http_status() == 200);
    CHECK(client.try_start_input_items(id)->try_finish()->get("/data/0"));
    CHECK(client.try_start_count_input_tokens(request("a"))->try_finish()->http_status() == 200);
    CHECK(client.try_start_compact(request("a"))->try_finish()->http_status() == 200);
    CHECK(client.try_start_send("GET", "/models")->try_finish()->http_status() == 200);
    CHECK(client.try_start_wait(id)->try_finish()->http_status() == 200);
    CHECK(client.try_start_remove(id)->try_finish()->get("/deleted").as_bool());
    CHECK(client.try_start_cancel(id)->try_finish().error().http_status() == 404);
}

TEST_CASE("one descriptor for many calls")
{
    auto client = new_client();
    std::vector<call> calls;
    for (int i = 0; i < 20; i++) {
        auto call = client.try_stream(request("Hello"));
        REQUIRE(call);
        calls.push_back(std::move(*call));
    }
    int running = 20, completed = 0;
    struct pollfd host = {client.fd(), POLLIN, 0};
    while (running > 0) {
        REQUIRE(poll(&host, 1, 20000) == 1);
        CHECK(client.dispatch() == RESPONSES_OK);
        call_view ready;
        while (client.next_ready(ready) == RESPONSES_OK) {
            event_view event;
            error e;
            int status;
            while ((status = ready.next(event, e)) == RESPONSES_OK)
                CHECK(event);
            if (status == RESPONSES_AGAIN)
                continue;
            running--;
            completed += status == RESPONSES_DONE;
        }
    }
    CHECK(completed == 20);
}

TEST_CASE("an answer as it came")
{
    auto client = new_client();
    REQUIRE(client.try_set("raw", "1"));
    auto call = client.try_stream(request("Hello"));
    REQUIRE(call);
    std::string text;
    string_view bytes;
    error e;
    int heads = 0, status;
    while ((status = call->next_bytes(bytes, e)) != RESPONSES_DONE) {
        REQUIRE(status >= 0);
        if (status == RESPONSES_AGAIN)
            REQUIRE(call->try_wait(std::chrono::seconds(20)));
        if (status == RESPONSES_OK && bytes.empty()) {
            heads++;
            CHECK(call->so_far().http_version() == "HTTP/1.1");
        }
        text.append(bytes.data(), bytes.size());
    }
    CHECK(heads == 1);
    CHECK(text.find("event: response.created\ndata: {") == 0);
    CHECK(text.find("event: response.completed\n") != std::string::npos);
    CHECK(text.substr(text.size() - 2) == "\n\n");

    auto other = new_client();
    auto plain = other.try_start_create(request("Hello"));
    CHECK(plain->next_bytes(bytes, e) == RESPONSES_E_INVALID);
    CHECK(bytes.empty());
    auto failed = client_with_fault("status=400").try_create(request("Hello"));
    CHECK(failed.error().http_version() == "HTTP/1.1");
    CHECK(failed.error().phase() == RESPONSES_PHASE_READING);
}

TEST_CASE("cancelled, and moved from")
{
    auto client = new_client();
    REQUIRE(client.try_set_header("X-Sandbox-Speed", "20"));
    auto call = client.try_stream(request("#long=1000"));
    REQUIRE(call);
    error e;
    for (auto &event : call->events(e)) {
        CHECK(event);
        CHECK(call->cancel() == RESPONSES_OK);
    }
    CHECK(e.status() == RESPONSES_E_CANCELLED);

    responses::call moved(std::move(*call));
    CHECK(moved);
    CHECK(!*call);
    CHECK(call->cancel() == RESPONSES_E_INVALID);
    CHECK(!call->so_far());
    CHECK(call->try_finish().status() == RESPONSES_E_INVALID);

    auto other = std::move(client);
    CHECK(!client);
    CHECK(client.try_create(request("a")).status() == RESPONSES_E_INVALID);
    CHECK(client.fd() < 0);
    CHECK(other.try_create(request("a")));
}

TEST_CASE("responses and events that were moved from")
{
    auto client = new_client();
    auto created = client.try_create(request("Hello"));
    REQUIRE(created);
    response kept(std::move(*created));
    CHECK(!*created);
    CHECK(created->text().empty());
    CHECK(created->json().empty());
    CHECK(created->http_status() == 0);
    CHECK(created->get("/id").status() == RESPONSES_E_INVALID);
    response &same = kept;
    kept = std::move(same);
    CHECK(str(kept.text()) == "You said: Hello");
    *created = std::move(kept);
    CHECK(str(created->text()) == "You said: Hello");

    auto call = client.try_stream(request("Hello"));
    REQUIRE(call);
    error e;
    std::vector<event> events;
    for (auto &event : call->events(e))
        events.push_back(*responses::event::try_copy(event));
    REQUIRE(events.size() > 2);
    event first(std::move(events[0]));
    CHECK(first.sequence() == 0);
    CHECK(!events[0]);
    CHECK(events[0].type().empty());
    CHECK(events[0].sequence() == -1);
    CHECK(events[0].get("/type").status() == RESPONSES_E_INVALID);
    first = std::move(events[1]);
    CHECK(first.sequence() == 1);
}

TEST_CASE("a call outlives its client")
{
    call left(nullptr);
    {
        auto client = new_client();
        left = *client.try_stream(request("Hello"));
    }
    auto response = left.try_finish();
    REQUIRE(response);
    CHECK(str(response->text()) == "You said: Hello");
}

TEST_CASE("copies of what is borrowed")
{
    auto client = new_client();
    auto call = client.try_stream(request("Hello"));
    REQUIRE(call);
    std::vector<event> kept;
    response middle(nullptr);
    error e;
    for (auto &event : call->events(e)) {
        auto copy = responses::event::try_copy(event);
        REQUIRE(copy);
        kept.push_back(std::move(*copy));
        if (kept.size() == 5)
            middle = *response::try_copy(call->so_far());
    }
    for (std::size_t i = 0; i < kept.size(); i++) {
        CHECK(kept[i].sequence() == static_cast<std::int64_t>(i));
        CHECK(!kept[i].type().empty());
        CHECK(str(kept[i].get("/type").text()) == str(kept[i].type()));
    }
    CHECK(str(middle.status()) == "in_progress");
    CHECK(event::try_copy(event_view()).status() == RESPONSES_E_INVALID);
    CHECK(response::try_copy(response_view()).status() == RESPONSES_E_INVALID);
}

TEST_CASE("what a program gave is in no message, line of the log or header")
{
    const std::string canary = "CANARY-5ecret";
    std::string seen;
    auto sink = [&seen](int, responses::string_view line) { seen += str(line) + "\n"; };
    const auto look = [&](const responses::error &e) {
        REQUIRE(e);
        for (responses::string_view part :
             {e.body(), e.headers(), e.history(), e.param(), e.code()})
            seen += str(part);
        seen += e.what();
    };
    const struct {
        const char *name;
        std::string value;
    } refused[] = {
        {"api_key", canary + "\n"},
        {"base_url", canary},
        {"base_url", "ftp://u:" + canary + "@h"},
        {"idle_timeout_ms", canary},
        {"http_version", canary},
        {"tls_verify", canary},
        {"max_retries", canary},
        {"organization", canary + "\r"},
        {"auth_header", canary + "\n"},
        {"proxy", "http://u:" + canary + "@[::"},
        {"CANARY-5ecret", "1"},
    };
    auto client = client_with_fault("status=401");
    client.log_to(RESPONSES_LOG_DEBUG, sink);
    for (const auto &one : refused)
        look(client.try_set(one.name, one.value).error());
    look(client.try_set_header("A", canary + "\n").error());
    look(client.try_set_header(canary + ":", "a").error());
    look(client.try_send("GET", "/" + canary + "\n").error());
    look(client.try_get(canary + "/../x").error());
    CHECK(client.try_set("api_key", canary));
    CHECK(client.try_set_header("X-Mine", canary));
    look(client.try_create(request("Hello")).error());
    CHECK(client.try_set("proxy", "http://u:" + canary + "@127.0.0.1:9"));
    CHECK(client.try_set("no_proxy", ""));
    look(client.try_create(request("Hello")).error());
    CHECK(seen.find(canary) == std::string::npos);
    CHECK(!seen.empty());
    /* Text with a NUL is refused by every option, also by those that take any text. */
    for (std::size_t i = 0; const char *name = responses_option_name(i); i++)
        CHECK(client.try_set(name, std::string("a\0b", 3)).status() == RESPONSES_E_INVALID);
}

TEST_CASE("results")
{
    result<std::string> good(std::string("yes"));
    result<std::string> bad(error(RESPONSES_E_RANGE));
    CHECK(good.has_value());
    CHECK(good.value() == "yes");
    CHECK(!good.error());
    CHECK(good->size() == 3);
    CHECK(std::move(good).value_or("no") == "yes");
    CHECK(bad.status() == RESPONSES_E_RANGE);
    CHECK(std::move(bad).value_or("no") == "no");
    bad = result<std::string>(std::string("now"));
    CHECK(*bad == "now");
    CHECK(bad.status() == RESPONSES_OK);
    const result<std::string> constant(std::string("yes"));
    CHECK(constant.value() == "yes");
    /* Nothing is left that refers to a result that has gone. */
    static_assert(std::is_same<decltype(std::declval<result<call>>().value()), call>::value, "");
    static_assert(std::is_same<decltype(*std::declval<result<call>>()), call>::value, "");
    static_assert(std::is_nothrow_move_constructible<result<call>>::value, "");
    CHECK(result<void>());
    CHECK(result<void>(error(RESPONSES_E_BUSY)).status() == RESPONSES_E_BUSY);
}
