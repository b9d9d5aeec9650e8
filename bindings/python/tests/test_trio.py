"""trio: the asynchronous client waits by its means; and uvloop as an event loop of asyncio."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Coroutine
from typing import Any, Callable

import pytest
from conftest import KEY, Sandbox
from scripted import Scripted

import libresponses
import libresponses.httpx as ours
from libresponses import AsyncOpenAI

trio = pytest.importorskip("trio")

Fault = Callable[[str], dict[str, str]]


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        with trio.fail_after(60):
            await main()

    trio.run(limited)


def test_calls_at_once() -> None:
    texts: dict[int, str] = {}

    async def main() -> None:
        async with AsyncOpenAI(max_retries=0) as client:

            async def one(number: int) -> None:
                if number % 2:
                    stream = await client.responses.create(
                        model="sandbox", input=f"n{number}", stream=True
                    )
                    texts[number] = "".join([getattr(e, "delta", "") async for e in stream])
                else:
                    made = await client.responses.create(model="sandbox", input=f"n{number}")
                    texts[number] = made.output_text

            async with trio.open_nursery() as nursery:
                for number in range(60):
                    nursery.start_soon(one, number)

    run(main)
    assert texts == {number: f"You said: n{number}" for number in range(60)}


def test_others_go_on(fault: Fault) -> None:
    async def main() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await trio.sleep(0.01)

        async with AsyncOpenAI(max_retries=0) as client, trio.open_nursery() as nursery:
            nursery.start_soon(tick)
            await client.responses.create(
                model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=300")
            )
            assert ticks > 3
            nursery.cancel_scope.cancel()

    run(main)


def test_whoever_watches_may_be_cancelled(fault: Fault) -> None:
    """Another task takes its turn at the descriptor."""

    async def main() -> None:
        done = trio.Event()
        async with AsyncOpenAI(max_retries=0) as client, trio.open_nursery() as nursery:

            async def other() -> None:
                made = await client.responses.create(
                    model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=400")
                )
                assert made.output_text
                done.set()

            with trio.move_on_after(0.1) as scope:
                nursery.start_soon(other)
                await client.responses.create(
                    model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=60000")
                )
            assert scope.cancelled_caught
            await done.wait()

    run(main)


def test_closing_ends_what_others_wait_for(fault: Fault) -> None:
    async def main() -> None:
        client = AsyncOpenAI(max_retries=0)

        async def one() -> None:
            with pytest.raises(libresponses.ClosedError):
                await client.responses.create(
                    model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=60000")
                )

        async with trio.open_nursery() as nursery:
            nursery.start_soon(one)
            nursery.start_soon(one)
            await trio.sleep(0.05)
            await client.close()

    run(main)


def test_map_and_keys() -> None:
    async def main() -> None:
        async def key() -> str:
            await trio.sleep(0.01)
            return "of-trio"

        answer = {"id": "resp_1", "object": "response", "status": "completed", "output": []}
        with Scripted(lambda _path, _body: answer) as server:
            async with AsyncOpenAI(base_url=server.base_url, api_key=key) as client:
                requests = [{"model": "m", "input": str(number)} for number in range(5)]
                found = [outcome async for outcome in client.responses.map(requests)]
                assert [outcome.unwrap().id for outcome in found] == ["resp_1"] * 5
                await client.responses.create(model="m")
            assert {head["authorization"] for _, head in server.seen} == {"Bearer of-trio"}

    run(main)


def test_several_runs() -> None:
    client = AsyncOpenAI(max_retries=0)

    async def main() -> None:
        assert (await client.responses.create(model="sandbox", input="Hi")).output_text
        async with await client.responses.create(
            model="sandbox", input="#long=3", stream=True
        ) as stream:
            async for _ in stream:
                break

    run(main)
    run(main)
    asyncio.run(main())
    asyncio.run(client.close())


@pytest.fixture(params=["httpx2", "httpx"])
def package(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


def test_transports(package: Any, sandbox: Sandbox, fault: Fault) -> None:
    """`AsyncTransport` waits by the means of trio too, and so does what passes on."""
    url = f"{sandbox.base_url}/responses"
    found: dict[int, str] = {}

    async def main() -> None:
        async with package.AsyncClient(
            transport=ours.of(package).AsyncTransport(),
            timeout=30,
            headers={"Authorization": f"Bearer {KEY}"},
        ) as client:

            async def one(number: int) -> None:
                body = {"model": "sandbox", "input": f"n{number}", "stream": bool(number % 2)}
                async with client.stream("POST", url, json=body) as answer:
                    found[number] = (await answer.aread()).decode()

            async with trio.open_nursery() as nursery:
                for number in range(20):
                    nursery.start_soon(one, number)
            assert (await client.get(f"{sandbox.base_url}/models")).json()["object"] == "list"
            # What is cancelled ends, and what others wait for goes on.
            body = {"model": "sandbox", "input": "Hi"}
            async with trio.open_nursery() as nursery:
                with trio.move_on_after(0.1) as scope:
                    nursery.start_soon(one, 20)
                    await client.post(url, json=body, headers=fault("first-byte-delay=60000"))
            assert scope.cancelled_caught
            # A stream may be left before its end.
            headers = fault("stall-after-events=3")
            stream = {**body, "stream": True}
            async with client.stream("POST", url, json=stream, headers=headers) as answer:
                async for line in answer.aiter_lines():
                    assert line.startswith("event: response.created")
                    break
                await answer.aclose()

    with warnings.catch_warnings():
        # The packages leave their own generators to the collector.
        warnings.filterwarnings("ignore", "Async generator 'httpx", ResourceWarning)
        run(main)
        gc.collect()
    assert sorted(found) == list(range(21))
    assert all(f"n{number}" in text for number, text in found.items())


def test_outside() -> None:
    client = AsyncOpenAI()
    with pytest.raises(RuntimeError, match="asyncio and trio"):
        client.responses.create(model="sandbox").send(None)
    asyncio.run(client.close())


@pytest.fixture(scope="module")
def uvloop() -> Any:
    found = pytest.importorskip("uvloop")
    found.run(asyncio.sleep(0))  # two descriptors that it keeps
    return found


def test_uvloop(uvloop: Any) -> None:
    async def main() -> None:
        assert type(asyncio.get_running_loop()).__module__.startswith("uvloop")
        async with AsyncOpenAI(max_retries=0) as client:
            answers = await asyncio.gather(
                *[client.responses.create(model="sandbox", input=f"n{i}") for i in range(20)]
            )
            assert [a.output_text for a in answers] == [f"You said: n{i}" for i in range(20)]
            stream = await client.responses.create(model="sandbox", input="Hi", stream=True)
            assert [event.type async for event in stream][-1] == "response.completed"
        for _ in range(5):
            await AsyncOpenAI(max_retries=0).responses.create(model="sandbox", input="Hi")

    uvloop.run(main())
