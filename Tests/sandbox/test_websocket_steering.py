"""`response.steer`: what is accepted, what follows, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import strict
from server import Sandbox
from socket_wire import TEXT, SocketWire, is_last
from wire import Wire

TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}


@pytest.fixture
def slow(sandbox: Sandbox) -> Iterator[SocketWire]:
    """Fifty events a second: time enough to steer."""
    with SocketWire(sandbox.port).open(headers={"X-Sandbox-Speed": "50"}) as wire:
        yield wire


def event(wire: SocketWire) -> dict[str, Any]:
    frame = wire.frame()
    assert frame.opcode == TEXT
    found = frame.json
    assert isinstance(found, dict)
    strict.socket_event(found)
    return found


def until(wire: SocketWire, kind: str) -> list[dict[str, Any]]:
    events = [event(wire)]
    while events[-1]["type"] != kind:
        events.append(event(wire))
    return events


def begun(wire: SocketWire, text: str, **members: Any) -> str:
    """Creates a response, and waits for its id."""
    wire.create(text, **members)
    response = until(wire, "response.created")[-1]["response"]["id"]
    assert isinstance(response, str)
    return response


def ended(wire: SocketWire) -> dict[str, Any]:
    response = until(wire, "response.completed")[-1]["response"]
    assert isinstance(response, dict)
    return response


def steer(wire: SocketWire, response: str, text: Any = "Be brief", **members: Any) -> None:
    wire.send_event(
        {"type": "response.steer", "previous_response_id": response, "input": text, **members}
    )


def failure(wire: SocketWire) -> dict[str, Any]:
    return until(wire, "response.steer.failed")[-1]


def said(response: dict[str, Any]) -> str:
    message = [item for item in response["output"] if item["type"] == "message"][-1]
    return str(message["content"][0]["text"])


def check_numbers(events: list[dict[str, Any]]) -> None:
    """The events of one response, with those about it, are counted without a gap."""
    first = events[0]["sequence_number"]
    assert [e["sequence_number"] for e in events] == list(range(first, first + len(events)))


def test_a_response_is_steered_at_the_end_of_its_item(slow: SocketWire) -> None:
    settings = {"stream_id": "main", "instructions": "Speak", "metadata": {"k": "v"}}
    response = begun(slow, "#reasoning=2", **settings)
    until(slow, "response.output_item.added")
    steer(slow, response)
    events = until(slow, "response.incomplete")
    check_numbers(events)
    accepted = next(e for e in events if e["type"] == "response.steer.accepted")
    assert accepted["steer"]["id"].startswith("steer_")
    assert accepted["steer"]["previous_response_id"] == response
    assert {e["stream_id"] for e in events} == {"main"}
    steered = events[-1]["response"]
    assert steered["id"] == response
    assert steered["incomplete_details"] == {"reason": "steered"}
    # The item was finished, is all that there is, and is what was paid for.
    assert [item["type"] for item in steered["output"]] == ["reasoning"]
    assert events[-2]["type"] == "response.output_item.done"
    thoughts = steered["usage"]["output_tokens_details"]["reasoning_tokens"]
    assert steered["usage"]["output_tokens"] == thoughts > 0

    follow = until(slow, "response.completed")
    assert (follow[0]["type"], follow[0]["sequence_number"]) == ("response.created", 0)
    check_numbers(follow)
    successor = follow[-1]["response"]
    assert successor["previous_response_id"] == response
    assert (successor["instructions"], successor["metadata"]) == ("Speak", {"k": "v"})
    assert said(successor) == "You said: Be brief"


def test_a_response_that_ends_by_itself_is_followed_too(slow: SocketWire) -> None:
    response = begun(slow, "#long=5")
    until(slow, "response.output_text.delta")
    steer(slow, response, [{"role": "user", "content": [{"type": "input_text", "text": "One"}]}])
    steer(slow, response, [{"type": "message", "role": "user", "content": "Two"}])
    slow.create("Three")
    events = until(slow, "response.completed")
    check_numbers(events)
    first = events[-1]["response"]
    assert first["status"] == "completed"
    successor = ended(slow)
    assert successor["previous_response_id"] == response
    assert said(successor) == "You said: Two"
    # Both were taken up, before the turn that waited.
    assert successor["usage"]["input_tokens"] == first["usage"]["total_tokens"] + 2
    assert said(ended(slow)) == "You said: Three"


def test_the_successor_is_the_last_response_of_the_lane(slow: SocketWire) -> None:
    response = begun(slow, "#reasoning=2", store=False)
    steer(slow, response)
    successor = ended(slow)["id"]
    slow.create("Next", store=False, previous_response_id=successor)
    assert said(ended(slow)) == "You said: Next"
    steer(slow, response)
    assert failure(slow)["error"]["code"] == "response_not_active"


def test_a_successor_can_be_steered(slow: SocketWire) -> None:
    steer(slow, begun(slow, "#reasoning=2"), "#reasoning=3")
    until(slow, "response.incomplete")
    steer(slow, until(slow, "response.created")[-1]["response"]["id"], "Enough")
    assert until(slow, "response.incomplete")[-1]["response"]["output"] == []
    assert said(ended(slow)) == "You said: Enough"


# Where the client has something to do first.


def test_input_waits_for_the_result_of_a_tool(slow: SocketWire, sandbox: Sandbox) -> None:
    response = begun(slow, "The weather?", tools=[TOOL], stream_id="t")
    until(slow, "response.output_item.added")
    steer(slow, response, "First")
    steer(slow, response, "Second")
    events = until(slow, "response.steer.pending") + until(slow, "response.steer.pending")
    check_numbers(events)
    completed = next(e for e in events if e["type"] == "response.completed")
    call = completed["response"]["output"][0]
    stub = {"type": "function_call_output", "call_id": call["call_id"], "name": "get_weather"}
    ids = [e["steer"]["id"] for e in events if e["type"] == "response.steer.accepted"]
    assert [e["steer"]["id"] for e in events[-2:]] == ids
    for one in events[-2:]:
        assert one["reason"] == "waiting_for_required_input"
        assert (one["required_input"], one["stream_id"]) == ([stub], "t")
    # A third, behind the response: accepted, and pending at once.
    steer(slow, response, "Third")
    more = [event(slow), event(slow)]
    assert [e["type"] for e in more] == ["response.steer.accepted", "response.steer.pending"]
    check_numbers([events[-1], *more])

    results = [{**stub, "output": "sun"}, {"role": "user", "content": "Go on"}]
    slow.create(input=results, previous_response_id=response, stream_id="t")
    answer = ended(slow)
    assert said(answer) == "You said: Go on"
    with Wire(sandbox.port) as wire:
        path = f"/v1/responses/{answer['id']}/input_items?order=asc"
        items = wire.request("GET", path).json["data"]
    texts = [item["content"][0]["text"] if "content" in item else item["type"] for item in items]
    assert texts == [
        "The weather?",
        "function_call",
        "First",
        "Second",
        "Third",
        "function_call_output",
        "Go on",
    ]


def test_a_result_that_is_there_already_needs_no_notice(slow: SocketWire) -> None:
    response = begun(slow, "The weather?", tools=[TOOL])
    call = until(slow, "response.output_item.added")[-1]["item"]["call_id"]
    steer(slow, response)
    until(slow, "response.steer.accepted")
    output = {"type": "function_call_output", "call_id": call, "output": "sun"}
    slow.create("x", previous_response_id=response)  # refused, as it lacks the result
    slow.create(input=[output], previous_response_id=response)
    events = until(slow, "error")
    assert "response.steer.pending" not in [e["type"] for e in events]
    assert events[-1]["error"]["message"].startswith("No tool output found")
    # The failed continuation gives the input back.
    lost = event(slow)
    assert lost["type"] == "response.steer.failed"
    assert lost["error"]["code"] == "successor_creation_failed"
    assert lost["steer"]["input"] == "Be brief"
    # The response itself is stored, and can be continued.
    assert said(ended(slow)) == "The tool answered: sun"


@pytest.mark.parametrize(
    ("text", "kind", "members"),
    [
        ("#custom-call", "custom_tool_call_output", {"call_id"}),
        ("#computer", "computer_call_output", {"call_id"}),
        ("#apply-patch", "apply_patch_call_output", {"call_id"}),
        ("#mcp-approval", "mcp_approval_response", {"approval_request_id"}),
        ("#function-call", "function_call_output", {"call_id", "name"}),
    ],
)
def test_stubs_of_each_kind(slow: SocketWire, text: str, kind: str, members: set[str]) -> None:
    response = begun(slow, text)
    until(slow, "response.output_item.added")
    steer(slow, response)
    (stub,) = until(slow, "response.steer.pending")[-1]["required_input"]
    assert stub["type"] == kind
    assert set(stub) == {"type"} | members


def test_a_lane_that_goes_on_without_it(slow: SocketWire) -> None:
    response = begun(slow, "#function-call")
    until(slow, "response.output_item.added")
    steer(slow, response)
    until(slow, "response.steer.pending")
    slow.create("Something else")
    lost = failure(slow)
    assert lost["error"]["code"] == "response_not_active"
    assert lost["steer"]["id"].startswith("steer_")
    assert said(ended(slow)) == "You said: Something else"


# What is refused.


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ([], {}),
        (7, {}),
        ([{"role": "assistant", "content": "x"}], {}),
        ([{"role": "system", "content": "x"}], {}),
        ([{"role": "user", "content": [{"type": "output_text", "text": "x"}]}], {}),
        ([{"role": "user", "content": []}], {}),
        ([{"type": "function_call_output", "call_id": "c", "output": "x"}], {}),
        ([{"role": "user", "content": "x", "id": "msg_1"}], {}),
        ("x", {"stream_id": "main"}),
        ("x", {"model": "sandbox"}),
    ],
)
def test_input_that_is_none(slow: SocketWire, text: Any, members: dict[str, Any]) -> None:
    response = begun(slow, "#long=30")
    steer(slow, response, text, **members)
    # Input that is none is returned as it is, which the types do not allow.
    while (failed := slow.frame().json)["type"] != "response.steer.failed":
        assert not is_last(failed)
    assert failed["error"]["code"] == "invalid_input"
    assert failed["error"]["type"] == "invalid_request_error"
    assert failed["steer"] == {"previous_response_id": response, "input": text}


def test_responses_that_cannot_be_steered(slow: SocketWire, sandbox: Sandbox) -> None:
    steer(slow, "resp_none")
    unknown = failure(slow)
    assert (unknown["error"]["code"], unknown["sequence_number"]) == ("response_not_found", 0)
    assert "stream_id" not in unknown
    for model in ("gpt-5.6", "o3", "gpt-4o-mini"):
        steer(slow, begun(slow, "#long=10", model=model))
        assert failure(slow)["error"]["code"] == "steering_not_supported"
        ended(slow)
    steer(slow, begun(slow, "#long=10", model="gpt-6-astra"))
    until(slow, "response.steer.accepted")
    assert said(ended(slow)) == "You said: Be brief"
    with Wire(sandbox.port) as wire:
        conversation = wire.request("POST", "/v1/conversations", {}).json["id"]
    steer(slow, begun(slow, "#long=10", conversation=conversation))
    assert failure(slow)["error"]["code"] == "steering_not_supported"
    ended(slow)
    # Of another connection.
    response = begun(slow, "#long=10")
    with SocketWire(sandbox.port).open() as other:
        steer(other, response)
        assert failure(other)["error"]["code"] == "response_not_found"


def test_responses_that_are_over(sandbox: Sandbox) -> None:
    over, inactive = "response_already_completed", "response_not_active"
    with SocketWire(sandbox.port).open() as wire:
        last = [wire.turn_of(text, stream_id="m")[-1] for text in ("Hello", "#incomplete", "Hi")]
        for one, code in zip(last, (over, inactive, over)):
            steer(wire, one["response"]["id"])
            failed = failure(wire)
            assert (failed["error"]["code"], failed["stream_id"]) == (code, "m")
        # The last response is at hand, and its numbers go on.
        assert failed["sequence_number"] == last[-1]["sequence_number"] + 1
        steer(wire, wire.turn_of("#fail=2")[-1]["response"]["id"])
        assert failure(wire)["error"]["code"] == inactive


def test_too_much_input(slow: SocketWire) -> None:
    response = begun(slow, "#long=60")
    for _ in range(17):
        steer(slow, response)
    events = until(slow, "response.steer.failed")
    kinds = [e["type"] for e in events if e["type"].startswith("response.steer")]
    assert kinds == ["response.steer.accepted"] * 16 + ["response.steer.failed"]
    assert events[-1]["error"]["code"] == "too_many_pending_steers"
    assert "id" not in events[-1]["steer"]


def test_a_response_that_fails_returns_the_input(slow: SocketWire) -> None:
    response = begun(slow, "#fail=9")
    until(slow, "response.output_item.added")
    steer(slow, response, "Be brief")
    accepted = until(slow, "response.steer.accepted")[-1]
    lost = failure(slow)
    assert lost["error"]["code"] == "successor_creation_failed"
    assert lost["steer"] == {**accepted["steer"], "input": "Be brief"}
    assert slow.turn_of("Hello")[-1]["type"] == "response.completed"


def test_events_that_are_no_steers(slow: SocketWire) -> None:
    members: dict[str, Any]
    for members in ({}, {"previous_response_id": 7}):
        slow.send_event({"type": "response.steer", "input": "x", **members})
        refused = event(slow)
        assert (refused["type"], refused["status"]) == ("error", 400)
        assert refused["error"]["param"] == "previous_response_id"


def test_a_steer_that_shall_fail(sandbox: Sandbox) -> None:
    fault = "steer-error=something_new; error-message=No"
    with SocketWire(sandbox.port).open(fault=fault) as wire:
        steer(wire, "resp_any", "x")
        error = failure(wire)["error"]
    assert error == {"type": "invalid_request_error", "code": "something_new", "message": "No"}
