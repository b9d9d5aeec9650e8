"""The openai package itself over ``libresponses.httpx``."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import libresponses.httpx
import openai
import pytest
from conftest import BASE_URL, async_client, fault, requests, run
from pydantic import BaseModel

HELLO: dict[str, Any] = {"model": "sandbox", "input": "Hello"}


class Answer(BaseModel):
    city: str
    degrees: int


def test_every_operation(client: openai.OpenAI) -> None:
    made = client.responses.create(**HELLO)
    assert made.output_text == "You said: Hello"
    assert made._request_id
    assert client.responses.retrieve(made.id).id == made.id
    assert client.responses.input_items.list(made.id).data
    assert client.responses.input_tokens.count(**HELLO).input_tokens > 0
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError) as gone:
        client.responses.retrieve(made.id)
    assert gone.value.request_id
    parsed = client.responses.parse(**{**HELLO, "input": "json"}, text_format=Answer)
    assert isinstance(parsed.output_parsed, Answer)
    # Through the transport of the HTTP package.
    assert "sandbox" in [one.id for one in client.models.list()]
    assert client.conversations.create().id


def test_streams(client: openai.OpenAI) -> None:
    events = list(client.responses.create(**HELLO, stream=True))
    assert [one.sequence_number for one in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    with client.responses.stream(**HELLO) as stream:
        assert stream.get_final_response().output_text == "You said: Hello"
    stored = client.responses.create(**HELLO, stream=True, background=True)
    first = next(iter(stored))
    stored.close()
    assert first.type == "response.created"
    again = client.responses.retrieve(first.response.id, stream=True, starting_after=0)
    assert [one.sequence_number for one in again][:2] == [1, 2]


def test_answers_in_full(client: openai.OpenAI) -> None:
    raw = client.responses.with_raw_response.create(**HELLO)
    assert raw.status_code == 200
    assert raw.headers["content-type"] == "application/json"
    assert raw.http_response.http_version == "HTTP/1.1"
    assert raw.elapsed.total_seconds() > 0
    assert raw.parse().output_text == "You said: Hello"
    with client.responses.with_streaming_response.create(**HELLO, stream=True) as streamed:
        lines = list(streamed.iter_lines())
    assert "event: response.created" in lines


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_refusals_are_those_of_the_sdk(client: openai.OpenAI, tag: str, status: int) -> None:
    with pytest.raises(openai.APIStatusError) as ours:
        client.responses.create(
            **HELLO, extra_headers=fault(f"status={status}; retry-after-ms=1", tag)
        )
    with openai.OpenAI(max_retries=0) as plain, pytest.raises(openai.APIStatusError) as theirs:
        plain.responses.create(
            **HELLO, extra_headers=fault(f"status={status}; retry-after-ms=1", tag)
        )
    assert type(ours.value) is type(theirs.value)
    assert ours.value.status_code == status
    assert ours.value.code == theirs.value.code
    assert ours.value.body == theirs.value.body
    assert ours.value.request_id


def test_one_of_the_two_retries(client: openai.OpenAI, tag: str) -> None:
    headers = fault("status=503; retry-after-ms=1", tag)
    with pytest.raises(openai.InternalServerError):
        client.responses.create(**HELLO, extra_headers=headers)
    seen = requests(tag)
    assert len(seen) == 3
    assert len({one["headers"]["idempotency-key"] for one in seen}) == 1


def test_nobody_answers(tag: str) -> None:
    broken = openai.OpenAI(
        base_url="http://127.0.0.1:9/v1", http_client=libresponses.httpx.client(max_retries=0)
    )
    began = time.monotonic()
    with broken, pytest.raises(openai.APIConnectionError) as refused:
        broken.responses.create(**HELLO)
    assert type(refused.value) is openai.APIConnectionError
    assert type(refused.value.__cause__).__name__ == "ConnectError"
    assert time.monotonic() - began < 20  # nobody has retried
    late = openai.OpenAI(timeout=0.2, http_client=libresponses.httpx.client(max_retries=0))
    headers = fault("first-byte-delay=9000", tag)
    with late, pytest.raises(openai.APITimeoutError):
        late.responses.create(**HELLO, extra_headers=headers)
    assert len(requests(tag)) == 1


def test_a_broken_background_stream_is_whole(tag: str) -> None:
    """Which it is not without this library."""
    request: dict[str, Any] = {**HELLO, "input": "#long=60", "stream": True, "background": True}
    spec = "cut-after-events=20; how=rst; times=3"

    async def numbers(client: openai.AsyncOpenAI, tag: str) -> list[int]:
        async with client:
            stream = await client.responses.create(**request, extra_headers=fault(spec, tag))
            return [one.sequence_number async for one in stream]

    found = run(numbers(async_client(), tag))
    assert len(found) > 60
    assert found == list(range(len(found)))
    assert [one["method"] for one in requests(tag)] == ["POST", "GET", "GET", "GET"]
    # openai 2 hands on the exception of httpx.
    with pytest.raises((openai.APIConnectionError, httpx.ReadError)):
        run(numbers(openai.AsyncOpenAI(max_retries=0), tag + "-plain"))


def test_its_http_package() -> None:
    """The one that this version of the SDK is made on."""
    (made_on,) = [one for one in openai.DefaultHttpxClient.__mro__ if one.__name__ == "Client"]
    with libresponses.httpx.client() as made:
        assert type(made) is made_on


def test_many_at_once() -> None:
    async def all_of_them() -> list[str]:
        async with async_client() as client:
            made = await asyncio.gather(*(client.responses.create(**HELLO) for _ in range(50)))
        return [one.output_text for one in made]

    assert run(all_of_them()) == ["You said: Hello"] * 50


def test_azure() -> None:
    with openai.AzureOpenAI(
        api_key="k",
        api_version="preview",
        base_url=BASE_URL,
        http_client=libresponses.httpx.client(),
    ) as client:
        assert client.responses.create(**HELLO).output_text == "You said: Hello"
