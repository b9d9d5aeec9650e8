"""The response that a stream of ``responses.stream()`` ends with, and its last event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from scripted import Scripted
from test_parsed import TEXT, Star, call, message

from libresponses import AsyncOpenAI, OpenAI, ResponseFailedError, pydantic_function_tool


def events(items: list[dict[str, Any]], kind: str, **end: Any) -> bytes:
    """A stream in which items come, and whose terminal event says what a test wants."""
    made: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "r"}}]
    for index, item in enumerate(items):
        for name in ("added", "done"):
            made.append(
                {"type": f"response.output_item.{name}", "output_index": index, "item": item}
            )
    made.append({"type": f"response.{kind}", "response": {"id": "r", "status": kind, **end}})
    numbered = [{**event, "sequence_number": number} for number, event in enumerate(made)]
    return "".join(f"data: {json.dumps(event)}\n\n" for event in numbered).encode()


Read = Callable[..., tuple[list[Any], Any]]


def read(base_url: str, **params: Any) -> tuple[list[Any], Any]:
    client = OpenAI(base_url=base_url, max_retries=0)
    with client, client.responses.stream(model="m", input="x", **params) as stream:
        return list(stream), stream.get_final_response()


def read_in_a_loop(base_url: str, **params: Any) -> tuple[list[Any], Any]:
    async def main() -> tuple[list[Any], Any]:
        client = AsyncOpenAI(base_url=base_url, max_retries=0)
        async with client, client.responses.stream(model="m", input="x", **params) as stream:
            return [event async for event in stream], await stream.get_final_response()

    return asyncio.run(main())


def streamed(how: Read, body: bytes, **params: Any) -> tuple[list[Any], Any]:
    with Scripted(lambda *_: (200, "text/event-stream", body)) as server:
        return how(server.base_url, **params)


both = pytest.mark.parametrize("how", [read, read_in_a_loop])
ITEMS = [message(TEXT), call("Star", TEXT)]


@both
@pytest.mark.parametrize("end", [{}, {"output": None}, {"output": []}, {"output": ITEMS}])
@pytest.mark.parametrize("kind", ["completed", "incomplete"])
def test_the_last_event_has_the_final_response(how: Read, end: Any, kind: str) -> None:
    seen, final = streamed(how, events(ITEMS, kind, **end))
    assert seen[-1].type == f"response.{kind}"
    assert seen[-1].response == final
    assert [item.type for item in final.output] == ["message", "function_call"]
    assert final.output_text == TEXT
    assert seen[-1].to_dict()["response"] == final.to_dict()
    # What the server sent is there as well.
    sent = json.loads(seen[-1].to_json(indent=None))["response"]
    assert sent == {"id": "r", "status": kind, **end}


@both
def test_what_was_parsed_is_in_the_event_too(how: Read) -> None:
    given: Any = {"text_format": Star, "tools": [pydantic_function_tool(Star)]}
    for end in ({}, {"output": None}, {"output": ITEMS}):
        seen, final = streamed(how, events(ITEMS, "completed", **end), **given)
        for response in (seen[-1].response, final):
            assert response.output_parsed == Star(name="a")
            assert response.output[1].parsed_arguments == Star(name="a")
    with pytest.raises(ValidationError):
        streamed(how, events([message("no JSON")], "completed"), text_format=Star)


@both
def test_lists_that_are_null(how: Read) -> None:
    _, final = streamed(how, events([], "completed", output=None))
    assert final.output == []
    _, final = streamed(how, events([], "completed"))
    assert final.output == []
    empty = {**message(""), "content": None}
    seen, final = streamed(how, events([], "completed", output=[empty]))
    assert final.output[0].content == seen[-1].response.output[0].content == []
    assert final.output_text == ""


@both
def test_a_failure_has_what_arrived_and_nothing_is_parsed(how: Read) -> None:
    seen: list[Any] = []

    def told(base_url: str, **params: Any) -> Any:
        client = OpenAI(base_url=base_url, max_retries=0)
        with client, client.responses.stream(model="m", input="x", **params) as stream:
            for event in stream:
                seen.append(event)

    body = events([message("no JSON")], "failed", output=None, error={"message": "of today"})
    with pytest.raises(ResponseFailedError, match="of today") as caught:
        streamed(told, body, text_format=Star)
    assert seen[-1].type == "response.failed"
    assert seen[-1].response.output[0].content[0].text == "no JSON"
    partial = caught.value.partial_response
    assert partial is not None and partial.output_text == "no JSON"


def test_tools_of_a_namespace_may_come_from_an_iterator() -> None:
    class Planet(BaseModel):
        name: str

    found = call("Planet", TEXT, namespace="sky")

    def handle(target: str, body: bytes) -> Any:
        sent = json.loads(body)
        assert [one["name"] for one in sent["tools"][0]["tools"]] == ["Planet"]
        if sent.get("stream"):
            return 200, "text/event-stream", events([found], "completed", output=[found])
        return {"id": "r", "status": "completed", "output": [found]}

    def tools() -> Any:
        yield {
            "type": "namespace", "name": "sky", "description": "What is above.",
            "tools": iter([pydantic_function_tool(Planet)]),
        }  # fmt: skip

    with Scripted(handle) as server, OpenAI(base_url=server.base_url, max_retries=0) as client:
        whole = client.responses.parse(model="m", input="x", tools=tools())
        with client.responses.stream(model="m", input="x", tools=tools()) as stream:
            streamed = stream.get_final_response()
        for response in (whole, streamed):
            assert response.output[0].parsed_arguments == Planet(name="a")


def test_a_tool_is_also_below_function() -> None:
    tool = pydantic_function_tool(Star)
    tool["function"]["allowed_callers"] = ["direct"]
    assert tool["function"]["name"] == "Star"
    assert json.loads(json.dumps(tool))["allowed_callers"] == ["direct"]
    with pytest.raises(KeyError):
        tool["others"]


def test_the_names_of_the_fields_that_came() -> None:
    body = events([], "completed", output=None)
    with Scripted(lambda *_: (200, "text/event-stream", body)) as server:
        client = OpenAI(base_url=server.base_url, max_retries=0)
        with client, client.responses.create(model="m", input="x", stream=True) as stream:
            first, last = stream
    assert first.response.model_fields_set == {"id"}
    assert last.response.model_fields_set == {"id", "status", "output"}
