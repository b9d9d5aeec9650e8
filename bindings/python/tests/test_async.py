"""asyncio: calls, streams, cancelled tasks, several loops, no thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Callable

import pytest
from conftest import run

import libresponses
from libresponses import AsyncOpenAI

Fault = Callable[[str], dict[str, str]]


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(max_retries=0, timeout=30, **options) as client:
        yield client


def test_operations() -> None:
    async def main() -> None:
        threads = threading.active_count()
        async with opened() as client:
            items = [{"role": "user", "content": f"n{i}"} for i in range(7)]
            response = await client.responses.create(model="sandbox", input=items)
            assert (await client.responses.retrieve(response.id)).id == response.id
            page = await client.responses.input_items.list(response.id, limit=3)
            assert len(page) == 3
            assert len([item async for item in page]) == 7
            listed = client.responses.input_items.list(response.id, limit=3, order="asc")
            assert [i.content[0].text async for i in listed] == [f"n{i}" for i in range(7)]
            count = await client.responses.input_tokens.count(model="sandbox", input="Hi")
            assert count.input_tokens == 1
            assert (await client.responses.delete(response.id)).deleted
            with pytest.raises(libresponses.NotFoundError):
                await client.responses.retrieve(response.id)
            background = await client.responses.create(
                model="sandbox", input="#long=3", background=True
            )
            assert (await client.responses.wait(background.id)).status == "completed"
            conversation = await client.conversations.create(metadata={"a": "b"})
            assert (await client.conversations.delete(conversation.id)).deleted
            raw = await client.responses.with_raw_response.create(model="sandbox", input="Hi")
            assert raw.headers["x-request-id"] == raw.parse()._request_id
            assert (await client.get("/models")).data
        assert threading.active_count() == threads

    run(main())


def test_streams() -> None:
    async def main() -> None:
        async with opened() as client:
            stream = await client.responses.create(model="sandbox", input="#long=3", stream=True)
            types = [event.type async for event in stream]
            assert types[0] == "response.created"
            assert types[-1] == "response.completed"
            assert (await stream.get_final_response()).output_text == "while small sails"
            async with client.responses.stream(model="sandbox", input="#long=3") as helper:
                async for event in helper:
                    if event.type == "response.output_text.delta":
                        last = event.snapshot
                assert last == (await helper.get_final_response()).output_text

    run(main())


def test_many_and_paced() -> None:
    async def one(client: AsyncOpenAI, number: int) -> str:
        text = ""
        async for event in await client.responses.create(
            model="sandbox",
            input=f"Number {number}",
            stream=True,
            extra_headers={"X-Sandbox-Speed": "100"},
        ):
            if event.type == "response.output_text.delta":
                text += event.delta
        return text

    async def main() -> None:
        async with opened() as client:
            texts = await asyncio.gather(*[one(client, i) for i in range(200)])
        assert texts == [f"You said: Number {i}" for i in range(200)]

    run(main())


def test_a_cancelled_task_cancels_its_call(fault: Fault) -> None:
    async def main() -> None:
        async with opened() as client:
            task = asyncio.ensure_future(
                client.responses.create(
                    model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=60000")
                )
            )
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            (reactor,) = client._line.reactors._by_place.values()
            assert not reactor.running
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(
                    client.responses.create(
                        model="sandbox", input="Hi", extra_headers=fault("first-byte-delay=60000")
                    ),
                    0.05,
                )
            response = await client.responses.create(model="sandbox", input="Hi")
            assert response.status == "completed"

    run(main())


def test_errors(fault: Fault) -> None:
    async def main() -> None:
        async with opened() as client:
            with pytest.raises(libresponses.StreamTruncatedError) as caught:
                async for _ in await client.responses.create(
                    model="sandbox", input="Hi", stream=True, extra_headers=fault("no-terminal")
                ):
                    pass
            assert caught.value.partial_response is not None
            with pytest.raises(libresponses.APITimeoutError):
                await client.responses.create(
                    model="sandbox",
                    input="Hi",
                    timeout=0.05,
                    extra_headers=fault("first-byte-delay=60000"),
                )
            stream = await client.responses.create(
                model="sandbox",
                input="Hi",
                stream=True,
                extra_headers=fault("stall-after-events=2"),
            )
            threading.Timer(0.1, stream.cancel).start()
            with pytest.raises(libresponses.RequestCancelledError):
                async for _ in stream:
                    pass

    run(main())


def test_a_stream_that_nobody_reads_does_not_hold_up_others() -> None:
    async def main() -> None:
        async with opened() as client:
            stream = await client.responses.create(
                model="sandbox", input="#long=50000", stream=True
            )
            async for _ in stream:
                break
            for _ in range(5):
                response = await client.responses.create(model="sandbox", input="Hi")
                assert response.status == "completed"
            rest = 0
            async for _ in stream:
                rest += 1
            assert rest == 50007

    run(main())


def test_several_loops() -> None:
    client = AsyncOpenAI()

    async def main() -> str:
        answers = await asyncio.gather(
            *[client.responses.create(model="sandbox", input=f"n{i}") for i in range(20)]
        )
        return "".join(answer.output_text for answer in answers)

    first, second = run(main()), run(main())
    assert first == second
    assert len(client._line.reactors._by_place) == 1
    results = []
    threads = [threading.Thread(target=lambda: results.append(run(main()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [first] * 4
    run(client.close())


def test_a_key_that_is_awaited() -> None:
    async def key() -> str:
        await asyncio.sleep(0)
        import os

        return os.environ["OPENAI_API_KEY"]

    async def main() -> None:
        async with opened(api_key=key) as client:
            assert (await client.responses.create(model="sandbox", input="Hi")).output_text

    run(main())


def test_map() -> None:
    async def main() -> None:
        requests = [{"model": "sandbox", "input": f"n{i}"} for i in range(50)]
        async with opened() as client:
            outcomes = [o async for o in client.responses.map(requests, concurrency=7)]
        assert [one.unwrap().output_text for one in outcomes] == [
            f"You said: n{i}" for i in range(50)
        ]

    run(main())


def test_an_event_that_comes_alone_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at a call that has nothing costs a call of the library."""
    from libresponses import _call

    reads, found = 0, _call._plain_batch

    def counted(*arguments: Any) -> Any:
        nonlocal reads
        reads += 1
        return found(*arguments)

    monkeypatch.setattr(_call, "_plain_batch", counted)

    async def main() -> int:
        events = 0
        async with opened() as client:
            stream = await client.responses.create(
                model="sandbox",
                input="#long=200",
                stream=True,
                extra_headers={"X-Sandbox-Speed": "200"},
            )
            async for _ in stream:
                events += 1
        return events

    events = asyncio.run(main())
    assert events > 200
    assert reads <= events * 1.1 + 20
