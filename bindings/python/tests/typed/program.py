"""A user's program: what a type checker says of each call, and that the calls are so.

``make lint`` reads it with ``mypy --strict``, and `test_typed.py` runs it. A line that must be
refused has the error that is expected; with ``--strict`` it is an error when that one is missing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Optional, Union

from pydantic import BaseModel
from typing_extensions import assert_type

import libresponses
from libresponses import (
    AsyncOpenAI,
    AsyncResponsesConnection,
    AsyncStream,
    Event,
    OpenAI,
    Response,
    ResponsesConnection,
    Stream,
)
from libresponses.pagination import AsyncCursorPage, SyncCursorPage
from libresponses.types.responses import (
    CompactedResponse,
    InputTokenCountResponse,
    ParsedResponse,
    ResponseItem,
    ResponseStreamEvent,
)


class Answer(BaseModel):
    value: int


class Status(BaseModel):
    status: str


def answers(client: OpenAI) -> None:
    response = client.responses.create(model="sandbox", input="Hi")
    assert_type(response, Response)
    assert_type(response.output_text, str)
    assert_type(client.responses.retrieve(response.id), Response)
    items: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]
    count = client.responses.input_tokens.count(model="sandbox", input=items)
    assert_type(count, InputTokenCountResponse)
    assert_type(count.input_tokens, int)
    assert_type(client.responses.compact(model="sandbox", input="Hi"), CompactedResponse)
    page = client.responses.input_items.list(response.id)
    whole: SyncCursorPage[ResponseItem] = page
    assert len(whole.data) == len([item.id for item in page])


def streams(client: OpenAI) -> None:
    stream: Stream[ResponseStreamEvent]
    stream = client.responses.create(model="sandbox", input="Hi", stream=True)
    with stream as same:
        for event in same:
            assert_type(event, Event)
            assert_type(event.type, str)
    assert_type(stream.get_final_response(), Response)
    assert_type(stream.response.status_code, int)
    either = client.responses.create(model="sandbox", input="Hi", stream=bool(stream))
    assert_type(either, Union[Response, Stream])
    assert isinstance(either, Stream)
    either.close()


def parsed(client: OpenAI) -> None:
    found = client.responses.parse(model="sandbox", input="Hi", text_format=Answer)
    assert_type(found, ParsedResponse[Answer])
    assert_type(found.output_parsed, Optional[Answer])
    plain: Response = found
    assert plain.output_text
    nothing = client.responses.parse(model="sandbox", input="Hi")
    assert_type(nothing.output_parsed, None)
    text: Any = {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}
    told = client.responses.parse(model="sandbox", input="Hi", text=text, parse_as=None)
    assert_type(told.output_parsed, None)
    anything = client.responses.parse(model="sandbox", input="Hi", text_format=Optional[Answer])
    value: Answer | None = anything.output_parsed
    assert value is None or value.value is not None
    with client.responses.stream(model="sandbox", input="Hi", text_format=Answer) as stream:
        for event in stream:
            assert_type(event, Event)
        assert_type(stream.get_final_response(), ParsedResponse[Answer])


def raw(client: OpenAI) -> None:
    answer = client.responses.with_raw_response.create(model="sandbox", input="Hi")
    assert_type(answer.parse(), Response)
    assert_type(answer.parse(to=Status), Status)
    assert_type(answer.headers.get("x-request-id"), Any)
    assert_type(answer.retries_taken, int)
    assert_type(answer.text, str)
    stream = client.responses.with_raw_response.create(model="sandbox", input="Hi", stream=True)
    assert_type(stream.parse(), Stream)
    stream.parse().close()
    value = client.with_raw_response.responses.parse(
        model="sandbox", input="Hi", text_format=Answer
    )
    assert_type(value.parse(), ParsedResponse[Answer])
    made = client.conversations.with_raw_response.create(metadata={"a": "b"}).parse()
    assert_type(made.id, str)
    listed = client.conversations.items.with_raw_response.list(made.id)
    assert_type(listed.parse(), SyncCursorPage)


def streaming(client: OpenAI) -> None:
    responses = client.responses.with_streaming_response
    with responses.create(model="sandbox", input="Hi") as answer:
        assert_type(answer.parse(), Response)
    with responses.create(model="sandbox", input="Hi", stream=True) as streamed:
        assert_type(streamed.parse(), Stream)
    with responses.retrieve(answer.parse().id) as again:
        for line in again.iter_lines():
            assert_type(line, str)
    tokens = client.with_streaming_response.responses.input_tokens
    with tokens.count(model="sandbox", input="Hi") as counted:
        assert_type(counted.parse(), InputTokenCountResponse)
        assert_type(counted.json(), Any)
    with responses.create(model="sandbox", input="Hi") as text:
        assert_type(text.text(), str)


def sessions(client: OpenAI) -> None:
    manager = client.responses.connect(extra_query={}, max_retries=1)
    manager.send({"type": "response.create", "model": "sandbox", "input": "early"})
    with manager as connection:
        assert_type(connection, ResponsesConnection)
        for event in connection:
            assert_type(event, Event)
            if event.type == "response.completed":
                break
        sent = connection.response.create(model="sandbox", input="Hi", stream_id="a")  # type: ignore[func-returns-value]
        assert sent is None
        assert_type(connection.recv(), Event)
        assert_type(connection.recv_bytes(), bytes)
        response = connection.create(model="sandbox", input="Hi", stream_id="b", generate=True)
        assert_type(response, Response)
        stream = connection.create(model="sandbox", input="Hi", stream=True)
        assert_type(stream, Stream[Event])
        assert_type(stream.until_done().snapshot, Optional[Response])
        with connection.stream(model="sandbox", input="Hi", text_format=Answer) as shown:
            assert_type(shown.get_final_response(), ParsedResponse[Answer])
        made = client.responses.run(session=connection, model="sandbox", input="Hi", tools=[])
        assert_type(made, ParsedResponse[None])
        assert_type(connection.connections, int)


def functions() -> None:
    found = libresponses.responses.parse(model="sandbox", input="Hi", text_format=Answer)
    assert_type(found, ParsedResponse[Answer])
    response = libresponses.responses.create(model="sandbox", input="Hi")
    assert_type(response, Response)
    raw = libresponses.responses.with_raw_response.retrieve(response.id)
    assert_type(raw.parse(), Response)
    assert_type(libresponses.responses.input_items.list(response.id), SyncCursorPage)


async def awaited(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="sandbox", input="Hi")
    assert_type(response, Response)
    stream: AsyncStream[ResponseStreamEvent]
    stream = await client.responses.create(model="sandbox", input="Hi", stream=True)
    async with stream:
        async for event in stream:
            assert_type(event, Event)
    found = await client.responses.parse(model="sandbox", input="Hi", text_format=Answer)
    assert_type(found.output_parsed, Optional[Answer])
    async with client.responses.stream(model="sandbox", input="Hi", text_format=Answer) as events:
        assert_type(await events.get_final_response(), ParsedResponse[Answer])
    page = await client.responses.input_items.list(response.id)
    whole: AsyncCursorPage[ResponseItem] = page
    assert whole.data
    async with client.responses.connect() as connection:
        assert_type(connection, AsyncResponsesConnection)
        await connection.response.create(model="sandbox", input="Hi", stream_id="a")
        async for received in connection:
            assert_type(received, Event)
            if received.type == "response.completed":
                break
        assert_type(await connection.create(model="sandbox", input="Hi"), Response)
        ran = await client.responses.run(session=connection, model="sandbox", input="Hi", tools=[])
        assert_type(ran, ParsedResponse[None])
    async for item in client.responses.input_items.list(response.id):
        assert item.id
    answer = await client.responses.with_raw_response.create(model="sandbox", input="Hi")
    assert_type(answer.parse(), Response)
    responses = client.responses.with_streaming_response
    async with responses.create(model="sandbox", input="Hi") as read:
        assert_type(await read.parse(), Response)
        assert_type(await read.text(), str)
    async with responses.create(model="sandbox", input="Hi", stream=True) as told:
        assert_type(await told.parse(), AsyncStream)


def refused(client: OpenAI, aio: AsyncOpenAI) -> None:
    """What a type checker must not let pass. It is never run."""
    client.responses.create(model=1)  # type: ignore[call-overload]
    client.responses.create(nobody_knows="x")  # type: ignore[call-overload]
    stream = client.responses.create(model="sandbox", input="Hi", stream=True)
    stream.output_text  # type: ignore[attr-defined]  # noqa: B018
    found = client.responses.parse(model="sandbox", input="Hi", text_format=Answer)
    found.output_parsed.value  # type: ignore[union-attr]  # noqa: B018
    wrong: ParsedResponse[Status] = found  # type: ignore[assignment]
    answer = client.responses.with_raw_response.create(model="sandbox", input="Hi")
    answer.output_text  # type: ignore[attr-defined]  # noqa: B018
    later = client.responses.with_streaming_response.create(model="sandbox", input="Hi")
    later.parse()  # type: ignore[attr-defined]
    client.responses.connect(nobody_knows=1)  # type: ignore[call-arg]
    with client.responses.connect() as connection:
        connection.create(model="sandbox", stream_id=1)  # type: ignore[call-overload]
        aio.responses.run(session=connection, tools=[])  # type: ignore[call-overload]
    client.responses.with_raw_response.stream(model="sandbox")  # type: ignore[attr-defined]
    answer = aio.responses.with_raw_response.cancel("r")  # type: ignore[assignment]
    assert wrong


async def main() -> None:
    async with AsyncOpenAI() as client:
        await awaited(client)


if __name__ == "__main__":
    with OpenAI() as client:
        for part in (answers, streams, parsed, raw, streaming, sessions):
            part(client)
            print(part.__name__)
    functions()
    print("functions")
    libresponses.responses.default_client().close()
    asyncio.run(main())
    print("awaited")
