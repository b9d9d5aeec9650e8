/* Sessions, against the sandbox. What throws is left out where there are no exceptions. */
#include "support.hpp"

#include <responses/jansson.hpp>

#include <atomic>
#include <poll.h>
#include <thread>
#include <vector>

using namespace responses;

namespace
{
/* A turn: nothing of it is stored. */
std::string turn(const std::string &input, const std::string &more = "")
{
    return request(input, ", \"store\": false" + more);
}

/* A turn that meets a fault, as docs/sandbox.md lists them. */
std::string turn_with_fault(const std::string &input, const std::string &fault,
                            const std::string &more = "")
{
    return turn(input, ", \"metadata\": {\"sandbox_fault\": \"" + fault + "\"}" + more);
}

session new_session(const responses::client &client)
{
    auto session = client.try_open_session();
    REQUIRE(session);
    return std::move(*session);
}

/* The call, which must have started. */
call started(result<call> made)
{
    REQUIRE(made);
    return std::move(*made);
}

/* Reads a call to its end: the text of its deltas. */
std::string text_of(call &call, error &e)
{
    std::string text;
    for (auto &event : call.events(e))
        if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            text += str(event.text());
    return text;
}
} // namespace

TEST_CASE("a session: turns that go on from each other, over one connection")
{
    auto client = new_client();
    auto session = new_session(client);
    CHECK(session);
    CHECK(session.connections() == 1);
    auto first = session.try_create(turn("one"));
    REQUIRE(first);
    CHECK(str(first->text()) == "You said: one");
    auto second =
        session.try_create(turn("two", ", \"previous_response_id\": \"" + str(first->id()) + "\""));
    REQUIRE(second);
    CHECK(str(second->text()) == "You said: two");
    CHECK(str(second->get("/previous_response_id").text()) == str(first->id()));
    CHECK(session.connections() == 1);
    /* Nothing was stored, so that over a connection of its own it is unknown. */
    CHECK(client.try_get(first->id()).error().http_status() == 404);
}

TEST_CASE("a session: a turn in each way of calling")
{
    auto client = new_client();
    auto session = new_session(client);

    int events = 0;
    auto listened = session.try_stream(turn("Hello"), [&events](const event_view &) { events++; });
    REQUIRE(listened);
    CHECK(str(listened->text()) == "You said: Hello");
    CHECK(events > 5);

    auto call = started(session.try_stream(turn("Hello")));
    error e;
    CHECK(text_of(call, e) == "You said: Hello");
    CHECK(!e);
    CHECK(str(call.so_far().status()) == "completed");

    auto finished = started(session.try_stream(turn("Hello"))).try_finish();
    REQUIRE(finished);
    CHECK(str(finished->text()) == "You said: Hello");

    /* Beside a request, in the loop of the program. */
    auto over_session = started(session.try_stream(turn("a turn")));
    auto over_http = started(client.try_stream(request("a request")));
    std::string texts[2];
    int going = 2;
    pollfd host = {client.fd(), POLLIN, 0};
    while (going > 0 && poll(&host, 1, 20000) == 1) {
        REQUIRE(client.dispatch() == RESPONSES_OK);
        call_view ready;
        while (client.next_ready(ready) == RESPONSES_OK) {
            event_view event;
            int status;
            while ((status = ready.next(event, e)) == RESPONSES_OK)
                if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
                    texts[ready == over_http] += str(event.text());
            if (status != RESPONSES_AGAIN) {
                CHECK(status == RESPONSES_DONE);
                going--;
            }
        }
    }
    CHECK(going == 0);
    CHECK(texts[0] == "You said: a turn");
    CHECK(texts[1] == "You said: a request");
    CHECK(session.connections() == 1);
}

TEST_CASE("a session: a listener that stops ends its turn alone")
{
    auto client = new_client();
    auto session = new_session(client);
    int events = 0;
    auto stopped =
        session.try_stream(turn("#long=100000"), [&events](const event_view &event) -> bool {
            return event.kind() != RESPONSES_EVENT_OUTPUT_TEXT_DELTA || ++events < 3;
        });
    REQUIRE(stopped);
    CHECK(events == 3);
    CHECK(!stopped->text().empty());
    CHECK(str(stopped->status()) == "in_progress");
    auto next = session.try_create(turn("next"));
    REQUIRE(next);
    CHECK(str(next->text()) == "You said: next");
    CHECK(session.connections() == 2);
}

TEST_CASE("a session: lanes run side by side, and the turns of one after each other")
{
    auto client = new_client();
    /* Each event takes its time, so that the order is that of the server. */
    REQUIRE(client.try_set_header("X-Sandbox-Speed", "100"));
    auto session = new_session(client);
    const std::string a = ", \"stream_id\": \"a\"", b = ", \"stream_id\": \"b\"";
    auto slow = started(session.try_stream(turn("#long=40", a)));
    auto behind = started(session.try_stream(turn("two", a)));
    auto beside = started(session.try_stream(turn("three", b)));

    /* In which order they end, read in a loop. */
    std::vector<const void *> ended;
    error e;
    pollfd host = {client.fd(), POLLIN, 0};
    while (ended.size() < 3 && poll(&host, 1, 20000) == 1) {
        REQUIRE(client.dispatch() == RESPONSES_OK);
        call_view ready;
        while (client.next_ready(ready) == RESPONSES_OK) {
            event_view event;
            int status;
            while ((status = ready.next(event, e)) == RESPONSES_OK)
                CHECK(str(event.get("/stream_id").text()) == (ready == beside ? "b" : "a"));
            if (status != RESPONSES_AGAIN) {
                CHECK(status == RESPONSES_DONE);
                ended.push_back(ready.handle());
            }
        }
    }
    const std::vector<const void *> expected = {beside.handle(), slow.handle(), behind.handle()};
    CHECK(ended == expected);
    CHECK(str(behind.so_far().text()) == "You said: two");
    CHECK(session.connections() == 1);
}

TEST_CASE("a session: a connection that is cut in the middle of a turn")
{
    auto client = new_client();
    auto session = new_session(client);
    auto first = session.try_create(turn("first"));
    REQUIRE(first);
    auto cut = session.try_create(turn_with_fault("one two three", "cut-after-events=6"));
    REQUIRE(!cut);
    CHECK(cut.status() == RESPONSES_E_TRUNCATED);
    CHECK(cut.error().last_sequence() == 5);
    CHECK(!cut.error().partial());

    int events = 0;
    auto listened = session.try_stream(turn_with_fault("one two three", "cut-after-events=6"),
                                       [&events](const event_view &) { events++; });
    CHECK(listened.status() == RESPONSES_E_TRUNCATED);
    CHECK(events == 6);
    CHECK(str(listened.error().partial().text()) == "You said");
    auto call = started(session.try_stream(turn_with_fault("one two three", "cut-after-events=6")));
    error e;
    CHECK(text_of(call, e) == "You said");
    CHECK(e.status() == RESPONSES_E_TRUNCATED);
    CHECK(str(e.partial().text()) == "You said");

    /* The next turn has another connection, over which what was not stored is not known. */
    auto lost =
        session.try_create(turn("on", ", \"previous_response_id\": \"" + str(first->id()) + "\""));
    CHECK(lost.status() == RESPONSES_E_API);
    CHECK(str(lost.error().code()) == "previous_response_not_found");
    auto whole = session.try_create(turn("on"));
    REQUIRE(whole);
    CHECK(str(whole->text()) == "You said: on");
    CHECK(session.connections() == 4);
}

TEST_CASE("a session: the server ends the connection after each turn, and no turn is lost")
{
    auto client = new_client();
    REQUIRE(client.try_set_header("X-Sandbox-Fault", "limit-after-turns=1"));
    auto session = new_session(client);
    for (int i = 0; i < 3; i++) {
        auto answer = session.try_create(turn("Hello"));
        REQUIRE(answer);
        CHECK(str(answer->text()) == "You said: Hello");
    }
    CHECK(session.connections() == 3);
}

TEST_CASE("a session: steering")
{
    auto client = new_client();
    REQUIRE(client.try_set_header("X-Sandbox-Speed", "100"));
    auto session = new_session(client);
    auto steered = started(session.try_stream(turn("#reasoning=3")));
    event_view event;
    error e;
    std::string id;
    while (id.empty()) {
        REQUIRE(steered.try_wait(std::chrono::seconds(20)));
        REQUIRE(steered.next(event, e) == RESPONSES_OK);
        id = str(event.response_id());
    }
    auto steering = started(
        session.try_start_send("{\"type\": \"response.steer\", \"previous_response_id\": \"" + id +
                               "\", \"input\": \"Be brief\"}"));
    auto ended = steered.try_finish();
    REQUIRE(ended);
    std::vector<int> kinds;
    std::string text;
    for (auto &answer : steering.events(e)) {
        kinds.push_back(answer.kind());
        if (answer.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            text += str(answer.text());
    }
    CHECK(!e);
    REQUIRE(kinds.size() > 3);
    CHECK(kinds[0] == RESPONSES_EVENT_STEER_ACCEPTED);
    CHECK(kinds[1] == RESPONSES_EVENT_CREATED);
    CHECK(kinds.back() == RESPONSES_EVENT_COMPLETED);
    CHECK(text == "You said: Be brief");
    CHECK(str(steering.so_far().id()) != id);

    /* Nothing is under way that could be steered. */
    auto late = started(
        session.try_start_send("{\"type\": \"response.steer\", \"previous_response_id\": \"" + id +
                               "\", \"input\": \"Be brief\"}"));
    CHECK(late.try_finish().status() == RESPONSES_E_API);
    CHECK(session.try_start_send("{\"type\": \"response.create\"}").status() ==
          RESPONSES_E_INVALID);
    CHECK(session.try_start_send("{}").status() == RESPONSES_E_INVALID);
}

TEST_CASE("a session: freed while its turns are under way")
{
    auto client = new_client();
    auto session = new_session(client);
    auto under_way = started(session.try_stream(turn("#long=100000")));
    auto waiting = started(session.try_stream(turn("behind it")));
    event_view event;
    error e;
    REQUIRE(under_way.try_wait(std::chrono::seconds(20)));
    REQUIRE(under_way.next(event, e) == RESPONSES_OK);
    session = responses::session();
    CHECK(!session);
    CHECK(under_way.try_finish().status() == RESPONSES_E_CANCELLED);
    CHECK(waiting.try_finish().status() == RESPONSES_E_CANCELLED);
    CHECK(client.try_create(request("as before")));
}

TEST_CASE("a session: freed by its listener")
{
    auto client = new_client();
    auto session = new_session(client);
    int events = 0;
    auto ended = session.try_stream(turn("#long=100000"), [&session, &events](const event_view &) {
        if (++events == 4)
            session = responses::session();
    });
    CHECK(ended.status() == RESPONSES_E_CANCELLED);
    CHECK(events >= 4);
    CHECK(!session);
}

TEST_CASE("a session: opened without waiting for it")
{
    auto client = new_client();
    auto session = client.try_start_session();
    REQUIRE(session);
    /* At once: it is sent when the server has agreed. */
    auto answer = session->try_create(turn("Hello"));
    REQUIRE(answer);
    CHECK(str(answer->text()) == "You said: Hello");
    CHECK(session->connections() == 1);

    call opening;
    auto second = client.try_start_session(opening);
    REQUIRE(second);
    REQUIRE(opening);
    CHECK(opening.try_finish());
    CHECK(second->connections() == 1);
}

TEST_CASE("a session: refused by the server")
{
    auto client = client_with_fault("status=403; error-message=Not today.; on=websocket");
    auto session = client.try_open_session();
    REQUIRE(!session);
    CHECK(session.status() == RESPONSES_E_API);
    CHECK(session.error().http_status() == 403);
    CHECK(str(session.error().message()).find("Not today.") != std::string::npos);
    call opening;
    auto begun = client.try_start_session(opening);
    REQUIRE(begun);
    CHECK(opening.try_finish().error().http_status() == 403);
    CHECK(begun->connections() == 0);
}

TEST_CASE("a session: misuse is an error and nothing else")
{
    auto client = new_client();
    responses::session none;
    CHECK(!none);
    CHECK(none.handle() == nullptr);
    CHECK(none.connections() == -1);
    CHECK(none.try_create(turn("a")).status() == RESPONSES_E_INVALID);
    CHECK(none.try_stream(turn("a")).status() == RESPONSES_E_INVALID);
    CHECK(none.try_stream(turn("a"), [](const event_view &) {}).status() == RESPONSES_E_INVALID);
    CHECK(none.try_start_send("{\"type\": \"x\"}").status() == RESPONSES_E_INVALID);

    auto session = new_session(client);
    for (const char *wrong :
         {"", "{", "[]", "7", "{\"background\": true}", "{\"type\": \"response.steer\"}",
          "{\"stream_id\": \"a b\"}", "{\"stream_id\": 7}", "{\"input\": NaN}"}) {
        CAPTURE(wrong);
        CHECK(session.try_create(wrong).status() == RESPONSES_E_INVALID);
        CHECK(str(session.try_stream(wrong).error().param()) == "json");
    }
    CHECK(session.try_create(nullptr).status() == RESPONSES_E_INVALID);

    auto moved = std::move(session);
    CHECK(!session); // NOLINT: what was moved from is empty
    CHECK(moved.try_create(turn("a")));
    responses::session adopted(moved.release());
    CHECK(!moved); // NOLINT
    CHECK(adopted.try_create(turn("a")));
    adopted = responses::session();
    CHECK(!adopted);

    responses::client nobody(nullptr);
    CHECK(nobody.try_open_session().status() == RESPONSES_E_INVALID);
    call opening;
    CHECK(nobody.try_start_session(opening).status() == RESPONSES_E_INVALID);
    CHECK(!opening);
}

TEST_CASE("a session: trees of jansson")
{
    auto client = new_client();
    auto session = new_session(client);
    jansson question(
        json_pack("{s:s, s:s, s:b}", "model", "sandbox", "input", "Hello \"you\"", "store", 0));
    REQUIRE(question);
    auto answer = session.try_create(question);
    REQUIRE(answer);
    CHECK(str(answer->text()) == "You said: Hello \"you\"");
    CHECK(json_object_size(question.get()) == 3);
    CHECK(started(session.try_stream(static_cast<const json_t *>(question.get()))).try_finish());
    const json_t *watched = json_incref(question.get());
    jansson owner(const_cast<json_t *>(watched));
    CHECK(session.try_stream(std::move(question), [](const event_view &) {}));
    CHECK(!question); // NOLINT: given away
    CHECK(owner.get()->refcount == 1);
    CHECK(session.try_create(jansson()).status() == RESPONSES_E_INVALID);
    CHECK(session.try_create(static_cast<const json_t *>(nullptr)).status() == RESPONSES_E_INVALID);
}

TEST_CASE("a session: several threads, a lane for each")
{
    auto client = new_client();
    auto session = new_session(client);
    std::atomic<int> good(0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; i++)
        threads.emplace_back([&session, &good, i] {
            const std::string lane = ", \"stream_id\": \"lane-" + std::to_string(i) + "\"";
            for (int turns = 0; turns < 5; turns++) {
                const std::string words =
                    "words " + std::to_string(i) + " and " + std::to_string(turns);
                auto answer = session.try_create(turn(words, lane));
                good += answer && str(answer->text()) == "You said: " + words;
            }
        });
    for (auto &thread : threads)
        thread.join();
    CHECK(good == 30);
    CHECK(session.connections() == 1);
}

#if RESPONSES_EXCEPTIONS
TEST_CASE("a session: what throws")
{
    responses::client client;
    responses::session session = client.open_session();
    CHECK(str(session.create(turn("Hello")).text()) == "You said: Hello");
    CHECK(session.stream(turn("Hello"), [](const event_view &) {}).http_status() == 101);
    std::string text;
    for (auto &event : session.stream(turn("Hello")))
        if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            text += str(event.text());
    CHECK(text == "You said: Hello");
    CHECK_THROWS_AS(session.create("{}"), api_error);
    CHECK_THROWS_AS(session.create(""), error);
    CHECK_THROWS_AS(session.start_send("{}"), error);
    CHECK_THROWS_AS(session.stream(turn("a"), [](const event_view &) { throw 7; }), int);
    /* A turn that was given up takes its connection with it, and nothing else. */
    CHECK(str(session.create(turn("on")).text()) == "You said: on");
    call opening;
    CHECK(client.start_session(opening).connections() == 0);
    CHECK_THROWS_AS(opening.finish(), cancelled_error);
    CHECK(str(client.start_session().create(turn("Hello")).text()) == "You said: Hello");
    client.set_header("X-Sandbox-Fault", "status=403; on=websocket");
    CHECK_THROWS_AS(client.open_session(), api_error);
    CHECK_THROWS_AS(responses::session().create(turn("a")), error);
}
#endif
