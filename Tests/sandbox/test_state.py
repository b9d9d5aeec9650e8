"""What the server remembers: stored and chained responses, the background, lists, deletion."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import strict
from server import Sandbox
from wire import Wire

QUICK = {"X-Sandbox-Speed": "0"}


def get(wire: Wire, response_id: str, query: str = "") -> Any:
    answer = wire.request("GET", f"/v1/responses/{response_id}{query}")
    assert answer.status == 200, answer.body
    return answer.json


def background(wire: Wire, text: str = "Hello", **body: Any) -> Any:
    headers = body.pop("headers", None)
    answer = wire.create(text, body={"background": True, **body}, headers=headers)
    assert answer.status == 200, answer.body
    return answer.json


def wait_for(wire: Wire, response_id: str, *statuses: str) -> Any:
    for _ in range(1000):
        response = get(wire, response_id)
        if response["status"] in statuses:
            return response
        time.sleep(0.005)
    raise AssertionError(f"never {statuses}: {response['status']}")


def refused(wire: Wire, method: str, path: str, status: int, message: str) -> None:
    answer = wire.request(method, path)
    assert answer.status == status
    assert answer.json["error"]["message"] == message


# The background.


def test_background_goes_through_its_states(wire: Wire) -> None:
    queued = background(wire, "#long=20")
    assert queued["status"] == "queued"
    assert queued["background"] is True
    assert (queued["output"], queued["usage"], queued["completed_at"]) == ([], None, None)
    assert queued["service_tier"] == "auto"
    running = wait_for(wire, queued["id"], "in_progress")
    strict.response(running)
    done = wait_for(wire, queued["id"], "completed")
    strict.response(done)
    assert len(done["output"][0]["content"][0]["text"].split()) == 20
    assert done["service_tier"] == "default"
    assert done["completed_at"] >= done["created_at"]


def test_cancel_keeps_what_came_out(wire: Wire) -> None:
    started = background(wire, "#long=5000")
    wait_for(wire, started["id"], "in_progress")
    time.sleep(0.15)
    answer = wire.request("POST", f"/v1/responses/{started['id']}/cancel")
    assert answer.status == 200
    cancelled = strict.response(answer.json)
    assert cancelled.status == "cancelled"
    assert cancelled.output[0].status == "incomplete"
    assert cancelled.output_text
    again = wire.request("POST", f"/v1/responses/{started['id']}/cancel", {})
    assert again.json == answer.json
    assert get(wire, started["id"]) == answer.json


def test_cancel_in_every_other_state(wire: Wire) -> None:
    path = "/v1/responses/{}/cancel"
    synchronous = wire.create().json["id"]
    message = "Cannot cancel a synchronous response."
    refused(wire, "POST", path.format(synchronous), 400, message)
    for text, status, name in [
        ("Hello", "completed", "a completed"),
        ("#fail", "failed", "a failed"),
        ("#incomplete", "incomplete", "an incomplete"),
    ]:
        made = background(wire, text, headers=QUICK)["id"]
        wait_for(wire, made, status)
        refused(wire, "POST", path.format(made), 400, f"Cannot cancel {name} response.")
    queued = background(wire)["id"]
    assert wire.request("POST", path.format(queued)).json["status"] == "cancelled"


def test_a_cancelled_stream_ends_with_a_failed_event(sandbox: Sandbox, wire: Wire) -> None:
    wire.send(
        "POST",
        "/v1/responses",
        {"model": "sandbox", "input": "#long=5000", "background": True, "stream": True},
    )
    while b"in_progress" not in wire.buffer:
        wire._fill()
    response_id = wire.buffer.split(b'"id":"')[1].split(b'"')[0].decode()
    with Wire(sandbox.port) as other:
        assert other.request("POST", f"/v1/responses/{response_id}/cancel").status == 200
    events = wire.receive().events
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["status"] == "cancelled"


def test_background_goes_on_without_its_reader(sandbox: Sandbox, wire: Wire) -> None:
    body = {"background": True}
    answer = wire.create("#long=30", stream=True, body=body, fault="cut-after-events=5")
    assert answer.ended == "fin"
    response_id = answer.events[0]["response"]["id"]
    with Wire(sandbox.port) as other:
        assert wait_for(other, response_id, "completed")["output"]


def test_a_synchronous_response_is_cancelled_with_its_reader(sandbox: Sandbox) -> None:
    with Wire(sandbox.port) as wire:
        wire.send(
            "POST",
            "/v1/responses",
            {"model": "sandbox", "input": "#long=5000", "stream": True},
            headers={"X-Sandbox-Speed": "100"},
        )
        while b"response.output_text.delta" not in wire.buffer:
            wire._fill()
        response_id = wire.buffer.split(b'"id":"')[1].split(b'"')[0].decode()
        with Wire(sandbox.port) as other:
            assert other.request("GET", f"/v1/responses/{response_id}").status == 404
    with Wire(sandbox.port) as other:
        for _ in range(200):
            answer = other.request("GET", f"/v1/responses/{response_id}")
            if answer.status == 200:
                break
            time.sleep(0.01)
        assert answer.json["status"] == "cancelled"


# Streams of stored responses.


def test_resume_from_everywhere(wire: Wire) -> None:
    answer = wire.create("#reasoning", stream=True, body={"background": True}, headers=QUICK)
    events = answer.events
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert answer.types[:3] == ["response.created", "response.queued", "response.in_progress"]
    assert events[0]["response"]["status"] == "queued"
    response_id = events[0]["response"]["id"]
    path = f"/v1/responses/{response_id}?stream=true"
    assert wire.request("GET", path).events == events
    for after in range(len(events)):
        assert wire.request("GET", f"{path}&starting_after={after}").events == events[after + 1 :]
    beyond = wire.request("GET", f"{path}&starting_after=9999")
    assert (beyond.status, beyond.body, beyond.ended) == (200, b"", "complete")
    plain = wire.request("GET", f"{path}&include_obfuscation=false").events
    assert not any("obfuscation" in event for event in plain)


def test_several_readers_follow_live(sandbox: Sandbox, wire: Wire) -> None:
    started = wire.request(
        "POST",
        "/v1/responses",
        {"model": "sandbox", "input": "#long=40", "background": True, "stream": True},
        fault="cut-after-events=4",
    )
    response_id = started.events[0]["response"]["id"]
    wires = [Wire(sandbox.port) for _ in range(5)]
    for number, reader in enumerate(wires):
        reader.send("GET", f"/v1/responses/{response_id}?stream=true&starting_after={number}")
    texts = []
    for number, reader in enumerate(wires):
        events = reader.receive().events
        assert events[0]["sequence_number"] == number + 1
        assert events[-1]["type"] == "response.completed"
        texts.append([event["sequence_number"] for event in events][-1])
        reader.socket.close()
    assert len(set(texts)) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "it was not created with background=true"),
        ({"background": True}, "it was not created with stream=true"),
    ],
)
def test_what_cannot_be_streamed(wire: Wire, body: dict[str, Any], reason: str) -> None:
    made = wire.create(body=body).json["id"]
    answer = wire.request("GET", f"/v1/responses/{made}?stream=true")
    assert answer.status == 400
    assert answer.json["error"]["param"] == "stream"
    assert reason in answer.json["error"]["message"]


# Keeping and deleting.


def test_store_false_is_not_kept(wire: Wire) -> None:
    made = wire.create(body={"store": False}).json
    assert made["store"] is False
    path = f"/v1/responses/{made['id']}"
    message = f"Response with id '{made['id']}' not found."
    refused(wire, "GET", path, 404, message)
    refused(wire, "DELETE", path, 404, message)
    refused(wire, "GET", path + "/input_items", 404, message)
    answer = wire.create(body={"previous_response_id": made["id"]})
    assert answer.status == 400
    assert answer.json["error"]["code"] == "previous_response_not_found"


def test_background_without_store_can_be_polled(wire: Wire) -> None:
    made = background(wire, store=False, headers=QUICK)
    assert wait_for(wire, made["id"], "completed")["store"] is False
    answer = wire.create(body={"previous_response_id": made["id"]})
    assert answer.json["error"]["code"] == "previous_response_not_found"


def test_delete_and_what_follows(wire: Wire) -> None:
    made = wire.create().json["id"]
    path = f"/v1/responses/{made}"
    answer = wire.request("DELETE", path)
    assert (answer.status, answer.json) == (
        200,
        {"id": made, "object": "response", "deleted": True},
    )
    message = f"Response with id '{made}' not found."
    for method, rest in [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/input_items")]:
        refused(wire, method, path + rest, 404, message)
    chained = wire.create(body={"previous_response_id": made})
    assert chained.json["error"]["code"] == "previous_response_not_found"


def test_what_is_in_flight_cannot_be_deleted(wire: Wire) -> None:
    made = background(wire, "#long=5000")["id"]
    path = f"/v1/responses/{made}"
    refused(wire, "DELETE", path, 400, "Cannot delete an in-flight response.")
    wire.request("POST", path + "/cancel")
    assert wire.request("DELETE", path).status == 200


# Chains and lists.


def items(wire: Wire, response_id: str, query: str = "") -> Any:
    return wire.request("GET", f"/v1/responses/{response_id}/input_items{query}").json


def texts(page: Any) -> list[str]:
    return [item["content"][0]["text"] for item in page["data"]]


def chain(wire: Wire, *inputs: str) -> list[str]:
    made: list[str] = []
    for text in inputs:
        body = {"previous_response_id": made[-1]} if made else {}
        made.append(wire.create(text, body=body).json["id"])
    return made


def test_a_chain_lists_its_earlier_turns(wire: Wire) -> None:
    made = chain(wire, "one", "two", "three")
    assert texts(items(wire, made[2], "?order=asc")) == [
        "one",
        "You said: one",
        "two",
        "You said: two",
        "three",
    ]
    assert texts(items(wire, made[0])) == ["one"]
    # A deleted link takes everything older with it.
    wire.request("DELETE", f"/v1/responses/{made[1]}")
    assert texts(items(wire, made[2])) == ["three"]


def test_instructions_are_not_inherited(wire: Wire) -> None:
    first = wire.create(body={"instructions": "Be brief", "temperature": 0.5}).json
    second = wire.create(body={"previous_response_id": first["id"]}).json
    assert (first["instructions"], second["instructions"]) == ("Be brief", None)
    assert second["temperature"] == 1.0


def test_pages(wire: Wire) -> None:
    body = {"input": [{"role": "user", "content": str(number)} for number in range(7)]}
    made = wire.create(body=body).json["id"]
    newest = items(wire, made, "?limit=3")
    assert (texts(newest), newest["has_more"]) == (["6", "5", "4"], True)
    assert newest["first_id"] == newest["data"][0]["id"]
    assert newest["last_id"] == newest["data"][2]["id"]
    following = items(wire, made, f"?limit=3&after={newest['last_id']}")
    assert (texts(following), following["has_more"]) == (["3", "2", "1"], True)
    last = items(wire, made, f"?limit=3&after={following['last_id']}")
    assert (texts(last), last["has_more"]) == (["0"], False)
    oldest = items(wire, made, f"?order=asc&limit=2&after={last['last_id']}")
    assert texts(oldest) == ["1", "2"]
    empty = items(wire, made, f"?after={last['last_id']}")
    assert (empty["data"], empty["first_id"], empty["last_id"]) == ([], None, None)
    answer = wire.request("GET", f"/v1/responses/{made}/input_items?after=msg_nonsense")
    assert answer.status == 404


@pytest.mark.parametrize(
    "encode",
    [
        lambda names: "&".join(f"include[]={name}" for name in names),
        lambda names: "&".join(f"include%5B%5D={quote(name)}" for name in names),
        lambda names: "&".join(f"include={name}" for name in names),
        lambda names: "&".join(f"include[{index}]={name}" for index, name in enumerate(names)),
        lambda names: "include=" + ",".join(names),
    ],
)
def test_include_in_every_encoding(wire: Wire, encode: Any) -> None:
    made = wire.create("#reasoning #file-search #web-search").json["id"]
    hidden = get(wire, made)["output"]
    assert "encrypted_content" not in hidden[0]
    assert hidden[1]["results"] is None
    names = ["reasoning.encrypted_content", "file_search_call.results"]
    shown = get(wire, made, "?" + encode(names))["output"]
    assert shown[0]["encrypted_content"]
    assert shown[1]["results"]
    assert "sources" not in shown[2]["action"]


def test_images_are_hidden_in_lists(wire: Wire) -> None:
    picture = {"type": "input_image", "image_url": "https://example.com/a.png"}
    made = wire.create(body={"input": [{"role": "user", "content": [picture]}]}).json["id"]
    assert items(wire, made)["data"][0]["content"][0]["image_url"] is None
    shown = items(wire, made, "?include[]=message.input_image.image_url")["data"][0]
    assert shown["content"][0]["image_url"] == picture["image_url"]
    assert shown["content"][0]["detail"] == "auto"
    strict.item(shown)


def test_item_references(wire: Wire) -> None:
    made = wire.create("remember me").json["id"]
    known = items(wire, made)["data"][0]["id"]
    for reference in ({"type": "item_reference", "id": known}, {"id": known}):
        again = wire.create(body={"input": [reference]}).json
        assert again["output"][0]["content"][0]["text"] == "You said: remember me"
    assert wire.create(body={"input": [{"id": "msg_nonsense"}]}).status == 404


# The answer itself.


def test_max_output_tokens_cuts_the_answer(wire: Wire) -> None:
    body = {"max_output_tokens": 20}
    answer = strict.response(wire.create("#long=50", body=body).json)
    assert answer.status == "incomplete"
    assert answer.incomplete_details.reason == "max_output_tokens"
    assert answer.output[0].status == "incomplete"
    assert answer.usage.output_tokens == 20
    events = wire.create("#long=50", stream=True, body=body).events
    assert events[-1]["type"] == "response.incomplete"
    assert [event["type"] for event in events].count("response.output_text.delta") == 20
    # With nothing left there is nothing after the reasoning.
    body = {"max_output_tokens": 16}
    short = wire.create("#reasoning", body=body).json
    assert [item["type"] for item in short["output"]] == ["reasoning"]
    assert short["status"] == "incomplete"


def test_broken_arguments_are_no_json(wire: Wire) -> None:
    call = wire.create("#broken-arguments").json["output"][0]
    assert call["type"] == "function_call" and call["status"] == "completed"
    with pytest.raises(json.JSONDecodeError):
        json.loads(call["arguments"])


def test_parallel_calls_can_be_forbidden(wire: Wire) -> None:
    tools: list[dict[str, Any]] = [
        {"type": "function", "name": name, "parameters": {}} for name in ("red", "blue")
    ]
    both = wire.create("red and blue", body={"tools": tools}).json["output"]
    assert [call["name"] for call in both] == ["red", "blue"]
    body = {"tools": tools, "parallel_tool_calls": False}
    one = wire.create("red and blue", body=body).json["output"]
    assert [call["name"] for call in one] == ["red"]
    body = {"tools": tools, "tool_choice": "none"}
    assert wire.create("red", body=body).json["output"][0]["type"] == "message"
    body = {"tools": tools, "tool_choice": {"type": "function", "name": "blue"}}
    assert wire.create("red", body=body).json["output"][0]["name"] == "blue"
    body = {"tools": tools, "tool_choice": "required"}
    assert wire.create("nothing", body=body).json["output"][0]["name"] == "red"


def test_tools_come_back_complete(wire: Wire) -> None:
    tools = [{"type": "function", "name": "f"}, {"type": "web_search"}]
    answer = wire.create("#refusal", body={"tools": tools}).json
    assert answer["tools"][0] == {
        "type": "function",
        "description": None,
        "name": "f",
        "parameters": None,
        "strict": True,
    }
    strict.response(answer)


def test_hosted_tools_are_used_when_named(wire: Wire) -> None:
    body = {"tools": [{"type": "web_search"}]}
    output = wire.create("use web_search", body=body).json["output"]
    assert [item["type"] for item in output] == ["web_search_call", "message"]
    assert output[1]["content"][0]["annotations"][0]["type"] == "url_citation"
    body["tool_choice"] = {"type": "web_search"}  # type: ignore[assignment]
    output = wire.create("Hello", body=body).json["output"]
    assert output[0]["type"] == "web_search_call"


SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {"a": {"type": "integer", "minimum": 50, "maximum": 60}},
     "required": ["a"], "additionalProperties": False},
    {"type": "array", "items": {"type": "number", "exclusiveMaximum": 2}, "minItems": 3},
    {"type": "object", "properties": {"kind": {"enum": ["x", "y"]}, "one": {"const": 1}},
     "required": ["kind", "one"]},
    {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
     "name": {"type": "string"}}, "required": ["name", "next"]},
    {"$defs": {"p": {"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}(x|y)?$"}},
     "type": "object", "properties": {"p": {"$ref": "#/$defs/p"}}, "required": ["p"]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
     {"properties": {"b": {"type": "string", "maxLength": 4, "minLength": 2}},
      "required": ["b"]}]},
    {"type": "object", "properties": {"when": {"type": "string", "format": "date-time"},
     "step": {"type": "integer", "multipleOf": 7}, "maybe": {"type": ["null", "string"]}},
     "required": ["when", "step", "maybe"]},
    {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b", "c"]}, "minItems": 3},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS)
def test_structured_output_satisfies_its_schema(wire: Wire, schema: dict[str, Any]) -> None:
    form = {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}
    answer = wire.create("Ann", body={"text": {"format": form}}).json
    assert answer["text"]["format"]["schema"] == schema
    value = json.loads(answer["output"][0]["content"][0]["text"])
    jsonschema.validate(value, schema)


def test_reasoning_is_shown_as_it_is_asked_for(wire: Wire) -> None:
    def kinds(**reasoning: str) -> list[Any]:
        output = wire.create(body={"reasoning": reasoning}).json["output"]
        return [(item["type"], len(item.get("summary", ""))) for item in output]

    assert kinds(summary="auto") == [("reasoning", 2), ("message", 0)]
    assert kinds(effort="low") == [("reasoning", 0), ("message", 0)]
    assert kinds(effort="none") == [("message", 0)]


def test_a_long_context_is_compacted(wire: Wire) -> None:
    body = {"context_management": [{"type": "compaction", "compact_threshold": 1000}]}
    short = wire.create("word " * 500, body=body).json["output"]
    long = wire.create("word " * 1500, body=body).json["output"]
    assert [item["type"] for item in short] == ["message"]
    assert [item["type"] for item in long] == ["compaction", "message"]


def test_json_object_format(wire: Wire) -> None:
    answer = wire.create("Ann", body={"text": {"format": {"type": "json_object"}}}).json
    assert json.loads(answer["output"][0]["content"][0]["text"]) == {"answer": "You said: Ann"}


def test_echoes_what_was_asked(wire: Wire) -> None:
    asked = {
        "instructions": "Be brief",
        "max_output_tokens": 100,
        "metadata": {"ü": "é"},
        "reasoning": {"effort": "low", "summary": "auto"},
        "service_tier": "flex",
        "temperature": 0,
        "top_p": 0.5,
        "truncation": "auto",
        "safety_identifier": "someone",
        "prompt_cache_key": "k",
        "user": "u",
        "parallel_tool_calls": False,
        "max_tool_calls": 3,
    }
    answer = wire.create('“Grüße” 👋 \\ "', body=asked).json
    for name, value in asked.items():
        assert answer[name] == value
    assert answer["output"][1]["content"][0]["text"] == 'You said: “Grüße” 👋 \\ "'
    strict.response(answer)
