"""``idempotency_key=`` of each request."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from conftest import run
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI

ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "output": []}
DONE = (
    b'event: response.completed\ndata: {"type":"response.completed","sequence_number":0,'
    b'"response":{"id":"resp_1","object":"response","status":"completed","output":[]}}\n\n'
)


def answered(_target: str, body: bytes) -> Any:
    if b'"stream":true' in body:
        return 200, "text/event-stream", DONE
    return ANSWER


def entered(manager: Any) -> Any:
    with manager as answer:
        return answer.parse()


def read(manager: Any) -> Any:
    with manager as stream:
        return list(stream)


WAYS: dict[str, Callable[[OpenAI, Any], Any]] = {
    "create": lambda client, more: client.responses.create(model="m", **more),
    "events": lambda client, more: list(client.responses.create(model="m", stream=True, **more)),
    "stream": lambda client, more: read(client.responses.stream(model="m", **more)),
    "parse": lambda client, more: client.responses.parse(model="m", text_format=None, **more),
    "compact": lambda client, more: client.responses.compact(model="m", **more),
    "count": lambda client, more: client.responses.input_tokens.count(model="m", **more),
    "cancel": lambda client, more: client.responses.cancel("resp_1", **more),
    "conversation": lambda client, more: client.conversations.create(**more),
    "raw": lambda client, more: client.responses.with_raw_response.create(model="m", **more),
    "streaming": lambda client, more: entered(
        client.responses.with_streaming_response.create(model="m", **more)
    ),
    "post": lambda client, more: client.post("/x", **more),
    "options": lambda client, more: client.post("/x", options=more),
    "map": lambda client, more: list(client.responses.map([{"model": "m", **more}])),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_sent(way: str) -> None:
    with Scripted(answered) as server, OpenAI(base_url=server.base_url) as client:
        WAYS[way](client, {"idempotency_key": "mine"})
        WAYS[way](client, {})
        WAYS[way](client, {"idempotency_key": None})
        keys = [headers["idempotency-key"] for _, headers in server.seen]
    assert keys[0] == "mine"
    assert len({*keys}) == 3  # what is not given is made up


def test_a_retry_has_the_same() -> None:
    failures = [503, 503]

    def some(_target: str, body: bytes) -> Any:
        return (failures.pop(), "text/plain", b"") if failures else ANSWER

    with Scripted(some) as server:
        with OpenAI(base_url=server.base_url, options={"retry_min_ms": 1}) as client:
            client.responses.create(model="m", idempotency_key="mine")
        assert [headers["idempotency-key"] for _, headers in server.seen] == ["mine"] * 3


def test_asyncio() -> None:
    async def main(base_url: str) -> None:
        async with AsyncOpenAI(base_url=base_url) as client:
            await client.responses.create(model="m", idempotency_key="mine")

    with Scripted(answered) as server:
        run(main(server.base_url))
        assert server.seen[0][1]["idempotency-key"] == "mine"


def test_a_header_of_the_call_is_the_one_that_is_sent() -> None:
    with Scripted(answered) as server, OpenAI(base_url=server.base_url) as client:
        client.responses.create(
            model="m", idempotency_key="a", extra_headers={"idempotency-KEY": "b", "X-A": "1"}
        )
        assert server.seen[0][1]["idempotency-key"] == "b"
        assert server.seen[0][1]["x-a"] == "1"


@pytest.mark.parametrize("key", ["", 5, b"mine"])
def test_wrong_keys(client: OpenAI, key: Any) -> None:
    with pytest.raises(libresponses.InvalidArgumentError, match="idempotency_key: expected text"):
        client.responses.create(model="m", idempotency_key=key)


def test_what_makes_several_requests_takes_none(client: OpenAI) -> None:
    more: Any = {"idempotency_key": "mine"}
    with pytest.raises(TypeError, match="idempotency_key"):
        client.responses.run(model="m", tools=[], **more)
    wrong = pytest.raises(libresponses.InvalidArgumentError, match="idempotency_key: a turn")
    with client.responses.connect() as connection, wrong:
        connection.create(model="m", **more)
