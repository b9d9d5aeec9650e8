"""What the server sends, as fields of pydantic's models."""

from __future__ import annotations

import json
from typing import Any, List, Optional, Union

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from libresponses import Event, OpenAI, Response
from libresponses.types import responses as types


class Kept(BaseModel):
    response: Response
    usage: Optional[types.ResponseUsage] = None
    events: List[Event] = []
    calls: List[Union[types.ResponseFunctionToolCall, types.ResponseOutputMessage]] = []


def test_objects_of_a_call(client: OpenAI) -> None:
    stream = client.responses.create(model="sandbox", input="#parallel-calls", stream=True)
    with stream:
        events = list(stream)
    response = stream.get_final_response()
    kept = Kept(response=response, usage=response.usage, events=events, calls=list(response.output))
    assert kept.response is response
    assert kept.events[0] is events[0]
    dumped = kept.model_dump()
    assert dumped["response"] == response.to_dict()
    assert dumped["events"] == [event.to_dict() for event in events]
    # There and back, as dictionaries and as JSON.
    for again in (Kept.model_validate(dumped), Kept.model_validate_json(kept.model_dump_json())):
        assert isinstance(again.response, Response)
        assert again.response == response
        assert again.response.output_text == response.output_text
        assert again.events == events
        assert type(again.usage) is types.ResponseUsage
        assert [type(one) for one in again.calls] == [type(one) for one in response.output]
    kept.response.output[0].id = "changed"
    assert dumped["response"]["output"][0]["id"] != "changed"


def test_what_was_parsed_is_dumped_too(client: OpenAI) -> None:
    class Answer(BaseModel):
        value: int

    class Page(BaseModel):
        answer: types.ParsedResponse[Answer]

    found = client.responses.parse(model="sandbox", input="Hi", text_format=Answer)
    dumped = json.loads(Page(answer=found).model_dump_json())
    assert found.output_parsed is not None
    parsed = dumped["answer"]["output"][0]["content"][0]["parsed"]
    assert parsed == {"value": found.output_parsed.value}


def test_what_does_not_fit() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    adapter: Any = TypeAdapter(types.ResponseOutputMessage)
    for wrong in (call, 1, None, "text"):
        with pytest.raises(ValidationError, match="expected ResponseOutputMessage"):
            adapter.validate_python(wrong)
    delta: Any = TypeAdapter(types.ResponseTextDeltaEvent)
    assert delta.validate_python({"type": "response.output_text.delta", "delta": "a"}).delta == "a"
    with pytest.raises(ValidationError, match="expected ResponseTextDeltaEvent"):
        delta.validate_python({"type": "response.created"})
    whole: Any = TypeAdapter(types.ResponseOutputItem)
    assert type(whole.validate_python(call)) is types.ResponseFunctionToolCall
    # The dictionary stays the caller's.
    nested = {"type": "message", "content": [{"type": "output_text", "text": "a"}]}
    assert whole.validate_python(nested).content[0].text == "a"
    assert type(nested["content"][0]) is dict


def test_json_schema() -> None:
    made = Kept.model_json_schema()
    assert made["properties"]["response"]["type"] == "object"
    assert made["required"] == ["response"]


def test_made_by_hand() -> None:
    made = Response.model_construct(id="r", output=[{"type": "message", "content": []}])
    assert made.id == "r"
    assert isinstance(made.output[0], types.ResponseOutputMessage)
    assert Response.model_validate_json('{"id": "r"}') == Response.construct(id="r")
