"""The ``openai`` package over this library gives and raises what it does over its own transport,
whatever a server does to it: for threads, for asyncio and for trio.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from typing import Any, NamedTuple

import pytest

import libresponses.httpx

openai = pytest.importorskip("openai", reason="there is no openai for this Python")
trio = pytest.importorskip("trio")

# When a stream breaks off, the SDK leaves generators of its own and of httpx2 to the collector.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator '(openai|httpx2):ResourceWarning")

# What the sandbox is asked for; docs/sandbox.md has their meaning.
REFUSALS = """
status=400
status=401
status=403
status=404
status=409
status=418
status=422
status=429
status=429; error-code=insufficient_quota
status=500
status=502
status=503; retry-after=0
status=503; should-retry=false
status=302
status=400; error-code=context_length_exceeded; error-type=t; error-message=words
status=500; error-body=html
status=500; error-body=empty
status=400; error-body=string
status=400; error-body=detail
status=400; error-body=integer-code
status=400; error-body=broken
status=500; content-type=text/plain
""".strip().splitlines()

# None of these is the last event that a stream has, or comes before a failure.
ODDITIES = """
content-type=text/plain
close
byte-per-write
write-size=7
event-per-write
bad-utf8=3
bad-json=3
duplicate-event=3
drop-event=3
keepalive-every=2
comment-every=2
line-ending=crlf
line-ending=cr
no-event-lines
data-first
multiline-data
no-space
bom
done
no-sequence
id-lines
stay-open=100
long-ids
big-event=200000
first-event-delay=50
stall-after-events=3; stall-ms=50
""".strip().splitlines()

BREAKS = """
no-response=fin
no-response=rst
cut-at-byte=20
cut-at-byte=20; how=rst
cut-at-byte=400
cut-after-events=4
cut-after-events=4; how=rst
error-at=3
error-at=3; error-shape=flat
error-at=3; error-then=nothing
error-at=3; error-then=before
error-at=1; error-code=rate_limit_exceeded
""".strip().splitlines()

LATE = ["first-byte-delay=5000", "stall-at-byte=20", "stall-after-events=3"]

_numbers = itertools.count()


class Outcome(NamedTuple):
    """What a program sees."""

    events: list[str]
    text: str | None = None
    error: str | None = None
    status_code: int | None = None
    code: Any = None
    type: Any = None
    body: Any = None
    has_request_id: bool = False

    @classmethod
    def of(cls, error: Exception, events: list[str]) -> Outcome:
        body = getattr(error, "body", None)
        if isinstance(body, dict):  # each request has an id of its own, and some messages name it
            body = {name: value for name, value in body.items() if name != "request_id"}
        return cls(
            events=events,
            error=type(error).__name__,
            status_code=getattr(error, "status_code", None),
            code=getattr(error, "code", None),
            type=getattr(error, "type", None),
            body=body,
            has_request_id=bool(getattr(error, "request_id", None)),
        )


def request(spec: str, stream: bool) -> dict[str, Any]:
    tag = f"f{next(_numbers)}-{os.getpid()}"
    return {
        "model": "sandbox",
        "input": "Hello there",
        "stream": stream,
        "extra_headers": {"X-Sandbox-Fault": f"{spec}; tag={tag}"},
    }


def blocking(spec: str, **options: Any) -> list[Outcome]:
    """An answer, and a stream."""
    found = []
    with openai.OpenAI(max_retries=0, **options) as client:
        for stream in (False, True):
            events: list[str] = []
            try:
                answer = client.responses.create(**request(spec, stream))
                if stream:
                    for event in answer:
                        events.append(event.type)
                found.append(Outcome(events, None if stream else answer.output_text))
            except Exception as error:
                found.append(Outcome.of(error, events))
    return found


async def awaited(spec: str, **options: Any) -> list[Outcome]:
    found = []
    http_client = libresponses.httpx.async_client(max_retries=0)
    async with openai.AsyncOpenAI(max_retries=0, http_client=http_client, **options) as client:
        for stream in (False, True):
            events: list[str] = []
            try:
                answer = await client.responses.create(**request(spec, stream))
                if stream:
                    async for event in answer:
                        events.append(event.type)
                found.append(Outcome(events, None if stream else answer.output_text))
            except Exception as error:
                found.append(Outcome.of(error, events))
    return found


def outcomes(spec: str, **options: Any) -> tuple[list[Outcome], list[list[Outcome]]]:
    """What it comes to over the transport of the HTTP package, and over ours."""

    async def of_trio() -> list[Outcome]:
        with trio.fail_after(30):
            return await awaited(spec, **options)

    options = {"timeout": 20, **options}
    http_client = libresponses.httpx.client(max_retries=0)
    return blocking(spec, **options), [
        blocking(spec, http_client=http_client, **options),
        asyncio.run(asyncio.wait_for(awaited(spec, **options), 30)),
        trio.run(of_trio),
    ]


@pytest.mark.parametrize("spec", REFUSALS)
def test_refusals(spec: str) -> None:
    expected, found = outcomes(spec)
    assert all(one.error for one in expected)
    assert found == [expected] * 3


@pytest.mark.parametrize("spec", ODDITIES)
def test_oddities(spec: str) -> None:
    expected, found = outcomes(spec)
    assert found == [expected] * 3


@pytest.mark.parametrize("spec", BREAKS)
def test_breaks(spec: str) -> None:
    expected, found = outcomes(spec)
    stream = expected[1]
    assert stream.error or stream.events[-1] == "response.failed"
    assert found == [expected] * 3


@pytest.mark.parametrize("spec", LATE)
def test_limits_of_time(spec: str) -> None:
    expected, found = outcomes(spec, timeout=0.4)
    assert expected[1].error == "APITimeoutError"
    assert found == [expected] * 3


@pytest.mark.parametrize("spec", ["end-after-events=4", "no-terminal"])
def test_a_stream_without_its_end(spec: str) -> None:
    """The one difference, which docs/python.md has: over its own transport nobody notices."""
    expected, found = outcomes(spec)
    answer, stream = expected
    assert stream.error is None
    assert "response.completed" not in stream.events
    assert found == [[answer, stream._replace(error="APIConnectionError")]] * 3
