"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

from codecs import getincrementaldecoder
from time import monotonic

from ._answers import BaseAPIResponse, HTTPResponse, RawResponse, SentRequest, streamed
from ._errors import ClosedError
from ._http import Repieced, lines, pieces
from ._stream_async import AsyncStream

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
    reading, found = await opened(client, request)
    if is_stream:
        stream = events(client, request, reading, found)
        return RawResponse(request, found, None, stream)
    try:
        found.take(b"".join([piece async for piece in body(reading)]))
    finally:
        reading.close()
    return RawResponse(request, found, finish)


async def opened(client: Any, request: Request) -> tuple[Reading, HTTPResponse]:
    """A call whose head is there."""
    began = monotonic()
    request.options = {**request.options, "raw": "1"}
    reading = client._start(request)
    await reading.begin()
    try:
        await reading.next()
        head = reading.call.head()
        return reading, HTTPResponse(SentRequest(client, request), reading, head, began)
    except BaseException:
        reading.close()
        raise


def events(client: Any, request: Request, reading: Any, found: HTTPResponse) -> AsyncStream:
    """What is left of a call, as events."""
    reading.call.hands = "events"
    return AsyncStream(client, request, reading, None, found)


async def body(reading: Any) -> AsyncIterator[bytes]:
    """What is left of a call, as bytes. The pieces of a stream are whole events."""
    reading.call.hands = "bytes"
    while True:
        batch = await reading.next()
        if batch is None:
            break
        for piece in batch:
            yield piece


class AsyncAPIResponse(BaseAPIResponse):
    """What ``with_streaming_response`` answers with: the answer, which is read within the block.

    ``parse()`` gives what the call gives without it, a stream for a stream; ``read``, ``text``,
    ``json`` and ``iter_...`` its bytes, as they come.
    """

    def __init__(
        self,
        client: Any,
        request: Request,
        is_stream: bool,
        finish: Callable[[Any], Any] | None,
        reading: Reading,
        found: HTTPResponse,
    ) -> None:
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
            self._stream = events(self._client, self._request, self._reading, self.http_response)
        return streamed(self._stream, to)

    def _take(self) -> None:
        if self._is_taken:
            raise ClosedError("this answer is being read already, by parse or as bytes")
        if self.http_response.is_closed:
            raise ClosedError("the answer was closed before it was read")
        self._is_taken = True

    async def read(self) -> bytes:
        """All bytes of the body."""
        if not self.http_response.is_stream_consumed:
            self.http_response.take(b"".join([piece async for piece in self._pieces()]))
        return self.http_response.content

    async def text(self) -> str:
        """All of the body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> Any:
        """The body as JSON."""
        await self.read()
        return self.http_response.json()

    async def _pieces(self) -> AsyncIterator[bytes]:
        if self.http_response.is_stream_consumed:
            yield self.http_response.content
            return
        self._take()
        try:
            async for piece in body(self._reading):
                yield piece
        finally:
            await self.close()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of the body, in pieces of ``chunk_size``, or as they come."""
        found = Repieced(chunk_size)
        async for part in self._pieces():
            for piece in found.add(part):
                yield piece
        for piece in found.rest():
            yield piece

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, in pieces of ``chunk_size`` characters, or as it comes."""
        if chunk_size is not None:
            for chunk in pieces(await self.text(), chunk_size):
                yield chunk
            return
        decoder = getincrementaldecoder("utf-8")("replace")  # a file may be cut in a character
        async for piece in self._pieces():
            text = decoder.decode(piece)
            if text:
                yield text
        rest = decoder.decode(b"", True)
        if rest:
            yield rest

    async def iter_lines(self) -> AsyncIterator[str]:
        """The lines of the body, as they come."""
        async for part in self.iter_text():
            for line in lines(part):
                yield line

    async def stream_to_file(self, file: Any, *, chunk_size: int | None = None) -> None:
        """Writes the body to a file of that path, as it comes."""
        with open(file, "wb") as out:  # noqa: PTH123 - pathlib takes long to import
            async for piece in self.iter_bytes(chunk_size):
                out.write(piece)

    async def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self.http_response.close()


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
        reading, found = await opened(self._client, self._request)
        self._answer = AsyncAPIResponse(
            self._client, self._request, self._is_stream, self._finish, reading, found
        )
        return self._answer

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._answer is not None:
            await self._answer.close()
