"""Clients in servers: many of them, few descriptors, freed at once, cancelled by others."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable

import pytest
from conftest import descriptors, run

import libresponses
from libresponses import AsyncOpenAI, OpenAI

Fault = Callable[[str], dict[str, str]]


@contextmanager
def no_cycles() -> Iterator[None]:
    """Within, nothing is freed that references do not free."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_client_for_each_request() -> None:
    with no_cycles():
        before = descriptors()
        for _ in range(20):
            client = OpenAI(max_retries=0)
            client.responses.create(model="sandbox", input="Hi")
            for event in client.responses.create(model="sandbox", input="#long=3", stream=True):
                if event.type == "response.created":
                    break
            list(client.responses.create(model="sandbox", input="Hi", stream=True))
            with client.responses.stream(model="sandbox", input="Hi") as stream:
                next(stream)
            with pytest.raises(libresponses.NotFoundError):
                client.responses.retrieve("resp_none")
            del client, event, stream
            assert descriptors() <= before


def test_a_client_for_each_request_in_a_loop() -> None:
    async def one(how: str) -> None:
        client = AsyncOpenAI(max_retries=0)
        if how == "create":
            await client.responses.create(model="sandbox", input="Hi")
        elif how == "fail":
            with pytest.raises(libresponses.NotFoundError):
                await client.responses.retrieve("resp_none")
        else:
            async for _ in await client.responses.create(
                model="sandbox", input="#long=3", stream=True
            ):
                if how == "break":
                    break

    async def main() -> None:
        before = descriptors()
        for how in ("create", "stream", "fail", "break"):
            for _ in range(10):
                await one(how)
                await asyncio.sleep(0)  # what a loop has to do for a generator that was dropped
                await asyncio.sleep(0)
                assert descriptors() <= before, how

    with no_cycles():
        run(main())


def test_clients_that_are_alike_share_connections() -> None:
    first = OpenAI(api_key="sk-one")
    before = descriptors()
    others = [OpenAI(api_key=f"sk-{number}", timeout=number + 1) for number in range(20)]
    assert descriptors() == before
    other = OpenAI(base_url="http://127.0.0.1:1/v1")
    assert descriptors() > before
    for one in (first, *others, other):
        one.close()


def test_closing_one_of_those_that_share() -> None:
    one, other = OpenAI(), OpenAI()
    one.close()
    assert other.responses.create(model="sandbox", input="Hi").output_text
    with pytest.raises(libresponses.ClosedError):
        one.responses.create(model="sandbox", input="Hi")
    other.close()


def test_the_resources_of_a_client_stay_the_same(client: OpenAI) -> None:
    assert client.responses is client.responses
    assert OpenAI().responses.create(model="sandbox", input="Hi").output_text


def soon(function: Callable[[], Any]) -> threading.Timer:
    timer = threading.Timer(0.1, function)
    timer.start()
    return timer


def test_another_thread_cancels_a_call(fault: Fault) -> None:
    """That of one copy, and of nobody else."""
    with OpenAI(max_retries=0) as client, ThreadPoolExecutor(1) as pool:
        mine = client.with_options()
        for streams in (False, True):
            other = pool.submit(
                client.responses.create,
                model="sandbox",
                input="Hi",
                extra_headers=fault("first-byte-delay=400"),
            )
            timer = soon(mine.cancel_calls)
            began = time.monotonic()
            with pytest.raises(libresponses.RequestCancelledError):
                mine.responses.create(
                    model="sandbox",
                    input="Hi",
                    extra_headers=fault("first-byte-delay=60000"),
                    stream=streams,
                )
            assert time.monotonic() - began < 30
            timer.join()
            assert other.result(30).output_text == "You said: Hi"
        assert mine.responses.create(model="sandbox", input="Hi").output_text
        assert not mine._line._waited_for


def test_cancelled_streams_of_a_client() -> None:
    with OpenAI(max_retries=0) as client:
        stream = client.responses.create(model="sandbox", input="#long=2000", stream=True)
        next(stream)
        client.with_options().cancel_calls()
        next(stream)
        client.cancel_calls()
        with pytest.raises(libresponses.RequestCancelledError):
            list(stream)


def test_another_thread_ends_the_calls_of_a_loop(fault: Fault) -> None:
    async def main() -> None:
        async with AsyncOpenAI(max_retries=0) as client:
            timer = soon(client.cancel_calls)
            with pytest.raises(libresponses.RequestCancelledError):
                await client.responses.create(
                    model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=20000")
                )
            timer.join()

    run(main())
