# Made from _raw_async.py by tools/twins.py: do not edit.

"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

from codecs import getincrementaldecoder
from time import monotonic

from ._answers import BaseAPIResponse, HTTPResponse, RawResponse, SentRequest, streamed
from ._errors import ClosedError
from ._http import Repieced, lines, pieces
from ._stream import Stream

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
    reading, found = opened(client, request)
    if is_stream:
        stream = events(client, request, reading, found)
        return RawResponse(request, found, None, stream)
    try:
        found.take(b"".join([piece for piece in body(reading)]))
    finally:
        reading.close()
    return RawResponse(request, found, finish)


def opened(client: Any, request: Request) -> tuple[Reading, HTTPResponse]:
    """A call whose head is there."""
    began = monotonic()
    request.options = {**request.options, "raw": "1"}
    reading = client._start(request)
    reading.begin()
    try:
        reading.next()
        head = reading.call.head()
        return reading, HTTPResponse(SentRequest(client, request), reading, head, began)
    except BaseException:
        reading.close()
        raise


def events(client: Any, request: Request, reading: Any, found: HTTPResponse) -> Stream:
    """What is left of a call, as events."""
    reading.call.hands = "events"
    return Stream(client, request, reading, None, found)


def body(reading: Any) -> Iterator[bytes]:
    """What is left of a call, as bytes. The pieces of a stream are whole events."""
    reading.call.hands = "bytes"
    while True:
        batch = reading.next()
        if batch is None:
            break
        yield from batch


class APIResponse(BaseAPIResponse):
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

    def parse(self, *, to: Any = None) -> Any:
        """The answer as what the call gives, or as the type ``to``."""
        if not self._is_stream:
            return self._decoded(self.read(), to)
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

    def read(self) -> bytes:
        """All bytes of the body."""
        if not self.http_response.is_stream_consumed:
            self.http_response.take(b"".join([piece for piece in self._pieces()]))
        return self.http_response.content

    def text(self) -> str:
        """All of the body as text."""
        self.read()
        return self.http_response.text

    def json(self) -> Any:
        """The body as JSON."""
        self.read()
        return self.http_response.json()

    def _pieces(self) -> Iterator[bytes]:
        if self.http_response.is_stream_consumed:
            yield self.http_response.content
            return
        self._take()
        try:
            yield from body(self._reading)
        finally:
            self.close()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The bytes of the body, in pieces of ``chunk_size``, or as they come."""
        found = Repieced(chunk_size)
        for part in self._pieces():
            for piece in found.add(part):
                yield piece
        for piece in found.rest():
            yield piece

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, in pieces of ``chunk_size`` characters, or as it comes."""
        if chunk_size is not None:
            yield from pieces(self.text(), chunk_size)
            return
        decoder = getincrementaldecoder("utf-8")("replace")  # a file may be cut in a character
        for piece in self._pieces():
            text = decoder.decode(piece)
            if text:
                yield text
        rest = decoder.decode(b"", True)
        if rest:
            yield rest

    def iter_lines(self) -> Iterator[str]:
        """The lines of the body, as they come."""
        for part in self.iter_text():
            yield from lines(part)

    def stream_to_file(self, file: Any, *, chunk_size: int | None = None) -> None:
        """Writes the body to a file of that path, as it comes."""
        with open(file, "wb") as out:  # noqa: PTH123 - pathlib takes long to import
            for piece in self.iter_bytes(chunk_size):
                out.write(piece)

    def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self.http_response.close()


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
        reading, found = opened(self._client, self._request)
        self._answer = APIResponse(
            self._client, self._request, self._is_stream, self._finish, reading, found
        )
        return self._answer

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._answer is not None:
            self._answer.close()
