# Made from _raw_async.py by tools/twins.py: do not edit.

"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

from time import monotonic

from ._answers import BaseAPIResponse, HTTPResponse, RawResponse, SentRequest, record, streamed
from ._errors import ClosedError
from ._http import Repieced, pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Any

    from ._blocking import Reading
    from ._requests import Request


def perform(
    client: Any, mode: str, request: Request, is_stream: bool, finish: Callable[[Any], Any] | None
) -> Any:
    """Makes a call; its answer, or its stream, comes with the headers."""
    if mode == "streaming":
        return ResponseContextManager(client, request, is_stream, finish)
    return raw(client, request, is_stream, finish)


def raw(
    client: Any, request: Request, is_stream: bool, finish: Callable[[Any], Any] | None
) -> RawResponse:
    """All of an answer; a stream is read by what its `parse` gives."""
    began = monotonic()
    if is_stream:
        stream = client._start_stream(request)
        return RawResponse(request, stream.response, None, stream)

    reading = client._start(request)
    try:
        reading.until_done()
        found = HTTPResponse(SentRequest(client, request), reading, reading.call.head(), began)
        found.take()
        return RawResponse(request, found, finish)
    finally:
        reading.close()


class APIResponse(BaseAPIResponse):
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

    def parse(self, *, to: Any = None) -> Any:
        """The answer as what the call gives, or as the type ``to``."""
        if not self._is_stream:
            return self._decoded(self.read(), to)
        if self._stream is None:
            self._take()
            from ._stream import Stream

            self._stream = Stream(
                self._client, self._request, self._reading, None, self.http_response
            )
        return streamed(self._stream, to)

    def _take(self) -> None:
        if self._is_taken:
            raise ClosedError("the events of this answer are read already, by parse or as bytes")
        if self.http_response.is_closed:
            raise ClosedError("the answer was closed before it was read")
        self._is_taken = True

    def read(self) -> bytes:
        """All bytes of the body."""
        if self._is_stream and not self.http_response.is_stream_consumed:
            self.http_response._body = b"".join([piece for piece in self._records()])
        try:
            return self.http_response.take()
        finally:
            self._reading.close()

    def text(self) -> str:
        """All of the body as text."""
        self.read()
        return self.http_response.text

    def json(self) -> Any:
        """The body as JSON."""
        self.read()
        return self.http_response.json()

    def _records(self) -> Iterator[bytes]:
        self._take()
        try:
            while True:
                batch = self._reading.next()
                if batch is None:
                    break
                yield record(batch)
        finally:
            self.close()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The bytes of the body, in pieces of ``chunk_size``, or as they come."""
        if not self._is_stream or self.http_response.is_stream_consumed:
            for piece in pieces(self.read(), chunk_size):
                yield piece
            return
        found = Repieced(chunk_size)
        for part in self._records():
            for piece in found.add(part):
                yield piece
        for piece in found.rest():
            yield piece

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, in pieces of ``chunk_size`` characters, or as it comes."""
        if chunk_size is None and self._is_stream and not self.http_response.is_stream_consumed:
            for part in self._records():  # whole events, so whole characters
                yield part.decode("utf-8", "replace")
            return
        yield from pieces(self.text(), chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The lines of the body, as they come."""
        for part in self.iter_text():
            yield from part.split("\n")[:-1] if self._is_stream else part.splitlines()

    def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self.http_response.end()
        self._reading.close()


class ResponseContextManager:
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
        self._answer: APIResponse | None = None

    def __enter__(self) -> APIResponse:
        began = monotonic()
        reading = self._client._start(self._request)
        try:
            if self._is_stream:
                reading.begin()
            else:
                reading.until_done()
            self._answer = APIResponse(
                self._client, self._request, self._is_stream, self._finish, reading, began
            )
        except BaseException:
            reading.close()
            raise
        return self._answer

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._answer is not None:
            self._answer.close()
