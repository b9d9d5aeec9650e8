/* Bytes that a program received by itself. */
#include "support.hpp"

TEST_CASE("bytes of one's own become events and a response")
{
    const std::string stream =
        "data: "
        "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\"}}\n\n"
        "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"output_index\":0,"
        "\"content_index\":0,\"item_id\":\"msg_1\",\"delta\":\"Hello\"}\n\n"
        "data: "
        "{\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\","
        "\"status\":\"completed\",\"output\":[]}}\n\n";
    auto made = responses::decoding::try_start();
    REQUIRE(made);
    responses::decoding decoding = std::move(*made);
    responses::event_view event;
    responses::error e;
    int status = RESPONSES_AGAIN, count = 0;
    for (char byte : stream) {
        CHECK(status == RESPONSES_AGAIN);
        CHECK(decoding.try_feed(responses::string_view(&byte, 1)));
        while ((status = decoding.call().next(event, e)) == RESPONSES_OK)
            count++;
    }
    CHECK(status == RESPONSES_DONE);
    CHECK(count == 3);
    CHECK(str(decoding.call().so_far().status()) == "completed");

    auto cut = responses::decoding::try_start();
    REQUIRE(cut);
    CHECK(cut->try_feed(stream.substr(0, 20)));
    CHECK(cut->try_feed_end());
    CHECK(cut->call().next(event, e) == RESPONSES_E_TRUNCATED);
    CHECK(cut->try_feed("x").status() == RESPONSES_E_INVALID);
#if RESPONSES_EXCEPTIONS
    responses::decoding throwing = responses::decoding::start();
    throwing.feed(stream);
    throwing.feed_end();
    CHECK_THROWS_AS(throwing.feed("x"), responses::error);
#endif
}
