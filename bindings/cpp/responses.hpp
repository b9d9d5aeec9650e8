/*
 * responses.hpp - the Responses API for C++
 *
 * A header over responses.h, and nothing to link but libresponses. C++11 is enough; with C++17 text is
 * std::string_view, with C++20 a stream of events is a range.
 *
 *     #include <responses.hpp>
 *     #include <iostream>
 *
 *     int main()
 *     {
 *         responses::client client;
 *         for (auto &event : client.stream(R"({"model": "gpt-5", "input": "Say hello."})"))
 *             if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
 *                 std::cout << event.text() << std::flush;
 *     }
 *
 *     c++ hello.cpp $(pkg-config --cflags --libs responses)
 *
 * WHAT THERE IS
 *
 *   client       options, connections, and all operations          client.hpp
 *   session      a connection for many turns                       session.hpp
 *   tools        functions that a model calls                      tools.hpp
 *   tool_call    one call of one of them                           tool_function.hpp
 *   call         an operation under way; its events are a range    call.hpp
 *   response, event, json_value    what the server said            reading.hpp
 *   source       bytes to send, of a file or a stream              files.hpp
 *   decoding     events from bytes of your own             decoding.hpp
 *   verify_webhook                 whether a request is from the API       webhook.hpp
 *   error        what went wrong; an exception and a value         error.hpp
 *   result<T>    a T or an error                                   result.hpp
 *
 * ERRORS, AS YOU LIKE THEM. Every operation comes twice: `create` throws responses::error, `try_create`
 * returns result<response> and throws nothing of this library's. With -fno-exceptions the first kind
 * is not there, and the rest is as before. (std::bad_alloc can come from either kind, as from all of
 * the standard library.)
 * A stream that ends badly leaves what had arrived in its error: error.partial().
 *
 * OWNERSHIP. client, session, call, response and event own what they stand for: they can be moved, not copied,
 * and free it when they go. call_view, response_view and event_view look at what another owns, and so
 * does every string_view that is handed out: it stays until the next call with the same parent, or the
 * parent's end, as responses.h says. What is handed out ends in NUL, after its length.
 * A handle that was moved from is empty; what is asked of it answers RESPONSES_E_INVALID.
 *
 * THREADS AND FORK are as in responses.h: a client and a session are for any number of threads, a call, a
 * response and an event for one at a time, an error for any. The library starts no thread.
 *
 * JSON goes in and comes out as text. A library's own type may stand for it wherever the header says
 * json_text, and in response.as<T>(), event.as<T>(): see json_traits in text.hpp, and for nlohmann's library
 * responses/nlohmann.hpp. Trees of jansson go in and out without any text: responses/jansson.hpp.
 *
 * Since 0.1.
 */
#ifndef RESPONSES_HPP
#define RESPONSES_HPP

#include "responses/config.hpp"
#include "responses/text.hpp"
#include "responses/error.hpp"
#include "responses/result.hpp"
#include "responses/reading.hpp"
#include "responses/call.hpp"
#include "responses/files.hpp"
#include "responses/tool_function.hpp"
#include "responses/tools.hpp"
#include "responses/session.hpp"
#include "responses/client.hpp"
#include "responses/webhook.hpp"
#include "responses/decoding.hpp"
#include "responses/keys.hpp"
#include "responses/attempt.hpp"

#endif
