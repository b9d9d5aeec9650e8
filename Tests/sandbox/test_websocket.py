"""Turns over a WebSocket, with PyPI's `websockets` and events checked by the types of `openai`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import strict
from server import KEY, Sandbox
from socket_wire import SocketWire, is_last
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from wire import Wire

FUNCTION = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}


class Session:
    """A connection that speaks events."""

    def __init__(self, socket: Connection) -> None:
        self.socket = socket

    def send(self, **event: Any) -> None:
        self.socket.send(json.dumps(event))

    def create(self, text: Any = "Hello", **members: Any) -> None:
        self.send(**{"type": "response.create", "model": "sandbox", "input": text, **members})

    def event(self) -> dict[str, Any]:
        event = json.loads(self.socket.recv(timeout=10))
        strict.socket_event(event)
        assert isinstance(event, dict)
        return event

    def events(self) -> list[dict[str, Any]]:
        """Up to the end of a turn."""
        events = [self.event()]
        while not is_last(events[-1]):
            events.append(self.event())
        return events

    def turn(self, text: Any = "Hello", **members: Any) -> dict[str, Any]:
        """The response of a turn, or its error event."""
        self.create(text, **members)
        last = self.events()[-1]
        response = last.get("response", last)
        assert isinstance(response, dict)
        return response


def output_text(response: dict[str, Any]) -> str:
    return "".join(
        part["text"]
        for item in response["output"]
        if item["type"] == "message"
        for part in item["content"]
    )


@contextmanager
def session_with(sandbox: Sandbox, query: str = "", **headers: str) -> Iterator[Session]:
    url = sandbox.base_url.replace("http", "ws") + "/responses" + query
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    options: dict[str, Any] = {"max_size": None, "compression": None}
    headers = {"Authorization": f"Bearer {KEY}", **names}
    with connect(url, additional_headers=headers, **options) as socket:
        yield Session(socket)


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    with session_with(sandbox) as session:
        yield session


# The same as over HTTP.


@pytest.mark.parametrize("text", ["Hello", "#reasoning=2", "#everything", "#fail=2", "#incomplete"])
def test_events_are_those_of_the_event_stream(sandbox_binary: Path, text: str) -> None:
    def without_times(events: list[dict[str, Any]]) -> str:
        return re.sub(r'"(created_at|completed_at)": \d+', "", json.dumps(events))

    with Sandbox(sandbox_binary, "--key", KEY) as one, Wire(one.port) as wire:
        streamed = wire.create(text, stream=True).events
    with Sandbox(sandbox_binary, "--key", KEY) as two, session_with(two) as session:
        session.create(text)
        assert without_times(session.events()) == without_times(streamed)


@pytest.mark.parametrize(
    "body",
    [
        {"input": 3},
        {"input": "x", "temperature": 7},
        {"input": "x", "tool_choice": "required"},
        {"input": "x", "model": "no-such-model"},
        {"input": "x", "unheard_of": 1},
        {"input": []},
        {},
        {"input": "x", "previous_response_id": "resp_none"},
        {"input": [{"type": "function_call_output", "call_id": "call_1", "output": "x"}]},
    ],
)
def test_errors_are_those_of_a_post(session: Session, wire: Wire, body: dict[str, Any]) -> None:
    body = {"model": "sandbox", **body}
    answer = wire.request("POST", "/v1/responses", body)
    assert answer.status == 400
    for lane in ({}, {"stream_id": "a"}):
        session.send(type="response.create", **body, **lane)
        event = session.event()
        assert event == {"type": "error", "status": 400, **lane, **answer.json}
    assert output_text(session.turn("Still here")) == "You said: Still here"


def test_messages_that_are_no_events(session: Session) -> None:
    for message, param in (
        ("{", None),
        ("[]", None),
        ("7", None),
        ('{"model": "sandbox"}', "type"),
        ('{"type": 3}', "type"),
        ('{"type": "response.cancel"}', "type"),
    ):
        session.socket.send(message)
        event = session.event()
        assert (event["type"], event["status"], event["error"]["param"]) == ("error", 400, param)
    assert session.turn()["status"] == "completed"


def test_members_of_the_transport(session: Session) -> None:
    for members in ({"stream": True}, {"stream": False}, {"background": False}):
        assert session.turn(**members)["status"] == "completed"
    assert session.turn(stream_options={"include_obfuscation": False})["status"] == "completed"
    refused = session.turn(background=True)
    assert (refused["error"]["param"], refused["status"]) == ("background", 400)
    assert session.turn(generate=1)["error"]["param"] == "generate"


def test_it_needs_the_key(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        connect(
            sandbox.base_url.replace("http", "ws") + "/responses",
            additional_headers={"Authorization": "Bearer wrong"},
        )
    response = refusal.value.response
    assert response.status_code == 401
    assert json.loads(response.body or b"")["error"]["code"] == "invalid_api_key"


def test_a_get_without_upgrade_is_still_none(wire: Wire) -> None:
    assert wire.request("GET", "/v1/responses").status == 405


# What is remembered.


def test_stored_responses_are_had_by_get(session: Session, wire: Wire) -> None:
    response = session.turn("Keep this")
    assert wire.request("GET", f"/v1/responses/{response['id']}").json == response
    follow = wire.create("And this", body={"previous_response_id": response["id"]})
    assert follow.json["previous_response_id"] == response["id"]
    items = wire.request("GET", f"/v1/responses/{follow.json['id']}/input_items").json
    assert len(items["data"]) == 3
    # And the other way round: what a POST stored is continued here.
    assert session.turn("More", previous_response_id=follow.json["id"])["status"] == "completed"
    assert wire.request("DELETE", f"/v1/responses/{response['id']}").status == 200


def test_a_lane_remembers_its_last_response(session: Session, wire: Wire) -> None:
    first = session.turn("One", store=False)
    second = session.turn("Two", store=False, previous_response_id=first["id"])
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"]
    assert wire.request("GET", f"/v1/responses/{first['id']}").status == 404
    third = session.turn("Three", store=False, previous_response_id=second["id"])
    # Each turn brings along all that came before, although nothing was stored.
    assert third["usage"]["input_tokens"] - second["usage"]["input_tokens"] == 1 + 4
    gone = session.turn("Again", store=False, previous_response_id=first["id"])
    assert gone["error"]["code"] == "previous_response_not_found"


def test_another_connection_knows_only_what_is_stored(session: Session, sandbox: Sandbox) -> None:
    stored, unstored = session.turn("Kept"), session.turn("Lost", store=False)
    with session_with(sandbox) as other:
        assert other.turn("x", previous_response_id=stored["id"])["status"] == "completed"
        refused = other.turn("x", previous_response_id=unstored["id"])
        assert refused["error"] == {
            "type": "invalid_request_error",
            "code": "previous_response_not_found",
            "message": f"Previous response with id '{unstored['id']}' not found.",
            "param": "previous_response_id",
        }


def test_a_failed_continuation_forgets_what_it_continued(session: Session) -> None:
    for failure in ({"temperature": 9}, {"model": "sandbox-fail"}):
        first = session.turn("One", store=False)
        failed = session.turn("Two", **{"previous_response_id": first["id"], **failure})
        assert failed["status"] in (400, "failed")
        gone = session.turn("Two", previous_response_id=first["id"])
        assert gone["error"]["code"] == "previous_response_not_found"
    # What is stored comes back from there.
    first = session.turn("One")
    assert session.turn("x", previous_response_id=first["id"], temperature=9)["status"] == 400
    assert session.turn("x", previous_response_id=first["id"])["status"] == "completed"


def test_a_failed_fork_leaves_the_other_lane_alone(session: Session) -> None:
    first = session.turn("One", store=False, stream_id="main")
    fork = {"previous_response_id": first["id"], "stream_id": "fork", "store": False}
    assert session.turn("x", temperature=9, **fork)["status"] == 400
    assert session.turn("x", **fork)["status"] == "completed"
    fork["stream_id"] = "main"
    assert session.turn("x", **fork)["status"] == "completed"


def test_tools_without_a_store(session: Session) -> None:
    call = session.turn("What is the weather?", store=False, tools=[FUNCTION])
    item = call["output"][0]
    assert item["type"] == "function_call"
    missing = session.turn("Go on", store=True, previous_response_id=call["id"])
    assert missing["error"]["message"].startswith("No tool output found")
    call = session.turn("What is the weather?", store=False, tools=[FUNCTION])
    result = {"type": "function_call_output", "call_id": call["output"][0]["call_id"]}
    answer = session.turn([{**result, "output": "sun"}], previous_response_id=call["id"])
    assert output_text(answer) == "The tool answered: sun"


def test_references_to_items_that_are_not_stored(session: Session) -> None:
    first = session.turn("One", store=False)
    reference = {"type": "item_reference", "id": first["output"][0]["id"]}
    asked = [reference, {"role": "user", "content": "Two"}]
    assert session.turn(asked, store=False)["status"] == "completed"
    refused = session.turn([{**reference, "id": "msg_none"}], store=False)
    assert refused["status"] == 404


def test_conversations(session: Session, wire: Wire) -> None:
    conversation = wire.request("POST", "/v1/conversations", {}).json["id"]
    assert session.turn("One", conversation=conversation)["status"] == "completed"
    items = wire.request("GET", f"/v1/conversations/{conversation}/items").json["data"]
    assert [item["role"] for item in items] == ["assistant", "user"]


# Warming up.


def test_warm_up(session: Session) -> None:
    session.create("Be brief", generate=False, store=False, stream_id="w")
    events = session.events()
    assert [event["type"] for event in events] == ["response.created", "response.completed"]
    assert [event["sequence_number"] for event in events] == [0, 1]
    warm = events[1]["response"]
    assert (warm["output"], warm["usage"]["output_tokens"]) == ([], 0)
    answer = session.turn([], previous_response_id=warm["id"], store=False, stream_id="w")
    assert output_text(answer) == "You said: Be brief"


def test_warm_up_without_input_and_by_the_cache(session: Session) -> None:
    session.send(type="response.create", model="sandbox", generate=False, tools=[FUNCTION])
    warm = session.events()[-1]["response"]
    answer = session.turn("Hello", previous_response_id=warm["id"])
    assert answer["usage"]["input_tokens"] == 1
    prewarmed = session.turn("Hello", prompt_cache_options={"prewarm": True}, generate=True)
    assert prewarmed["output"] == []
    assert session.turn("Hello", generate=True)["output"] != []


# Lanes.


def test_a_lane_is_a_queue_and_lanes_run_side_by_side(sandbox: Sandbox) -> None:
    with session_with(sandbox, X_Sandbox_Speed="200") as session:
        for lane in ("a", "b", None, "a", "b", None):
            session.create("#long=10", **({} if lane is None else {"stream_id": lane}))
        events: list[dict[str, Any]] = []
        while sum(is_last(event) for event in events) < 6:
            events.append(session.event())
    lanes = [event.get("stream_id") for event in events]
    assert sum(one != next for one, next in zip(lanes, lanes[1:])) > 20
    for lane in ("a", "b", None):
        own = [event for event in events if event.get("stream_id") == lane]
        half = len(own) // 2
        for turn in (own[:half], own[half:]):
            assert [event["sequence_number"] for event in turn] == list(range(half))
            assert turn[0]["type"] == "response.created"
            assert turn[-1]["type"] == "response.completed"


def test_a_turn_may_continue_the_one_that_runs(sandbox: Sandbox) -> None:
    with session_with(sandbox, X_Sandbox_Speed="200") as session:
        session.create("#long=5", store=False)
        created = session.event()["response"]["id"]
        session.create("Next", store=False, previous_response_id=created)
        assert session.events()[-1]["response"]["id"] == created
        assert session.events()[-1]["response"]["previous_response_id"] == created


def test_names_of_lanes(session: Session) -> None:
    for name in ("a" * 256, "A.b-c_9", "."):
        assert session.turn(stream_id=name)["status"] == "completed"
        assert session.turn(stream_id=name, temperature=9)["stream_id"] == name
    for bad in ("", "a" * 257, "a b", "ä", "a/b", 7, ["a"]):
        refused = session.turn(stream_id=bad)
        assert refused["error"]["code"] == "invalid_stream_id"
        assert (refused["error"]["param"], "stream_id" in refused) == ("stream_id", False)
    assert session.turn(stream_id=None)["status"] == "completed"


def test_there_are_32_lanes_with_names(session: Session) -> None:
    for number in range(32):
        session.turn(stream_id=f"lane-{number}")
    refused = session.turn(stream_id="lane-32")
    assert (refused["stream_id"], refused["status"]) == ("lane-32", 400)
    assert refused["error"]["code"] == "websocket_stream_limit_reached"
    assert session.turn(stream_id="lane-31")["status"] == "completed"
    assert session.turn()["status"] == "completed"


def test_sixteen_turns_run_and_the_others_wait(sandbox: Sandbox) -> None:
    with session_with(sandbox, X_Sandbox_Speed="100") as session:
        for number in range(20):
            session.create("#long=8", stream_id=f"lane-{number}")
        running: set[str] = set()
        most = 0
        first_done: int | None = None
        started: list[str] = []
        while len(started) < 20 or running:
            event = session.event()
            lane = event["stream_id"]
            if event["type"] == "response.created":
                running.add(lane)
                started.append(lane)
                most = max(most, len(running))
            elif is_last(event):
                running.discard(lane)
                first_done = len(started) if first_done is None else first_done
        assert (most, first_done) == (16, 16)
        assert started == [f"lane-{number}" for number in range(20)]


# The end of the hour.


def test_the_limit_of_a_connection(sandbox_binary: Path) -> None:
    options = ["--key", KEY, "--session-ms", "150"]
    with Sandbox(sandbox_binary, *options) as short, session_with(short) as session:
        assert session.turn()["status"] == "completed"
        assert session.event() == {
            "type": "error",
            "status": 400,
            "error": {
                "type": "invalid_request_error",
                "code": "websocket_connection_limit_reached",
                "message": "Responses websocket connection limit reached (60 minutes). Create a "
                "new websocket connection to continue.",
                "param": None,
            },
        }
        with pytest.raises(ConnectionClosed) as end:
            session.event()
        assert end.value.rcvd is not None and end.value.rcvd.code == 1000


def test_large_messages_in_both_directions(session: Session) -> None:
    instructions = "instruct " * 400_000
    response = session.turn(instructions=instructions)
    assert response["instructions"] == instructions
    assert session.turn("#huge=3000000")["status"] == "completed"


def test_a_reader_that_is_late_gets_everything(sandbox: Sandbox) -> None:
    """More than any buffer between the two holds, on two lanes."""
    with SocketWire(sandbox.port).open() as wire:
        wire.create("#long=20000", stream_id="a")
        wire.create("#long=20000", stream_id="b")
        time.sleep(0.2)
        done: dict[str, int] = {}
        count = 0
        while len(done) < 2:
            event = wire.frame().json
            count += 1
            if is_last(event):
                done[event["stream_id"]] = event["sequence_number"]
    assert done == {"a": done["a"], "b": done["a"]}
    assert count == 2 * (done["a"] + 1) > 40_000


def test_requests_can_be_read_back(sandbox: Sandbox, wire: Wire, tag: str) -> None:
    with session_with(sandbox, f"?sandbox_tag={tag}") as session:
        session.turn("One", metadata={"sandbox_tag": tag + "-own"})
        session.turn("Two")
        assert session.turn("x", metadata={"sandbox_speed": "fast"})["status"] == 400
    seen = wire.request("GET", f"/sandbox/requests?tag={tag}").json["data"]
    assert [entry["method"] for entry in seen] == ["GET", *["WEBSOCKET"] * 3]
    assert len({entry["remote_port"] for entry in seen}) == 1
    assert [entry["body"]["input"] for entry in seen[1:3]] == ["One", "Two"]
    assert wire.request("GET", f"/sandbox/requests?tag={tag}-own").json["total"] == 1
