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
    from collections.abc import AsyncGenerator, AsyncIterator
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._answers import HTTPResponse
    from ._assembly import Assembly
    from ._asyncio import Reading
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


async def _events(progress: Progress) -> AsyncGenerator[Event, None]:
    reading, assembly = progress.reading, progress.assembly
    try:
        while True:
            try:
                batch = await reading.next()
            except BaseException as problem:
                progress.final = getattr(problem, "partial_response", None)
                raise
            if batch is None:
                break
            if assembly is not None:
                assembly.add(batch, reading.call.snapshot)
            for event in batch:
                yield event
        final = reading.call.snapshot()
        progress.final = final if assembly is None else assembly.finish(final)
    finally:
        progress.end()


class AsyncStream:
    # only async:
    """The events of a response, in order, each once: ``async for event in stream``.

    ``cancel()`` ends it from any thread; `close` and leaving an ``async with`` block do too, and so
    does cancelling the task that reads.
    """

    # only sync:
    # | """The events of a response, in order, each once.
    # |
    # | Iterate over it, or call ``next()``. Leaving the loop early does not end the call;
    # | ``close()`` does, and so does leaving a ``with`` block, or dropping the stream. ``cancel()``
    # | ends it from any thread: the one that reads gets `RequestCancelledError`. It is made when
    # | the server has sent its first event, so that a refusal is raised by ``create``.
    # | """
    # end

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

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._iterator

    async def __anext__(self) -> Event:
        return await self._iterator.__anext__()

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

    async def get_final_response(self) -> Response:
        """Reads to the end and returns the response."""
        await self.until_done()
        if self._progress.final is None:
            raise _errors.ClosedError("the stream was closed before its end")
        return self._progress.final

    async def until_done(self) -> Self:
        """Reads to the end."""
        async for _ in self._iterator:
            pass
        return self

    def cancel(self) -> None:
        """Ends the call, from any thread."""
        self._reading.call.cancel()

    async def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        # only async:
        try:  # noqa: SIM105
            await self._iterator.aclose()
        except RuntimeError:  # another task reads it
            pass
        # end
        self._progress.end()

    # only async:
    aclose = close

    # end
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncResponseStream(AsyncStream):
    """The events of ``responses.stream()``, with snapshots and the final response.

    A delta has ``snapshot``, all text so far. `get_final_response` is the response with what was
    parsed of it. An answer that is incomplete is a response too; a failure raises.
    """


class AsyncResponseStreamManager:
    """The context manager that ``responses.stream()`` returns: the call begins on entering it."""

    def __init__(self, client: Any, request: Any, assembly: Assembly) -> None:
        self._client = client
        self._request = request
        self._assembly = assembly
        self._stream: AsyncResponseStream | None = None

    async def __aenter__(self) -> AsyncResponseStream:
        stream: AsyncResponseStream = await self._client._start_stream(
            self._request, self._assembly
        )
        self._stream = stream
        return stream

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
