"""Clients, streams and loops that several threads share, and exceptions that come at any moment."""

from __future__ import annotations

import asyncio
import gc
import queue
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, Callable

import pytest
from conftest import script

import libresponses
from libresponses import AsyncOpenAI, OpenAI, _call, _engine, _library, _requests
from libresponses._call import Call

Fault = Callable[[str], dict[str, str]]


def test_streams_that_go_from_thread_to_thread(client: OpenAI) -> None:
    """A pool in which each thread reads one event and hands the stream on."""
    streams: queue.Queue[tuple[int, Any] | None] = queue.Queue()
    counts = [0] * 40

    def work() -> None:
        while (taken := streams.get()) is not None:
            number, stream = taken
            if next(stream, None) is None:
                streams.task_done()
                continue
            counts[number] += 1
            streams.put((number, stream))
            streams.task_done()

    for number in range(len(counts)):
        one = client.responses.create(
            model="sandbox",
            input="#long=20",
            stream=True,
            extra_headers={"X-Sandbox-Speed": "400"},
        )
        streams.put((number, one))
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    streams.join()
    for _ in threads:
        streams.put(None)
    for thread in threads:
        thread.join()
    assert counts == [counts[0]] * len(counts)
    assert counts[0] > 20


def test_a_client_that_is_closed_while_others_use_it(fault: Fault) -> None:
    """A call that is under way goes on; what comes later is told so."""
    for _ in range(5):
        client = OpenAI(max_retries=0, timeout=30)
        with ThreadPoolExecutor(8) as pool:
            slow = pool.submit(
                client.responses.create,
                model="sandbox",
                input="slow",
                extra_headers=fault("first-byte-delay=200"),
            )

            def again_and_again(client: OpenAI = client) -> str:
                try:
                    while True:
                        client.responses.create(model="sandbox", input="x")
                except libresponses.ClosedError as problem:
                    return str(problem)

            others = [pool.submit(again_and_again) for _ in range(6)]
            time.sleep(0.05)
            client.close()
            assert slow.result(30).output_text == "You said: slow"
            assert [one.result(30) for one in others] == ["the client is closed"] * 6


def test_a_stream_that_another_thread_closes(client: OpenAI, fault: Fault) -> None:
    stream = client.responses.create(
        model="sandbox", input="Hi", stream=True, extra_headers=fault("stall-after-events=2")
    )
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(lambda: list(stream))
        time.sleep(0.2)
        stream.close()
        with pytest.raises(libresponses.ClosedError):
            reader.result(30)


def test_a_stream_that_another_thread_cancels(client: OpenAI, fault: Fault) -> None:
    stream = client.responses.create(
        model="sandbox", input="Hi", stream=True, extra_headers=fault("stall-after-events=2")
    )
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(lambda: list(stream))
        time.sleep(0.2)
        stream.cancel()
        with pytest.raises(libresponses.RequestCancelledError):
            reader.result(30)


def test_an_asynchronous_client_that_another_loop_closes(fault: Fault) -> None:
    """Whoever awaits in the one loop is woken by the other, and each loop ends well."""
    client = AsyncOpenAI(max_retries=0)
    awaiting = threading.Event()

    async def wait(stream: bool) -> str:
        loop = asyncio.get_running_loop()
        loop.call_later(0.2, awaiting.set)
        headers = fault("stall-after-events=1" if stream else "first-byte-delay=50000")
        try:
            answer: Any = await client.responses.create(
                model="sandbox", input="x", stream=stream, extra_headers=headers
            )
            async for _ in answer:
                pass
        except libresponses.ClosedError as problem:
            return str(problem)
        return "answered"

    for stream in (False, True):
        awaiting.clear()
        client = AsyncOpenAI(max_retries=0)
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(asyncio.run, wait(stream))
            assert awaiting.wait(30)
            asyncio.run(client.close())
            assert other.result(30) == "the client was closed"


def test_an_asynchronous_client_closed_while_its_key_is_fetched() -> None:
    async def main() -> None:
        async def key() -> str:
            await asyncio.sleep(0.05)
            return "k"

        client = AsyncOpenAI(api_key=key)
        task = asyncio.ensure_future(client.responses.create(model="sandbox", input="x"))
        await asyncio.sleep(0.01)
        await client.close()
        with pytest.raises(libresponses.ClosedError):
            await task

    asyncio.run(main())


def test_one_asynchronous_client_in_many_loops() -> None:
    client = AsyncOpenAI()

    async def some(name: str) -> list[str]:
        made = [client.responses.create(model="sandbox", input=f"{name}{i}") for i in range(10)]
        return [answer.output_text for answer in await asyncio.gather(*made)]

    with ThreadPoolExecutor(8) as pool:
        names = [f"n{i}-" for i in range(24)]
        found = list(pool.map(lambda name: asyncio.run(some(name)), names))
    assert found == [[f"You said: {name}{i}" for i in range(10)] for name in names]
    asyncio.run(client.close())


class Interrupt(Exception):
    """What a signal raises."""


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Raises `Interrupt` in this thread after so many seconds, and again until it is set to 0, as
    Python drops an exception that comes while an object is finalized.
    """

    def raised(_number: int, _frame: FrameType | None) -> None:
        raise Interrupt

    def unraisable(told: Any) -> None:
        assert told.exc_type is Interrupt, told

    monkeypatch.setattr("sys.unraisablehook", unraisable)
    # pytest-timeout has this signal, too: its limit is put back afterwards.
    rest, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    before = signal.signal(signal.SIGALRM, raised)

    def arm(seconds: float) -> None:
        while True:
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
            except Interrupt:  # one that came at the last moment
                continue
            return

    yield arm
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    signal.setitimer(signal.ITIMER_REAL, rest)


def test_an_exception_as_soon_as_a_call_has_begun(
    client: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: the library has made the call, and nobody has its handle yet."""
    freed = []
    free = _call._free

    def counted(handle: int) -> None:
        freed.append(handle)
        free(handle)

    monkeypatch.setattr(_call, "_free", counted)
    for operation in ("create", "create_stream"):
        start = _requests._start(operation)

        def interrupted(*arguments: Any, start: Any = start) -> int:
            start(*arguments)
            raise Interrupt

        monkeypatch.setitem(_requests._starts, operation, interrupted)
        freed.clear()
        with pytest.raises(Interrupt):
            client.responses.create(model="sandbox", input="x", stream=operation != "create")
        gc.collect()
        assert len(freed) == 1


def test_an_exception_as_soon_as_a_client_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    freed = []
    free = _engine._free

    def counted(handle: int) -> None:
        freed.append(handle)
        free(handle)

    monkeypatch.setattr(_engine, "_free", counted)
    make: Any = _library.blocking.responses_client_new

    def interrupted(*arguments: Any) -> int:
        make(*arguments)
        raise Interrupt

    monkeypatch.setattr(_library.blocking, "responses_client_new", interrupted)
    with pytest.raises(Interrupt):
        OpenAI()
    gc.collect()
    assert len(freed) == 1


def test_exceptions_at_any_moment(client: OpenAI, alarms: Callable[[float], None]) -> None:
    """Nothing stays open, nothing hangs, and the client goes on."""
    for number in range(120):
        try:
            alarms(0.0004 + number * 0.00005)
            if number % 2:
                client.responses.create(model="sandbox", input="x")
            else:
                for _ in client.responses.create(model="sandbox", input="#long=50", stream=True):
                    pass
            while True:
                time.sleep(0.01)
        except Interrupt:
            alarms(0)
    gc.collect()
    calls = [one for one in gc.get_objects() if isinstance(one, Call)]
    assert not [one for one in calls if one._handle]
    assert client.responses.create(model="sandbox", input="x").output_text == "You said: x"


def test_an_exception_before_a_turn_is_let_go(
    client: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing the connection frees the turn."""
    connection = client.responses.connect().enter()
    let_go = connection._link._let_go

    def interrupted(fed: Any) -> None:
        monkeypatch.setattr(connection._link, "_let_go", let_go)
        raise Interrupt

    monkeypatch.setattr(connection._link, "_let_go", interrupted)
    for _ in range(2):
        connection.response.create(model="sandbox", input="x", store=False)
    completed = 0
    with pytest.raises(Interrupt):
        while True:
            completed += connection.recv().type == "response.completed"
    while completed < 2:
        completed += connection.recv().type == "response.completed"
    connection.close()
    assert not [one for one in gc.get_objects() if isinstance(one, Call) and one._handle]
    assert connection.is_closed  # and is still here


def test_exceptions_at_any_moment_of_a_connection(
    client: OpenAI, alarms: Callable[[float], None]
) -> None:
    """A turn that was interrupted may cost its connection. What is sent afterwards is answered."""
    connection = client.responses.connect().enter()
    for number in range(120):
        try:
            alarms(0.0002 + number * 0.00005)
            if number % 2:
                connection.create(model="sandbox", input="x", store=False)
            else:
                connection.response.create(model="sandbox", input="#long=50", store=False)
                while connection.recv().type != "response.completed":
                    pass
            while True:
                time.sleep(0.01)
        except Interrupt:
            alarms(0)
    connection.response.create(model="sandbox", input="end", stream_id="end")
    while True:
        event = connection.recv()
        if event.type == "response.completed" and event.stream_id == "end":
            break
    assert connection.create(model="sandbox", input="x").output_text == "You said: x"
    connection.close()


def test_a_log_at_its_loudest_with_many_threads() -> None:
    """The log wants the interpreter's lock while other threads that have it want the library's."""
    done = script("""
import io, logging, os
from concurrent.futures import ThreadPoolExecutor
os.environ["OPENAI_LOG"] = "debug"
logging.basicConfig(stream=io.StringIO(), level=logging.DEBUG)
from libresponses import OpenAI
client = OpenAI()
def one(number):
    answer = client.with_options(timeout=30).responses.create(
        model="sandbox", input=f"n{number}", stream=number % 2 == 1)
    return sum(1 for _ in answer)
with ThreadPoolExecutor(16) as pool:
    print(sum(1 for _ in pool.map(one, range(200))))
""")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "200\n")
