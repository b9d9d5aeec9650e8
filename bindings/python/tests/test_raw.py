"""``with_raw_response`` and ``with_streaming_response``: every operation, both clients, all that
an answer has.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Callable

import pytest
from conftest import KEY
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, AsyncStream, ClosedError, OpenAI, Stream
from libresponses.pagination import AsyncCursorPage, SyncCursorPage
from libresponses.types import conversations as of_conversations
from libresponses.types import responses as of_responses

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": '{"value": 7}', "annotations": []}],
}
RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "output": [MESSAGE]}
PAGE = {
    "object": "list",
    "data": [{**MESSAGE, "id": "msg_0"}],
    "has_more": True,
    "first_id": "msg_0",
    "last_id": "msg_0",
}
LAST = {**PAGE, "data": [MESSAGE], "has_more": False, "first_id": "msg_1", "last_id": "msg_1"}
CONVERSATION = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
EVENTS = [
    {"type": "response.created", "sequence_number": 0, "response": {**RESPONSE, "output": []}},
    {"type": "response.completed", "sequence_number": 1, "response": RESPONSE},
]
SSE = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in EVENTS).encode()


def answered(target: str, body: bytes) -> Any:
    path, _, query = target.partition("?")
    path = path.replace("/v1", "", 1)
    if b'"stream":true' in body or "stream=true" in query:
        return 200, "text/event-stream", SSE
    if path == "/responses/input_tokens":
        return {"object": "response.input_tokens", "input_tokens": 3}
    if path == "/responses/compact":
        return {"id": "resp_2", "object": "response.compaction", "output": [], "created_at": 1}
    if path.endswith("items") and body:
        return LAST
    if path.endswith("items"):
        return LAST if "after=msg_0" in query else PAGE
    if "/items/" in path and not path.endswith("gone"):
        return MESSAGE
    if path.startswith("/conversations/gone") or path == "/responses/gone":
        return {"id": "gone", "object": "deleted", "deleted": True}
    return CONVERSATION if path.startswith("/conversations") else RESPONSE


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with Scripted(answered) as running:
        yield running


Ask = Callable[[Any], Any]

# Every operation: how it is asked for, and what its answer is.
OPERATIONS: dict[str, tuple[Ask, Any]] = {
    "create": (lambda c: c.responses.create(model="m", input="x"), of_responses.Response),
    "retrieve": (lambda c: c.responses.retrieve("resp_1"), of_responses.Response),
    "cancel": (lambda c: c.responses.cancel("resp_1"), of_responses.Response),
    "wait": (lambda c: c.responses.wait("resp_1"), of_responses.Response),
    "delete": (lambda c: c.responses.delete("gone"), libresponses._models.ResponseDeleted),
    "parse": (
        lambda c: c.responses.parse(model="m", input="x", text_format=int),
        of_responses.ParsedResponse,
    ),
    "compact": (lambda c: c.responses.compact(model="m"), of_responses.CompactedResponse),
    "input_items": (lambda c: c.responses.input_items.list("resp_1"), SyncCursorPage),
    "input_tokens": (
        lambda c: c.responses.input_tokens.count(input="x"),
        of_responses.InputTokenCountResponse,
    ),
    "conversation": (lambda c: c.conversations.create(), of_conversations.Conversation),
    "of an id": (lambda c: c.conversations.retrieve("conv_1"), of_conversations.Conversation),
    "update": (
        lambda c: c.conversations.update("conv_1", metadata={"a": "b"}),
        of_conversations.Conversation,
    ),
    "delete it": (
        lambda c: c.conversations.delete("gone"),
        of_conversations.ConversationDeletedResource,
    ),
    "add": (
        lambda c: c.conversations.items.create("conv_1", items=[MESSAGE]),
        of_conversations.ConversationItemList,
    ),
    "item": (
        lambda c: c.conversations.items.retrieve("msg_1", conversation_id="conv_1"),
        of_conversations.Message,
    ),
    "items": (lambda c: c.conversations.items.list("conv_1"), SyncCursorPage),
    "take out": (
        lambda c: c.conversations.items.delete("gone", conversation_id="conv_1"),
        of_conversations.Conversation,
    ),
}

every_operation = pytest.mark.parametrize("name", OPERATIONS)


class Form:
    """The resources of a client in one form: ``form.responses`` is ``client.responses.with_...``,
    also those below them.
    """

    def __init__(self, place: Any, form: str) -> None:
        self._place = place
        self._form = form

    def __getattr__(self, name: str) -> Any:
        if name in ("responses", "conversations", "items", "input_items", "input_tokens"):
            return Form(getattr(self._place, name), self._form)
        return getattr(getattr(self._place, self._form), name)


@pytest.fixture
def sync(server: Scripted) -> Iterator[OpenAI]:
    with OpenAI(base_url=server.base_url, api_key=KEY, timeout=20, max_retries=0) as made:
        yield made


def in_a_loop(server: Scripted, main: Callable[[AsyncOpenAI], Any]) -> None:
    async def run() -> None:
        async with AsyncOpenAI(
            base_url=server.base_url, api_key=KEY, timeout=20, max_retries=0
        ) as client:
            await main(client)

    asyncio.run(run())


def looked_at(raw: Any, path: str) -> None:
    """What every raw answer has."""
    assert raw.status_code == 200
    assert raw.is_success
    assert raw.headers["Content-Type"]
    assert raw.retries_taken == 0
    assert raw.request_id is None
    assert raw.http_request.headers.get("X-Stainless-Lang") == "python"
    assert raw.http_request.headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(raw.http_request.headers)
    assert raw.method == raw.http_request.method in ("GET", "POST", "DELETE")
    assert raw.url == raw.http_request.url
    assert raw.url.path.startswith(path)
    assert raw.url.host == "127.0.0.1"
    assert raw.http_response.status_code == 200
    assert raw.http_response.reason_phrase == "OK"
    assert raw.http_response.request is raw.http_request


@every_operation
def test_raw(sync: OpenAI, server: Scripted, name: str) -> None:
    ask, kind = OPERATIONS[name]
    raw = ask(Form(sync, "with_raw_response"))
    sent, headers = server.seen[-1]
    assert raw.is_closed is True
    looked_at(raw, "/v1/")
    assert raw.url.path == sent.partition("?")[0]
    told = raw.http_request.headers
    assert {told[one] for one in told} <= set(headers.values())
    assert isinstance(raw.parse(), kind)
    assert raw.parse() is raw.parse()
    assert raw.elapsed > timedelta(0)
    assert json.loads(raw.content) == raw.json() == json.loads(raw.text)
    assert raw.read() == b"".join(raw.iter_bytes(5)) == raw.http_response.content
    assert "".join(raw.iter_text()) == raw.text == "\n".join(raw.iter_lines())
    assert raw.parse(to=dict) == raw.json()
    assert raw.parse(to=str) == raw.text
    assert type(ask(sync.with_raw_response)) is type(raw)


@every_operation
def test_streaming(sync: OpenAI, name: str) -> None:
    ask, kind = OPERATIONS[name]
    with ask(Form(sync, "with_streaming_response")) as answer:
        assert not answer.is_closed
        looked_at(answer, "/v1/")
        with pytest.raises(RuntimeError, match="elapsed"):
            _ = answer.elapsed
        assert isinstance(answer.parse(), kind)
    assert answer.is_closed is True
    assert answer.elapsed > timedelta(0)
    with ask(sync.with_streaming_response) as answer:
        whole = answer.read()
        assert answer.is_closed
        assert answer.json() == json.loads(whole) == json.loads(answer.text())
        assert b"".join(answer.iter_bytes(3)) == b"".join(answer.iter_bytes()) == whole
        assert "".join(answer.iter_text()) == "\n".join(answer.iter_lines()) == whole.decode()
        assert isinstance(answer.parse(), kind)
    with ask(sync.with_streaming_response) as answer:
        pass
    with pytest.raises(ClosedError, match="before it was read"):
        answer.read()


@every_operation
def test_async_raw(server: Scripted, name: str) -> None:
    ask, kind = OPERATIONS[name]

    async def main(client: AsyncOpenAI) -> None:
        raw = await ask(Form(client, "with_raw_response"))
        assert raw.is_closed is True
        looked_at(raw, "/v1/")
        expected = AsyncCursorPage if kind is SyncCursorPage else kind
        assert isinstance(raw.parse(), expected)
        assert raw.json() == json.loads(raw.content)
        assert raw.elapsed > timedelta(0)

    in_a_loop(server, main)


@every_operation
def test_async_streaming(server: Scripted, name: str) -> None:
    ask, kind = OPERATIONS[name]

    async def main(client: AsyncOpenAI) -> None:
        async with ask(Form(client, "with_streaming_response")) as answer:
            assert not answer.is_closed
            looked_at(answer, "/v1/")
            expected = AsyncCursorPage if kind is SyncCursorPage else kind
            assert isinstance(await answer.parse(), expected)
        assert answer.is_closed is True
        async with ask(client.with_streaming_response) as answer:
            whole = await answer.read()
            assert await answer.json() == json.loads(whole) == json.loads(await answer.text())
            assert b"".join([piece async for piece in answer.iter_bytes(3)]) == whole
            assert [line async for line in answer.iter_lines()] == whole.decode().splitlines()

    in_a_loop(server, main)


STREAMS: dict[str, Ask] = {
    "create": lambda c: c.responses.create(model="m", input="x", stream=True),
    "retrieve": lambda c: c.responses.retrieve("resp_1", stream=True),
}

both_streams = pytest.mark.parametrize("name", STREAMS)


@both_streams
def test_streams(sync: OpenAI, name: str) -> None:
    ask = STREAMS[name]
    generic: Any = Stream
    raw = ask(sync.with_raw_response)
    looked_at(raw, "/v1/responses")
    assert raw.headers["content-type"] == "text/event-stream"
    assert not raw.is_closed
    stream = raw.parse()
    assert isinstance(stream, Stream)
    assert raw.parse(to=generic[Any]) is stream
    assert [event.type for event in stream] == ["response.created", "response.completed"]
    assert raw.is_closed
    with ask(sync.with_streaming_response) as answer:
        stream = answer.parse()
        assert isinstance(stream, Stream)
        assert stream.response is answer.http_response
        assert not answer.is_closed
        stream.close()
        assert answer.is_closed
    read: list[Callable[[Any], bytes]] = [
        lambda answer: answer.read(),
        lambda answer: answer.text().encode(),
        lambda answer: b"".join(answer.iter_bytes()),
        lambda answer: b"".join(answer.iter_bytes(7)),
        lambda answer: "".join(answer.iter_text()).encode(),
        lambda answer: "".join(answer.iter_text(5)).encode(),
        lambda answer: "".join(line + "\n" for line in answer.iter_lines()).encode(),
    ]
    for one in read:
        with ask(sync.with_streaming_response) as answer:
            assert one(answer) == SSE
            assert answer.is_closed
        assert answer.elapsed > timedelta(0)
    with ask(sync.with_streaming_response) as answer:
        next(answer.iter_bytes())
        with pytest.raises(ClosedError, match="already"):
            answer.parse()
        with pytest.raises(TypeError, match="Stream"):
            ask(sync.with_raw_response).parse(to=AsyncStream)


@both_streams
def test_async_streams(server: Scripted, name: str) -> None:
    ask = STREAMS[name]

    async def pieces(found: AsyncIterator[Any]) -> list[Any]:
        return [piece async for piece in found]

    async def main(client: AsyncOpenAI) -> None:
        raw = await ask(client.with_raw_response)
        stream = raw.parse()
        assert isinstance(stream, AsyncStream)
        assert len(await pieces(aiter_of(stream))) == 2
        assert raw.is_closed
        async with ask(client.with_streaming_response) as answer:
            assert answer.parse is not None
            stream = await answer.parse()
            assert isinstance(stream, AsyncStream)
            await stream.close()
        assert answer.is_closed
        async with ask(client.with_streaming_response) as answer:
            assert await answer.read() == SSE
            assert await answer.text() == SSE.decode()
        async with ask(client.with_streaming_response) as answer:
            assert b"".join(await pieces(answer.iter_bytes(4))) == SSE
        async with ask(client.with_streaming_response) as answer:
            assert await pieces(answer.iter_lines()) == SSE.decode().split("\n")[:-1]
        stream = await ask(client)
        await stream.response.aclose()
        assert stream.response.is_closed

    def aiter_of(stream: Any) -> AsyncIterator[Any]:
        return stream  # type: ignore[no-any-return]

    in_a_loop(server, main)


def test_leaving_the_block_ends_the_call(client: OpenAI) -> None:
    with client.responses.with_streaming_response.create(
        model="sandbox", input="#long=300", stream=True
    ) as answer:
        stream = answer.parse()
        next(stream)
        lines = answer.http_response
    assert answer.is_closed
    assert lines.is_closed
    with pytest.raises(ClosedError):
        list(stream)
    with client.responses.with_streaming_response.create(
        model="sandbox", input="#long=300", stream=True
    ) as answer:
        found = answer.iter_lines()
        assert next(found) == "event: response.created"
    with pytest.raises(ClosedError):
        list(found)


def test_an_exception_ends_the_call_too(sync: OpenAI) -> None:
    found = []
    with (
        pytest.raises(KeyError),
        sync.responses.with_streaming_response.create(model="m", stream=True) as answer,
    ):
        found.append(answer)
        raise KeyError("of the program")
    assert found[0].is_closed


def test_the_response_of_a_stream(sync: OpenAI) -> None:
    stream = sync.responses.create(model="m", stream=True)
    assert stream.response.status_code == 200
    assert stream.response.request.method == "POST"
    assert json.loads(stream.response.request.content) == {"model": "m", "stream": True}
    assert not stream.response.is_closed
    stream.response.close()
    assert stream.response.is_closed
    with sync.responses.create(model="m", stream=True) as stream:
        assert len(list(stream)) == 2
    assert stream.response.headers["content-type"] == "text/event-stream"
    assert stream.response.is_closed
    with sync.responses.stream(model="m") as managed:
        assert managed.response.headers["content-type"] == "text/event-stream"


def test_parsed(sync: OpenAI) -> None:
    @dataclass
    class Answer:
        value: int

    raw = sync.responses.with_raw_response.parse(model="m", text_format=Answer)
    assert raw.parse().output_parsed == Answer(7)
    with sync.responses.with_streaming_response.parse(model="m", text_format=Answer) as answer:
        assert answer.parse().output_parsed == Answer(7)
        assert answer.json()["output"][0]["content"][0]["text"] == '{"value": 7}'
    tokens = sync.responses.input_tokens.with_raw_response.count(input="x")
    assert tokens.parse(to=object) == tokens.parse(to=dict[str, Any]) == tokens.json()
    assert tokens.parse(to=bytes) == tokens.content
    assert tokens.parse(to=of_responses.Response).input_tokens == 3


def test_numbers() -> None:
    from libresponses._answers import converted

    assert converted(b"7", int) == converted(b"7", float) == 7
    assert converted(b"true", bool) is True
    assert converted(b'["a"]', list) == converted(b'["a"]', list[str]) == ["a"]


def test_pages_that_follow(sync: OpenAI, server: Scripted) -> None:
    for owner in (sync.responses.input_items, sync.conversations.items):
        page = owner.with_raw_response.list("x_1", limit=1).parse()
        assert [item.id for item in page] == ["msg_0", "msg_1"]
        assert page.get_next_page().data[0].id == "msg_1"

    async def main(client: AsyncOpenAI) -> None:
        for owner in (client.responses.input_items, client.conversations.items):
            raw = await owner.with_raw_response.list("x_1")
            assert [item.id async for item in raw.parse()] == ["msg_0", "msg_1"]

    in_a_loop(server, main)


def test_what_the_request_was(sync: OpenAI, server: Scripted) -> None:
    client = sync.with_options(default_query={"q": "1"}, default_headers={"X-A": "a", "X-B": "b"})
    raw = client.responses.with_raw_response.retrieve(
        "resp_1", include=["a", "b c"], extra_query={"z": True}, extra_headers={"X-B": None}
    )
    target, _ = server.seen[-1]
    assert sorted(raw.url.query.decode().split("&")) == sorted(target.partition("?")[2].split("&"))
    assert raw.url.params["z"] == "true"
    assert raw.http_request.headers["x-a"] == "a"
    assert "x-b" not in raw.http_request.headers
    assert raw.http_request.content == b""
    items = sync.conversations.items.with_raw_response.list("conv_1", limit=2, order="asc")
    assert str(items.url) == f"{server.base_url}/conversations/conv_1/items?limit=2&order=asc"
    assert items.url.scheme == "http"
    assert items.url.port == int(server.base_url.split(":")[2].split("/")[0])


def test_empty_ids(sync: OpenAI, server: Scripted) -> None:
    asks: list[Ask] = [
        lambda c: c.responses.retrieve(""),
        lambda c: c.responses.retrieve("", stream=True),
        lambda c: c.responses.cancel(""),
        lambda c: c.responses.delete(""),
        lambda c: c.responses.input_items.list(""),
        lambda c: c.conversations.retrieve(""),
        lambda c: c.conversations.update("", metadata=None),
        lambda c: c.conversations.delete(""),
        lambda c: c.conversations.items.create("", items=[]),
        lambda c: c.conversations.items.retrieve("msg_1", conversation_id=""),
        lambda c: c.conversations.items.retrieve("", conversation_id="conv_1"),
        lambda c: c.conversations.items.list(""),
        lambda c: c.conversations.items.delete("msg_1", conversation_id=""),
        lambda c: c.conversations.items.delete("", conversation_id="conv_1"),
    ]
    told = r"Expected a non-empty value for `(response|conversation|item)_id` but received ''"
    before = len(server.seen)
    for ask in asks:
        for form in (sync, sync.with_raw_response, sync.with_streaming_response):
            with pytest.raises(ValueError, match=told):
                ask(form)
    assert len(server.seen) == before


def test_refusals(client: OpenAI, fault: Callable[[str], dict[str, str]]) -> None:
    for form in ("with_raw_response", "with_streaming_response"):
        for stream in (False, True):
            with pytest.raises(libresponses.RateLimitError) as caught:
                asked = getattr(client.responses, form).create(
                    model="sandbox", stream=stream, input="x", extra_headers=fault("status=429")
                )
                asked.__enter__()
            assert caught.value.response.status_code == 429
            assert str(caught.value.request.url) == f"{client.base_url}/responses"
            assert caught.value.response.url.path == "/v1/responses"
    patient = client.with_options(max_retries=3)
    headers = fault("status=503; retry-after-ms=1; times=2")
    raw = patient.responses.with_raw_response.create(
        model="sandbox", input="Hi", extra_headers=headers
    )
    assert raw.retries_taken == 2


def test_what_has_no_raw_form(sync: OpenAI) -> None:
    for form in (sync.responses.with_raw_response, sync.responses.with_streaming_response):
        for ask in (
            lambda r: r.stream(model="m"),
            lambda r: r.run(model="m", tools=[]),
            lambda r: r.map([]),
        ):
            with pytest.raises(AttributeError, match="raw"):
                ask(form)  # type: ignore[no-untyped-call]


class Slow:
    """A server that sends the head of a stream, and its events when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/v1"
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        connection, _ = self.listening.accept()
        with connection:
            received = b""
            while b"\r\n\r\n" not in received or not received.endswith(b"}"):
                received += connection.recv(65536)
            head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: req_1\r\n"
            connection.sendall(f"{head}Content-Length: {len(SSE)}\r\n\r\n".encode())
            self.go.wait(20)
            connection.sendall(SSE)

    def __enter__(self) -> Slow:
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self.thread.join()
        self.listening.close()


def test_the_head_comes_first() -> None:
    ask = STREAMS["create"]
    with Slow() as server, OpenAI(base_url=server.base_url, api_key=KEY, timeout=20) as client:
        entered = ask(client.with_streaming_response)
        with entered as answer:
            assert answer.request_id == "req_1"
            assert not server.go.is_set()
            server.go.set()
            assert list(answer.iter_lines()) == SSE.decode().split("\n")[:-1]
    with Slow() as server, OpenAI(base_url=server.base_url, api_key=KEY, timeout=20) as client:
        raw = ask(client.with_raw_response)
        assert raw.headers["x-request-id"] == "req_1"
        server.go.set()
        assert len(list(raw.parse())) == 2

    async def main(base_url: str, go: threading.Event) -> None:
        async with AsyncOpenAI(base_url=base_url, api_key=KEY, timeout=20) as client:
            entered = ask(client.with_streaming_response)
            async with entered as answer:
                await asyncio.sleep(0.01)  # the loop looks, and leaves alone what nobody reads
                go.set()
                await asyncio.sleep(0.05)
                assert [event.type async for event in await answer.parse()] == [
                    "response.created",
                    "response.completed",
                ]

    with Slow() as server:
        asyncio.run(main(server.base_url, server.go))


def test_answers_as_they_came() -> None:
    bodies = {
        "text/html": b"<html>",
        "application/json": b' {"id" : "resp_1"}\n',
        "text/plain": b'{"id": "resp_2"}',
    }
    kinds = iter(bodies.items())

    def handler(target: str, body: bytes) -> Any:
        kind, content = next(kinds)
        return 200, kind, content

    with Scripted(handler) as server, OpenAI(base_url=server.base_url, api_key=KEY) as client:
        raw = client.responses.with_raw_response.create(model="m")
        assert raw.http_version == "HTTP/1.1"
        assert raw.content == b"<html>"
        assert raw.parse() == "<html>"
        with client.responses.with_streaming_response.create(model="m") as answer:
            assert answer.http_version == "HTTP/1.1"
            assert answer.read() == bodies["application/json"]
            assert answer.parse().id == "resp_1"
        assert client.responses.with_raw_response.create(model="m").parse().id == "resp_2"


def test_a_stream_that_is_resumed_is_one(
    client: OpenAI, fault: Callable[[str], dict[str, str]]
) -> None:
    asked: dict[str, Any] = {"model": "sandbox", "input": "#long=30", "stream": True}
    headers = fault("cut-after-events=5; times=2")
    with client.responses.with_streaming_response.create(
        **asked, background=True, extra_headers=headers
    ) as answer:
        data = [json.loads(line[6:]) for line in answer.iter_lines() if line[:6] == "data: "]
    assert [one["sequence_number"] for one in data] == list(range(len(data)))
    assert data[-1]["type"] == "response.completed"
