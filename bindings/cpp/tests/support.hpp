/* What every test includes: a client for the sandbox, which with-sandbox.sh has started. */
#ifndef SUPPORT_HPP
#define SUPPORT_HPP

#include <responses.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

/* doctest prints it where a check fails. */
inline std::string str(responses::string_view text)
{
    return std::string(text.data(), text.size());
}

/* A request of the sandbox: it answers "You said: " and the input, or does what a #word says. */
inline std::string request(const std::string &input, const std::string &more = "")
{
    return "{\"model\": \"sandbox\", \"input\": \"" + input + "\"" + more + "}";
}

inline responses::client new_client()
{
    auto client = responses::client::try_new();
    REQUIRE(client);
    return std::move(*client);
}

/* A client whose requests meet a fault, as docs/sandbox.md lists them. */
inline responses::client client_with_fault(const std::string &fault)
{
    auto client = new_client();
    REQUIRE(client.try_set_header("X-Sandbox-Fault", fault));
    REQUIRE(client.try_set("max_retries", 0));
    return client;
}

#endif
