"""What gateways and servers of other makers send, as the openai package reads it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from conftest import run
from scripted import Answer, Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI, Response

BODIES: list[tuple[int, bytes, str]] = [
    (404, b'{"detail":"Not Found"}', "Error code: 404 - Not Found"),
    (404, b'{"error":{"message":"No.","code":404}}', "Error code: 404 - No."),
    (404, b'{"error":{"message":"No.","code":"404"}}', "Error code: 404 - No."),
    (400, b'{"error":"no such model"}', "Error code: 400 - no such model"),
    (400, b'{"message":"no such model"}', "Error code: 400 - no such model"),
    (400, b'\xef\xbb\xbf{"error":{"message":"No."}}', "Error code: 400 - No."),
    (404, b"", "Error code: 404"),
    (404, b"{}", "Error code: 404"),
]


def both(server: Scripted) -> list[Any]:
    """What the two clients raise."""
    found: list[Any] = []
    with OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
        with pytest.raises(libresponses.APIError) as caught:
            client.responses.create(model="m", input="x")
        found.append(caught.value)

    async def asynchronous() -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as other:
            with pytest.raises(libresponses.APIError) as caught:
                await other.responses.create(model="m", input="x")
            found.append(caught.value)

    run(asynchronous())
    return found


def test_reasons_in_every_shape() -> None:
    current: Answer = 200, "", b""
    with Scripted(lambda *_: current) as server:
        for status, body, line in BODIES:
            current = status, "application/json", body
            for error in both(server):
                assert isinstance(error, libresponses.APIStatusError)
                assert (str(error), error.status_code) == (line, status)
                assert error.response.text == body.decode("utf-8-sig")
        detail = [{"loc": ["body", "model"], "msg": "field required"}]
        current = 422, "application/json", json.dumps({"detail": detail}).encode()
        for error in both(server):
            assert str(error).startswith("Error code: 422 - ")
            assert "field required" in str(error)
            assert error.body == {"detail": detail}
            assert error.response.json() == {"detail": detail}
        current = 502, "text/html", b"<html><head><title>502 Bad Gateway</title></head></html>"
        for error in both(server):
            assert str(error).startswith("Error code: 502")


DOCUMENT = (
    b'{"id":"resp_1","object":"response","status":"completed","temperature":NaN,'
    b'"top_p":-Infinity,"output":[{"type":"message","content":[{"type":"output_text",'
    b'"text":"Hi","logprobs":[{"token":"Hi","logprob":-Infinity}]}]}],"x":[Infinity]}'
)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_numbers_that_are_none_and_byte_order_marks(mark: bytes) -> None:
    def look(response: Response) -> None:
        assert response.output_text == "Hi"
        assert response.id == "resp_1"
        assert math.isnan(response.temperature)
        assert response.top_p == -math.inf
        assert response.x == [math.inf]

    delta = (
        b'{"type":"response.output_text.delta","delta":"Hi","item_id":"m","output_index":0,'
        b'"content_index":0,"logprobs":[{"token":"Hi","logprob":-Infinity}]}'
    )
    end = b'{"type":"response.completed","response":' + DOCUMENT + b"}"
    stream = mark + b"data: " + delta + b"\n\ndata: " + end + b"\n\n"

    def answer(_: str, body: bytes) -> Answer:
        if b'"stream"' in body:
            return 200, "text/event-stream", stream
        return 200, "application/json", mark + DOCUMENT

    with Scripted(answer) as server, OpenAI(base_url=server.base_url, api_key="k") as client:
        look(client.responses.create(model="m", input="x"))
        raw = client.responses.with_raw_response.create(model="m", input="x")
        assert raw.content == mark + DOCUMENT
        look(raw.parse())
        assert math.isnan(raw.json()["temperature"])
        events = client.responses.create(model="m", input="x", stream=True)
        first: Any = next(events)
        assert first.delta == "Hi"
        assert first.logprobs[0].logprob == -math.inf
        look(events.get_final_response())


def test_content_that_is_plain_text() -> None:
    """As some servers keep what went in, and as none should send what comes out."""
    body = {"id": "resp_1", "output": [{"type": "message", "content": "Hi"}, "x", None]}
    large = {**body, "y": "y" * 100000}
    answers = [body, large]
    server = Scripted(lambda *_: answers[0])
    with server, OpenAI(base_url=server.base_url, api_key="k") as client:
        assert client.responses.create(model="m", input="x").output_text == ""
        answers.pop(0)
        assert client.responses.create(model="m", input="x").output_text == ""
