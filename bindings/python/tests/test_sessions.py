"""``responses.connect()``: turns over one connection, and what becomes of them when it is lost."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from conftest import KEY, Sandbox, run, script
from test_green import PROGRAMS as GREENLETS

import libresponses
from libresponses import AsyncOpenAI, OpenAI
from libresponses._call import Call

TURN: Any = {"model": "sandbox", "store": False}
Fault = Callable[[str], dict[str, str]]


def fault(spec: str, speed: int = 0) -> dict[str, str]:
    """What a turn asks of the sandbox, as its ``metadata``."""
    return {"sandbox_fault": spec, "sandbox_speed": str(speed)}


@pytest.fixture
def connection(client: OpenAI) -> Iterator[Any]:
    with client.responses.connect() as made:
        yield made


def until(connection: Any, kind: str, count: int = 1) -> list[Any]:
    """The events up to one of a kind, or to several."""
    found = []
    for event in connection:
        found.append(event)
        count -= event.type == kind
        if count == 0:
            break
    return found


def texts(events: list[Any]) -> str:
    return "".join(one.delta for one in events if one.type == "response.output_text.delta")


def test_a_program_for_the_openai_package(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(**TURN, input="Hello")
        events = []
        for event in connection:
            events.append(event)
            if event.type == "response.completed":
                break
        assert texts(events) == "You said: Hello"
        first = events[-1].response
        connection.send(
            {
                "type": "response.create", **TURN, "previous_response_id": first.id,
                "input": [{"role": "user", "content": "Once more"}], "stream_id": "other",
            }
        )  # fmt: skip
        event = connection.recv()
        assert event.type == "response.created"
        assert event.stream_id == "other"
        data = connection.recv_bytes()
        assert isinstance(data, bytes)
        assert connection.parse_event(data).type == "response.in_progress"
        assert texts(until(connection, "response.completed")) == "You said: Once more"
        connection.send_raw('{"type":"response.create","model":"sandbox","input":"raw"}')
        assert texts(until(connection, "response.completed")) == "You said: raw"
        assert connection.connections == 1


def test_turns_as_calls(connection: Any) -> None:
    first = connection.create(**TURN, input="One")
    assert first.output_text == "You said: One"
    with connection.create(
        **TURN, input="Two", previous_response_id=first.id, stream=True
    ) as stream:
        kinds = [event.type for event in stream]
        second = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    with connection.stream(**TURN, input="Three", previous_response_id=second.id) as stream:
        shots = [event.snapshot for event in stream if event.type == "response.output_text.delta"]
        third = stream.get_final_response()
    assert shots[-1] == third.output_text == "You said: Three"
    assert connection.create(**TURN, previous_response_id=third.id, generate=False).output == []
    assert connection.connections == 1


def test_one_connection_is_used(client: OpenAI, sandbox: Sandbox, tag: str) -> None:
    with client.responses.connect(extra_headers={"X-Sandbox-Tag": tag}) as connection:
        for number in range(3):
            connection.create(**TURN, input=f"n{number}")
    seen = sandbox.requests(tag)
    assert [one["method"] for one in seen] == ["GET", *["WEBSOCKET"] * 3]
    assert len({one["remote_port"] for one in seen}) == 1


def test_what_the_server_refuses(connection: Any) -> None:
    """For a call it is an exception, for who reads events an event."""
    with pytest.raises(libresponses.BadRequestError) as caught:
        connection.create(**TURN, input="x", previous_response_id="resp_none")
    assert caught.value.code == "previous_response_not_found"
    connection.response.create(**TURN, input="x", previous_response_id="resp_none", stream_id="a")
    event = connection.recv()
    assert (event.type, event.status, event.stream_id) == ("error", 400, "a")
    assert event.error.code == "previous_response_not_found"
    connection.response.create(**TURN, input="Hello")
    assert texts(until(connection, "response.completed")) == "You said: Hello"


def test_a_connection_that_is_lost(connection: Any) -> None:
    """A turn that was sent is not sent again, its text so far is there, and others go on."""
    first = connection.create(**TURN, input="One")
    with pytest.raises(libresponses.StreamTruncatedError) as caught:
        connection.create(**TURN, input="Two", metadata=fault("cut-after-events=6"))
    assert caught.value.partial_response is not None
    assert caught.value.partial_response.output_text
    with pytest.raises(libresponses.BadRequestError) as refused:
        connection.create(**TURN, input="Three", previous_response_id=first.id)
    assert refused.value.code == "previous_response_not_found"
    assert connection.create(**TURN, input="Four").output_text == "You said: Four"
    assert connection.connections == 2


def test_a_lost_turn_for_who_reads_events(connection: Any) -> None:
    connection.response.create(**TURN, input="Lost", metadata=fault("cut-after-events=6"))
    with pytest.raises(libresponses.StreamTruncatedError):
        until(connection, "response.completed")
    connection.response.create(**TURN, input="Next")
    assert texts(until(connection, "response.completed")) == "You said: Next"
    assert connection.connections == 2


def test_many_lanes(connection: Any) -> None:
    """More than the server takes at once; each lane has its events in their order."""
    for number in range(30):
        for turn in "ab":
            connection.response.create(
                **TURN, input=f"{turn} of {number}", stream_id=f"lane-{number}"
            )
    lanes: dict[str, list[Any]] = {}
    for event in until(connection, "response.completed", 60):
        lanes.setdefault(event.stream_id, []).append(event)
    assert len(lanes) == 30
    for number in range(30):
        assert texts(lanes[f"lane-{number}"]) == f"You said: a of {number}You said: b of {number}"
    assert connection.connections == 1


def test_threads_share_a_connection(connection: Any) -> None:
    """One reads events while others make turns of their own."""
    found: dict[int, str] = {}

    def turn(number: int) -> None:
        made = connection.create(**TURN, input=f"n{number}", stream_id=f"own-{number}")
        found[number] = made.output_text

    connection.response.create(**TURN, input="told", metadata=fault("", 500))
    threads = [threading.Thread(target=turn, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    assert texts(until(connection, "response.completed")) == "You said: told"
    for thread in threads:
        thread.join(30)
    assert found == {number: f"You said: n{number}" for number in range(12)}


def test_closing_ends_those_who_wait(connection: Any) -> None:
    began = threading.Event()
    caught: list[BaseException] = []

    def stream() -> None:
        try:
            for _ in connection.create(
                **TURN, input="long", stream=True, metadata=fault("stall-after-events=4")
            ):
                began.set()
        except BaseException as problem:
            caught.append(problem)

    thread = threading.Thread(target=stream)
    thread.start()
    assert began.wait(30)
    timer = threading.Timer(0.05, connection.close)
    timer.start()
    assert list(connection) == []
    thread.join(30)
    timer.join(30)
    assert isinstance(caught[0], libresponses.RequestCancelledError)
    for use in (connection.recv, lambda: connection.send({"type": "response.create"})):
        with pytest.raises(libresponses.ClosedError):
            use()
    assert connection.is_closed


def test_a_cancelled_turn_leaves_its_connection(connection: Any) -> None:
    stream = connection.create(
        **TURN, input="long", stream=True, metadata=fault("stall-after-events=4")
    )
    next(stream)
    stream.close()
    assert connection.create(**TURN, input="Next").output_text == "You said: Next"
    assert connection.connections == 2


def test_a_refused_handshake(fault: Fault) -> None:
    with OpenAI(max_retries=0) as client:
        wrong = client.with_options(api_key="wrong")
        with pytest.raises(libresponses.AuthenticationError), wrong.responses.connect():
            pass
        headers = fault("status=503; retry-after-ms=1; times=1")
        with pytest.raises(libresponses.InternalServerError):
            client.responses.connect(extra_headers=headers).enter()
        connection = client.responses.connect(extra_headers=headers, max_retries=1).enter()
        assert connection.create(**TURN, input="Hi").output_text == "You said: Hi"
        connection.close()


def test_a_connection_that_nobody_closes(client: OpenAI) -> None:
    connection = client.responses.connect().enter()
    connection.response.create(**TURN, input="Hi", metadata=fault("stall-after-events=2"))
    connection.recv()
    del connection
    gc.collect()  # the fixture sees that nothing is left


def test_a_connection_of_asyncio_that_nobody_closes() -> None:
    """Its turn ends with it, although the client and its event loop go on."""

    async def main() -> None:
        async with AsyncOpenAI(max_retries=0) as client:
            connection = await client.responses.connect().enter()
            await connection.response.create(
                **TURN, input="Hi", metadata=fault("stall-after-events=2")
            )
            assert (await connection.recv()).type == "response.created"
            del connection
            gc.collect()
            left = [one for one in gc.get_objects() if isinstance(one, Call) and one._handle]
            assert not left
            assert (await client.responses.create(**TURN, input="Hi")).output_text

    run(main())


def test_options_of_one_turn_are_refused(connection: Any) -> None:
    for given in (
        {"timeout": 1}, {"max_retries": 1}, {"extra_headers": {"a": "b"}}, {"extra_query": {"a": 1}}
    ):  # fmt: skip
        name = next(iter(given))
        with pytest.raises(libresponses.InvalidArgumentError, match=name):
            connection.create(**TURN, input="x", **given)


def test_asyncio() -> None:
    async def main() -> None:
        async with AsyncOpenAI(max_retries=0) as client, client.responses.connect() as connection:
            await connection.response.create(**TURN, input="Hello")
            found = []
            async for event in connection:
                found.append(event)
                if event.type == "response.completed":
                    break
            assert texts(found) == "You said: Hello"
            made = await asyncio.gather(
                *[connection.create(**TURN, input=f"n{n}", stream_id=f"l{n}") for n in range(20)]
            )
            assert [one.output_text for one in made] == [f"You said: n{n}" for n in range(20)]
            async with connection.stream(**TURN, input="s") as stream:
                assert (await stream.get_final_response()).output_text == "You said: s"
            waiting = asyncio.ensure_future(connection.recv())
            await asyncio.sleep(0.05)
            with pytest.raises(libresponses.BusyError):
                await connection.recv()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            # Cancelling lost nothing, and who waits hears of what is sent meanwhile.
            waiting = asyncio.ensure_future(connection.recv())
            await asyncio.sleep(0.05)
            await connection.send({"type": "response.create", **TURN, "input": "later"})
            assert (await waiting).type == "response.created"
            assert connection.connections == 1
            task = asyncio.ensure_future(
                connection.create(
                    **TURN, input="x", stream_id="t", metadata=fault("stall-after-events=4")
                )
            )
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            rest = []

            async def read() -> None:
                async for event in connection:
                    rest.append(event)

            reading = asyncio.ensure_future(read())
            await asyncio.sleep(0.05)
            await connection.close()
            await reading
            assert texts(rest) == "You said: later"

    run(main())


GREEN = """
from libresponses import OpenAI
turn = {"model": "sandbox", "store": False}
with OpenAI(max_retries=0) as client, client.responses.connect() as connection:
    def create(number):
        return connection.create(**turn, input=f"n{number}", stream_id=f"l{number}").output_text
    made = together([lambda n=n: create(n) for n in range(20)])
    assert made == [f"You said: n{n}" for n in range(20)]
    found = []
    def later():
        sleep(0.05)
        connection.response.create(**turn, input="later")
        while "response.completed" not in found:
            sleep(0.01)
        connection.close()
    spawn(later)
    for event in connection:
        found.append(event.type)
    assert found[-1] == "response.completed"
"""


@pytest.mark.parametrize("kind", list(GREENLETS))
def test_greenlets(kind: str) -> None:
    pytest.importorskip(kind)
    done = script(GREENLETS[kind] + GREEN)
    assert done.returncode == 0, done.stderr


def test_trio() -> None:
    trio = pytest.importorskip("trio")

    async def main() -> None:
        async with AsyncOpenAI(max_retries=0) as client, client.responses.connect() as connection:
            made = await connection.create(**TURN, input="Hi")
            assert made.output_text == "You said: Hi"
            found: list[Any] = []

            async def later() -> None:
                await trio.sleep(0.05)
                await connection.response.create(**TURN, input="later")
                while not any(one.type == "response.completed" for one in found):
                    await trio.sleep(0.01)
                await connection.close()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(later)
                async for event in connection:
                    found.append(event)
            assert texts(found) == "You said: later"

    async def limited() -> None:
        with trio.fail_after(60):
            await main()

    trio.run(limited)


def test_a_lost_turn_that_the_program_hears_of(client: OpenAI, sandbox: Sandbox, tag: str) -> None:
    """It is told once for a connection, may say what the next is made with, or give up."""
    seen: list[Any] = []
    headers = {"X-Sandbox-Tag": tag}

    def told(event: Any) -> Any:
        seen.append(event)
        if len(seen) == 1:
            return None
        if len(seen) == 2:
            return {"extra_headers": {**headers, "X-Mine": "2"}}
        return {"abort": True}

    with client.responses.connect(extra_headers=headers, on_reconnecting=told) as connection:
        for lane in "ab":
            connection.response.create(
                **TURN, input="x", stream_id=lane, metadata=fault("stall-after-events=4")
            )
        assert connection.recv().type == "response.created"
        connection.response.create(**TURN, input="x", metadata=fault("cut-after-events=4"))
        connection.response.create(**TURN, input="Next")
        assert texts(until(connection, "response.completed")).endswith("You said: Next")
        assert [(one.attempt, one.close_code) for one in seen] == [(1, 1006)]
        connection.response.create(**TURN, input="x", metadata=fault("cut-after-events=1"))
        assert connection.recv().type == "response.created"
        # What is sent before it is noticed goes over the next connection of before.
        for text in ("Before", "After"):
            connection.response.create(**TURN, input=text)
            assert texts(until(connection, "response.completed")) == f"You said: {text}"
        assert connection.connections == 4
        connection.response.create(**TURN, input="x", metadata=fault("cut-after-events=1"))
        assert connection.recv().type == "response.created"
        with pytest.raises(libresponses.StreamTruncatedError):
            connection.recv()
        assert connection.is_closed
    opened = [
        one["headers"].get("x-mine") for one in sandbox.requests(tag) if one["method"] == "GET"
    ]
    assert sorted(map(str, opened)) == ["2", "None", "None", "None"]
    assert len(seen) == 3


class PingServer:
    """A WebSocket server whose connections are read by ``handler``; of the package websockets."""

    def __init__(self, handler: Callable[[Any], None]) -> None:
        from websockets.sync.server import serve

        self._server = serve(handler, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(30)
        for descriptor in (self._server.shutdown_watcher, self._server.shutdown_notifier):
            os.close(descriptor)


def test_pings_are_answered_while_the_program_does_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("websockets")
    from libresponses import _blocking

    monkeypatch.setattr(_blocking, "LOOK_AFTER_S", 0.01)
    answered = threading.Event()

    def handler(socket: Any) -> None:
        if socket.ping().wait(30):
            answered.set()
        for _ in socket:
            pass

    server = PingServer(handler)
    try:
        client = OpenAI(base_url=server.base_url, max_retries=0)
        with client, client.responses.connect() as connection:
            assert answered.wait(30)
            assert connection.connections == 1
    finally:
        server.stop()


def test_keys_of_a_function(sandbox: Sandbox) -> None:
    """They are asked for when a connection is made."""
    asked: list[str] = []

    def key() -> str:
        asked.append("")
        return KEY

    with OpenAI(api_key=key, max_retries=0) as client, client.responses.connect() as connection:
        for number in range(3):
            assert (
                connection.create(**TURN, input=f"n{number}").output_text == f"You said: n{number}"
            )
        assert len(asked) == 1

    async def main() -> None:
        async def awaited() -> str:
            await asyncio.sleep(0)
            return key()

        client = AsyncOpenAI(api_key=awaited, max_retries=0)
        async with client, client.responses.connect() as connection:
            await connection.response.create(**TURN, input="x")
            assert (await connection.recv()).type == "response.created"

    run(main())
    assert len(asked) == 2


FORK = """
import os
import libresponses
from libresponses import OpenAI
turn = {"model": "sandbox", "store": False}
with OpenAI(max_retries=0) as client, client.responses.connect() as connection:
    connection.create(**turn, input="x")
    child = os.fork()
    if child == 0:
        for use in (
            lambda: connection.create(**turn, input="x"),
            lambda: connection.response.create(**turn, input="x"),
            connection.recv,
        ):
            try:
                use()
            except libresponses.ForkedError:
                continue
            os._exit(1)
        connection.close()
        with client.responses.connect() as own:
            os._exit(0 if own.create(**turn, input="x").output_text == "You said: x" else 2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert connection.create(**turn, input="y").output_text == "You said: y"
    assert connection.connections == 1
"""


def test_a_child_process() -> None:
    done = script("import warnings; warnings.simplefilter('ignore')\n" + FORK)
    assert done.returncode == 0, done.stderr


def test_closing_the_client_ends_a_connection_of_asyncio() -> None:
    async def main() -> None:
        client = AsyncOpenAI(max_retries=0)
        connection = await client.responses.connect().enter()
        await connection.response.create(**TURN, input="x", metadata=fault("stall-after-events=1"))
        assert (await connection.recv()).type == "response.created"
        waiting = asyncio.ensure_future(connection.recv())
        await asyncio.sleep(0.05)
        await client.close()
        with pytest.raises(libresponses.ClosedError):
            await waiting
        await connection.close()

    run(main())


def test_cancelling_the_calls_of_a_client(client: OpenAI, connection: Any) -> None:
    connection.response.create(**TURN, input="x", metadata=fault("stall-after-events=1"))
    assert connection.recv().type == "response.created"
    timer = threading.Timer(0.05, client.cancel_calls)
    timer.start()
    with pytest.raises(libresponses.RequestCancelledError):
        connection.recv()
    timer.join(30)
    assert connection.create(**TURN, input="Next").output_text == "You said: Next"


def test_options_of_the_other_package(client: OpenAI) -> None:
    for options in ({"max_size": None, "compression": None, "max_queue": 16}, {"open_timeout": 5}):
        with client.responses.connect(websocket_connection_options=options) as connection:
            assert connection.create(**TURN, input="x").output_text == "You said: x"
    connection = client.responses.connect(websocket_connection_options={"max_size": 2000}).enter()
    with pytest.raises(libresponses.ResponseTooLargeError):
        connection.create(**TURN, input="x" * 4000)
    connection.close()
    refusals: list[dict[str, Any]] = [{"compression": "deflate"}, {"extensions": []}]
    for refused in refusals:
        with pytest.raises(libresponses.InvalidArgumentError, match="websocket_connection_options"):
            client.responses.connect(websocket_connection_options=refused)
    with pytest.raises(AttributeError):
        client.responses.with_raw_response.connect()  # type: ignore[attr-defined]
