"""The newest `openai` package, driven as its users drive it."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest
import strict
from openai import AsyncOpenAI, OpenAI
from openai.types.responses import (
    FunctionToolParam,
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseTextDeltaEvent,
)
from pydantic import BaseModel
from server import KEY, Sandbox

WEATHER: FunctionToolParam = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather at a place",
    "parameters": {
        "type": "object",
        "properties": {"place": {"type": "string"}, "unit": {"enum": ["celsius", "kelvin"]}},
        "required": ["place", "unit"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Person(BaseModel):
    name: str
    age: int
    tags: list[str]


def raw(response: Response) -> dict[str, Any]:
    return response.to_dict(mode="json", use_api_names=True)


def finished(client: OpenAI, response_id: str) -> Response:
    """Polls, as the documentation of background mode says."""
    for _ in range(500):
        response = client.responses.retrieve(response_id)
        if response.status not in ("queued", "in_progress"):
            return response
        time.sleep(0.01)
    raise AssertionError("the response is never finished")


def test_create(client: OpenAI) -> None:
    response = client.responses.create(model="sandbox", input="Hello", metadata={"a": "b"})
    assert response.output_text == "You said: Hello"
    assert response.status == "completed"
    assert response.metadata == {"a": "b"}
    assert response.usage is not None
    assert response.usage.output_tokens == 4
    assert response._request_id is not None and response._request_id.startswith("req_")
    strict.response(raw(response))


def test_stream_has_typed_events(client: OpenAI) -> None:
    text = ""
    with client.responses.create(model="sandbox", input="#long=50", stream=True) as stream:
        for event in stream:
            if isinstance(event, ResponseTextDeltaEvent):
                text += event.delta
    assert isinstance(event, ResponseCompletedEvent)
    assert event.response.output_text == text
    assert len(text.split()) == 50


def test_stream_helper_accumulates(client: OpenAI) -> None:
    with client.responses.stream(model="sandbox", input="#reasoning #long=20") as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_response()
    assert "response.reasoning_summary_text.delta" in kinds
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert len(final.output_text.split()) == 20


def test_stream_helper_parses(client: OpenAI) -> None:
    with client.responses.stream(model="sandbox", input="Ann", text_format=Person) as stream:
        person = stream.get_final_response().output_parsed
    assert person is not None
    assert person.name


def test_parse(client: OpenAI) -> None:
    response = client.responses.parse(model="sandbox", input="Ann", text_format=Person)
    assert isinstance(response.output_parsed, Person)
    assert len(response.output_parsed.tags) == 2


def test_retrieve_and_delete(client: OpenAI) -> None:
    created = client.responses.create(model="sandbox", input="Hello")
    assert raw(client.responses.retrieve(created.id)) == raw(created)
    client.responses.delete(created.id)
    with pytest.raises(openai.NotFoundError) as caught:
        client.responses.retrieve(created.id)
    assert caught.value.body == {
        "message": f"Response with id '{created.id}' not found.",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_background_and_cancel(client: OpenAI) -> None:
    response = client.responses.create(model="sandbox", input="Hello", background=True)
    assert response.status == "queued"
    assert response.output == []
    assert response.usage is None
    assert finished(client, response.id).output_text == "You said: Hello"
    long = client.responses.create(model="sandbox", input="#long=5000", background=True)
    assert client.responses.cancel(long.id).status == "cancelled"
    assert client.responses.cancel(long.id).status == "cancelled"
    assert finished(client, long.id).status == "cancelled"


def test_resume(client: OpenAI) -> None:
    seen = []
    with client.responses.create(
        model="sandbox", input="#long=60", background=True, stream=True
    ) as stream:
        for event in stream:
            seen.append(event)
            if event.sequence_number == 10:
                break
    created = seen[0]
    assert created.type == "response.created"
    assert [event.type for event in seen[:3]] == [
        "response.created",
        "response.queued",
        "response.in_progress",
    ]
    rest = client.responses.retrieve(created.response.id, stream=True, starting_after=10)
    seen += list(rest)
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    text = "".join(event.delta for event in seen if event.type == "response.output_text.delta")
    assert seen[-1].type == "response.completed"
    assert seen[-1].response.output_text == text


def test_input_items_paginate(client: OpenAI) -> None:
    response = client.responses.create(
        model="sandbox", input=[{"role": "user", "content": f"number {n}"} for n in range(25)]
    )
    items = list(client.responses.input_items.list(response.id, limit=10, order="asc"))
    texts = [item.content[0].text for item in items if item.type == "message"]  # type: ignore[union-attr]
    assert texts == [f"number {n}" for n in range(25)]
    newest = client.responses.input_items.list(response.id)
    assert len(newest.data) == 20
    assert newest.has_more
    for item in items:
        strict.item(item.to_dict(mode="json"))


def test_function_calls_and_their_answer(client: OpenAI) -> None:
    first = client.responses.create(
        model="sandbox", input="How is the weather in Paris?", tools=[WEATHER]
    )
    (call,) = first.output
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.name == "get_weather"
    assert call.arguments == '{"place":"place: sandbox","unit":"celsius"}'
    second = client.responses.create(
        model="sandbox",
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": call.call_id, "output": "Rain"}],
    )
    assert second.output_text == "The tool answered: Rain"
    listed = client.responses.input_items.list(second.id, order="asc")
    assert [item.type for item in listed] == ["message", "function_call", "function_call_output"]


def test_pydantic_function_tools_parse(client: OpenAI) -> None:
    tool: Any = openai.pydantic_function_tool(Person, name="save_person")
    response = client.responses.parse(model="sandbox", input="save_person", tools=[tool])
    (call,) = response.output
    assert call.type == "function_call"
    assert isinstance(call.parsed_arguments, Person)


def test_refusal(client: OpenAI) -> None:
    response = client.responses.parse(model="sandbox", input="#refusal", text_format=Person)
    assert response.output_parsed is None
    message = response.output[0]
    assert isinstance(message, ResponseOutputMessage)
    assert message.content[0].type == "refusal"


# The union of the package reads compacted user messages as output messages, and says so.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_count_and_compact(client: OpenAI) -> None:
    count = client.responses.input_tokens.count(model="sandbox", input="one two three")
    assert count.input_tokens == 3
    response = client.responses.create(model="sandbox", input="Hello")
    compacted = client.responses.compact(
        model="sandbox", previous_response_id=response.id, input="More"
    )
    assert [item.type for item in compacted.output] == ["message", "message", "compaction"]
    again = client.responses.create(
        model="sandbox",
        input=[item.to_dict(mode="json") for item in compacted.output],  # type: ignore[misc]
    )
    assert again.output_text == "You said: More"


def test_conversations(client: OpenAI) -> None:
    conversation = client.conversations.create(
        items=[{"role": "user", "content": "Before"}], metadata={"topic": "x"}
    )
    response = client.responses.create(model="sandbox", input="Hello", conversation=conversation.id)
    assert response.conversation is not None and response.conversation.id == conversation.id
    items = client.conversations.items.list(conversation.id, order="asc").data
    texts = [item.to_dict()["content"][0]["text"] for item in items]  # type: ignore[index]
    assert texts == ["Before", "Hello", "You said: Hello"]
    assert items[0].id is not None
    client.conversations.items.delete(items[0].id, conversation_id=conversation.id)
    with pytest.raises(openai.NotFoundError):
        client.conversations.items.retrieve(items[0].id, conversation_id=conversation.id)
    added = client.conversations.items.create(
        conversation.id, items=[{"role": "user", "content": "Later"}]
    )
    assert len(added.data) == 1
    updated = client.conversations.update(conversation.id, metadata={"topic": "y"})
    assert updated.metadata == {"topic": "y"}
    assert client.conversations.delete(conversation.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(conversation.id)


def test_models(client: OpenAI) -> None:
    ids = [model.id for model in client.models.list()]
    assert ids[0] == "sandbox"
    assert client.models.retrieve("sandbox-refusal").id == "sandbox-refusal"


def test_wrong_key_and_wrong_values(sandbox: Sandbox, client: OpenAI) -> None:
    with (
        OpenAI(base_url=sandbox.base_url, api_key="sk-wrong-key", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        stranger.responses.create(model="sandbox", input="Hello")
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="sandbox", input="Hello", temperature=3)
    assert (caught.value.code, caught.value.param) == ("decimal_above_max_value", "temperature")
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-nonsense", input="Hello")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_retries_until_the_server_is_well_again(sandbox: Sandbox, tag: str) -> None:
    fault = f"status=503; retry-after-ms=10; times=2; tag={tag}"
    with OpenAI(base_url=sandbox.base_url, api_key=KEY, max_retries=2) as client:
        response = client.responses.create(
            model="sandbox", input="Hello", extra_headers={"X-Sandbox-Fault": fault}
        )
    assert response.output_text == "You said: Hello"


def test_an_error_event_is_an_exception(client: OpenAI) -> None:
    with pytest.raises(openai.APIError) as caught:
        for _ in client.responses.create(model="sandbox", input="#fail", stream=True):
            pass
    assert "had an error" in str(caught.value)


@pytest.mark.parametrize(
    "unusual",
    [
        "line-ending=crlf",
        "line-ending=cr",
        "done",
        "multiline-data",
        "no-event-lines",
        "comment-every=2",
        "byte-per-write",
    ],
)
def test_unusual_framing_makes_no_difference(client: OpenAI, unusual: str) -> None:
    stream = client.responses.create(
        model="sandbox", input="Hello", stream=True, extra_headers={"X-Sandbox-Fault": unusual}
    )
    events = list(stream)
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == "You said: Hello"


def test_async_client(sandbox: Sandbox) -> None:
    import asyncio

    async def run() -> list[str]:
        async with AsyncOpenAI(base_url=sandbox.base_url, api_key=KEY, max_retries=0) as client:

            async def one(number: int) -> str:
                stream = await client.responses.create(
                    model="sandbox", input=f"Hello {number}", stream=True
                )
                text = ""
                async for event in stream:
                    if event.type == "response.output_text.delta":
                        text += event.delta
                return text

            return list(await asyncio.gather(*(one(number) for number in range(50))))

    assert asyncio.run(run()) == [f"You said: Hello {number}" for number in range(50)]


@pytest.mark.parametrize("model", ["gpt-5", "gpt-4o-mini", "o3", "gpt-5-2025-08-07"])
def test_names_that_programs_are_written_with(client: OpenAI, model: str) -> None:
    response = client.responses.create(model=model, input="Hello")
    assert response.output_text == "You said: Hello"
    assert response.model.startswith(model)
