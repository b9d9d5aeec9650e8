/* Tool loops: the cases that all languages share, and what a C++ function may be and do. */
#include "support.hpp"

#include <responses/nlohmann.hpp>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

extern "C" {
#include "../../../Tests/support/scripted_server.h"
}

using namespace responses;
/* Not by its own name, which would be in the way of arguments of the headers. */
typedef nlohmann::json any;

namespace
{
/* A client of a server that plays a script. */
struct place {
    server *scripted;
    responses::client client;

    place() : scripted(server_start()), client(new_client())
    {
        REQUIRE(client.try_set("base_url", server_url(scripted)));
        REQUIRE(client.try_set("max_retries", 0));
    }
    place(const place &) = delete;
    place &operator=(const place &) = delete;
    ~place()
    {
        server_stop(scripted);
    }
    /* A stream: the response's beginning, its items, its end. */
    void answer_run(const any &response) const
    {
        const std::string status = response.value("status", "completed");
        any created = response;
        created["status"] = "in_progress";
        created["output"] = any::array();
        int number = 0;
        std::string stream = event("response.created", number++, "response", created);
        int index = 0;
        for (const any &item : response["output"])
            stream += event("response.output_item.done", number++, "item", item, index++);
        stream += event("response." + status, number, "response", response);
        answer_stream(server_expect(scripted), stream.data(), stream.size());
    }
    void answer_output(const char *id, const std::vector<any> &items) const
    {
        any output = any::array();
        for (const any &item : items)
            output.push_back(item);
        answer_run({{"id", id}, {"status", "completed"}, {"output", output}});
    }
    /* The body of a request. */
    any sent(int index) const
    {
        return any::parse(server_request(scripted, index)->body, nullptr, false);
    }
    /* The outputs that the second request has. */
    std::vector<std::string> outputs() const
    {
        std::vector<std::string> list;
        const any body = sent(1);
        for (const any &item : body["input"])
            if (item.value("type", "") == "function_call_output")
                list.push_back(item["output"].get<std::string>());
        return list;
    }

  private:
    static std::string event(const std::string &type, int number, const char *name,
                             const any &value, int index = 0)
    {
        return "data: " +
               any{{"type", type},
                   {"sequence_number", number},
                   {"output_index", index},
                   {name, value}}
                   .dump() +
               "\n\n";
    }
};

any call_of(const char *name, const std::string &arguments, const std::string &id = "call_1")
{
    return {{"type", "function_call"}, {"id", "fc_" + id},     {"call_id", id}, {"name", name},
            {"arguments", arguments},  {"status", "completed"}};
}

any message()
{
    return any::parse(R"({"type": "message", "id": "msg_1", "role": "assistant",
        "status": "completed", "content": [{"type": "output_text", "text": "Take a coat."}]})",
                      nullptr, false);
}

const char *const ask = "{\"model\": \"m\", \"input\": \"How is the weather?\"}";

tools no_tools()
{
    auto made = tools::try_new();
    REQUIRE(made);
    return std::move(*made);
}

/* The names of the functions that were called. */
typedef std::vector<std::string> names;

any parameters(const std::vector<std::pair<std::string, std::string>> &of)
{
    any properties = any::object(), required = any::array();
    for (const auto &one : of) {
        properties[one.first] = {{"type", one.second}};
        required.push_back(one.first);
    }
    return {{"type", "object"},
            {"properties", properties},
            {"required", required},
            {"additionalProperties", false}};
}

/* Fails, by an exception where there are any. */
struct broken {
    names &called;
    void operator()(tool_call asked) const
    {
        called.push_back(str(asked.name()));
#if RESPONSES_EXCEPTIONS
        throw std::runtime_error("the sensor is broken");
#else
        CHECK(asked.try_fail("the sensor is broken"));
#endif
    }
};

void add_tool(tools &set, const std::string &name, names &called)
{
    const char *const words = "What it does.";
    if (name == "get_weather")
        REQUIRE(set.try_add(name, words, parameters({{"city", "string"}}),
                            [&called](const any &arguments) {
                                called.push_back("get_weather");
                                return "21 degrees in " + arguments["city"].get<std::string>();
                            }));
    else if (name == "add")
        REQUIRE(set.try_add(name, words, parameters({{"a", "integer"}, {"b", "integer"}}),
                            [&called](const any &arguments) {
                                called.push_back("add");
                                return any(arguments["a"].get<int>() + arguments["b"].get<int>());
                            }));
    else if (name == "broken")
        REQUIRE(set.try_add(name, words, nullptr, broken{called}));
    else if (name == "photo")
        REQUIRE(set.try_add(name, words, nullptr, [&called] {
            called.push_back("photo");
            return any{{{"type", "input_image"}, {"image_url", "data:image/png;base64,AA=="}}};
        }));
    else
        REQUIRE(set.try_declare(name, words, parameters({{"question", "string"}})));
}

bool is_as_asked(const any &found, const any &wanted)
{
    if (wanted.is_string() && wanted.get<std::string>()[0] == '~')
        return found.is_string() && found.get<std::string>().find(
                                        wanted.get<std::string>().substr(1)) != std::string::npos;
    if (!wanted.is_structured())
        return found == wanted;
    if (found.type() != wanted.type() || found.size() != wanted.size())
        return false;
    auto other = found.begin();
    for (auto one = wanted.begin(); one != wanted.end(); ++one, ++other)
        if ((wanted.is_object() && one.key() != other.key()) || !is_as_asked(*other, *one))
            return false;
    return true;
}

void check_sent(const place &at, const any &sent)
{
    CHECK(server_requests(at.scripted) == int(sent.size()));
    for (int i = 0; i < int(sent.size()); i++) {
        const any body = at.sent(i);
        CAPTURE(body);
        for (auto one = sent[i].begin(); one != sent[i].end(); ++one) {
            CAPTURE(one.key());
            if (one.value() == "<absent>")
                CHECK(body.count(one.key()) == 0);
            else
                CHECK((body.count(one.key()) == 1 && is_as_asked(body[one.key()], one.value())));
        }
    }
}

enum class way { blocking, listening, started, ways };

void play(const any &test, way how)
{
    const place at;
    tools set = no_tools();
    names called;
    for (const any &name : test["tools"])
        add_tool(set, name.get<std::string>(), called);
    if (test.count("max_steps"))
        REQUIRE(const_cast<responses::client &>(at.client).try_set("max_steps",
                                                                   test["max_steps"].get<int>()));
    for (const any &one : test["answers"])
        if (one.count("response"))
            at.answer_run(one["response"]);
        else
            answer(server_expect(at.scripted), one["status"].get<int>(), one.dump().c_str());

    int events = 0;
    const auto count = [&events](const event_view &) { events++; };
    result<response> last = error(RESPONSES_E_INVALID);
    if (how == way::started) {
        auto call = at.client.try_start_run(test["body"], set);
        REQUIRE(call);
        set = no_tools(); /* the run has what it needs */
        last = call->try_finish();
    } else if (how == way::listening) {
        last = at.client.try_run(test["body"], set, count);
        CHECK(events >= int(2 * test["answers"].size()) - 2);
    } else {
        last = at.client.try_run(test["body"], set);
    }
    const any &end = test["end"];
    const response_view response = last ? response_view(*last) : last.error().partial();
    if (end.count("error")) {
        CHECK(last.status() == RESPONSES_E_LIMIT);
        CHECK(str(last.error().message()).find(end["error"].get<std::string>()) !=
              std::string::npos);
    } else {
        CHECK(last.status() == RESPONSES_OK);
    }
    CHECK(str(response.id()) == end["id"].get<std::string>());
    if (end.count("status"))
        CHECK(str(response.status()) == end["status"].get<std::string>());
    check_sent(at, test["sent"]);
    CHECK(called == test["called"].get<names>());
}
} // namespace

TEST_CASE("a run: the cases of all languages")
{
    std::ifstream file(CASES);
    const any cases = any::parse(file, nullptr, false);
    REQUIRE(cases.size() > 30);
    for (const any &test : cases)
        for (int how = 0; how < int(way::ways); how++) {
            CAPTURE(test["name"]);
            CAPTURE(how);
            play(test, way(how));
        }
}

namespace
{
std::string plain_function(string_view arguments)
{
    return str(arguments) + " plainly";
}
struct overloaded {
    const char *operator()(string_view)
    {
        return "text";
    }
    void operator()(tool_call asked)
    {
        CHECK(asked.try_answer("a call"));
    }
};
/* What moves and is not copied. */
struct only_moved {
    std::unique_ptr<std::string> words;
    string_view operator()() const
    {
        return *words;
    }
};
} // namespace

TEST_CASE("a run: kinds of functions")
{
    const place at;
    auto set = no_tools();
    CHECK(set.try_add("plain", "", nullptr, plain_function));
    CHECK(set.try_add("overloaded", "", nullptr, overloaded()));
    CHECK(set.try_add("moved", "", nullptr,
                      only_moved{std::unique_ptr<std::string>(new std::string("mine"))}));
    int count = 0;
    CHECK(set.try_add("text", "", nullptr, [count](const std::string &text) mutable {
        return text + std::to_string(++count);
    }));
    std::function<std::string(any)> held = [](any arguments) { return arguments.dump(); };
    CHECK(set.try_add("held", "", nullptr, held));
#if __cplusplus >= 201402L
    CHECK(set.try_add("generic", "", nullptr,
                      [](auto &&asked) { CHECK(asked.try_answer("whatever")); }));
#else
    CHECK(set.try_add("generic", "", nullptr, [] { return "whatever"; }));
#endif
    CHECK(set.try_add_json("{\"type\":\"custom\",\"name\":\"shout\"}",
                           [](string_view text) noexcept { return text; }));
    at.answer_output("resp_1", {call_of("plain", "{}"),
                                call_of("overloaded", ""),
                                call_of("moved", "{}"),
                                call_of("text", "{}"),
                                call_of("text", "{ }"),
                                call_of("held", "{\"a\" : 1}"),
                                call_of("generic", "{}"),
                                {{"type", "custom_tool_call"},
                                 {"call_id", "c"},
                                 {"name", "shout"},
                                 {"input", "not {JSON"}}});
    at.answer_output("resp_2", {message()});
    auto last = at.client.try_run(ask, set);
    CHECK(last.status() == RESPONSES_OK);
    CHECK(at.outputs() == std::vector<std::string>{"{} plainly", "a call", "mine", "{}1", "{ }2",
                                                   "{\"a\":1}", "whatever"});
    CHECK(at.sent(1)["input"].back() ==
          any{{"type", "custom_tool_call_output"}, {"call_id", "c"}, {"output", "not {JSON"}});
}

TEST_CASE("a run: outputs that come later, from other threads")
{
    const place at;
    auto set = no_tools();
    std::vector<std::thread> threads;
    CHECK(set.try_add("later", "", nullptr, [&threads](tool_call asked) {
        auto shared = std::make_shared<tool_call>(std::move(asked));
        CHECK(!asked); // NOLINT: what was moved from is empty
        CHECK(asked.try_answer("no").status() == RESPONSES_E_INVALID);
        threads.emplace_back([shared] { CHECK(shared->try_answer(shared->id())); });
    }));
    at.answer_output("resp_1", {call_of("later", "{}", "a"), call_of("later", "{}", "b")});
    at.answer_output("resp_2", {message()});
    auto call = at.client.try_start_run(ask, set);
    REQUIRE(call);
    error e;
    std::string text;
    for (auto &event : call->events(e))
        text += str(event.type()) + " ";
    CHECK(!e);
    CHECK(text == "response.created response.output_item.done response.output_item.done "
                  "response.completed response.created response.output_item.done "
                  "response.completed ");
    for (auto &thread : threads)
        thread.join();
    CHECK(at.outputs() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a run: a call that goes away without an output ends it")
{
    const place at;
    auto set = no_tools();
    CHECK(set.try_add("lost", "", nullptr, [](tool_call) {}));
    at.answer_output("resp_1", {call_of("lost", "{}")});
    auto last = at.client.try_run(ask, set);
    CHECK(last.status() == RESPONSES_E_USER);
    CHECK(str(last.error().message()).find("lost") != std::string::npos);
    CHECK(str(last.error().partial().id()) == "resp_1");
}

TEST_CASE("a run: a listener may end it")
{
    const place at;
    auto set = no_tools();
    at.answer_output("resp_1", {call_of("x", "{}")});
    auto last = at.client.try_run(ask, set, [](const event_view &) { return false; });
    CHECK(last.status() == RESPONSES_OK);
}

TEST_CASE("a run: outputs that cannot be sent are told to the model")
{
    const place at;
    auto set = no_tools();
    CHECK(set.try_add("bad", "", nullptr, [] { return "\xff"; }));
    at.answer_output("resp_1", {call_of("bad", "{}")});
    at.answer_output("resp_2", {message()});
    CHECK(at.client.try_run(ask, set));
    REQUIRE(at.outputs().size() == 1);
    CHECK(at.outputs()[0].find("UTF-8") != std::string::npos);
}

TEST_CASE("a run: the functions live as long as something can call them")
{
    struct counted {
        std::atomic<int> &alive;
        explicit counted(std::atomic<int> &count) : alive(count)
        {
            alive++;
        }
        counted(const counted &other) : alive(other.alive)
        {
            alive++;
        }
        ~counted()
        {
            alive--;
        }
    };
    std::atomic<int> alive(0);
    const place at;
    call run;
    {
        auto set = no_tools();
        const counted one(alive);
        CHECK(set.try_add("free", "", nullptr, [one, &run, &alive](tool_call asked) {
            /* The run goes while its function runs. */
            run = call();
            CHECK(alive == 1);
            CHECK(asked.try_answer("too late"));
        }));
        CHECK(set.try_add("free", "taken", nullptr, [one] { return ""; }).status() ==
              RESPONSES_E_INVALID);
        CHECK(alive == 2);
        at.answer_output("resp_1", {call_of("free", "{}")});
        auto made = at.client.try_start_run(ask, set);
        REQUIRE(made);
        run = std::move(*made);
    }
    CHECK(alive == 1);
    responses_call *handle = run.handle();
    const responses_event *event = nullptr;
    while (run && responses_call_wait(handle, -1) == RESPONSES_OK)
        while (run && responses_call_next(handle, &event, nullptr) == RESPONSES_OK) {
        }
    CHECK(!run);
    CHECK(alive == 0);
}

TEST_CASE("a run: a set that went finds no function")
{
    const place at;
    std::unique_ptr<call> adopted;
    {
        auto set = no_tools();
        CHECK(set.try_add("gone", "", nullptr, [] { return "never"; }));
        at.answer_output("resp_1", {call_of("gone", "{}")});
        auto made = at.client.try_start_run(ask, set);
        REQUIRE(made);
        adopted.reset(new call(made->release()));
    }
    CHECK(adopted->try_finish().status() == RESPONSES_E_USER);
}

TEST_CASE("a run: misuse is an error and nothing else")
{
    const place at;
    auto set = no_tools();
    const auto nothing = [] { return ""; };
    CHECK(set.try_add("", "", nullptr, nothing).status() == RESPONSES_E_INVALID);
    CHECK(set.try_add("a b", "", nullptr, nothing).status() == RESPONSES_E_INVALID);
    CHECK(set.try_add("a", std::string("a\0b", 3), nullptr, nothing).status() ==
          RESPONSES_E_INVALID);
    CHECK(set.try_add("a", "", "[]", nothing).status() == RESPONSES_E_INVALID);
    CHECK(set.try_add("a", "", "", nothing).status() == RESPONSES_E_INVALID);
    CHECK(set.try_add_json("{}", nothing).status() == RESPONSES_E_INVALID);
    CHECK(set.try_add_json(nullptr, nothing).status() == RESPONSES_E_INVALID);
    CHECK(set.try_declare_json("{\"type\":\"function\",\"name\":\"a\"}"));
    CHECK(set.try_declare("a", "", nullptr).status() == RESPONSES_E_INVALID);
    CHECK(at.client.try_run("[]", set).status() == RESPONSES_E_INVALID);
    CHECK(session().try_run(ask, set).status() == RESPONSES_E_INVALID);
    CHECK(session().try_run(ask, set, [](const event_view &) {}).status() == RESPONSES_E_INVALID);
    CHECK(session().try_start_run(ask, set).status() == RESPONSES_E_INVALID);

    tools other = std::move(set);
    CHECK(other);
    CHECK(!set); // NOLINT: what was moved from is empty
    CHECK(set.handle() == nullptr);
    CHECK(set.try_add("b", "", nullptr, nothing).status() == RESPONSES_E_INVALID);
    CHECK(at.client.try_run(ask, set).status() == RESPONSES_E_INVALID);
    CHECK(at.client.try_run(ask, set, [](const event_view &) {}).status() == RESPONSES_E_INVALID);
    CHECK(at.client.try_start_run(ask, set).status() == RESPONSES_E_INVALID);
}

#if RESPONSES_EXCEPTIONS
TEST_CASE("a run: what throws")
{
    const place at;
    tools set;
    std::vector<tool_call> kept;
    set.add("ours", "", nullptr, []() -> std::string { throw std::out_of_range("no such city"); })
        .add("odd", "", nullptr, []() -> std::string { throw 7; })
        .add("bytes", "", nullptr, []() -> std::string { throw std::runtime_error("\xff"); })
        .add("late", "", nullptr,
             [](tool_call asked) {
                 asked.answer("in time");
                 throw std::runtime_error("too late");
             })
        .add("moved", "", nullptr,
             [&kept](tool_call asked) {
                 kept.push_back(std::move(asked));
                 throw std::runtime_error("nobody's");
             })
        .declare("d", "", nullptr)
        .add_json(any{{"type", "custom"}, {"name", "c"}}, [] { return ""; })
        .declare_json(any{{"type", "custom"}, {"name", "e"}});
    CHECK_THROWS_AS(set.add("ours", "", nullptr, [] { return ""; }), error);
    at.answer_output("resp_1", {call_of("ours", "{}"), call_of("odd", "{}"), call_of("bytes", "{}"),
                                call_of("late", "{}"), call_of("moved", "{\"a\":[1]}")});
    at.answer_output("resp_2", {message()});
    call run = at.client.start_run(ask, set);
    while (kept.empty()) {
        event_view event;
        error e;
        run.wait(std::chrono::seconds(10));
        while (run.next(event, e) == RESPONSES_OK) {
        }
    }
    CHECK(kept[0].arguments_as<any>() == any{{"a", {1}}});
    kept[0].answer_json(any(7));
    CHECK_THROWS_AS(kept[0].fail("again"), error);
    CHECK(str(run.finish().text()) == "Take a coat.");
    CHECK(at.outputs() ==
          std::vector<std::string>{"Error: no such city",
                                   "Error: the function threw what is no std::exception",
                                   "Error: the function failed", "in time", "7"});

    at.answer_output("resp_1", {call_of("ours", "{}")});
    CHECK_THROWS_AS(at.client.run(ask, set, [](const event_view &) { throw 7; }), int);
    at.answer_output("resp_1", {message()});
    CHECK(str(at.client.run(ask, set).id()) == "resp_1");
}

TEST_CASE("a run: over a session")
{
    responses::client client;
    responses::session session = client.open_session();
    int called = 0;
    tools set;
    set.add("get_weather", "The weather.",
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}",
            [&called](string_view) {
                called++;
                return "rain";
            });
    const std::string turn = request("What is the weather in Oslo?",
                                     ", \"store\": false, \"tool_choice\": \"required\"");
    CHECK(str(session.run(turn, set).status()) == "completed");
    int events = 0;
    session.run(turn, set, [&events](const event_view &) { events++; });
    CHECK(events > 4);
    CHECK(session.start_run(turn, set).finish().http_status() == 101);
    CHECK(called == 3);
}
#endif
