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
    from collections.abc import AsyncIterator
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
        self._head: Head | None = None
        self._response = response
        self._reading = reading
        self._assembly = assembly
        self._iterator = self._run()
        self._final: Response | None = None

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._iterator

    async def __anext__(self) -> Event:
        return await self._iterator.__anext__()

    async def _run(self) -> AsyncIterator[Event]:
        reading, assembly = self._reading, self._assembly
        try:
            while True:
                try:
                    batch = await reading.next()
                except BaseException as problem:
                    self._final = getattr(problem, "partial_response", None)
                    raise
                if batch is None:
                    break
                if assembly is not None:
                    assembly.add(batch, reading.call.snapshot)
                for event in batch:
                    yield event
            final = reading.call.snapshot()
            self._final = final if assembly is None else assembly.finish(final)
        finally:
            self._end()

    @classmethod
    def __class_getitem__(cls, kind: Any) -> Any:
        from types import GenericAlias

        return GenericAlias(cls, kind)

    def _end(self) -> None:
        """Frees the call. Its status and headers stay."""
        call = self._reading.call
        if self._head is None and self._response is None:
            self._head = call.last_head()
        self._reading.close()
        if self._response is not None:
            self._response.end()

    @property
    def response(self) -> HTTPResponse:
        """What HTTP says of the answer: ``status_code``, ``headers``, ``request`` and so on."""
        if self._response is None:
            from ._answers import HTTPResponse, SentRequest

            head = self._head or self._reading.call.head()
            sent = SentRequest(self._client, self._request)
            self._response = HTTPResponse(sent, self._reading, head, self._began)
        return self._response

    @property
    def snapshot(self) -> Response | None:
        """The response as far as it has arrived, at the end the final one."""
        call = self._reading.call
        return call.snapshot() if self._final is None and call else self._final

    async def get_final_response(self) -> Response:
        """Reads to the end and returns the response."""
        await self.until_done()
        if self._final is None:
            raise _errors.ClosedError("the stream was closed before its end")
        return self._final

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
        self._end()

    # only async:
    aclose = close

    def __del__(self) -> None:
        reading = getattr(self, "_reading", None)
        if reading is not None:
            reading.forget()

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
