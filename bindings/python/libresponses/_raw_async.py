"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

from time import monotonic

from ._answers import BaseAPIResponse, HTTPResponse, RawResponse, SentRequest, record, streamed
from ._errors import ClosedError
from ._http import Repieced, pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType
    from typing import Any

    from ._asyncio import Reading
    from ._requests import Request


def perform(
    client: Any, mode: str, request: Request, is_stream: bool, finish: Callable[[Any], Any] | None
) -> Any:
    """Makes a call; its answer, or its stream, comes with the headers."""
    if mode == "streaming":
        return AsyncResponseContextManager(client, request, is_stream, finish)
    return raw(client, request, is_stream, finish)


async def raw(
    client: Any, request: Request, is_stream: bool, finish: Callable[[Any], Any] | None
) -> RawResponse:
    """All of an answer; a stream is read by what its `parse` gives."""
    began = monotonic()
    if is_stream:
        stream = await client._start_stream(request)
        return RawResponse(request, stream.response, None, stream)

    reading = await client._start(request)
    try:
        await reading.until_done()
        found = HTTPResponse(SentRequest(client, request), reading, reading.call.head(), began)
        found.take()
        return RawResponse(request, found, finish)
    finally:
        reading.close()


class AsyncAPIResponse(BaseAPIResponse):
    """What ``with_streaming_response`` answers with: the answer, which is read within the block.

    ``parse()`` gives what the call gives without it, a stream for a stream; ``read``, ``text``,
    ``json`` and ``iter_...`` its bytes. Those of a stream can be read once.
    """

    def __init__(
        self,
        client: Any,
        request: Request,
        is_stream: bool,
        finish: Callable[[Any], Any] | None,
        reading: Reading,
        began: float,
    ) -> None:
        found = HTTPResponse(SentRequest(client, request), reading, reading.call.head(), began)
        super().__init__(request, found, finish)
        self._client = client
        self._reading = reading
        self._is_stream = is_stream
        self._stream: Any = None
        self._is_taken = False

    async def parse(self, *, to: Any = None) -> Any:
        """The answer as what the call gives, or as the type ``to``."""
        if not self._is_stream:
            return self._decoded(await self.read(), to)
        if self._stream is None:
            self._take()
            from ._stream_async import AsyncStream

            self._stream = AsyncStream(
                self._client, self._request, self._reading, None, self.http_response
            )
        return streamed(self._stream, to)

    def _take(self) -> None:
        if self._is_taken:
            raise ClosedError("the events of this answer are read already, by parse or as bytes")
        if self.http_response.is_closed:
            raise ClosedError("the answer was closed before it was read")
        self._is_taken = True

    async def read(self) -> bytes:
        """All bytes of the body."""
        if self._is_stream and not self.http_response.is_stream_consumed:
            self.http_response._body = b"".join([piece async for piece in self._records()])
        try:
            return self.http_response.take()
        finally:
            self._reading.close()

    async def text(self) -> str:
        """All of the body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> Any:
        """The body as JSON."""
        await self.read()
        return self.http_response.json()

    async def _records(self) -> AsyncIterator[bytes]:
        self._take()
        try:
            while True:
                batch = await self._reading.next()
                if batch is None:
                    break
                yield record(batch)
        finally:
            await self.close()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of the body, in pieces of ``chunk_size``, or as they come."""
        if not self._is_stream or self.http_response.is_stream_consumed:
            for piece in pieces(await self.read(), chunk_size):
                yield piece
            return
        found = Repieced(chunk_size)
        async for part in self._records():
            for piece in found.add(part):
                yield piece
        for piece in found.rest():
            yield piece

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, in pieces of ``chunk_size`` characters, or as it comes."""
        if chunk_size is None and self._is_stream and not self.http_response.is_stream_consumed:
            async for part in self._records():  # whole events, so whole characters
                yield part.decode("utf-8", "replace")
            return
        for piece in pieces(await self.text(), chunk_size):
            yield piece

    async def iter_lines(self) -> AsyncIterator[str]:
        """The lines of the body, as they come."""
        async for part in self.iter_text():
            for line in part.split("\n")[:-1] if self._is_stream else part.splitlines():
                yield line

    async def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self.http_response.end()
        self._reading.close()


class AsyncResponseContextManager:
    """What ``with_streaming_response`` gives: the call is made on entering the block, and ends with
    it, whatever was read.
    """

    def __init__(
        self,
        client: Any,
        request: Request,
        is_stream: bool,
        finish: Callable[[Any], Any] | None,
    ) -> None:
        self._client = client
        self._request = request
        self._is_stream = is_stream
        self._finish = finish
        self._answer: AsyncAPIResponse | None = None

    async def __aenter__(self) -> AsyncAPIResponse:
        began = monotonic()
        reading = await self._client._start(self._request)
        try:
            if self._is_stream:
                await reading.begin()
            else:
                await reading.until_done()
            self._answer = AsyncAPIResponse(
                self._client, self._request, self._is_stream, self._finish, reading, began
            )
        except BaseException:
            reading.close()
            raise
        return self._answer

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._answer is not None:
            await self._answer.close()
