# Made from _stream_async.py by tools/twins.py: do not edit.

"""Streams of events.

A stream is an iterator of events; it ends after the terminal event and raises when the stream
breaks off or the server reports a failure. The object of ``responses.stream()`` adds snapshots,
what was parsed, and the final response.
"""

from __future__ import annotations

from time import monotonic

from . import _errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._answers import HTTPResponse
    from ._assembly import Assembly
    from ._blocking import Reading
    from ._call import Head
    from ._events import Event
    from ._models import Response
    from ._requests import Request


class Progress:
    """How far a stream was read. It has no reference to the stream, which is freed at once so."""

    def __init__(
        self, reading: Reading, assembly: Assembly | None, response: HTTPResponse | None
    ) -> None:
        self.reading = reading
        self.assembly = assembly
        self.response = response
        self.head: Head | None = None
        self.final: Response | None = None

    def end(self) -> None:
        """Frees the call. Its status and headers stay."""
        call = self.reading.call
        if self.head is None and self.response is None:
            self.head = call.last_head()
        self.reading.close()
        if self.response is not None:
            self.response.end()

    def __del__(self) -> None:
        self.reading.forget()


def _events(progress: Progress) -> Generator[Event, None]:
    reading, assembly = progress.reading, progress.assembly
    try:
        while True:
            try:
                batch = reading.next()
            except BaseException as problem:
                progress.final = getattr(problem, "partial_response", None)
                raise
            if batch is None:
                break
            if assembly is not None:
                assembly.add(batch, reading.call.snapshot)
            yield from batch
        final = reading.call.snapshot()
        progress.final = final if assembly is None else assembly.finish(final)
    finally:
        progress.end()


class Stream:
    """The events of a response, in order, each once.

    Iterate over it, or call ``next()``. Leaving the loop early does not end the call;
    ``close()`` does, and so does leaving a ``with`` block, or dropping the stream. ``cancel()``
    ends it from any thread: the one that reads gets `RequestCancelledError`. It is made when
    the server has sent its first event, so that a refusal is raised by ``create``.
    """

    def __init__(
        self,
        client: Any,
        request: Request,
        reading: Reading,
        assembly: Assembly | None = None,
        response: HTTPResponse | None = None,
    ) -> None:
        self._client = client  # keeps its connections
        self._request = request
        self._began = monotonic()
        self._reading = reading
        self._progress = Progress(reading, assembly, response)
        self._iterator = _events(self._progress)

    def __iter__(self) -> Iterator[Event]:
        return self._iterator

    def __next__(self) -> Event:
        return self._iterator.__next__()

    @classmethod
    def __class_getitem__(cls, kind: Any) -> Any:
        from types import GenericAlias

        return GenericAlias(cls, kind)

    @property
    def response(self) -> HTTPResponse:
        """What HTTP says of the answer: ``status_code``, ``headers``, ``request`` and so on."""
        progress = self._progress
        if progress.response is None:
            from ._answers import HTTPResponse, SentRequest

            head = progress.head or self._reading.call.head()
            sent = SentRequest(self._client, self._request)
            progress.response = HTTPResponse(sent, self._reading, head, self._began)
        return progress.response

    @property
    def snapshot(self) -> Response | None:
        """The response as far as it has arrived, at the end the final one."""
        call, final = self._reading.call, self._progress.final
        return call.snapshot() if final is None and call else final

    def get_final_response(self) -> Response:
        """Reads to the end and returns the response."""
        self.until_done()
        if self._progress.final is None:
            raise _errors.ClosedError("the stream was closed before its end")
        return self._progress.final

    def until_done(self) -> Self:
        """Reads to the end."""
        for _ in self._iterator:
            pass
        return self

    def cancel(self) -> None:
        """Ends the call, from any thread."""
        self._reading.call.cancel()

    def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self._progress.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class ResponseStream(Stream):
    """The events of ``responses.stream()``, with snapshots and the final response.

    A delta has ``snapshot``, all text so far. `get_final_response` is the response with what was
    parsed of it. An answer that is incomplete is a response too; a failure raises.
    """


class ResponseStreamManager:
    """The context manager that ``responses.stream()`` returns: the call begins on entering it."""

    def __init__(self, client: Any, request: Any, assembly: Assembly) -> None:
        self._client = client
        self._request = request
        self._assembly = assembly
        self._stream: ResponseStream | None = None

    def __enter__(self) -> ResponseStream:
        stream: ResponseStream = self._client._start_stream(self._request, self._assembly)
        self._stream = stream
        return stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()
