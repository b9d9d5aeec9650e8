/* Trees of jansson in and out: what is sent, who frees what, and what a tree cannot hold. The server is that
   of the C suite, which says what it is told to. */
#include "support.hpp"

#include <responses/jansson.hpp>

#include <functional>
#include <stdexcept>
#include <vector>

extern "C" {
#include "../../../Tests/support/scripted_server.h"
#include "../../../Tests/support/sse.h"
}

using responses::jansson;
using responses::json_text;

namespace
{
const char *const ANSWER = "{\"id\":\"resp_1\",\"status\":\"completed\",\"usage\":{\"n\":3}}";

/* The server, a client for it, and an event stream that says "Hello, world!". */
struct place {
    server *scripted;
    responses::client client;
    sse hello;

    place() : scripted(server_start()), client(new_client())
    {
        REQUIRE(client.try_set("base_url", server_url(scripted)));
        REQUIRE(client.try_set("max_retries", 0));
        sse_hello(&hello, "resp_1");
    }
    ~place()
    {
        sse_free(&hello);
        client = responses::client(nullptr);
        server_stop(scripted);
    }
    void will_answer(const std::string &body, int status = 200)
    {
        answer(server_expect(scripted), status, body.c_str());
    }
    void will_stream()
    {
        answer_stream(server_expect(scripted), hello.text.data, hello.text.len);
    }
    const struct ::request &last() const
    {
        return *server_request(scripted, server_requests(scripted) - 1);
    }
};

std::string written(const json_t *tree)
{
    char *text = json_dumps(tree, JSON_COMPACT | JSON_ENCODE_ANY);
    std::string copy(text != nullptr ? text : "");
    std::free(text);
    return copy;
}

jansson question()
{
    return jansson(json_pack("{s:s, s:[i, f, s]}", "model", "m", "input", 7, 1.5, "\xc3\xb6"));
}

std::string id_of(const json_t *item)
{
    return json_string_value(json_object_get(item, "id"));
}

void ignore(const responses::event_view &) {}

/* An operation by how it is called, where it then goes, and what of the JSON is seen in what was sent. */
struct operation {
    const char *name, *to, *tree, *seen;
    bool streams;
    std::function<bool(const json_text &)> call;
};

const char *const REQUEST = "{\"model\":\"m\",\"input\":[7,1.5,\"\xc3\xb6\"]}";
const char *const STREAMED = "\"model\":\"m\",\"input\":[7,1.5,\"\xc3\xb6\"]";
const char *const PARAMS = "{\"include\":[\"a\"],\"limit\":2}";
const char *const QUERY = "include%5B%5D=a&limit=2";

std::vector<operation> operations_of(const responses::client &c)
{
    typedef const json_text &json;
    return {
        {"create", "POST /v1/responses", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_create(j)); }},
        {"start_create", "POST /v1/responses", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_start_create(j)->try_finish()); }},
        {"stream to a function", "POST /v1/responses", REQUEST, STREAMED, true,
         [&](json j) { return c.try_stream(j, ignore)->text() == "Hello, world!"; }},
        {"stream", "POST /v1/responses", REQUEST, STREAMED, true,
         [&](json j) { return bool(c.try_stream(j)->try_finish()); }},
        {"count_input_tokens", "POST /v1/responses/input_tokens", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_count_input_tokens(j)); }},
        {"start_count_input_tokens", "POST /v1/responses/input_tokens", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_start_count_input_tokens(j)->try_finish()); }},
        {"compact", "POST /v1/responses/compact", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_compact(j)); }},
        {"start_compact", "POST /v1/responses/compact", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_start_compact(j)->try_finish()); }},
        {"send", "PUT /v1/x", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_send("PUT", "/x", j)); }},
        {"start_send", "PUT /v1/x", REQUEST, REQUEST, false,
         [&](json j) { return bool(c.try_start_send("PUT", "/x", j)->try_finish()); }},
        {"get", "GET /v1/responses/resp_1?include", PARAMS, QUERY, false,
         [&](json j) { return bool(c.try_get("resp_1", j)); }},
        {"start_get", "GET /v1/responses/resp_1?include", PARAMS, QUERY, false,
         [&](json j) { return bool(c.try_start_get("resp_1", j)->try_finish()); }},
        {"get_stream to a function", "GET /v1/responses/resp_1?stream=true", PARAMS, QUERY, true,
         [&](json j) { return bool(c.try_get_stream("resp_1", j, ignore)); }},
        {"get_stream", "GET /v1/responses/resp_1?stream=true", PARAMS, QUERY, true,
         [&](json j) { return bool(c.try_get_stream("resp_1", j)->try_finish()); }},
        {"input_items", "GET /v1/responses/resp_1/input_items?include", PARAMS, QUERY, false,
         [&](json j) { return bool(c.try_input_items("resp_1", j)); }},
        {"start_input_items", "GET /v1/responses/resp_1/input_items?include", PARAMS, QUERY, false,
         [&](json j) { return bool(c.try_start_input_items("resp_1", j)->try_finish()); }},
    };
}
} // namespace

TEST_CASE("a tree stands for JSON in every operation")
{
    place at;
    for (const operation &op : operations_of(at.client)) {
        INFO(op.name);
        auto sent = [&] {
            const struct ::request &last = at.last();
            const std::string to = std::string(last.method) + " " + last.target;
            const std::string asked(op.to);
            /* All of it, or with parameters behind. */
            const bool there =
                asked.find('?') == std::string::npos ? to == asked : to.find(asked) == 0;
            return there && (to + last.body).find(op.seen) != std::string::npos;
        };
        auto ready = [&] { op.streams ? at.will_stream() : at.will_answer(ANSWER); };
        jansson tree(json_loads(op.tree, 0, nullptr));
        const json_t *borrowed = tree.get();
        ready();
        CHECK(op.call(tree));
        CHECK(sent());
        ready();
        CHECK(op.call(borrowed));
        CHECK(sent());
        ready();
        CHECK(op.call(tree.get()));
        CHECK(sent());
        /* Borrowed: as it was. */
        CHECK(written(tree.get()) == op.tree);
        CHECK(tree->refcount == 1);
        const jansson kept(json_incref(tree.get()));
        ready();
        CHECK(op.call(std::move(tree)));
        CHECK(sent());
        CHECK(tree == nullptr);
        CHECK(kept->refcount == 1);
    }
}

TEST_CASE("a tree that is none is refused, whatever it stands for")
{
    place at;
    const auto &client = at.client;
    jansson empty;
    jansson moved(question());
    const jansson taken(std::move(moved));
    for (const jansson *none : {&empty, &moved}) {
        CHECK(client.try_create(*none).status() == RESPONSES_E_INVALID);
        CHECK(client.try_stream(*none).status() == RESPONSES_E_INVALID);
        CHECK(client.try_stream(*none, ignore).status() == RESPONSES_E_INVALID);
        CHECK(client.try_get("resp_1", *none).status() == RESPONSES_E_INVALID);
        CHECK(client.try_send("POST", "/x", *none).status() == RESPONSES_E_INVALID);
    }
    auto refused = client.try_compact(jansson());
    CHECK(refused.status() == RESPONSES_E_INVALID);
    CHECK(std::string(refused.error().what()).find("did json_pack() fail?") != std::string::npos);
    CHECK(client.try_start_create(jansson()).error().message() == refused.error().message());
    CHECK(client.try_count_input_tokens(empty).error().message() == refused.error().message());
    CHECK(client.try_start_get("resp_1", jansson()).status() == RESPONSES_E_INVALID);
    CHECK(client.try_create(static_cast<json_t *>(nullptr)).status() == RESPONSES_E_INVALID);
    CHECK(client.try_create(static_cast<const json_t *>(nullptr)).status() == RESPONSES_E_INVALID);
    CHECK(client.try_create(jansson(json_array())).status() == RESPONSES_E_INVALID);
    CHECK(client.try_create(jansson(json_true())).status() == RESPONSES_E_INVALID);
    CHECK(server_requests(at.scripted) == 0);
    /* No parameters are some. */
    at.will_answer(ANSWER);
    CHECK(client.try_get("resp_1", nullptr));
    CHECK(std::string(at.last().target) == "/v1/responses/resp_1");
}

TEST_CASE("a tree that is given away is gone, also when the call fails")
{
    place at;
    jansson tree(question());
    const jansson kept(json_incref(tree.get()));
    auto give = [&] {
        CHECK(tree == nullptr);
        CHECK(kept->refcount == 1);
        tree.reset(json_incref(kept.get()));
    };
    CHECK(responses::client(nullptr).try_create(std::move(tree)).status() == RESPONSES_E_INVALID);
    give();
    CHECK(at.client.try_get(std::string("a\0b", 3), std::move(tree)).status() ==
          RESPONSES_E_INVALID);
    give();
    CHECK(at.client.try_start_send("WRONG", "/x", std::move(tree)).status() == RESPONSES_E_INVALID);
    give();
    at.will_answer("{\"error\":{\"message\":\"m\"}}", 400);
    CHECK(at.client.try_create(std::move(tree)).status() == RESPONSES_E_API);
    give();
    /* It is freed as soon as it has been written; one that is borrowed waits for its owner. */
    at.will_stream();
    CHECK(at.client.try_stream(std::move(tree),
                               [&](const responses::event_view &) { CHECK(kept->refcount == 1); }));
    give();
    at.will_stream();
    CHECK(at.client.try_stream(tree,
                               [&](const responses::event_view &) { CHECK(kept->refcount == 2); }));
    CHECK(tree != nullptr);
}

TEST_CASE("a request that contains itself, or is too deep, is refused")
{
    place at;
    jansson loop(json_object());
    json_t *array = json_array();
    json_object_set_new(loop.get(), "a", array);
    json_array_append(array, loop.get());
    auto refused = at.client.try_create(loop);
    CHECK(refused.status() == RESPONSES_E_INVALID);
    CHECK(std::string(refused.error().what()).find("contains itself") != std::string::npos);
    json_array_clear(array);
    jansson deep(json_object());
    for (int i = 0; i < 1100; i++) {
        jansson outer(json_object());
        json_object_set_new(outer.get(), "a", deep.release());
        deep = std::move(outer);
    }
    CHECK(at.client.try_create(deep).status() == RESPONSES_E_INVALID);
    CHECK(server_requests(at.scripted) == 0);
}

/* What comes in, and what it is when it is written again; NULL: no tree can hold it. */
struct held {
    const char *json, *again;
};
const held VALUES[] = {
    {"1.50", "1.5"},
    {"1e2", "100.0"},
    {"0.1", "0.10000000000000001"},
    {"-0", "0"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", nullptr},
    {"1e400", nullptr},
    {"NaN", "null"},
    {"[1,-Infinity,\"NaN\"]", "[1,null,\"NaN\"]"},
    {"\"a\\u0000b\"", "\"a\\u0000b\""},
    {"{\"a\\u0000b\":1}", nullptr},
    {"\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""},
    {"\"\\ud83d\"", nullptr},
    {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"},
    {"{\"z\":1,\"a\":2}", "{\"z\":1,\"a\":2}"},
    {"null", "null"},
    {"true", "true"},
};

/* The value at "/list/1/a~1b" of what the server said, and all of it. */
template <class V> void check_held(const V &view, const held &value)
{
    auto tree = view.template try_as<jansson>("/list/1/a~1b");
    auto whole = view.template try_as<jansson>();
    CHECK(bool(whole) == bool(tree));
    if (value.again != nullptr) {
        REQUIRE(tree);
        CHECK(written(tree->get()) == value.again);
    } else {
        CHECK(tree.status() == RESPONSES_E_PROTOCOL);
        CHECK(std::string(tree.error().what()).find("/list/1/a~1b") != std::string::npos);
        /* What is beside it can be had all the same. */
        auto beside = view.template try_as<jansson>("/list/0");
        REQUIRE(beside);
        CHECK(json_integer_value(beside->get()) == 7);
    }
}

TEST_CASE("values one by one: of a response, of an event, of an error")
{
    place at;
    for (const held &value : VALUES) {
        INFO(value.json);
        const std::string list = std::string("\"list\":[7,{\"a/b\":") + value.json + "}]";
        at.will_answer("{\"id\":\"r\"," + list + "}");
        auto response = at.client.try_create("{}");
        REQUIRE(response);
        check_held(*response, value);
        /* The text is there whatever a tree holds. */
        CHECK(str(response->json()).find(value.json) != std::string::npos);

        sse events;
        sse_begin(&events, "r");
        sse_created(&events);
        sse_event(&events, "response.new", list.c_str());
        sse_completed(&events);
        answer_stream(server_expect(at.scripted), events.text.data, events.text.len);
        int seen = 0;
        CHECK(at.client.try_stream("{}", [&](const responses::event_view &event) {
            if (event.type() != "response.new")
                return;
            seen++;
            check_held(event, value);
            auto copy = responses::event::try_copy(event);
            REQUIRE(copy);
            check_held(*copy, value);
        }));
        CHECK(seen == 1);
        sse_free(&events);

        at.will_answer("{\"error\":{\"message\":\"m\"}," + list + "}", 400);
        auto failed = at.client.try_create("{}");
        REQUIRE(failed.status() == RESPONSES_E_API);
        check_held(failed.error(), value);
    }
}

TEST_CASE("places that are none")
{
    place at;
    at.will_answer(ANSWER);
    auto response = at.client.try_create(question());
    REQUIRE(response);
    CHECK(written(response->try_as<jansson>("/usage")->get()) == "{\"n\":3}");
    CHECK(written(response->try_as<jansson>(std::string("/usage/n"))->get()) == "3");
    CHECK(response->try_as<jansson>("/none").status() == RESPONSES_E_RANGE);
    auto wrong = response->try_as<jansson>("usage");
    CHECK(wrong.status() == RESPONSES_E_INVALID);
    CHECK(wrong.error().param() == "json_pointer");
    CHECK(response->try_as<jansson>(std::string("/usage\0x", 8)).status() == RESPONSES_E_INVALID);
    /* Of what was moved from, and of what never was. */
    const responses::response moved(std::move(*response));
    CHECK(moved.try_as<jansson>());
    CHECK(response->try_as<jansson>().status() == RESPONSES_E_INVALID);
    CHECK(responses::event_view().try_as<jansson>("/a").status() == RESPONSES_E_INVALID);
    CHECK(responses::error().try_as<jansson>().status() == RESPONSES_E_RANGE);
    CHECK(responses::error(RESPONSES_E_API).try_as<jansson>().status() == RESPONSES_E_RANGE);
    answer_with(server_expect(at.scripted), 400, "Content-Type: text/plain\r\n", "no", 2);
    auto text = at.client.try_create("{}");
    CHECK(text.error().try_as<jansson>().status() == RESPONSES_E_RANGE);
    CHECK(text.error().body() == "no");
}

TEST_CASE("the items of all pages are trees")
{
    place at;
    std::string ids;
    auto note = [&](json_t *item) { ids += id_of(item); };
    auto two_pages = [&] {
        at.will_answer("{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}");
        at.will_answer("{\"data\":[{\"id\":\"c\"}],\"has_more\":false}");
    };
    two_pages();
    CHECK(responses::try_each_input_item(at.client, "r", nullptr, note));
    CHECK(ids == "abc");
    CHECK(std::string(at.last().target) == "/v1/responses/r/input_items?after=b");

    jansson params(json_pack("{s:i}", "limit", 2));
    const jansson kept(json_incref(params.get()));
    for (int round = 0; round < 3; round++) {
        ids.clear();
        two_pages();
        auto read = round == 0   ? try_each_input_item(at.client, "r", params, note)
                    : round == 1 ? try_each_input_item(at.client, "r", params.get(), note)
                                 : try_each_input_item(at.client, "r", std::move(params), note);
        CHECK(read);
        CHECK(ids == "abc");
        CHECK(std::string(at.last().target) == "/v1/responses/r/input_items?limit=2&after=b");
        CHECK(kept->refcount == (round == 2 ? 1u : 2u));
    }
    /* Moved from, and none. */
    CHECK(try_each_input_item(at.client, "r", params, note).status() == RESPONSES_E_INVALID);
    auto none = try_each_input_item(at.client, "r", jansson(), note);
    CHECK(none.status() == RESPONSES_E_INVALID);
    CHECK(std::string(none.error().what()).find("params") == 0);
    CHECK(try_each_input_item(at.client, "r", static_cast<json_t *>(nullptr), note).status() ==
          RESPONSES_E_INVALID);

    /* An item that is kept outlives its page; false stops, and is no error. */
    jansson item;
    at.will_answer("{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}");
    CHECK(try_each_input_item(at.client, "r", nullptr, [&](json_t *first) {
        item.reset(json_incref(first));
        return false;
    }));
    CHECK(id_of(item.get()) == "a");
    CHECK(item->refcount == 1);

    at.will_answer("{}", 404);
    CHECK(try_each_input_item(at.client, "r", nullptr, note).status() == RESPONSES_E_API);
    at.will_answer("{\"data\":[{\"id\":1e400}],\"has_more\":false}");
    CHECK(try_each_input_item(at.client, "r", nullptr, note).status() == RESPONSES_E_PROTOCOL);
}

#if RESPONSES_EXCEPTIONS
TEST_CASE("what a function throws comes out, and nothing is lost")
{
    place at;
    jansson tree(question());
    const jansson kept(json_incref(tree.get()));
    at.will_stream();
    CHECK_THROWS_AS(at.client.stream(tree,
                                     [](const responses::event_view &event) {
                                         const jansson held = event.as<jansson>();
                                         throw std::out_of_range(str(event.type()));
                                     }),
                    std::out_of_range);
    CHECK(kept->refcount == 2);
    at.will_stream();
    CHECK_THROWS_AS(at.client.get_stream("resp_1", std::move(tree),
                                         [](const responses::event_view &) { throw 5; }),
                    int);
    CHECK(kept->refcount == 1);
    const char *page = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}";
    int items = 0;
    auto throws = [&](json_t *item) {
        items++;
        throw std::out_of_range(id_of(item));
    };
    at.will_answer(page);
    CHECK_THROWS_AS(each_input_item(at.client, "r", nullptr, throws), std::out_of_range);
    at.will_answer(page);
    CHECK_THROWS_AS(
        each_input_item(at.client, "r", jansson(json_pack("{s:i}", "limit", 2)), throws),
        std::out_of_range);
    CHECK(items == 2);
    /* The client is as it was. */
    at.will_answer(ANSWER);
    CHECK(str(at.client.create(kept).status()) == "completed");
}

TEST_CASE("the functions that throw")
{
    place at;
    at.will_answer(ANSWER);
    const responses::response response = at.client.create(question());
    CHECK(json_integer_value(response.as<jansson>("/usage/n").get()) == 3);
    CHECK(written(response.as<jansson>().get()) == ANSWER);
    CHECK_THROWS_AS(response.as<jansson>("/none"), responses::error);
    CHECK_THROWS_AS(at.client.create(jansson()), responses::error);
    CHECK_THROWS_AS(each_input_item(at.client, "r", jansson(), [](json_t *) {}), responses::error);
    at.will_answer("{\"error\":{\"message\":\"m\",\"extra\":[1,2]}}", 400);
    try {
        at.client.create(question());
        FAIL("the server said no");
    } catch (const responses::api_error &e) {
        CHECK(json_integer_value(e.as<jansson>("/error/extra/1").get()) == 2);
        CHECK_THROWS_AS(e.as<jansson>("/none"), responses::error);
    }
    at.will_stream();
    std::string text;
    for (auto &event : at.client.stream(question()))
        if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            text += json_string_value(event.as<jansson>("/delta").get());
    CHECK(text == "Hello, world!");
}
#endif
