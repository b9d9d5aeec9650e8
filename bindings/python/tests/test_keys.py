"""Keys that a function gives: for each attempt, in threads and in event loops."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest
from conftest import run
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI

ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "output": []}
BUSY = 503, "application/json", b"{}"
REFUSED = 401, "application/json", b'{"error": {"message": "expired"}}'


class Keys:
    """k1, k2 and so on."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"k{self.count}"


def keys_of(server: Scripted) -> list[str]:
    return [headers.get("authorization", "")[7:] for _, headers in server.seen]


def answering(*answers: Any) -> Scripted:
    """A server that answers like that, and then well."""
    left = list(answers)
    return Scripted(lambda _path, _body: left.pop(0) if left else ANSWER)


def test_each_attempt_asks() -> None:
    with (
        answering(BUSY, BUSY) as server,
        OpenAI(base_url=server.base_url, api_key=Keys()) as client,
    ):
        client.responses.create(model="m")
        assert keys_of(server) == ["k1", "k2", "k3"]


def test_copies_ask_or_have_their_own() -> None:
    with answering() as server, OpenAI(base_url=server.base_url, api_key=Keys()) as client:
        client.with_options(timeout=5).responses.create(model="m")
        client.with_options(api_key="sk-own").responses.create(model="m")
        client.responses.create(model="m", timeout=5)
        assert keys_of(server) == ["k1", "sk-own", "k2"]


def test_a_refused_key_is_asked_for_again() -> None:
    with (
        answering(REFUSED) as server,
        OpenAI(base_url=server.base_url, api_key=Keys(), max_retries=0) as client,
    ):
        client.responses.create(model="m")
        assert keys_of(server) == ["k1", "k2"]


def test_the_same_key_is_not_sent_again() -> None:
    with (
        answering(REFUSED) as server,
        OpenAI(base_url=server.base_url, api_key=lambda: "stale") as client,
    ):
        with pytest.raises(libresponses.AuthenticationError, match="expired"):
            client.responses.create(model="m")
        assert keys_of(server) == ["stale"]


def test_what_the_function_raises_comes_out() -> None:
    def key() -> str:
        raise LookupError("no token")

    with answering() as server:
        with OpenAI(base_url=server.base_url, api_key=key) as client:
            with pytest.raises(LookupError, match="no token"):
                client.responses.create(model="m")
            with pytest.raises(LookupError, match="no token"):
                client.responses.create(model="m", stream=True)
            outcome = next(iter(client.responses.map([{"model": "m"}])))
            assert isinstance(outcome.error, LookupError)
        assert not server.seen


def test_what_is_no_key() -> None:
    async def awaited() -> str:
        return "k"

    for key, problem in ((lambda: 5, ValueError), (lambda: "a\nb", ValueError)):
        with OpenAI(api_key=key) as client, pytest.raises(problem, match="key"):
            client.responses.create(model="m")
    with OpenAI(api_key=awaited) as client, pytest.raises(TypeError, match="AsyncOpenAI"):
        client.responses.create(model="m")


def test_a_coroutine_is_awaited_for_each_attempt() -> None:
    variable = contextvars.ContextVar("variable", default="unset")
    seen = []
    keys = Keys()

    async def key() -> str:
        await asyncio.sleep(0.01)
        seen.append(variable.get())
        return keys()

    async def main() -> None:
        with answering(BUSY) as server:
            async with AsyncOpenAI(base_url=server.base_url, api_key=key) as client:
                variable.set("mine")
                await client.responses.create(model="m")
                assert keys_of(server) == ["k1", "k2"]
                assert seen[0] == "mine"
                found = [one async for one in client.responses.map([{"model": "m"}] * 3)]
                assert [one.error for one in found] == [None] * 3

    run(main())


def test_what_a_coroutine_raises_comes_out() -> None:
    async def key() -> str:
        await asyncio.sleep(0)
        raise LookupError("no token")

    async def main() -> None:
        async with AsyncOpenAI(api_key=key) as client:
            with pytest.raises(LookupError, match="no token"):
                await client.responses.create(model="m")

    run(main())


def test_a_call_may_be_cancelled_while_it_waits_for_its_key() -> None:
    async def key() -> str:
        await asyncio.sleep(0.05)
        return "late"

    async def main() -> None:
        with answering() as server:
            async with AsyncOpenAI(base_url=server.base_url, api_key=key) as client:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.responses.create(model="m"), 0.01)
                await asyncio.sleep(0.1)
                assert not server.seen
                await client.responses.create(model="m")

    run(main())
