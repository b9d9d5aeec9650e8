"""Spans and metrics of OpenTelemetry for the calls of this package.

    from libresponses.opentelemetry import LibresponsesInstrumentor

    LibresponsesInstrumentor().instrument()

Names are those of the GenAI semantic conventions (1.41, in development). Each create is a span, a
stream until its last event was read or it was closed; each attempt is a span below it. Needs
``opentelemetry-api``, which ``pip install libresponses[opentelemetry]`` has. docs/observation.md.
"""

from __future__ import annotations

import os
from time import perf_counter, time_ns
from typing import Any

from opentelemetry import context, metrics, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from . import _attempts, _responses, _tools
from ._errors import OpenAIError
from ._library import version
from ._messages import input_messages, instructions, output_messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ._attempts import Attempt

_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_SUPPRESSED = "suppress_instrumentation"
_SCOPE = "libresponses"
# What makes a response.
_CREATES = ("create", "create_stream")

# As the conventions advise.
_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_TOKENS: list[float] = [
    1,
    4,
    16,
    64,
    256,
    1024,
    4096,
    16384,
    65536,
    262144,
    1048576,
    4194304,
    16777216,
    67108864,
]

_REQUEST = {
    "max_output_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "service_tier": "openai.request.service_tier",
}


class LibresponsesInstrumentor:
    """Traces the calls of every client of this process, from `instrument` to `uninstrument`.

    It is used as those of ``opentelemetry-instrumentation`` are.
    """

    _instance: LibresponsesInstrumentor | None = None
    _kept: list[tuple[type, str, Any]]
    is_instrumented_by_opentelemetry = False

    def __new__(cls, *arguments: Any, **options: Any) -> LibresponsesInstrumentor:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def instrumentation_dependencies(self) -> Collection[str]:
        """What is traced is this package itself."""
        return []

    def instrument(
        self, *, tracer_provider: Any = None, meter_provider: Any = None, **_: Any
    ) -> None:
        """Begins to trace. Without providers those of the process are used. Again does nothing."""
        if self.is_instrumented_by_opentelemetry:
            return
        tracing = _Tracing(tracer_provider, meter_provider)
        self._kept = []
        self._replace(_responses.Responses, "run", tracing.run)
        self._replace(_tools.FunctionTool, "call", tracing.tool)
        _attempts.watching = tracing.watch
        self.is_instrumented_by_opentelemetry = True

    def uninstrument(self, **_: Any) -> None:
        """Ends that. Spans of calls that are under way are ended with their calls."""
        if not self.is_instrumented_by_opentelemetry:
            return
        _attempts.watching = None
        for owner, name, original in self._kept:
            setattr(owner, name, original)
        self.is_instrumented_by_opentelemetry = False

    def _replace(self, owner: type, name: str, around: Any) -> None:
        original = getattr(owner, name)
        self._kept.append((owner, name, original))

        def replaced(self: Any, *arguments: Any, **parameters: Any) -> Any:
            return around(original, self, *arguments, **parameters)

        replaced.__name__, replaced.__doc__ = original.__name__, original.__doc__
        setattr(owner, name, replaced)


class _Tracing:
    """What a span is made with, and what is measured."""

    def __init__(self, tracer_provider: Any, meter_provider: Any) -> None:
        self.tracer = trace.get_tracer(_SCOPE, version(), tracer_provider)
        meter = metrics.get_meter(_SCOPE, version(), meter_provider)
        self.duration = _histogram(
            meter, "gen_ai.client.operation.duration", "s", "GenAI operation duration.", _SECONDS
        )
        self.tokens = _histogram(
            meter,
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used.",
            _TOKENS,
        )
        self.first_chunk = _histogram(
            meter,
            "gen_ai.client.operation.time_to_first_chunk",
            "s",
            "Time to receive the first chunk.",
            _SECONDS,
        )

    @property
    def has_content(self) -> bool:
        return os.environ.get(_CONTENT, "").strip().lower() == "true"

    def watch(self, request: Any, settings: Any) -> _attempts.Watched | None:
        """A call is about to start."""
        if context.get_value(_SUPPRESSED):
            return None
        if request.operation in _CREATES:
            return _Operation(self, request, settings)
        # Not a span of its own, but below the one that there is.
        headers = _injected(None)
        return _attempts.Watched(headers, settings.observer) if headers else None

    def run(self, original: Any, owner: Any, *arguments: Any, **parameters: Any) -> Any:
        """A tool loop: its responses and tools are below it."""
        model = parameters.get("model")
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "openai"}
        if isinstance(model, str):
            attributes["gen_ai.request.model"] = model
        return self._around("invoke_agent", attributes, original, owner, *arguments, **parameters)

    def tool(self, original: Any, owner: Any, *arguments: Any, **parameters: Any) -> Any:
        """A function of the program is called for the model."""
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": owner.name,
            "gen_ai.tool.type": "function",
        }
        name = f"execute_tool {owner.name}"
        return self._around(name, attributes, original, owner, *arguments, **parameters)

    def _around(
        self, name: str, attributes: Mapping[str, str], original: Any, *arguments: Any, **given: Any
    ) -> Any:
        span = self.tracer.start_span(name, attributes=attributes)
        token = context.attach(trace.set_span_in_context(span))
        try:
            result = original(*arguments, **given)
        except BaseException as problem:
            _failed(span, problem)
            span.end()
            raise
        finally:
            context.detach(token)
        if hasattr(result, "__await__"):
            return self._awaited(span, result)
        span.end()
        return result

    async def _awaited(self, span: Any, result: Any) -> Any:
        token = context.attach(trace.set_span_in_context(span))
        try:
            return await result
        except BaseException as problem:
            _failed(span, problem)
            raise
        finally:
            context.detach(token)
            span.end()


def _histogram(meter: Any, name: str, unit: str, description: str, bounds: list[float]) -> Any:
    try:
        return meter.create_histogram(
            name, unit=unit, description=description, explicit_bucket_boundaries_advisory=bounds
        )
    except TypeError:  # before opentelemetry-api 1.30
        return meter.create_histogram(name, unit=unit, description=description)


def _failed(span: Any, problem: BaseException) -> None:
    kind = type(problem)
    # Ours are known by the name that programs have them by.
    module = __name__.partition(".")[0] if isinstance(problem, OpenAIError) else kind.__module__
    span.set_attribute("error.type", f"{module}.{kind.__qualname__}")
    span.set_status(Status(StatusCode.ERROR, str(problem)))


def _injected(span: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    here = None if span is None else trace.set_span_in_context(span)
    propagate.inject(headers, context=here)
    return headers


class _Operation(_attempts.Watched):
    """The span of one call, which ends with the call, whoever ends that."""

    __slots__ = (
        "_attributes", "_begun", "_body", "_first", "_is_stream", "_span", "_tracing", "_usage",
    )  # fmt: skip

    def __init__(self, tracing: _Tracing, request: Any, settings: Any) -> None:
        body = request.body or {}
        model = body.get("model")
        self._tracing = tracing
        self._is_stream = request.operation == "create_stream"
        self._first: float | None = None
        self._attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
        }
        if isinstance(model, str):
            self._attributes["gen_ai.request.model"] = model
        name = f"chat {model}" if isinstance(model, str) else "chat"
        attributes = {**self._attributes, "openai.api.type": "responses"}
        for parameter, key in _REQUEST.items():
            value = body.get(parameter)
            if isinstance(value, (int, float, str)) and not isinstance(value, bool):
                attributes[key] = value
        if self._is_stream:
            attributes["gen_ai.request.stream"] = True
        has_content = tracing.has_content
        if has_content:
            attributes.update(input_messages(body.get("input")))
            attributes.update(instructions(body.get("instructions")))
        self._body = has_content
        self._begun = perf_counter()
        self._span = tracing.tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
        super().__init__(_injected(self._span), settings.observer)

    def told(self, attempt: Attempt, handle: int) -> None:
        try:
            super().told(attempt, handle)
        finally:
            if attempt.attempt > 0:
                self._below(attempt)
                first = attempt.times.first_event
                if first is not None and self._first is None:
                    began = perf_counter() - (attempt.times.total or 0)
                    self._first = max(0.0, began + first - self._begun)
            if attempt.is_last:
                self._end(attempt, handle)

    def not_begun(self, problem: BaseException) -> None:
        _failed(self._span, problem)
        self._span.end()

    def _below(self, attempt: Attempt) -> None:
        """The span of an attempt, made when it has ended."""
        end = time_ns()
        attributes: dict[str, Any] = {
            "http.request.method": attempt.method or "GET",
            "url.template": attempt.path,
            "server.address": attempt.host,
            "server.port": attempt.port,
        }
        if attempt.http_version:
            attributes["network.protocol.version"] = attempt.http_version.partition("/")[2]
        if attempt.http_status:
            attributes["http.response.status_code"] = attempt.http_status
        if attempt.attempt > 1:
            attributes["http.request.resend_count"] = attempt.attempt - 1
        span = self._tracing.tracer.start_span(
            attributes["http.request.method"],
            context=trace.set_span_in_context(self._span),
            kind=SpanKind.CLIENT,
            attributes=attributes,
            start_time=end - int((attempt.times.total or 0) * 1e9),
        )
        if _is_error(attempt):
            span.set_attribute("error.type", _reason(attempt))
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def _end(self, attempt: Attempt, handle: int) -> None:
        span, tracing = self._span, self._tracing
        about: dict[str, Any] = {"server.address": attempt.host, "server.port": attempt.port}
        if attempt.response_model:
            about["gen_ai.response.model"] = attempt.response_model
        if _is_error(attempt):
            about["error.type"] = _reason(attempt)
            span.set_status(Status(StatusCode.ERROR, attempt.reason or ""))
        more: dict[str, Any] = {}
        if attempt.response_id:
            more["gen_ai.response.id"] = attempt.response_id
        if attempt.conversation:
            more["gen_ai.conversation.id"] = attempt.conversation
        if attempt.http_status:
            more["http.response.status_code"] = attempt.http_status
        used = attempt.tokens
        for key, count in (
            ("gen_ai.usage.input_tokens", used.input),
            ("gen_ai.usage.output_tokens", used.output),
            ("gen_ai.usage.cache_read.input_tokens", used.cached),
            ("gen_ai.usage.reasoning.output_tokens", used.reasoning),
        ):
            if count is not None:
                more[key] = count
        more.update(output_messages(_attempts.response_json(handle), self._body))
        span.set_attributes({**about, **more})
        # What is measured is told with the span, so that the two find each other.
        here = trace.set_span_in_context(span)
        labels = {**self._attributes, **about}
        tracing.duration.record(perf_counter() - self._begun, labels, context=here)
        for kind, count in (("input", used.input), ("output", used.output)):
            if count is not None:
                tracing.tokens.record(count, {**labels, "gen_ai.token.type": kind}, context=here)
        if self._is_stream and self._first is not None:
            span.set_attribute("gen_ai.response.time_to_first_chunk", self._first)
            tracing.first_chunk.record(self._first, labels, context=here)
        span.end()


def _is_error(attempt: Attempt) -> bool:
    """What a program cancelled, or did not read to its end, is none."""
    return attempt.status not in ("RESPONSES_OK", "RESPONSES_E_CANCELLED")


def _reason(attempt: Attempt) -> str:
    return attempt.reason or attempt.status
