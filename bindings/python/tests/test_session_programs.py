"""Programs for the ``openai`` package's connect(): they do the same with both packages.

Each is written once, and run with the clients of the one and of the other.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Coroutine
from typing import Any, Callable

import pytest
from conftest import run

import libresponses

openai: Any = pytest.importorskip("openai")

PACKAGES = {"openai": openai, "libresponses": libresponses}


@pytest.fixture(params=list(PACKAGES))
def package(request: pytest.FixtureRequest) -> Any:
    return PACKAGES[request.param]


@pytest.fixture
def client(package: Any) -> Any:
    with package.OpenAI(max_retries=0) as made:
        yield made


def asynchronously(package: Any, program: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    async def main() -> Any:
        async with package.AsyncOpenAI(max_retries=0) as made:
            return await program(made)

    return run(main())


KINDS = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    *["response.output_text.delta"] * 4,
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


def test_events_of_a_turn(client: Any) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="sandbox", input="Hello", stream=True)
        seen = []
        for event in connection:
            seen.append((event.type, event.stream_id, event.sequence_number))
            if event.type == "response.completed":
                break
    assert seen == [(kind, None, number) for number, kind in enumerate(KINDS)]


def test_a_tool_call(client: Any) -> None:
    tool = {
        "type": "function", "name": "get_test_results", "strict": True,
        "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
    }  # fmt: skip

    def completed(connection: Any) -> Any:
        for event in connection:
            if event.type == "response.completed" and event.stream_id == "main":
                return event.response

    with client.responses.connect() as connection:
        connection.response.create(
            stream_id="main", model="sandbox", store=False, input="Find the failing test.",
            tools=[tool], tool_choice={"type": "function", "name": "get_test_results"},
        )  # fmt: skip
        first = completed(connection)
        call = first.output[0]
        connection.response.create(
            stream_id="main", model="sandbox", store=False, previous_response_id=first.id,
            input=[{"type": "function_call_output", "call_id": call.call_id, "output": "14 red"}],
        )  # fmt: skip
        assert completed(connection).output_text == "The tool answered: 14 red"


def test_messages_of_every_form(client: Any) -> None:
    with client.responses.connect() as connection:
        event = {"type": "response.create", "model": "sandbox", "input": "Hi"}
        connection.send(event)
        data = connection.recv_bytes()
        assert isinstance(data, bytes)
        assert connection.parse_event(data).type == "response.created"
        assert connection.parse_event(data.decode()).response.status == "in_progress"
        while connection.recv().type != "response.completed":
            pass
        connection.send_raw('{"type":"response.create","model":"sandbox","input":"Hi"}')
        assert connection.recv().type == "response.created"


def test_what_the_server_refuses(client: Any) -> None:
    with client.responses.connect() as connection:
        connection.response.create(
            model="sandbox", input="x", stream_id="a", previous_response_id="resp_none"
        )
        event = connection.recv()
        assert (event.type, event.status, event.stream_id) == ("error", 400, "a")
        assert event.error.code == "previous_response_not_found"
        assert event.error.param == "previous_response_id"
        # The connection goes on.
        connection.response.create(model="sandbox", input="x")
        assert connection.recv().type == "response.created"


def test_a_response_that_fails(client: Any) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="sandbox-fails", input="x")
        for event in connection:
            if event.type in ("response.failed", "error"):
                break
        connection.response.create(model="sandbox", input="x")
        assert connection.recv().type == "response.created"


def test_lanes_and_a_fork(client: Any) -> None:
    with client.responses.connect() as connection:
        for lane in ("planner", "research"):
            connection.response.create(model="sandbox", input=lane, stream_id=lane, store=False)
        done: dict[str, Any] = {}
        for event in connection:
            if event.type == "response.completed":
                done[event.stream_id] = event.response
                if len(done) == 2:
                    break
        connection.response.create(
            model="sandbox", input="Find gaps.", stream_id="critic", store=False,
            previous_response_id=done["planner"].id,
        )  # fmt: skip
        for event in connection:
            if event.type == "response.completed":
                break
        assert event.stream_id == "critic"
        assert event.response.previous_response_id == done["planner"].id


def test_steering(client: Any) -> None:
    with client.responses.connect(extra_headers={"X-Sandbox-Speed": "100"}) as connection:
        connection.response.create(model="sandbox", input="#reasoning=3", stream_id="s")
        created = connection.recv()
        connection.response.steer(previous_response_id=created.response.id, input="Be brief")
        kinds = []
        for event in connection:
            kinds.append(event.type)
            if event.type == "response.steer.accepted":
                assert event.stream_id == "s"
                assert event.steer.previous_response_id == created.response.id
            if event.type == "response.incomplete":
                assert event.response.incomplete_details.reason == "steered"
            if event.type == "response.completed":
                assert event.response.output_text == "You said: Be brief"
                assert event.response.previous_response_id == created.response.id
                break
        assert kinds.index("response.steer.accepted") < kinds.index("response.incomplete")
        assert kinds.count("response.created") == 1


def test_steering_that_comes_too_late(client: Any) -> None:
    with client.responses.connect() as connection:
        connection.response.steer(previous_response_id="resp_none", input="Be brief")
        assert connection.recv().type == "response.steer.failed"
        connection.response.create(model="sandbox", input="x")
        assert connection.recv().type == "response.created"


def test_warming_up(client: Any) -> None:
    with client.responses.connect() as connection:
        connection.response.create(
            model="sandbox", instructions="Be brief.", generate=False, store=False
        )
        kinds = []
        for event in connection:
            kinds.append(event.type)
            if event.type == "response.completed":
                break
        assert kinds == ["response.created", "response.completed"]
        connection.response.create(
            model="sandbox", input="Hi", previous_response_id=event.response.id, store=False
        )
        assert connection.recv().response.previous_response_id == event.response.id


def test_handlers(client: Any) -> None:
    seen: list[str] = []
    with client.responses.connect() as connection:
        connection.on("response.created", lambda event: seen.append("created"))

        @connection.on("response.output_text.done")  # type: ignore[untyped-decorator]
        def done(event: Any) -> None:
            seen.append(event.text)

        def never(event: Any) -> None:
            seen.append("never")

        def completed(event: Any) -> None:
            if "again" in seen:
                connection.close()
            else:
                seen.append("again")
                connection.response.create(model="sandbox", input="Two")

        once = connection.once("response.in_progress", lambda event: seen.append("once"))
        assert once is connection
        connection.on("response.completed", completed).on("event", never).off("event", never)
        connection.response.create(model="sandbox", input="One")
        connection.dispatch_events()
    assert seen == [
        "created", "once", "You said: One", "again", "created", "You said: Two",
    ]  # fmt: skip


def test_an_error_that_nobody_handles(client: Any, package: Any) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="sandbox", input="x", previous_response_id="resp_none")
        with pytest.raises(package.OpenAIError, match="WebSocket error"):
            connection.dispatch_events()


def test_before_it_is_open(client: Any, package: Any) -> None:
    """Events and handlers of the manager are those of the connection."""
    seen: list[str] = []
    manager = client.responses.connect(max_queue_size=100)
    manager.on("response.created", lambda event: seen.append(event.type))
    manager.send({"type": "response.create", "model": "sandbox", "input": "early"})
    with pytest.raises(package.WebSocketQueueFullError):
        manager.send({"type": "response.create", "model": "sandbox", "input": "too much"})
    with manager as connection:
        connection.once("response.completed", lambda event: connection.close())
        connection.dispatch_events()
    assert seen == ["response.created"]


def test_without_a_block(client: Any) -> None:
    connection = client.responses.connect().enter()
    connection.response.create(model="sandbox", input="x")
    while connection.recv().type != "response.completed":
        pass
    connection.close()
    assert list(connection) == []


def test_headers_and_query(client: Any, sandbox: Any, tag: str) -> None:
    with client.responses.connect(
        extra_query={"sandbox_tag": tag}, extra_headers={"X-Mine": "1", "OpenAI-Beta": "b=1"}
    ) as connection:
        connection.response.create(model="sandbox", input="x")
        connection.recv()
    seen = sandbox.requests(tag)[0]
    assert seen["headers"]["x-mine"] == "1"
    assert seen["headers"]["openai-beta"] == "b=1"
    assert seen["path"] == "/v1/responses"


def test_asyncio(package: Any) -> None:
    async def program(client: Any) -> list[str]:
        seen: list[str] = []
        async with client.responses.connect() as connection:
            await connection.response.create(model="sandbox", input="Hello")
            async for event in connection:
                if event.type == "response.completed":
                    seen.append(event.response.output_text)
                    break

            async def completed(event: Any) -> None:
                await asyncio.sleep(0)
                seen.append(event.type)
                await connection.close()

            connection.on("response.completed", completed)
            await connection.send({"type": "response.create", "model": "sandbox", "input": "x"})
            await connection.dispatch_events()
        return seen

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what the other package uses
        assert asynchronously(package, program) == ["You said: Hello", "response.completed"]


def test_a_reader_and_a_writer(package: Any) -> None:
    """One task reads all the while; another sends, each turn when the one before is complete."""

    async def program(client: Any) -> list[str]:
        found: list[str] = []
        done = asyncio.Event()
        async with client.responses.connect() as connection:

            async def read() -> None:
                async for event in connection:
                    if event.type == "response.completed":
                        found.append(event.response.output_text)
                        done.set()

            reader = asyncio.ensure_future(read())
            for number in range(5):
                done.clear()
                await connection.response.create(model="sandbox", input=f"n{number}")
                await done.wait()
            await connection.close()
            await reader
        return found

    assert asynchronously(package, program) == [f"You said: n{n}" for n in range(5)]
