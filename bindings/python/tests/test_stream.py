"""Streams: events, snapshots, resuming, cancelling."""

from __future__ import annotations

import json
import pickle
import struct
import threading
import time
from typing import Any, Callable

import pytest
from conftest import Sandbox
from hypothesis import given, settings
from hypothesis import strategies as some

import libresponses
from libresponses import Model, OpenAI, _events, _options
from libresponses._models import Response
from libresponses.types.responses import ResponseFunctionToolCall, ResponseTextDeltaEvent

Fault = Callable[[str], dict[str, str]]


def test_events(client: OpenAI) -> None:
    stream = client.responses.create(model="sandbox", input="#long=3", stream=True)
    events = list(stream)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[0].type == "response.created"
    assert events[0].response.status == "in_progress"
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert "".join(event.delta for event in deltas) == "while small sails"
    assert all(isinstance(event, ResponseTextDeltaEvent) for event in deltas)
    assert not isinstance(events[0], ResponseTextDeltaEvent)
    assert deltas[0].output_index == deltas[0].content_index == 0
    assert deltas[0].item_id == events[2].item.id
    assert not hasattr(events[0], "delta")
    assert not hasattr(deltas[0], "snapshot")
    assert events[-1].response.output_text == "while small sails"
    assert stream.get_final_response() == events[-1].response
    assert stream.snapshot == events[-1].response
    for event in events:
        assert (
            json.loads(event.to_json()) == event.to_dict() == json.loads(event.to_json(indent=None))
        )
        assert pickle.loads(pickle.dumps(event)) == event
        assert event.type in repr(event)


def test_every_event_of_the_sandbox(client: OpenAI) -> None:
    kinds = set()
    for event in client.responses.create(model="sandbox", input="#everything", stream=True):
        data = event.to_dict()
        assert event.type == data["type"]
        delta = getattr(event, "delta", None)
        assert (delta.to_dict() if isinstance(delta, Model) else delta) == data.get("delta")
        kinds.add(event.type)
    assert len(kinds) > 40
    unknown = list(client.responses.create(model="sandbox", input="#unknown", stream=True))
    assert all(event.type and event.to_dict() for event in unknown)


def test_big_events(client: OpenAI) -> None:
    stream = client.responses.create(model="sandbox", input="#huge=1000000", stream=True)
    assert max(len(getattr(event, "delta", "")) for event in stream) == 1000000


def test_helper(client: OpenAI) -> None:
    with client.responses.stream(model="sandbox", input="#long=3") as stream:
        snapshots = [e.snapshot for e in stream if e.type == "response.output_text.delta"]
        assert snapshots == ["while", "while small", "while small sails"]
        assert stream.get_final_response().output_text == "while small sails"
    with client.responses.stream(model="sandbox", input="#long=3") as stream:
        assert next(stream).type == "response.created"
        assert stream.until_done().get_final_response().status == "completed"


def test_starting_after_is_sent(client: OpenAI, sandbox: Sandbox, tag: str) -> None:
    headers = {"X-Sandbox-Tag": tag}
    made = client.responses.create(model="sandbox", input="#long=9", background=True, stream=True)
    events = list(made)
    response = made.get_final_response()
    with client.responses.stream(
        response_id=response.id, starting_after=5, extra_headers=headers
    ) as stream:
        again = list(stream)
        assert stream.get_final_response().output_text == response.output_text
    assert [e.sequence_number for e in again] == [e.sequence_number for e in events[6:]]
    (seen,) = sandbox.requests(tag)
    assert "starting_after=5" in seen["target"]
    with pytest.raises(ValueError, match="input"):
        client.responses.stream(response_id=response.id, input="no")
    plain = client.responses.retrieve(response.id, stream=True, starting_after=5)
    assert len(list(plain)) == len(again)


def test_resumes_by_itself(client: OpenAI, fault: Fault) -> None:
    stream = client.responses.create(
        model="sandbox",
        input="#long=20",
        background=True,
        stream=True,
        extra_headers=fault("cut-after-events=6; times=2; how=rst"),
    )
    numbers = [event.sequence_number for event in stream]
    assert numbers == list(range(len(numbers)))
    assert stream.get_final_response().status == "completed"


def test_cancel_from_another_thread(client: OpenAI, fault: Fault) -> None:
    stream = client.responses.create(
        model="sandbox", input="#long=9", stream=True, extra_headers=fault("stall-after-events=3")
    )
    begun = threading.Event()

    def cancel() -> None:
        begun.wait(10)
        stream.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(libresponses.RequestCancelledError) as caught:
        for _ in stream:
            begun.set()
    thread.join()
    assert caught.value.partial_response is not None
    assert client.responses.create(model="sandbox", input="Hi").status == "completed"


def test_leaving_early(client: OpenAI) -> None:
    with client.responses.create(model="sandbox", input="#long=100000", stream=True) as stream:
        for _ in stream:
            break
    with pytest.raises(libresponses.ClosedError):
        list(stream)
    with pytest.raises(libresponses.BadRequestError):
        client.responses.create(
            model="sandbox",
            input="Hi",
            stream=True,
            extra_headers={"X-Sandbox-Fault": "status=400"},
        )
    for event in client.responses.create(model="sandbox", input="#long=100000", stream=True):
        assert event.type
        break


def test_a_slow_reader_is_waited_for(client: OpenAI) -> None:
    stream = client.responses.create(model="sandbox", input="#long=50000", stream=True)
    first = next(stream)
    time.sleep(0.2)
    assert first.type == "response.created"
    assert sum(1 for _ in stream) == 50007


def test_items_have_classes(client: OpenAI) -> None:
    tool = {
        "type": "function",
        "name": "f",
        "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
        "strict": True,
    }
    response = client.responses.create(model="sandbox", input="#function-call=1", tools=[tool])
    (call,) = [one for one in response.output if one.type == "function_call"]
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.namespace is None
    assert response.tools[0].parameters == tool["parameters"]


texts = some.text(some.characters(exclude_categories=["Cs"]))


def record(kind: int, fields: dict[str, Any], type_: str, delta: str, item: str) -> bytes:
    """A record as the header documents it."""
    parts = [type_.encode(), delta.encode(), item.encode(), json.dumps(fields).encode()]
    body = b"".join(part + b"\0" for part in parts)
    size = (40 + len(body) + 7) & ~7
    sequence = fields.get("sequence_number", -1)
    head = struct.pack("=IiqiiIIII", size, kind, sequence, -1, -1, *map(len, parts))
    return (head + body).ljust(size, b"\0")


@settings(deadline=None)
@given(some.lists(some.tuples(texts, texts, texts, some.none() | some.integers(0, 2**62))))
def test_decoding(rows: list[tuple[str, str, str, Any]]) -> None:
    data = b""
    for type_, delta, item, sequence in rows:
        fields: dict[str, Any] = {"type": type_, "item_id": item}
        if delta:
            fields["delta"] = delta
        if sequence is not None:
            fields["sequence_number"] = sequence
        data += record(0, fields, type_, delta, item)
    parts: dict[Any, list[str]] = {}
    events = _events.decode(data, parts)
    assert [event.type for event in events] == [row[0] for row in rows]
    so_far = ""
    for event, (_, delta, item, sequence) in zip(events, rows):
        assert getattr(event, "delta", "") == delta
        assert event.sequence_number == sequence
        assert event.item_id == item
        so_far += delta
        if delta:
            assert event.snapshot == so_far


@settings(deadline=None)
@given(some.dictionaries(texts, texts | some.booleans() | some.lists(texts)))
def test_queries(query: dict[str, Any]) -> None:
    from urllib.parse import parse_qsl

    wanted = []
    for name, value in query.items():
        if isinstance(value, list):
            wanted += [(name + "[]", one) for one in value]
        else:
            wanted.append((name, str(value).lower() if isinstance(value, bool) else value))
    encoded = _options.encoded(query)
    assert encoded.isascii()
    assert parse_qsl(encoded, keep_blank_values=True) == wanted


def test_text_so_far(client: OpenAI) -> None:
    """The text of the response is that of the events until then, whenever it is looked at."""
    text = ""
    with client.responses.create(model="sandbox", input="#long=30", stream=True) as stream:
        for event in stream:
            text += getattr(event, "delta", "")
            response = stream.snapshot
            assert response is not None
            seen = response.output_text
            assert seen.startswith(text)
            assert Response(response.to_dict()).output_text == seen
        assert stream.get_final_response().output_text == text
