"""Streams of events, and the helper that puts them together.

A `Stream` is an iterator of events; it ends after the terminal event and raises when the stream
breaks off or the server reports a failure. `ResponseStream`, the object of ``responses.stream()``,
adds snapshots, what was parsed, and the final response.
"""

from __future__ import annotations

from . import _errors
from ._options import Omit, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Any

    from ._call import Call
    from ._events import Event
    from ._models import Response


class Stream:
    """The events of a response, in order, each once.

    Iterate over it, or call ``next()``. Leaving the loop early does not end the call; ``close()``
    does, and so does leaving a ``with`` block, or dropping the stream. ``cancel()`` ends it from
    any thread: the one that reads gets `RequestCancelledError`. It is made when the server has
    sent its first event, so that a refusal is raised by ``create``.
    """

    def __init__(self, client: Any, call: Call, helper: Helper | None = None) -> None:
        self._client = client  # keeps its connections
        self._call = call
        self._helper = helper
        self._final: Response | None = None
        self._first = self._until_news()
        self._iterator = self._run()

    def __iter__(self) -> Iterator[Event]:
        return self._iterator

    def __next__(self) -> Event:
        return next(self._iterator)

    def _run(self) -> Iterator[Event]:
        helper = self._helper
        batch = self._first
        self._first = None
        try:
            while batch is not None:
                if helper is not None:
                    helper.add(batch)
                yield from batch
                batch = self._until_news()
            final = self._call.snapshot()
            self._final = final if helper is None else helper.finish(final)
        finally:
            self._call.close()

    def _until_news(self) -> list[Event] | None:
        """Waits for events; None after the last one. What goes wrong frees the call."""
        call, helper = self._call, self._helper
        parts = None if helper is None else helper.parts
        try:
            while True:
                batch = call.read(parts)
                if batch is None or batch:
                    return batch
                call.wait()
        except BaseException as problem:
            self._final = getattr(problem, "partial_response", None)
            call.close()
            raise

    @property
    def response(self) -> Response | None:
        """The response as far as it has arrived, at the end the final one."""
        return self._call.snapshot() if self._final is None and self._call else self._final

    def get_final_response(self) -> Response:
        """Reads to the end and returns the response."""
        self.until_done()
        if self._final is None:
            raise _errors.ClosedError("the stream was closed before its end")
        return self._final

    def until_done(self) -> Any:
        """Reads to the end."""
        for _ in self._iterator:
            pass
        return self

    def cancel(self) -> None:
        """Ends the call, from any thread."""
        self._call.cancel()

    def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self._call.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Helper:
    """What ``responses.stream()`` adds to the events of a stream.

    Deltas get ``snapshot``, all text of their part so far, put together when touched; the
    ``...done`` events of text get ``parsed``; the final response is parsed.
    """

    def __init__(self, text_format: Any, tools: Any) -> None:
        self.text_format = text_format
        self.tools = tools
        self.parts: dict[Any, list[str]] = {}

    def add(self, batch: list[Event]) -> None:
        """Adds to a batch of events what was parsed of them."""
        if self.text_format is None and not self.tools:
            return
        for event in batch:
            if event.type == "response.output_text.done" and self.text_format is not None:
                from . import _structured

                parsed = _structured.parse_text(event.text, self.text_format)
                event._model.__dict__["parsed"] = parsed
            elif event.type == "response.completed":
                self.finish(event.response)

    def finish(self, response: Any) -> Any:
        """Parses a final response."""
        if response is not None and (self.text_format is not None or self.tools):
            from . import _structured

            _structured.parse_response(response, self.text_format, self.tools)
        return response


class ResponseStream(Stream):
    """The events of ``responses.stream()``, with snapshots and the final response.

    A delta has ``snapshot``, all text so far. `get_final_response` is the response with what was
    parsed of it. An answer that is incomplete is a response too; a failure raises.
    """


class ResponseStreamManager:
    """The context manager that ``responses.stream()`` returns: the call begins on entering it."""

    def __init__(self, client: Any, request: Any, helper: Helper) -> None:
        self._client = client
        self._request = request
        self._helper = helper
        self._stream: ResponseStream | None = None

    def __enter__(self) -> ResponseStream:
        call = self._client._start(self._request)
        self._stream = ResponseStream(self._client, call, self._helper)
        return self._stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()


def prepared(
    response_id: Any, starting_after: Any, text_format: Any, parameters: dict[str, Any]
) -> tuple[Any, Helper]:
    """The request of ``responses.stream()``, and what it adds to the events."""
    from . import _requests, _structured, _tools
    from ._resources import call_options

    tools = parameters.get("tools", omit)
    if isinstance(tools, Omit):
        tools = None
    options = call_options(parameters)
    if isinstance(response_id, Omit) and isinstance(starting_after, Omit):
        body = _requests.given(parameters)
        if tools is not None:
            tools = body["tools"] = _tools.definitions(tools)
        text_format = _structured.add_format(body, text_format)
        request = _requests.Request("create_stream", "POST /responses", body=body, **options)
    else:
        extra = sorted(set(_requests.given(parameters)) - {"include", "tools"})
        if extra:
            raise _errors.InvalidArgumentError(
                "Cannot provide both response_id/starting_after and parameters of a new response: "
                + ", ".join(extra)
            )
        identifier = _requests.identifier(response_id, "response_id")
        query = {"starting_after": starting_after, "include": parameters.get("include", omit)}
        request = _requests.Request(
            "get_stream", f"GET /responses/{response_id}", identifier, *_requests.query(query),
            has_body=False, **options,
        )  # fmt: skip
        if isinstance(text_format, Omit):
            text_format = None
    return request, Helper(text_format, tools)


def manager(
    core: Any, response_id: Any, starting_after: Any, text_format: Any, parameters: dict[str, Any]
) -> ResponseStreamManager:
    """What ``responses.stream()`` returns."""
    request, helper = prepared(response_id, starting_after, text_format, parameters)
    return ResponseStreamManager(core._client, request, helper)
