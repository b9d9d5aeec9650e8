/* The other half of mixed_a.cpp. */
#include <responses.hpp>

std::size_t other_half(responses_response *response);

std::size_t other_half(responses_response *response)
{
    responses::response mine(response);
    return mine.text().size();
}
