"""``on_attempt``: what came of every attempt, in threads and in event loops."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import sys
from typing import Any

import pytest
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, Attempt, OpenAI

ANSWER = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "m-1",
    "output": [],
    "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
}
BUSY = 503, "application/json", b"{}"
STALLS = {"X-Sandbox-Fault": "stall-after-events=3"}


def answering(*answers: Any) -> Scripted:
    """A server that answers like that, and then well."""
    left = list(answers)
    return Scripted(lambda _path, _body: left.pop(0) if left else ANSWER)


def test_a_create_and_its_retry() -> None:
    told: list[Attempt] = []
    with (
        answering(BUSY) as server,
        OpenAI(
            base_url=server.base_url,
            api_key="k-0123456789",
            on_attempt=told.append,
            options={"retry_min_ms": 1},
        ) as client,
    ):
        client.responses.create(model="m", conversation="conv_1")
    first, last = told
    assert (first.attempt, first.http_status, first.status, first.next) == (
        1, 503, "RESPONSES_E_API", "retry",
    )  # fmt: skip
    assert not first.is_last
    assert first.reason == "http_503"
    assert 0 <= first.pause < 1
    assert first.tokens.total is None
    assert (last.attempt, last.http_status, last.status) == (2, 200, "RESPONSES_OK")
    assert last.is_last
    assert (last.operation, last.method, last.path) == ("create", "POST", "/responses")
    assert (last.request_model, last.response_model) == ("m", "m-1")
    assert (last.response_id, last.conversation) == ("resp_1", "conv_1")
    assert (last.tokens.input, last.tokens.output, last.tokens.total) == (3, 4, 7)
    assert last.tokens.cached is None
    assert last.host == "127.0.0.1"
    assert last.times.tls is None
    assert last.times.total is not None
    assert last.times.first_byte is not None
    assert last.times.total >= last.times.first_byte > 0
    assert last.request_limit.limit is None
    assert last.bytes_sent > 0
    assert last.bytes_received > 0
    assert json.loads(last.json)["attempt"] == 2
    assert "attempt=2" in repr(last)


def test_copies_tell_too_or_somebody_else() -> None:
    mine: list[Attempt] = []
    other: list[Attempt] = []
    with (
        answering() as server,
        OpenAI(base_url=server.base_url, api_key="k", on_attempt=mine.append) as client,
    ):
        client.with_options(timeout=5).responses.create(model="m")
        client.responses.create(model="m", extra_headers={"X-A": "b"})
        assert len(mine) == 2
        client.with_options(on_attempt=other.append).responses.create(model="m")
        assert (len(mine), len(other)) == (2, 1)
        client.with_options(on_attempt=None).responses.create(model="m")
        assert (len(mine), len(other)) == (2, 1)
        with pytest.raises(libresponses.InvalidArgumentError, match="on_attempt: expected"):
            client.with_options(on_attempt="x")


def test_a_stream_that_is_not_read_to_its_end(sandbox: Any) -> None:
    told: list[Attempt] = []
    with OpenAI(on_attempt=told.append) as client:
        stream = client.responses.create(
            model="sandbox", input="Hello", stream=True, extra_headers=STALLS
        )
        next(iter(stream))
        assert told == []
        stream.close()
        assert [one.status for one in told] == ["RESPONSES_E_CANCELLED"]
        for _ in client.responses.create(model="sandbox", input="Hello", stream=True):
            pass
        assert told[-1].status == "RESPONSES_OK"
        assert told[-1].events > 5
        assert told[-1].times.first_event is not None
        # Nobody has it any more, and its client is gone as well.
        stream = client.responses.create(
            model="sandbox", input="Hello", stream=True, extra_headers=STALLS
        )
    del stream, client
    gc.collect()
    assert len(told) == 3
    assert told[2].status == "RESPONSES_E_CANCELLED"


def test_in_an_event_loop() -> None:
    told: list[Attempt] = []

    async def many(client: AsyncOpenAI) -> None:
        await asyncio.gather(*(client.responses.create(model=f"m{i}") for i in range(10)))
        await client.close()

    with answering(BUSY) as server:
        client = AsyncOpenAI(
            base_url=server.base_url,
            api_key="k",
            on_attempt=told.append,
            options={"retry_min_ms": 1},
        )
        asyncio.run(many(client))
    assert len(told) == 11
    assert sorted(one.request_model or "" for one in told if one.is_last) == [
        f"m{i}" for i in range(10)
    ]


def test_a_function_that_raises_is_shown_and_the_call_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "excepthook", lambda *what: shown.append(what))

    def fails(attempt: Attempt) -> None:
        raise ValueError(attempt.status)

    with (
        answering() as server,
        OpenAI(base_url=server.base_url, api_key="k", on_attempt=fails) as client,
    ):
        assert client.responses.create(model="m").id == "resp_1"
    assert [str(what[1]) for what in shown] == ["RESPONSES_OK"]


def test_a_function_may_make_another_call() -> None:
    told: list[str] = []

    def asks(attempt: Attempt) -> None:
        told.append(attempt.request_model or "")
        if attempt.request_model == "one":
            client.responses.create(model="two")

    with (
        answering() as server,
        OpenAI(base_url=server.base_url, api_key="k", on_attempt=asks) as client,
    ):
        client.responses.create(model="one")
    assert told == ["one", "two"]


heard: list[Attempt] = []


def test_a_client_that_was_pickled() -> None:
    heard.clear()
    with answering() as server:
        client = OpenAI(base_url=server.base_url, api_key="k", on_attempt=heard.append)
        with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
            pickle.dumps(client.with_options(on_attempt=lambda _: None))
        other = OpenAI(base_url=server.base_url, api_key="k", on_attempt=hear)
        copy = pickle.loads(pickle.dumps(other))
        copy.responses.create(model="m")
        assert len(heard) == 1
        for one in (client, other, copy):
            one.close()


def hear(attempt: Attempt) -> None:
    heard.append(attempt)


def test_sessions_tell_of_their_turns(sandbox: Any) -> None:
    told: list[Attempt] = []
    with OpenAI(on_attempt=told.append) as client, client.responses.connect() as connection:
        for _ in range(2):
            connection.create(model="sandbox", input="Hello")
    turns = [one for one in told if one.operation == "create"]
    assert [one.is_last for one in turns] == [True, True]
    assert turns[1].reused
