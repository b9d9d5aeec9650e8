"""What is parsed of an answer: which texts, which arguments, and as what."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Callable, Dict, List

import pytest
from pydantic import BaseModel, ValidationError
from scripted import Scripted

from libresponses import AsyncOpenAI, OpenAI, function_tool, pydantic_function_tool


class Star(BaseModel):
    name: str


class Size(BaseModel):
    size: int


def get_star(star: Star, size: int = 1) -> str:
    return ""


def message(text: str, **more: Any) -> Dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {
        "type": "message", "id": "m", "role": "assistant", "status": "completed",
        "content": [part], **more,
    }  # fmt: skip


def call(name: str, arguments: str, **more: Any) -> Dict[str, Any]:
    return {
        "type": "function_call", "id": "f", "call_id": "c", "name": name, "arguments": arguments,
        "status": "completed", **more,
    }  # fmt: skip


def stream_of(response: Dict[str, Any]) -> bytes:
    events: List[Dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "output": []}}
    ]
    for index, item in enumerate(response["output"]):
        about = {"output_index": index, "item_id": "m", "content_index": 0}
        events.append({"type": "response.output_item.added", **about, "item": item})
        if item["type"] == "message":
            text = item["content"][0]["text"]
            events.append({"type": "response.output_text.done", **about, "text": text})
        events.append({"type": "response.output_item.done", **about, "item": item})
    status = response["status"]
    events.append({"type": f"response.{status}", "response": response})
    numbered = [{**event, "sequence_number": number} for number, event in enumerate(events)]
    return "".join(f"data: {json.dumps(event)}\n\n" for event in numbered).encode()


class Answer:
    """What both forms make of an answer: the response, and what was parsed in events."""

    def __init__(self, response: Any, done: List[Any]) -> None:
        self.response = response
        self.done = done


def parsed(client: OpenAI, **params: Any) -> Answer:
    return Answer(client.responses.parse(model="m", input="x", **params), [])


def streamed(client: OpenAI, **params: Any) -> Answer:
    params.pop("parse_as", None)
    with client.responses.stream(model="m", input="x", **params) as stream:
        done = [event.parsed for event in stream if event.type == "response.output_text.done"]
        return Answer(stream.get_final_response(), done)


def awaited(client: OpenAI, **params: Any) -> Answer:
    async def main() -> Any:
        async with AsyncOpenAI(base_url=client.base_url, max_retries=0) as other:
            return await other.responses.parse(model="m", input="x", **params)

    return Answer(asyncio.run(main()), [])


Form = Callable[..., Answer]


def answered(form: Form, *output: Any, status: str = "completed", **params: Any) -> Answer:
    """What becomes of an output."""
    whole = {"id": "r", "object": "response", "status": status, "output": list(output)}

    def handle(target: str, body: bytes) -> Any:
        if json.loads(body).get("stream"):
            return 200, "text/event-stream", stream_of(whole)
        return whole

    with Scripted(handle) as server, OpenAI(base_url=server.base_url, max_retries=0) as client:
        return form(client, **params)


forms = pytest.mark.parametrize("form", [parsed, streamed, awaited])
TEXT = '{"name": "a"}'


@forms
def test_what_is_said_on_the_way_is_no_answer(form: Form) -> None:
    said = message("I look it up.", phase="commentary")
    final = message(TEXT, phase="final_answer")
    found = answered(form, said, final, text_format=Star)
    assert found.response.output[0].content[0].parsed is None
    assert found.response.output_parsed == Star(name="a")
    assert found.done in ([], [None, Star(name="a")])
    assert answered(form, said, text_format=Star).response.output_parsed is None


def test_another_type_than_was_asked_for() -> None:
    for form in (parsed, awaited):
        size = answered(form, message('{"size": 1}'), text_format=Star, parse_as=Size)
        assert size.response.output_parsed == Size(size=1)
        text = answered(form, message("no JSON"), text_format=Star, parse_as=None)
        assert text.response.output_text == "no JSON"
        assert text.response.output_parsed is None
        only = answered(form, message(TEXT), parse_as=Star)
        assert only.response.output_parsed == Star(name="a")


@forms
def test_the_arguments_of_calls(form: Form) -> None:
    declared = {"type": "function", "name": "declared", "parameters": {}, "strict": True}
    loose = {"type": "function", "name": "loose", "parameters": {}}
    tools = [
        pydantic_function_tool(Star), get_star, function_tool(get_star, name="other"), declared,
        loose, Size,
        {"type": "namespace", "name": "n", "tools": [pydantic_function_tool(Star, name="in")]},
        {"type": "web_search"},
    ]  # fmt: skip
    star = {"star": {"name": "b"}}
    expected = [
        (call("Star", TEXT), Star(name="a")),
        (call("get_star", json.dumps(star)), {"star": Star(name="b")}),
        (call("other", json.dumps({**star, "size": 2})), {"star": Star(name="b"), "size": 2}),
        (call("declared", "[1]"), [1]),
        (call("loose", "[1]"), None),
        (call("Size", '{"size": 3}'), Size(size=3)),
        (call("in", TEXT, namespace="n"), Star(name="a")),
        (call("in", TEXT), None),
        (call("Star", TEXT, namespace="Star"), Star(name="a")),
        (call("Star", TEXT, namespace="n"), None),
        (call("nobody", "no JSON"), None),
    ]
    response = answered(form, *(item for item, _ in expected), tools=tools).response
    assert [item.parsed_arguments for item in response.output] == [value for _, value in expected]


@forms
def test_arguments_that_do_not_fit(form: Form) -> None:
    for wrong in ("{}", "no JSON"):
        with pytest.raises(ValidationError):
            answered(form, call("Star", wrong), tools=[pydantic_function_tool(Star)])


@forms
def test_what_was_cut_short(form: Form) -> None:
    cut = call("Star", '{"na', status="incomplete")
    found = answered(form, cut, status="incomplete", tools=[pydantic_function_tool(Star)])
    assert found.response.output[0].parsed_arguments is None
