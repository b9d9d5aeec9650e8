"""`client.responses.connect()` of the `openai` package, as its users call it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.resources.responses.responses import ResponsesConnection
from openai.types.responses import (
    FunctionToolParam,
    Response,
    ResponseFunctionToolCall,
    ResponsesServerEvent,
)
from openai.types.websocket_reconnection import ReconnectingEvent
from server import KEY, Sandbox
from websockets.exceptions import InvalidStatus

TOOL: FunctionToolParam = {
    "type": "function",
    "name": "get_test_results",
    "description": "Read the test results.",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
    "strict": True,
}


def completed(connection: ResponsesConnection, lane: str | None = None) -> Response:
    for event in connection:
        assert event.type != "error", event.to_json()
        if event.type == "response.completed" and event.stream_id == lane:
            return event.response
    raise AssertionError("the connection closed before the response was complete")


def test_a_turn(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="sandbox", input="Hello")
        events: list[ResponsesServerEvent] = []
        for event in connection:
            events.append(event)
            if event.type == "response.completed":
                break
    assert [type(event).__name__ for event in events[:3]] == [
        "ResponseWsCreated",
        "ResponseInWsProgress",
        "ResponseOutputItemWsAdded",
    ]
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == "You said: Hello"


def test_a_tool_call_without_a_store(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(
            stream_id="main",
            model="sandbox",
            store=False,
            input="Find the failing test.",
            tools=[TOOL],
            tool_choice={"type": "function", "name": "get_test_results"},
        )
        first = completed(connection, "main")
        call = first.output[0]
        assert isinstance(call, ResponseFunctionToolCall)
        connection.response.create(
            stream_id="main",
            model="sandbox",
            store=False,
            previous_response_id=first.id,
            input=[{"type": "function_call_output", "call_id": call.call_id, "output": "14 red"}],
        )
        assert completed(connection, "main").output_text == "The tool answered: 14 red"


def test_errors(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(
            model="sandbox", input="x", stream_id="a", previous_response_id="resp_none"
        )
        event = connection.recv()
        assert event.type == "error"
        assert (event.status, event.stream_id) == (400, "a")
        assert event.error.code == "previous_response_not_found"


def test_two_lanes_and_a_fork(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        for lane in ("planner", "research"):
            connection.response.create(model="sandbox", input=lane, stream_id=lane, store=False)
        done: dict[str, Response] = {}
        for event in connection:
            if event.type == "response.completed":
                done[str(event.stream_id)] = event.response
                if len(done) == 2:
                    break
        connection.response.create(
            model="sandbox",
            input="Find gaps.",
            stream_id="critic",
            store=False,
            previous_response_id=done["planner"].id,
        )
        assert completed(connection, "critic").previous_response_id == done["planner"].id


def test_steering(sandbox: Sandbox, client: OpenAI) -> None:
    speed = {"X-Sandbox-Speed": "100"}
    with client.responses.connect(extra_headers=speed) as connection:
        connection.response.create(model="sandbox", input="#reasoning=3", stream_id="s")
        created = connection.recv()
        assert created.type == "response.created"
        connection.response.steer(previous_response_id=created.response.id, input="Be brief")
        kinds: list[str] = []
        for event in connection:
            kinds.append(event.type)
            if event.type == "response.steer.accepted":
                assert event.stream_id == "s"
                assert event.steer.previous_response_id == created.response.id
            if event.type == "response.incomplete":
                details = event.response.incomplete_details
                assert details is not None and details.reason == "steered"
            if event.type == "response.completed":
                assert event.response.output_text == "You said: Be brief"
                assert event.response.previous_response_id == created.response.id
                break
        assert kinds.index("response.steer.accepted") < kinds.index("response.incomplete")
        assert kinds.count("response.created") == 1


def test_it_reconnects_after_1012(client: OpenAI) -> None:
    seen: list[ReconnectingEvent] = []
    faults = (
        "close-code=1012; close-at=end; on=turn; times=1; tag=openai-1012, "
        "limit-after-ms=300; on=websocket; skip=1; tag=openai-1012"
    )
    with client.responses.connect(
        extra_headers={"X-Sandbox-Fault": faults}, on_reconnecting=seen.append, initial_delay=0.01
    ) as connection:
        connection.response.create(model="sandbox", input="One")
        kinds = [event.type for event in connection]
    # The last event came over the second connection, which then closed for good.
    assert kinds[-2:] == ["response.completed", "error"]
    assert [event.close_code for event in seen] == [1012]


def test_asyncio(sandbox: Sandbox) -> None:
    async def run() -> str:
        client = AsyncOpenAI(base_url=sandbox.base_url, api_key=KEY)
        async with client, client.responses.connect() as connection:
            await connection.response.create(model="sandbox", input="Hello")
            async for event in connection:
                if event.type == "response.completed":
                    return event.response.output_text
        raise AssertionError("the connection closed")

    assert asyncio.run(run()) == "You said: Hello"


def test_a_refused_handshake(sandbox: Sandbox) -> None:
    with OpenAI(base_url=sandbox.base_url, api_key="wrong", max_retries=0) as client:
        manager = client.responses.connect()
        with pytest.raises(InvalidStatus) as refusal:
            manager.enter()
    assert refusal.value.response.status_code == 401


def test_types_of_the_package_are_what_the_sandbox_sends(client: OpenAI) -> None:
    """An event whose type the package does not know would be built as some other one."""
    with client.responses.connect() as connection:
        connection.response.create(model="sandbox", input="#everything")
        events: list[Any] = []
        for event in connection:
            events.append(event)
            if event.type == "response.completed":
                break
    for event in events:
        assert event.type == type(event).model_fields["type"].annotation.__args__[0]
