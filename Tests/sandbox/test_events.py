"""Every event of every behaviour: valid by the package's types, and in the order of the API."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import strict
from openai.types.responses import ResponseStreamEvent
from wire import Wire

BEHAVIOURS = [
    "long=40",
    "function-call",
    "function-call=3",
    "parallel-calls",
    "broken-arguments",
    "custom-call",
    "reasoning",
    "reasoning=3 #long=10",
    "raw-reasoning",
    "silent-reasoning",
    "refusal",
    "incomplete",
    "content-filter",
    "web-search",
    "file-search",
    "code-interpreter",
    "image",
    "image=0",
    "mcp",
    "mcp-fail",
    "mcp-approval",
    "shell",
    "local-shell",
    "apply-patch",
    "computer",
    "tool-search",
    "program",
    "compaction",
    "annotations",
    "commentary",
    "audio",
    "everything",
]
TERMINAL = {"response.completed", "response.incomplete", "response.failed"}
INCLUDE = [
    "file_search_call.results",
    "web_search_call.action.sources",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]


def documented_types() -> set[str]:
    """All values of `type` in the package's union of events."""
    members = get_args(get_args(ResponseStreamEvent)[0])
    return {get_args(member.model_fields["type"].annotation)[0] for member in members}


def stream(wire: Wire, text: str, **options: Any) -> list[dict[str, Any]]:
    answer = wire.create(text, stream=True, **options)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.ended == "complete"
    for frame, event in zip(answer.frames, answer.events):
        assert frame.event == event["type"]
    return answer.events


def check_order(events: list[dict[str, Any]]) -> None:
    """The grammar of a stream, as far as it is common to all items."""
    types = [event["type"] for event in events]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert types[:2] == ["response.created", "response.in_progress"]
    assert types[-1] in TERMINAL
    assert not TERMINAL & set(types[:-1])
    is_open: dict[int, str] = {}
    done: set[int] = set()
    for event in events:
        index = event.get("output_index")
        if event["type"] == "response.output_item.added":
            assert index not in is_open and index not in done
            is_open[event["output_index"]] = event["item"].get("id")
        elif event["type"] == "response.output_item.done":
            assert event["item"].get("id") == is_open.pop(event["output_index"])
            done.add(event["output_index"])
        elif index is not None:
            assert index in is_open, event
            assert event.get("item_id", is_open[index]) == is_open[index]
    assert not is_open
    assert sorted(done) == list(range(len(done)))


def check_deltas(events: list[dict[str, Any]]) -> None:
    """The deltas of each text are its `done`; the items of the end are those of before."""
    texts: dict[tuple[Any, ...], str] = {}
    for event in events:
        kind = event["type"].rsplit(".", 1)[0]
        key = (
            kind,
            event.get("output_index"),
            event.get("content_index"),
            event.get("summary_index"),
            event.get("command_index"),
        )
        if event["type"].endswith(".delta") and isinstance(event["delta"], str):
            texts[key] = texts.get(key, "") + event["delta"]
            if "obfuscation" in event:
                assert (len(event["delta"]) + len(event["obfuscation"])) % 16 == 0
        elif event["type"].endswith(".done") and key in texts and "audio" not in kind:
            fields = ("text", "refusal", "arguments", "input", "code", "command")
            whole = next(event[name] for name in fields if name in event)
            assert whole == texts.pop(key)
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert sorted(map(str, events[-1]["response"]["output"])) == sorted(map(str, done))


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_events_are_valid_and_in_order(wire: Wire, behaviour: str) -> None:
    events = stream(wire, f"#{behaviour} please", body={"include": INCLUDE})
    for event in events:
        strict.event(event)
    check_order(events)
    check_deltas(events)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_behaviours_give_the_same_items_without_a_stream(wire: Wire, behaviour: str) -> None:
    name, _, count = behaviour.partition(" ")[0].partition("=")
    answer = wire.create(f"do it {count}".strip(), body={"model": f"sandbox-{name}"})
    assert answer.status == 200
    whole = strict.response(answer.json)
    assert whole.status in ("completed", "incomplete")
    assert whole.model == f"sandbox-{name}-2026-01-15"
    streamed = stream(wire, f"do it {count}".strip(), body={"model": f"sandbox-{name}"})
    types = [item["type"] for item in streamed[-1]["response"]["output"]]
    assert [item["type"] for item in answer.json["output"]] == types


def test_every_documented_event_type_occurs_somewhere(wire: Wire) -> None:
    seen = set()
    for text in ("#everything", "#incomplete", "#fail"):
        seen |= {event["type"] for event in stream(wire, text)}
    body = {"background": True}
    seen |= set(wire.create("#long=3", stream=True, body=body).types)
    assert documented_types() - seen == set()


def test_failure_comes_as_a_nested_error_and_a_failed_response(wire: Wire) -> None:
    events = stream(wire, "#fail-early")
    assert [event["type"] for event in events] == [
        "response.created",
        "response.in_progress",
        "error",
        "response.failed",
    ]
    error = events[2]
    assert set(error) == {"type", "sequence_number", "error"}
    assert error["error"]["code"] == "context_length_exceeded"
    failed = events[3]["response"]
    assert failed["status"] == "failed"
    assert failed["usage"] is None
    assert failed["error"] == {
        "code": "context_length_exceeded",
        "message": error["error"]["message"],
    }


def test_failure_in_mid_stream_leaves_the_message_open(wire: Wire) -> None:
    events = stream(wire, "#fail=3")
    types = [event["type"] for event in events]
    assert types[-2:] == ["error", "response.failed"]
    assert types.count("response.output_text.delta") == 3
    assert "response.output_item.done" not in types
    assert strict.event(events[-1]).response.error.code == "server_error"


def test_a_flat_error_has_the_shape_of_the_documentation(wire: Wire) -> None:
    events = stream(wire, "#fail", fault="error-shape=flat")
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    assert strict.event(events[-2]).message


def test_obfuscation_can_be_switched_off(wire: Wire) -> None:
    body = {"stream_options": {"include_obfuscation": False}}
    assert not any("obfuscation" in event for event in stream(wire, "#everything", body=body))


def test_hidden_parts_are_shown_to_those_who_ask(wire: Wire) -> None:
    text = "#reasoning #web-search #file-search #code-interpreter"
    shown = wire.create(text, body={"include": INCLUDE}).json["output"]
    hidden = wire.create(text).json["output"]
    assert [("encrypted_content" in item) for item in (shown[0], hidden[0])] == [True, False]
    assert [("sources" in item["action"]) for item in (shown[1], hidden[1])] == [True, False]
    assert [bool(item["results"]) for item in (shown[2], hidden[2])] == [True, False]
    assert [bool(item["outputs"]) for item in (shown[3], hidden[3])] == [True, False]
    logprobs = [items[-1]["content"][0]["logprobs"] for items in (shown, hidden)]
    assert "".join(entry["token"] for entry in logprobs[0]) == shown[-1]["content"][0]["text"]
    assert logprobs[1] == []


def test_top_logprobs_lists_alternatives(wire: Wire) -> None:
    events = stream(wire, "Hi", body={"top_logprobs": 3})
    delta = next(event for event in events if event["type"] == "response.output_text.delta")
    assert delta["logprobs"][0]["token"] == delta["delta"]
    assert len(delta["logprobs"][0]["top_logprobs"]) == 3
    for event in events:
        strict.event(event)


def test_unknown_events_are_there_to_be_passed_through(wire: Wire) -> None:
    events = stream(wire, "#unknown")
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    unknown = {event["type"] for event in events} - documented_types()
    assert unknown == {"response.telepathy.delta", "response.telepathy.done", "response.metadata"}


def test_the_same_requests_give_the_same_bytes(sandbox_binary: Any) -> None:
    from server import Sandbox

    def bytes_of(seed: str) -> list[dict[str, Any]]:
        with Sandbox(sandbox_binary, "--seed", seed) as server, Wire(server.port) as wire:
            events = stream(wire, "#everything")
            for event in events:
                for name in ("created_at", "completed_at"):
                    event.get("response", {}).pop(name, None)
            return events

    assert bytes_of("5") == bytes_of("5")
    assert bytes_of("5") != bytes_of("6")
