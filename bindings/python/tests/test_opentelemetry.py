"""Spans and metrics, as the real SDK of OpenTelemetry has them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.context import attach, detach, set_value
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from libresponses.opentelemetry import LibresponsesInstrumentor

ANSWER = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "gpt-5-2025-08-07",
    "output": [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Paris."}],
        }
    ],
    "usage": {
        "input_tokens": 3,
        "output_tokens": 4,
        "total_tokens": 7,
        "input_tokens_details": {"cached_tokens": 2},
    },
}
CALL = {
    "id": "resp_0",
    "object": "response",
    "status": "completed",
    "output": [
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "weather",
            "arguments": '{"city": "Paris"}',
            "status": "completed",
        }
    ],
}
BUSY = 503, "application/json", b"{}"


class Traced:
    """What was told to OpenTelemetry."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.spans_of = TracerProvider()
        self.spans_of.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    def spans(self, name: str = "") -> list[Any]:
        return [one for one in self.exporter.get_finished_spans() if one.name.startswith(name)]

    def span(self, name: str) -> Any:
        (found,) = self.spans(name)
        return found

    def points(self, name: str) -> list[Any]:
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def traced() -> Iterator[Traced]:
    made = Traced()
    instrumentor = LibresponsesInstrumentor()
    instrumentor.instrument(tracer_provider=made.spans_of, meter_provider=made.meters)
    yield made
    instrumentor.uninstrument()
    made.meters.shutdown()


def answering(*answers: Any) -> Scripted:
    """A server that answers like that, and then well."""
    left = list(answers)
    return Scripted(lambda _path, _body: left.pop(0) if left else ANSWER)


def client_of(server: Scripted, **more: Any) -> OpenAI:
    return OpenAI(base_url=server.base_url, api_key="k", options={"retry_min_ms": 1}, **more)


def test_a_create(traced: Traced) -> None:
    with answering() as server, client_of(server) as client:
        client.responses.create(
            model="gpt-5", input="Where?", max_output_tokens=9, temperature=0.5, conversation="c_1"
        )
        port = int(server.base_url.split(":")[2].split("/")[0])
    span = traced.span("chat")
    assert span.name == "chat gpt-5"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.conversation.id": "c_1",
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "gpt-5-2025-08-07",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.usage.cache_read.input_tokens": 2,
        "http.response.status_code": 200,
        "openai.api.type": "responses",
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    (duration,) = traced.points("gen_ai.client.operation.duration")
    assert duration.count == 1
    assert duration.sum > 0
    assert duration.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.model": "gpt-5-2025-08-07",
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    used = {p.attributes["gen_ai.token.type"]: p.sum for p in traced.points(
        "gen_ai.client.token.usage"
    )}  # fmt: skip
    assert used == {"input": 3, "output": 4}
    assert traced.points("gen_ai.client.operation.time_to_first_chunk") == []


def test_attempts_are_below_it(traced: Traced) -> None:
    with answering(BUSY) as server, client_of(server) as client:
        client.responses.create(model="gpt-5")
    span = traced.span("chat")
    first, second = traced.spans("POST")
    for one in (first, second):
        assert one.parent.span_id == span.context.span_id
        assert one.kind is SpanKind.CLIENT
        assert one.attributes["url.template"] == "/responses"
        assert span.start_time <= one.end_time <= span.end_time
        assert one.start_time <= one.end_time
    assert first.attributes["http.response.status_code"] == 503
    assert first.attributes["error.type"] == "http_503"
    assert first.status.status_code is StatusCode.ERROR
    assert second.attributes["http.request.resend_count"] == 1
    assert second.status.status_code is StatusCode.UNSET


def test_a_failure(traced: Traced) -> None:
    refusal = 400, "application/json", b'{"error": {"message": "no", "code": "bad_thing"}}'
    with (
        answering(refusal) as server,
        client_of(server) as client,
        pytest.raises(libresponses.BadRequestError),
    ):
        client.responses.create(model="gpt-5")
    span = traced.span("chat")
    assert span.attributes["error.type"] == "bad_thing"
    assert span.attributes["http.response.status_code"] == 400
    assert span.status.status_code is StatusCode.ERROR
    assert "gen_ai.response.id" not in span.attributes
    (duration,) = traced.points("gen_ai.client.operation.duration")
    assert duration.attributes["error.type"] == "bad_thing"


def test_what_is_not_begun(traced: Traced) -> None:
    with answering() as server, client_of(server) as client:
        with pytest.raises(libresponses.InvalidArgumentError):
            client.responses.create(model="gpt-5", extra_headers={"Host": "x"})
        assert server.seen == []
    span = traced.span("chat")
    assert span.attributes["error.type"] == "libresponses.InvalidArgumentError"
    assert span.status.status_code is StatusCode.ERROR


def test_a_stream(traced: Traced, sandbox: Any) -> None:
    with OpenAI() as client:
        stream = client.responses.create(model="sandbox", input="Hello", stream=True)
        for _ in stream:
            pass
        span = traced.span("chat")
        assert span.attributes["gen_ai.request.stream"] is True
        assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
        assert span.attributes["gen_ai.usage.output_tokens"] > 0
        assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0
        (point,) = traced.points("gen_ai.client.operation.time_to_first_chunk")
        assert point.count == 1
        assert span.end_time - span.start_time >= point.sum * 1e9


def test_a_stream_that_is_not_read_to_its_end(traced: Traced, sandbox: Any) -> None:
    with OpenAI() as client:
        stalls = {"X-Sandbox-Fault": "stall-after-events=3"}
        stream = client.responses.create(
            model="sandbox", input="Hello", stream=True, extra_headers=stalls
        )
        next(iter(stream))
        assert traced.spans() == []
        stream.close()
        span = traced.span("chat")
        assert span.status.status_code is StatusCode.UNSET
        assert "error.type" not in span.attributes


def test_traceparent_goes_with_every_request(traced: Traced) -> None:
    tracer = traced.spans_of.get_tracer("test")
    with answering(BUSY) as server, client_of(server) as client:
        with tracer.start_as_current_span("outside") as outside:
            client.responses.create(model="gpt-5", extra_headers={"X-Mine": "1"})
            client.responses.retrieve("resp_1")
        seen = [headers.get("traceparent", "") for _, headers in server.seen]
    span = traced.span("chat")
    trace_id = f"{outside.get_span_context().trace_id:032x}"
    of_span = f"00-{trace_id}-{span.context.span_id:016x}"
    of_outside = f"00-{trace_id}-{outside.get_span_context().span_id:016x}"
    assert [text.rpartition("-")[0] for text in seen] == [of_span, of_span, of_outside]
    assert span.parent.span_id == outside.get_span_context().span_id
    assert server.seen[0][1]["x-mine"] == "1"


def test_an_event_loop(traced: Traced) -> None:
    tracer = traced.spans_of.get_tracer("test")

    async def one(client: AsyncOpenAI, number: int) -> None:
        with tracer.start_as_current_span(f"task {number}"):
            await client.responses.create(model=f"m{number}")

    async def many(client: AsyncOpenAI) -> None:
        await asyncio.gather(*(one(client, number) for number in range(5)))
        await client.close()

    with answering() as server:
        asyncio.run(many(AsyncOpenAI(base_url=server.base_url, api_key="k")))
    for number in range(5):
        parent = traced.span(f"task {number}")
        assert traced.span(f"chat m{number}").parent.span_id == parent.context.span_id


def weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}."


def check_run(traced: Traced) -> None:
    run = traced.span("invoke_agent")
    chats = traced.spans("chat")
    tool = traced.span("execute_tool")
    assert len(chats) == 2
    for one in (*chats, tool):
        assert one.parent.span_id == run.context.span_id
    assert tool.name == "execute_tool weather"
    assert tool.attributes["gen_ai.tool.name"] == "weather"
    assert chats[0].attributes["gen_ai.response.finish_reasons"] == ("tool_calls",)
    assert chats[1].attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert run.attributes["gen_ai.request.model"] == "gpt-5"


def test_a_tool_loop(traced: Traced) -> None:
    with answering(CALL) as server, client_of(server) as client:
        answer = client.responses.run(model="gpt-5", input="Weather?", tools=[weather])
        assert answer.output_text == "Paris."
    check_run(traced)


def test_a_tool_loop_in_an_event_loop(traced: Traced) -> None:
    async def asks(client: AsyncOpenAI) -> None:
        await client.responses.run(model="gpt-5", input="Weather?", tools=[weather])
        await client.close()

    with answering(CALL) as server:
        asyncio.run(asks(AsyncOpenAI(base_url=server.base_url, api_key="k")))
    check_run(traced)


def test_a_tool_loop_that_fails(traced: Traced) -> None:
    refusal = 400, "application/json", b'{"error": {"message": "no", "code": "bad_thing"}}'
    with (
        answering(CALL, refusal) as server,
        client_of(server) as client,
        pytest.raises(libresponses.BadRequestError),
    ):
        client.responses.run(model="gpt-5", input="Weather?", tools=[weather])
    run = traced.span("invoke_agent")
    assert run.status.status_code is StatusCode.ERROR
    assert run.attributes["error.type"].endswith("BadRequestError")


def test_content_is_not_told_unless_it_is_wanted(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
    monkeypatch.delenv(name, raising=False)
    given: Any = [
        {"role": "user", "content": "Where is the secret?"},
        {"type": "function_call_output", "call_id": "call_1", "output": "here"},
        {"role": "user", "content": [{"type": "input_image", "image_url": "data:x"}]},
    ]
    with answering() as server, client_of(server) as client:
        client.responses.create(model="gpt-5", input=given, instructions="Be brief.")
        assert "secret" not in str(traced.span("chat").attributes)
        assert "Paris" not in str(traced.span("chat").attributes)
        traced.exporter.clear()
        monkeypatch.setenv(name, "true")
        client.responses.create(model="gpt-5", input=given, instructions="Be brief.")
    about = traced.span("chat").attributes
    assert json.loads(about["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "Where is the secret?"}]},
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "call_1", "response": "here"}],
        },
        {"role": "user", "parts": [{"type": "input_image"}]},
    ]
    assert json.loads(about["gen_ai.system_instructions"]) == [
        {"type": "text", "content": "Be brief."}
    ]
    assert json.loads(about["gen_ai.output.messages"]) == [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "Paris."}],
            "finish_reason": "stop",
        }
    ]


def test_on_attempt_is_told_too(traced: Traced) -> None:
    told: list[Any] = []
    with answering() as server, client_of(server, on_attempt=told.append) as client:
        client.responses.create(model="gpt-5")
        client.responses.retrieve("resp_1")
    assert [one.operation for one in told] == ["create", "get"]


def test_suppressed_and_ended(traced: Traced) -> None:
    with answering() as server, client_of(server) as client:
        token = attach(set_value("suppress_instrumentation", True))
        client.responses.create(model="gpt-5")
        detach(token)
        LibresponsesInstrumentor().uninstrument()
        LibresponsesInstrumentor().uninstrument()
        client.responses.create(model="gpt-5")
        assert [headers.get("traceparent") for _, headers in server.seen] == [None, None]
    assert traced.spans() == []
    assert traced.points("gen_ai.client.operation.duration") == []
