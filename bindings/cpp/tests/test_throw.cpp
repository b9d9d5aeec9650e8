/* The functions that throw. */
#include "support.hpp"

#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>
#if RESPONSES_CPLUSPLUS >= 202002L
#include <iterator>
#include <ranges>
#endif

using namespace responses;

TEST_CASE("every operation")
{
    responses::client client;
    response created = client.create(request("Hello"));
    CHECK(str(created.text()) == "You said: Hello");
    CHECK(str(client.get(created.id(), "{\"include\": []}").id()) == str(created.id()));
    CHECK(client.input_items(created.id()).get("/data/0"));
    CHECK(client.count_input_tokens(request("a b")).get("/input_tokens").as_int() == 2);
    CHECK(client.compact(request("a b")).http_status() == 200);
    CHECK(client.send("GET", "/models").http_status() == 200);
    CHECK(str(client.wait(created.id()).status()) == "completed");
    CHECK(client.remove(created.id()).get("/deleted").as_bool());
    response background = client.create(request("#long=5000", ", \"background\": true"));
    CHECK(str(client.cancel(background.id()).status()) == "cancelled");

    CHECK(client.start_create(request("a")).finish().http_status() == 200);
    std::string id = str(client.start_create(request("a")).finish().id());
    CHECK(client.start_get(id).finish().http_status() == 200);
    CHECK(client.start_input_items(id).finish().http_status() == 200);
    CHECK(client.start_count_input_tokens(request("a")).finish().http_status() == 200);
    CHECK(client.start_compact(request("a")).finish().http_status() == 200);
    CHECK(client.start_send("GET", "/models").finish().http_status() == 200);
    CHECK(client.start_wait(id, std::chrono::seconds(5)).finish().http_status() == 200);
    CHECK(client.start_remove(id).finish().http_status() == 200);
    CHECK_THROWS_AS(client.start_cancel(id).finish(), api_error);
}

TEST_CASE("the loop of the header's first page")
{
    responses::client client;
    std::string text;
    for (auto &event : client.stream(request("Hello")))
        if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            text += str(event.text());
    CHECK(text == "You said: Hello");
}

TEST_CASE("a loop that is left early ends the stream")
{
    responses::client client;
    client.set_header("X-Sandbox-Speed", "50");
    int events = 0;
    for (auto &event : client.stream(request("#long=100000"))) {
        CHECK(event);
        if (++events == 3)
            break;
    }
    CHECK(events == 3);
}

TEST_CASE("a loop that ends badly throws, after all that came")
{
    auto client = client_with_fault("cut-after-events=4");
    int events = 0;
    call call = client.stream(request("one two three"));
    try {
        for (auto &event : call) {
            CHECK(event);
            events++;
        }
        FAIL("the stream was cut");
    } catch (const error &e) {
        CHECK(e.status() == RESPONSES_E_TRUNCATED);
        CHECK(std::string(e.name()) == "RESPONSES_E_TRUNCATED");
        CHECK(e.last_sequence() == 3);
    }
    CHECK(events == 4);
    CHECK(call.error().status() == RESPONSES_E_TRUNCATED);
}

TEST_CASE("kinds of errors")
{
    responses::client client;
    try {
        client.get("resp_none");
        FAIL("there is none");
    } catch (const api_error &e) {
        CHECK(e.status() == RESPONSES_E_API);
        CHECK(e.http_status() == 404);
        CHECK(e.attempts() == 1);
        CHECK(!e.is_retryable());
        CHECK(e.retry_after().count() < 0);
        CHECK(!e.type().empty());
        CHECK(!e.body().empty());
        CHECK(!e.request_id().empty());
        CHECK(!e.history().empty());
        CHECK(!e.headers().empty());
        CHECK(std::string(e.what()) == str(e.message()));
        CHECK(str(e.message()).size() > 5);
    }
    try {
        client_with_fault("status=429; retry-after-ms=50").create(request("a"));
        FAIL("it was too much");
    } catch (const error &e) {
        CHECK(e.http_status() == 429);
        CHECK(e.is_retryable());
        CHECK(e.retry_after() == std::chrono::milliseconds(50));
    }
    CHECK_THROWS_AS(client_with_fault("first-byte-delay=3000")
                        .set("first_event_timeout_ms", std::chrono::milliseconds(20))
                        .create(request("a")),
                    timeout_error);
    CHECK_THROWS_AS(client_with_fault("no-response=rst").create(request("a")), connection_error);
    CHECK_THROWS_AS(client.create(""), error);
    CHECK_THROWS_AS(client.create(nullptr), error);
    CHECK_THROWS_AS(client.set("no_such_option", 1), std::exception);
}

TEST_CASE("an error is a value: copied, kept, read by another thread")
{
    error kept;
    try {
        responses::client().get("resp_none");
    } catch (const error &e) {
        kept = e;
    }
    std::string seen;
    std::thread([&seen, kept] { seen = kept.what(); }).join();
    CHECK(seen == kept.what());
    CHECK(kept);
    CHECK(!error());
    CHECK(str(error(RESPONSES_E_TIMEOUT).message()) == responses_status_text(RESPONSES_E_TIMEOUT));
    CHECK(error(RESPONSES_E_TIMEOUT).code().empty());
    CHECK(error(RESPONSES_E_TIMEOUT).last_sequence() == -1);
}

TEST_CASE("what a listener throws comes out, unchanged")
{
    responses::client client;
    int events = 0;
    auto throwing = [&events](const event_view &) {
        if (++events == 3)
            throw std::logic_error("enough");
    };
    CHECK_THROWS_WITH_AS(client.stream(request("Hello"), throwing), "enough", std::logic_error);
    CHECK(events == 3);
    /* The client is as good as before. */
    CHECK(client.stream(request("Hello"), [](const event_view &) {}).http_status() == 200);
    CHECK(client.create(request("Hello")).http_status() == 200);
}

TEST_CASE("what is thrown by a stream that was cut has what had arrived")
{
    auto client = client_with_fault("cut-after-events=6");
    const std::string json = request("one two three four five");
    auto partial_text = [](std::function<void()> stream) {
        try {
            stream();
        } catch (const error &e) {
            CHECK(e.status() == RESPONSES_E_TRUNCATED);
            return str(e.partial().text());
        }
        return std::string("nothing was thrown");
    };
    const std::string text = partial_text([&] { client.stream(json, [](const event_view &) {}); });
    CHECK(!text.empty());
    CHECK(std::string("You said: one").find(text) == 0);
    CHECK(text == partial_text([&] { client.stream(json).finish(); }));
    /* The call is gone when the error is caught. */
    CHECK(text == partial_text([&] {
              for (auto &event : client.stream(json))
                  CHECK(event);
          }));
}

TEST_CASE("a loop over the call of a result")
{
    responses::client client;
    int events = 0;
    for (auto &event : client.try_stream(request("Hello")).value())
        CHECK(event.sequence() == events++);
    CHECK(events > 5);
}

TEST_CASE("a listener that asks the client something else, and throws what that threw")
{
    responses::client client;
    auto asking = [&client](const event_view &) { client.get("resp_none"); };
    CHECK_THROWS_AS(client.stream(request("Hello"), asking), api_error);
    CHECK_THROWS_AS((void)client.try_stream(request("Hello"), asking), api_error);
    std::string id;
    client.stream(request("a", ", \"background\": true"),
                  [&id](const event_view &event) { id = str(event.response_id()); });
    CHECK_THROWS_AS(client.get_stream(id, nullptr, asking), api_error);
    /* Not only what is derived from std::exception. */
    CHECK_THROWS_AS(client.stream(request("a"), [](const event_view &) { throw 7; }), int);
}

TEST_CASE("a log that throws")
{
    responses::client client;
    int lines = 0;
    auto sink = [&lines](int, string_view) {
        lines++;
        throw std::logic_error("the disk is full");
    };
    CHECK(client.log_to(RESPONSES_LOG_INFO, sink) == RESPONSES_OK);
    CHECK(client.create(request("a")).http_status() == 200);
    CHECK(lines > 0);
}

TEST_CASE("a key for each attempt")
{
    responses::client client;
    std::vector<int> attempts, statuses;
    auto source = [&](responses::key_request asked) {
        attempts.push_back(asked.attempt());
        statuses.push_back(asked.http_status());
        asked.answer(std::getenv("OPENAI_API_KEY"));
    };
    CHECK(client.keys_from(source) == RESPONSES_OK);
    CHECK(client.create(request("a")).http_status() == 200);
    CHECK(client.create(request("b")).http_status() == 200);
    CHECK(attempts == std::vector<int>{1, 1});
    CHECK(statuses == std::vector<int>{0, 0});

    std::vector<responses::key_request> later;
    auto waiting = [&later](responses::key_request asked) { later.push_back(std::move(asked)); };
    CHECK(client.keys_from(waiting) == RESPONSES_OK);
    call call = client.stream(request("a"));
    CHECK(later.size() == 1);
    CHECK(later[0].try_answer("a\nb").status() == RESPONSES_E_INVALID);
    later[0].answer(std::getenv("OPENAI_API_KEY"));
    int events = 0;
    for (auto &event : call)
        events += event ? 1 : 0;
    CHECK(events > 3);

    auto failing = [](responses::key_request) { throw std::logic_error("the vault is closed"); };
    CHECK(client.keys_from(failing) == RESPONSES_OK);
    CHECK(client.try_create(request("a")).status() == RESPONSES_E_USER);
    CHECK(client.keys_from_nobody() == RESPONSES_OK);
    CHECK(client.create(request("a")).http_status() == 200);
}

TEST_CASE("every attempt is told")
{
    responses::client client;
    std::vector<int> ends;
    std::string last;
    auto sink = [&](const responses::attempt_view &attempt) {
        ends.push_back(attempt.status());
        CHECK(attempt.is_last());
        CHECK(attempt.next() == RESPONSES_NEXT_END);
        CHECK(attempt.attempt() == 1);
        CHECK(attempt.pause().count() == 0);
        CHECK(attempt.time(RESPONSES_ATTEMPT_TOTAL_US).count() >= 0);
        CHECK(attempt.time(RESPONSES_ATTEMPT_TLS_US).count() == -1);
        CHECK(str(attempt.text(RESPONSES_ATTEMPT_REQUEST_MODEL)) == "gpt-5");
        CHECK(str(attempt.text(RESPONSES_ATTEMPT_NUMBER)) == "");
        CHECK(attempt.rate_limit(0) == -1);
        CHECK(attempt.user_data() == nullptr);
        last = str(attempt.json());
    };
    CHECK(client.on_attempt(sink) == RESPONSES_OK);
    responses::response response = client.create("{\"model\":\"gpt-5\",\"input\":\"hi\"}");
    CHECK(response.http_status() == 200);
    CHECK(response.rate_limit(0) == -1);
    CHECK(ends == std::vector<int>{RESPONSES_OK});
    CHECK(last.find("\"http_status\":200") != std::string::npos);
    auto failing = [](const responses::attempt_view &) { throw std::logic_error("no"); };
    CHECK(client.on_attempt(failing) == RESPONSES_OK);
    CHECK(client.create(request("a")).http_status() == 200);
    CHECK(client.on_attempt_nothing() == RESPONSES_OK);
    CHECK(client.create(request("a")).http_status() == 200);
    CHECK(ends.size() == 1);
}

TEST_CASE("a background stream, again")
{
    responses::client client;
    std::string id;
    for (auto &event : client.stream(request("a", ", \"background\": true")))
        id = str(event.response_id());
    CHECK(client.get_stream(id, nullptr, [](const event_view &) {}).http_status() == 200);
    int events = 0;
    for (auto &event : client.get_stream(id, "{\"starting_after\": 1}")) {
        CHECK(str(event.response_id()) == id);
        events++;
    }
    CHECK(events > 3);
}

TEST_CASE("options of every type")
{
    responses::client client;
    client.set("timeout_ms", std::chrono::seconds(30))
        .set("max_retries", 3)
        .set("tls_verify", true)
        .set("user_agent", std::string("test/1"))
        .set("organization", "o")
        .reset("organization")
        .set_header("X-One", "1")
        .remove_header("X-One");
    CHECK_THROWS_AS(client.set("max_retries", 101), error);
    auto refused = client.try_set("max_retries", "many");
    CHECK(str(refused.error().param()) == "max_retries");
    CHECK(refused.error().message().size() > 10);
    refused = client.try_set_header("a b", "c");
    CHECK(str(refused.error().message()) != responses_status_text(RESPONSES_E_INVALID));
    responses::client other = client.derive();
    other.set("api_key", "another");
    CHECK(other.fd() == client.fd());
    CHECK(other.create(request("a")).http_status() == 200);
}

TEST_CASE("the log")
{
    responses::client client;
    std::vector<std::string> lines;
    auto sink = [&lines](int level, string_view line) {
        CHECK(level <= RESPONSES_LOG_INFO);
        lines.push_back(str(line));
    };
    CHECK(client.log_to(RESPONSES_LOG_INFO, sink) == RESPONSES_OK);
    client.create(request("a"));
    CHECK(!lines.empty());
    std::size_t before = lines.size();
    CHECK(client.log_to_nobody() == RESPONSES_OK);
    client.create(request("a"));
    CHECK(lines.size() == before);
}

TEST_CASE("a loop that is interrupted, and goes on")
{
    responses::client client;
    client.set_header("X-Sandbox-Fault", "stall-after-events=3; stall-ms=600; event-per-write");
    call call = client.stream(request("one two three four five six"));
    int events = 0;
    std::thread other([&client] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        client.interrupt();
    });
    try {
        for (auto &event : call) {
            CHECK(event);
            events++;
        }
        CHECK(false);
    } catch (const cancelled_error &) {
    }
    other.join();
    CHECK(events == 3);
    for (auto &event : call)
        CHECK(event.sequence() == events++);
    CHECK(events > 10);
    CHECK(!call.error());
}

TEST_CASE("one client, several threads")
{
    responses::client client;
    std::vector<std::thread> threads;
    std::vector<std::string> texts(8);
    for (std::string &text : texts)
        threads.emplace_back([&client, &text] {
            for (auto &event : client.stream(request("Hello")))
                if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
                    text += str(event.text());
        });
    for (auto &thread : threads)
        thread.join();
    for (auto &text : texts)
        CHECK(text == "You said: Hello");
}

TEST_CASE("versions")
{
    CHECK(str(responses::version()) == RESPONSES_VERSION);
    CHECK(responses::is_compatible());
    CHECK(responses::build_info()[0] == '{');
}

#if RESPONSES_CPLUSPLUS >= 201402L
TEST_CASE("a generic listener")
{
    int events = 0;
    responses::client().stream(request("Hello"), [&](auto &event) { events += bool(event); });
    CHECK(events > 5);
}
#endif

#if RESPONSES_CPLUSPLUS >= 202002L
static_assert(std::input_iterator<event_iterator>);
static_assert(std::ranges::input_range<call>);
static_assert(std::ranges::input_range<event_range>);

TEST_CASE("a range of C++20")
{
    responses::client client;
    call call = client.stream(request("Hello"));
    std::string text;
    for (auto &event : call | std::views::filter([](auto &event) {
                           return event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA;
                       }))
        text += event.text();
    CHECK(text == "You said: Hello");
}
#endif
