"""litellm's client, which asks by httpx and not by the SDK."""

from __future__ import annotations

from typing import Any

import httpx
import libresponses.httpx
import litellm
import pytest
from conftest import BASE_URL, fault, requests, run
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, HTTPHandler

over = libresponses.httpx.of(httpx)
# A name that it knows: of others it fakes the stream.
MODEL: dict[str, Any] = {"model": "openai/gpt-5", "api_base": BASE_URL, "api_key": "any"}


def handler() -> HTTPHandler:
    client = httpx.Client(transport=over.Transport(max_retries=2), timeout=30)
    return HTTPHandler(client=client)


def async_handler() -> AsyncHTTPHandler:
    made = AsyncHTTPHandler()
    made.client = httpx.AsyncClient(transport=over.AsyncTransport(max_retries=2), timeout=30)
    return made


def test_an_answer(tag: str) -> None:
    made: Any = litellm.responses(
        **MODEL, input="Hello", client=handler(), extra_headers={"X-Sandbox-Tag": tag}
    )
    assert made.output[0].content[0].text == "You said: Hello"
    # The keys are the library's.
    assert "idempotency-key" in requests(tag)[0]["headers"]


def test_a_stream(tag: str) -> None:
    headers = fault("cut-after-events=20; how=rst; times=3", tag)
    stream: Any = litellm.responses(
        **MODEL,
        input="#long=60",
        stream=True,
        background=True,
        client=handler(),
        extra_headers=headers,
    )
    deltas = [one.delta for one in stream if one.type == "response.output_text.delta"]
    assert len("".join(deltas).split()) == 60
    assert len(requests(tag)) == 4


def test_coroutines() -> None:
    async def ask() -> Any:
        client = async_handler()
        made = await litellm.aresponses(**MODEL, input="Hello", client=client)
        stream = await litellm.aresponses(**MODEL, input="Hello", stream=True, client=client)
        kinds = [one.type async for one in stream]
        await client.client.aclose()
        return made.output[0].content[0].text, kinds[-1]

    assert run(ask()) == ("You said: Hello", "response.completed")


def test_a_refusal(tag: str) -> None:
    with pytest.raises(litellm.BadRequestError):
        litellm.responses(
            **MODEL, input="Hello", client=handler(), extra_headers=fault("status=400", tag)
        )
