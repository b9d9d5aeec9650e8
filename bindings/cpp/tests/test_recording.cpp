/* Calls that are recorded, and replayed without a server. */
#include "support.hpp"

#include <cstdio>

TEST_CASE("a call that was recorded comes again, once")
{
    const std::string path = "/tmp/responses-cpp-" + std::to_string(std::rand()) + ".har";
    auto client = new_client();
    REQUIRE(client.try_set("record_file", path));
    auto first = client.try_create(request("Hello"));
    REQUIRE(first);
    CHECK_FALSE(client.try_set("replay_file", path));
    REQUIRE(client.try_set("record_file", ""));
    REQUIRE(client.try_set("base_url", "http://no-such-host.invalid/v1"));
    REQUIRE(client.try_set("replay_file", path));
    auto second = client.try_create(request("Hello"));
    REQUIRE(second);
    CHECK(str(second->json()) == str(first->json()));
    auto third = client.try_create(request("Hello"));
    REQUIRE_FALSE(third);
    CHECK(third.error().status() == RESPONSES_E_INVALID);
    CHECK(std::string(third.error().what()).find("1 of 1 recordings") != std::string::npos);
    std::remove(path.c_str());
}
