/* Uses what the tests use and no test library, so that it is quickly compiled for every standard. */
#include <responses.hpp>
#include <responses.hpp>
#include <responses/jansson.hpp>

using namespace responses;

int main()
{
    auto client = responses::client::try_new();
    if (!client || !client->try_set("timeout_ms", std::chrono::seconds(1)) ||
        !client->try_set("max_retries", 1) || !client->try_set_header("a", std::string("b")))
        return 1;
    auto call = client->try_stream(std::string("{}"));
    error e;
    if (call)
        for (auto &event : call->events(e))
            if (event.get("/item/name").as_int() == 1 && event.text() == "")
                break;
    auto response = client->try_create(jansson());
    if (!response && response.error().partial().text() == "")
        return 1;
    if (response && response->try_as<jansson>())
        return 1;
    auto last = client->try_stream("{}", [](const event_view &event) { return bool(event); });
    if (last && responses::response::try_copy(*last))
        return client->try_start_wait(last->id(), std::chrono::seconds(1))->try_finish().status();
    auto session = client->try_open_session();
    if (session && !session->try_create(jansson()) && !session->try_stream("{}") &&
        !session->try_stream("{}", [](const event_view &) {}) && !session->try_start_send("{}"))
        return session->connections();
    responses::call opening;
    if (client->try_start_session() && client->try_start_session(opening))
        return 1;
    auto tools = responses::tools::try_new();
    if (!tools || !tools->try_add("a", "", nullptr, [] { return "b"; }) ||
        !tools->try_add("b", "b", "{}", [](const std::string &text) { return text; }) ||
        !tools->try_add("c", "c", "{}", [](tool_call asked) { asked.try_fail("no").status(); }) ||
        !tools->try_declare("d", "d", jansson()))
        return 1;
    if (client->try_run("{}", *tools) &&
        client->try_run("{}", *tools, [](const event_view &event) { return bool(event); }) &&
        client->try_start_run("{}", *tools) && session->try_run("{}", *tools) &&
        session->try_run("{}", *tools, [](const event_view &) {}))
        return session->try_start_run("{}", *tools).status();
#if RESPONSES_EXCEPTIONS
    responses::client other;
    other.set("timeout_ms", std::chrono::seconds(1)).set_header("a", "b").reset("timeout_ms");
    for (auto &event : other.stream("{}"))
        if (event.as<jansson>() || call->so_far().as<jansson>())
            break;
    responses::session many = other.open_session();
    for (auto &event : many.stream("{}"))
        many = event ? other.start_session() : other.start_session(opening);
    if (many.create("{}") && many.stream("{}", [](const event_view &) {}) && many.start_send("{}"))
        return 1;
    responses::tools functions;
    functions.add("a", "a", nullptr, [] { return std::string(); }).declare("b", "b", "{}");
    for (auto &event : other.start_run("{}", functions))
        if (event && other.run("{}", functions) && many.run("{}", functions))
            break;
    return other.create("{}").http_status();
#else
    return 0;
#endif
}
