"""``client.responses.map``: where its requests come from, how fast they go, what they leave."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any, Callable

import pytest
from conftest import run, script
from scripted import Answer, Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI

ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "output": []}


def answered(_target: str, _body: bytes) -> Any:
    return ANSWER


def asked(count: int) -> list[dict[str, Any]]:
    return [{"model": "m", "input": f"n{number}"} for number in range(count)]


def in_a_thread(base_url: str, requests: Any, seen: Any, **options: Any) -> list[Any]:
    """All outcomes; ``seen`` is called with each as it comes."""
    with OpenAI(base_url=base_url, max_retries=2) as client:
        return [seen(one) or one for one in client.responses.map(requests, **options)]


async def awaited(base_url: str, requests: Any, seen: Any, **options: Any) -> list[Any]:
    async with AsyncOpenAI(base_url=base_url, max_retries=2) as client:
        return [seen(one) or one async for one in client.responses.map(requests, **options)]


def in_a_loop(*arguments: Any, **options: Any) -> list[Any]:
    found: list[Any] = run(awaited(*arguments, **options))
    return found


def in_trio(*arguments: Any, **options: Any) -> list[Any]:
    trio = pytest.importorskip("trio")

    async def main() -> list[Any]:
        with trio.fail_after(60):
            return await awaited(*arguments, **options)

    found: list[Any] = trio.run(main)
    return found


everywhere = pytest.mark.parametrize("mapped", [in_a_thread, in_a_loop, in_trio])
Mapped = Callable[..., "list[Any]"]


@everywhere
@pytest.mark.parametrize("ordered", [True, False])
def test_a_source_that_waits_holds_nothing_up(mapped: Mapped, ordered: bool) -> None:
    """Each request is there only once the outcome of the one before has been handed over."""
    has_come = threading.Semaphore(1)

    def source() -> Iterator[Any]:
        for one in asked(6):
            assert has_come.acquire(timeout=30), "the outcome is held back"
            yield one

    with Scripted(answered) as server:
        found = mapped(
            server.base_url, source(), lambda _: has_come.release(), concurrency=50, ordered=ordered
        )
    assert [one.index for one in found] == list(range(6))
    assert [one.unwrap().id for one in found] == ["resp_1"] * 6


@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_an_asynchronous_source(library: str) -> None:
    is_trio = library == "trio"
    module: Any = pytest.importorskip(library)
    events: dict[str, Any] = {}

    async def source() -> AsyncIterator[Any]:
        for one in asked(6):
            await events["come"].wait()
            events["come"] = module.Event()
            yield one

    async def main(base_url: str) -> list[Any]:
        events["come"] = module.Event()
        events["come"].set()
        return await awaited(base_url, source(), lambda _: events["come"].set(), concurrency=2)

    with Scripted(answered) as server:
        found = module.run(main, server.base_url) if is_trio else run(main(server.base_url))
    assert [one.index for one in found] == list(range(6))
    with OpenAI() as client, pytest.raises(TypeError, match="needs AsyncOpenAI"):
        client.responses.map(source())  # type: ignore[arg-type]


GREEN = """
from libresponses import OpenAI
import threading
come = threading.Semaphore(1)
def source():
    for number in range(6):
        come.acquire()
        yield {"model": "sandbox", "input": f"n{number}"}
class Pace:
    count = 0
    def reserve(self, n):
        self.count += n
        return 0.001 * self.count
with OpenAI(max_retries=0) as client:
    for pace in None, Pace():
        indices = []
        for outcome in client.responses.map(source(), pace=pace):
            assert outcome.unwrap().output_text == f"You said: n{outcome.index}"
            indices.append(outcome.index)
            come.release()
        assert indices == list(range(6))
    assert pace.count == 6
"""


@pytest.mark.parametrize("library", ["gevent", "eventlet"])
def test_greenlets(library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"there is no {library}")
    patch = "from gevent import monkey; monkey.patch_all()"
    if library == "eventlet":
        patch = "import warnings; warnings.simplefilter('ignore')\n"
        patch += "import eventlet; eventlet.monkey_patch()"
    done = script(patch + GREEN)
    assert (done.returncode, done.stderr) == (0, "")


@everywhere
def test_what_a_source_raises_comes_after_what_it_gave(mapped: Mapped) -> None:
    came = []

    def source() -> Iterator[Any]:
        yield from asked(3)
        raise LookupError("no more")

    with Scripted(answered) as server, pytest.raises(LookupError, match="no more"):
        mapped(server.base_url, source(), lambda one: came.append(one.index))
    assert came == [0, 1, 2]


def test_a_map_that_is_left_waits_for_no_source() -> None:
    go_on = threading.Event()

    def source() -> Iterator[Any]:
        yield from asked(1)
        go_on.wait(60)

    with Scripted(answered) as server, OpenAI(base_url=server.base_url) as client:
        outcomes: Any = client.responses.map(source())
        assert next(outcomes).index == 0
        outcomes.close()
        assert not go_on.is_set()
        go_on.set()
    for thread in threading.enumerate():
        if thread.name == "libresponses.map":
            thread.join(30)
            assert not thread.is_alive()


def test_no_more_is_taken_than_there_is_room_for() -> None:
    taken = seen = 0

    def source() -> Iterator[Any]:
        nonlocal taken
        for one in asked(40):
            taken += 1
            yield one

    def look(outcome: Any) -> None:
        nonlocal seen
        seen += 1
        assert taken <= seen + 5

    with Scripted(answered) as server:
        in_a_thread(server.base_url, source(), look, concurrency=5, ordered=False)
    assert taken == seen == 40


@everywhere
def test_connections_are_kept(mapped: Mapped) -> None:
    connections = 0
    with Scripted(answered) as server:
        accept = server.server.get_request

        def counted() -> Any:
            nonlocal connections
            connections += 1
            return accept()

        server.server.get_request = counted  # type: ignore[method-assign]

        if mapped is in_a_thread:
            with OpenAI(base_url=server.base_url) as client:
                for _ in range(40):
                    assert len(list(client.responses.map(asked(20), concurrency=4))) == 20
                copy = client.with_options(timeout=60)
                assert len(list(copy.responses.map(asked(20), concurrency=4))) == 20
        else:

            async def main() -> None:
                async with AsyncOpenAI(base_url=server.base_url) as client:
                    for _ in range(40):
                        outcomes = client.responses.map(asked(20), concurrency=4)
                        assert len([one async for one in outcomes]) == 20

            if mapped is in_a_loop:
                run(main())
            else:
                pytest.importorskip("trio").run(main)
        assert len(server.seen) >= 800
    assert connections <= 4


def test_maps_at_the_same_time() -> None:
    with Scripted(answered) as server, OpenAI(base_url=server.base_url) as client:
        first: Any = client.responses.map(asked(5))
        second: Any = client.responses.map(asked(5))
        assert [one.index for pair in zip(first, second) for one in pair] == [
            index for index in range(5) for _ in range(2)
        ]
        first.close()
        client.close()
        with pytest.raises(libresponses.ClosedError):
            next(iter(client.responses.map(asked(1))))


@everywhere
def test_an_outcome_keeps_what_was_asked(mapped: Mapped) -> None:
    requests = asked(3)
    requests[1]["extra_headers"] = {"X-A": "1"}
    requests[2]["input"] = object()
    with Scripted(answered) as server:
        found = mapped(server.base_url, requests, lambda _: None)
    for index, one in enumerate(found):
        assert one.index == index
        assert one.request is requests[index]
    assert isinstance(found[2].error, libresponses.InvalidArgumentError)


def test_calls_of_a_map_are_cancelled() -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slow(_target: str, _body: bytes) -> Any:
        arrived.set()
        go_on.wait(60)
        return ANSWER

    with Scripted(slow) as server, OpenAI(base_url=server.base_url) as client:

        def cancel() -> None:
            arrived.wait(60)
            client.cancel_calls()

        thread = threading.Thread(target=cancel)
        thread.start()
        (outcome,) = client.responses.map(asked(1))
        assert isinstance(outcome.error, libresponses.RequestCancelledError)
        thread.join()
        go_on.set()


FORK = """
import os
from libresponses import OpenAI

def mapped():
    requests = ({"model": "sandbox", "input": f"n{n}"} for n in range(20))
    found = [one.unwrap().output_text for one in client.responses.map(requests, concurrency=4)]
    return found == [f"You said: n{n}" for n in range(20)]

client = OpenAI(max_retries=0)
assert mapped()
child = os.fork()
if not child:
    os._exit(0 if mapped() and mapped() else 1)
assert mapped()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert mapped()
client.close()
"""


def test_a_fork_between_two_maps() -> None:
    done = script(FORK)
    assert (done.returncode, done.stderr) == (0, "")


class Counted:
    """What a program may hand over as ``pace``."""

    def __init__(self) -> None:
        self.reserved: list[int] = []
        self.holds: list[float] = []
        self.limits: list[str] = []

    def reserve(self, n: int) -> float:
        self.reserved.append(n)
        return 0.001 * len(self.reserved)

    def hold(self, seconds: float) -> None:
        self.holds.append(seconds)

    def heed(self, headers: Any) -> None:
        self.limits.append(headers.get("content-type"))


@everywhere
def test_a_pace_is_asked_each_time_that_a_request_is_sent(mapped: Mapped) -> None:
    refused: list[bytes] = []

    def some(_target: str, body: bytes) -> Any:
        if b"n3" in body and len(refused) < 2:
            refused.append(body)
            return 429, "application/json", b'{"error": {"message": "slow down"}}'
        return ANSWER

    pace = Counted()
    with Scripted(some) as server:
        found = mapped(server.base_url, iter(asked(8)), lambda _: None, pace=pace)
        keys = [headers["idempotency-key"] for _, headers in server.seen]
    assert [one.unwrap()._attempts for one in found] == [1, 1, 1, 3, 1, 1, 1, 1]
    assert pace.reserved == [1] * 10
    assert len(keys) == 10
    assert len(set(keys)) == 8  # a request that is sent again has the same one
    assert len(pace.holds) == 2
    assert pace.limits == ["application/json"] * 10


@everywhere
def test_retries_used_up(mapped: Mapped) -> None:
    def refused(_target: str, _body: bytes) -> Answer:
        return 429, "application/json", b'{"error": {"message": "slow down"}}'

    with Scripted(refused) as server:
        requests = [{"model": "m", "max_retries": 1, "idempotency_key": "mine"}, {"input": {1}}]
        first, second = mapped(server.base_url, requests, lambda _: None, pace=Counted())
        keys = [headers["idempotency-key"] for _, headers in server.seen]
    assert isinstance(first.error, libresponses.RateLimitError)
    assert first.error.attempts == 2
    assert keys.count("mine") == 2
    assert isinstance(second.error, libresponses.RateLimitError)  # a set becomes a list
    assert second.error.attempts == 3


@everywhere
def test_a_pace_that_raises(mapped: Mapped) -> None:
    class Broken:
        def reserve(self, n: int) -> float:
            raise LookupError(n)

    with Scripted(answered) as server, pytest.raises(LookupError):
        mapped(server.base_url, asked(1), lambda _: None, pace=Broken())


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_a_pace_that_returns_nonsense(client: OpenAI, seconds: float) -> None:
    class Wrong:
        def reserve(self, n: int) -> float:
            return seconds

    with pytest.raises(ValueError, match="seconds of at least 0"):
        list(client.responses.map(asked(1), pace=Wrong()))


def test_wrong_arguments(client: OpenAI) -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="pace must be a Pace"):
        client.responses.map([], pace=wrong)
    with pytest.raises(TypeError, match="requests must be an iterable, not int"):
        client.responses.map(wrong)


def test_tokens_are_settled() -> None:
    usage = {"input_tokens": 10, "output_tokens": 90, "total_tokens": 100}
    pace = libresponses.Pace(tokens_per_minute=60_000_000)
    reserved: list[float] = []
    spent: list[float] = []
    reserve, spend = pace.reserve, pace.spend
    pace.reserve = lambda n=1, tokens=0: reserved.append(tokens) or reserve(n, tokens)  # type: ignore[method-assign, func-returns-value]
    pace.spend = lambda tokens: spent.append(tokens) or spend(tokens)  # type: ignore[method-assign, func-returns-value]
    with Scripted(lambda *_: {**ANSWER, "usage": usage}) as server:
        in_a_thread(server.base_url, asked(5), lambda _: None, pace=pace)
    assert len(reserved) == len(spent) == 5
    assert sum(reserved) + sum(spent) == pytest.approx(500)


def test_asyncio_is_not_held_up_by_a_source() -> None:
    """Other tasks go on while a source that is not asynchronous waits."""
    go_on = threading.Event()

    def source() -> Iterator[Any]:
        yield from asked(1)
        assert go_on.wait(30), "the event loop waits for the source"

    async def main() -> None:
        asyncio.get_running_loop().call_later(0.01, go_on.set)
        with Scripted(answered) as server:
            assert len(await awaited(server.base_url, source(), lambda _: None)) == 1

    run(main())
