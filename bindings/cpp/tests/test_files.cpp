/* Files: up, down, inside a request and inside an answer. */
#include "support.hpp"

#include <sstream>

extern "C" {
#include "../../../Tests/support/scripted_server.h"
}

namespace
{
/* A server that says what it is told to, and a client for it. */
struct place {
    server *scripted;
    responses::client client;

    place() : scripted(server_start()), client(new_client())
    {
        REQUIRE(client.try_set("base_url", server_url(scripted)));
        REQUIRE(client.try_set("retry_min_ms", 1));
    }
    ~place()
    {
        server_stop(scripted);
    }
    void answers(const std::string &body, const std::string &headers = "")
    {
        answer_with(server_expect(scripted), 200, headers.c_str(), body.data(), body.size());
    }
    std::string body() const
    {
        const struct request *last = server_request(scripted, server_requests(scripted) - 1);
        return std::string(last->body, last->body_len);
    }
};
} // namespace

TEST_CASE("a stream is uploaded, and again after a failure")
{
    place at;
    std::istringstream in("the bytes");
    auto made = responses::source::try_stream(in);
    REQUIRE(made);
    REQUIRE(made->try_set("filename", "a.txt"));
    answer(server_expect(at.scripted), 503, "{}");
    at.answers("{\"id\":\"file_1\"}", "Content-Type: application/json\r\n");
    auto sent = at.client.try_upload("/files", *made, "{\"purpose\":\"user_data\"}");
    REQUIRE(sent);
    CHECK(str(sent->id()) == "file_1");
    CHECK(at.body().find("name=\"purpose\"\r\n\r\nuser_data\r\n") != std::string::npos);
    CHECK(at.body().find("filename=\"a.txt\"") != std::string::npos);
    CHECK(at.body().find("\r\n\r\nthe bytes\r\n--") != std::string::npos);

    at.answers("{\"id\":\"file_2\"}", "Content-Type: application/json\r\n");
    auto call = at.client.try_start_upload("/files", *made);
    REQUIRE(call);
    CHECK(str(call->try_finish()->id()) == "file_2");
}

TEST_CASE("sources say what is wrong with them")
{
    CHECK(responses::source::try_file("/no/such/file").status() == RESPONSES_E_INVALID);
    CHECK(responses::source::try_descriptor(-1).status() == RESPONSES_E_INVALID);
    auto memory = responses::source::try_memory("abc");
    REQUIRE(memory);
    CHECK(memory->try_set("nothing", "x").status() == RESPONSES_E_INVALID);
    responses::source moved = std::move(*memory);
    CHECK(memory->handle() == nullptr);
    CHECK(moved.try_set("field", "x"));
}

TEST_CASE("a file is downloaded, and goes on after a break")
{
    place at;
    const char *head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"1\"\r\n\r\nthe ";
    exchange *x = server_expect(at.scripted);
    say(x, head);
    hang_up(x);
    answer_with(server_expect(at.scripted), 206, "ETag: \"1\"\r\nContent-Range: bytes 4-8/9\r\n",
                "bytes", 5);
    std::ostringstream out;
    auto got = at.client.try_download("/files/f/content", out);
    REQUIRE(got);
    CHECK(out.str() == "the bytes");

    at.answers("pulled");
    auto call = at.client.try_start_download("/files/f/content");
    REQUIRE(call);
    std::string pulled;
    responses::string_view piece;
    responses::error e;
    int status;
    while ((status = call->next_bytes(piece, e)) != RESPONSES_DONE) {
        REQUIRE(status >= RESPONSES_OK);
        if (status == RESPONSES_AGAIN)
            REQUIRE(call->try_wait(std::chrono::seconds(10)));
        else
            pulled += str(piece);
    }
    CHECK(pulled == "pulled");
    CHECK(at.client.try_download("no path", out).status() == RESPONSES_E_INVALID);
    CHECK(at.client.try_download("/x", -1).status() == RESPONSES_E_INVALID);
}

TEST_CASE("a stream that fails ends the download")
{
    place at;
    at.answers("some bytes");
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    CHECK(at.client.try_download("/x", out).status() == RESPONSES_E_USER);
#if RESPONSES_EXCEPTIONS
    std::ostringstream throwing;
    throwing.exceptions(std::ios::badbit | std::ios::failbit);
    at.answers("some bytes");
    at.client.download("/x", throwing);
    CHECK(throwing.str() == "some bytes");
#endif
}

TEST_CASE("an attachment goes out, and an image comes in")
{
    place at;
    auto made = responses::source::try_memory("abc");
    REQUIRE(made);
    REQUIRE(made->try_set("media_type", "image/png"));
    REQUIRE(at.client.try_attach("cat", *made));
    std::string image;
    auto sink = [&](const responses::image_piece &piece) {
        CHECK(str(piece.item_id) == "ig_1");
        CHECK(piece.offset == static_cast<std::int64_t>(image.size()));
        image += str(piece.bytes);
        return true;
    };
    CHECK(at.client.images_to(sink) == RESPONSES_OK);
    at.answers("{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[{\"id\":\"ig_1\",\"type\":"
               "\"image_generation_call\",\"result\":\"d2hv\"}]}",
               "Content-Type: application/json\r\n");
    auto response = at.client.try_create("{\"image_url\":\"attachment:cat\"}");
    REQUIRE(response);
    CHECK(at.body() == "{\"image_url\":\"data:image/png;base64,YWJj\"}");
    CHECK(image == "who");
    CHECK(str(response->get("/output/0/result").text()) == "");
    CHECK(at.client.images_to_nobody() == RESPONSES_OK);
    REQUIRE(at.client.try_detach("cat"));
#if RESPONSES_EXCEPTIONS
    at.client.attach("cat", responses::source::memory("x")).detach("cat");
    CHECK_THROWS_AS(responses::source::file("/no/such/file"), responses::error);
#endif
}
