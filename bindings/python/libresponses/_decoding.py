"""Events from bytes that the program received by itself."""

from __future__ import annotations

from ctypes import byref, c_void_p

from . import _errors
from . import _library as lib
from ._call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ._events import Event
    from ._models import Response

_start = lib.quick.responses_decode_start
_feed = lib.quick.responses_call_feed
_feed_end = lib.quick.responses_call_feed_end


class Decoder:
    """Reads the bytes of an event stream, for a program with an HTTP client of its own.

    It needs no client and reaches nobody. The events, ``snapshot`` and the exceptions are those of
    a stream of ours. One thread at a time.
    """

    def __init__(self) -> None:
        self._call = Call("decode", "", None, _start, None)
        self._parts: dict[Any, list[str]] = {}
        self._failure: _errors.OpenAIError | None = None
        self.is_done = False  # whether the terminal event has been read

    def feed(self, data: bytes | bytearray | memoryview) -> list[Event]:
        """Takes bytes, in whatever pieces they come. Returns the events that they complete.

        Where events come before a failure, they are returned, and the next call raises it.
        """
        data = bytes(data)
        self._checked(_feed, data, len(data))
        return self._events()

    def end(self) -> list[Event]:
        """Says that no more will come. Raises `StreamTruncatedError` without a terminal event."""
        if not self.is_done:
            self._checked(_feed_end)
        return self._events()

    @property
    def snapshot(self) -> Response | None:
        """The response as far as it has arrived, at the end the final one."""
        found: Response | None = self._call.snapshot()
        return found

    def close(self) -> None:
        """Frees it. Again is fine."""
        self._call.close()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _checked(self, function: Any, *arguments: Any) -> None:
        if self._failure is not None:
            raise self._failure
        error = c_void_p()
        status = function(self._call.handle, *arguments, byref(error))
        if status < 0:
            raise _errors.from_library(status, error.value, "decode", "")

    def _events(self) -> list[Event]:
        found: list[Event] = []
        while not self.is_done:
            try:
                read = self._call.read(self._parts)
            except _errors.OpenAIError as failure:
                if not found:
                    raise
                self._failure = failure
                break
            if read is None:
                self.is_done = True
            elif read:
                found += read
            else:
                break
        return found


def decode(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The events of a stream whose bytes are ``chunks``. Raises what a stream of ours would."""
    with Decoder() as decoder:
        for chunk in chunks:
            yield from decoder.feed(chunk)
            if decoder.is_done:
                return
        yield from decoder.end()
