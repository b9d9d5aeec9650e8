/* One half of a program whose halves are compiled for different standards; see the Makefile. */
#include <responses.hpp>

#include <cstdio>
#include <cstring>

std::size_t other_half(responses_response *response);

int main()
{
    auto client = responses::client::try_new();
    if (!client)
        return 1;
    auto response = client->try_create("{\"model\": \"sandbox\", \"input\": \"Hello\"}");
    if (!response)
        return 1;
    /* What both have in common is the handle of responses.h. */
    std::size_t here = response->text().size();
    std::size_t there = other_half(response->release());
    std::printf("%s\n", here == there && here == std::strlen("You said: Hello") ? "ok" : "FAIL");
    return here != there;
}
