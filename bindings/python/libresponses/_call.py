"""Calls under way: started here, read here, and never waited for here."""

from __future__ import annotations

from ctypes import (
    addressof,
    byref,
    c_char_p,
    c_int,
    c_size_t,
    c_void_p,
    create_string_buffer,
    string_at,
)
from os import getpid

from . import _constants, _errors, _events
from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._events import Event

# Status, headers, how often the request was sent, version of HTTP.
Head = tuple[int, bytes, int, bytes]

_blocking = lib.blocking
_quick = lib.quick
_wait = _blocking.responses_call_wait
_free = _blocking.responses_call_free
_response = _quick.responses_call_response
_json = _quick.responses_response_json
_text = _quick.responses_response_text
_http_status = _quick.responses_response_http_status
_attempts = _quick.responses_response_attempts

# The same for what a call that is waited for alone needs: see `lib.bare`.
_plain_wait = lib.bare(_blocking, "responses_call_wait")
_plain_next = lib.bare(_quick, "responses_call_next")
_plain_batch = lib.bare(_quick, "responses_call_next_batch")
_plain_response = lib.bare(_quick, "responses_call_response")
_plain_json = lib.bare(_quick, "responses_response_json")
_plain_text = lib.bare(_quick, "responses_response_text")
_plain_json.restype = _plain_text.restype = c_char_p  # up to a NUL; see `Cells.copied`
_plain_request_id = lib.bare(_quick, "responses_response_request_id")
_plain_http_status = lib.bare(_quick, "responses_response_http_status")
_plain_attempts = lib.bare(_quick, "responses_response_attempts")
_address = c_void_p.from_param

# The longest that a thread stays in the library, so that Ctrl-C is answered.
SLICE_MS = 50
BATCH_BYTES = 65536

# The text of an answer up to this size is asked of the library, to be there without parsing.
TEXT_BYTES = 65536


_OK, _AGAIN, _DONE = _constants.OK, _constants.AGAIN, _constants.DONE


class Buffer:
    """Room for a batch of events. A few are kept, as there are never many in use at once."""

    __slots__ = ("arguments", "error", "used", "view")
    spare: list[Buffer] = []  # noqa: RUF012

    def __init__(self, capacity: int = BATCH_BYTES) -> None:
        room = create_string_buffer(capacity)
        self.view = memoryview(room).cast("B")  # a copy of a part of it is quicker than `string_at`
        self.used = c_size_t()
        self.error = c_void_p()
        # Of `responses_call_next_batch`, after the call.
        self.arguments = (
            c_int(_constants.BATCH_JSON),
            c_void_p(addressof(room)),
            c_size_t(capacity),
            byref(self.used),
            byref(c_int()),
            byref(self.error),
        )


class Cells:
    """Where the library writes to. A few are kept, as are buffers."""

    __slots__ = ("at_error", "at_event", "at_length", "error", "event", "length")
    spare: list[Cells] = []  # noqa: RUF012

    def __init__(self) -> None:
        self.error = c_void_p()
        self.event = c_void_p()
        self.length = c_size_t()
        self.at_error = byref(self.error)
        self.at_event = byref(self.event)
        self.at_length = byref(self.length)

    def copied(self, plain: Any, careful: Any, response: int, at: Any) -> bytes:
        """A text of a response. Nearly none has a NUL, and then it is one call, not two."""
        text: bytes = plain(at, self.at_length)
        length = self.length.value
        if len(text) == length:
            return text
        return string_at(careful(response, self.at_length), length)


def copied(function: Any, handle: int) -> bytes:
    """What a function of the library that returns text and its length says of a handle."""
    length = c_size_t()
    address = function(handle, byref(length))
    return string_at(address, length.value) if address else b""


class Call:
    """One operation under way.

    ``read`` and ``finish`` never wait. ``wait`` does, for a moment. A call has one user at a time;
    ``cancel`` may come from any thread.
    """

    __slots__ = (
        "__weakref__", "_base_url", "_handle", "_name", "_pid", "_place", "_source", "is_done",
        "observer",
    )  # fmt: skip
    is_raw = False
    observer: Any  # of its attempts, kept for as long as the call, where there is one

    def __init__(self, name: str, base_url: str, source: Any, start: Any, *arguments: Any) -> None:
        # The library writes the handle to where the finalizer looks: an exception of a signal
        # between the two leaves no call behind that nobody has.
        self._pid = getpid()
        self._place = c_void_p()
        self._name = name
        self._base_url = base_url
        self._source = source  # of its keys
        self._handle = 0
        self.is_done = False
        try:
            cells = Cells.spare.pop()
        except IndexError:
            cells = Cells()
        status = start(*arguments, byref(self._place), cells.at_error)
        if status < 0:
            raise _errors.from_library(status, cells.error.value, name, base_url)
        self._handle = self._place.value or 0
        if len(Cells.spare) < 16:
            Cells.spare.append(cells)

    @property
    def handle(self) -> int:
        """The library's handle. Raises when it is closed, or of another process."""
        if self._pid != getpid():
            raise _errors.ForkedError(
                "this stream or call was begun by the parent process; begin a new one"
            )
        if not self._handle:
            raise _errors.ClosedError("this stream or call is closed")
        return self._handle

    def __bool__(self) -> bool:
        """Whether it is open."""
        return bool(self._handle)

    def wait(self, timeout_ms: int = SLICE_MS) -> bool:
        """Waits until there is something to read, at most ``timeout_ms``. True when there is."""
        status = _wait(self.handle, timeout_ms)
        if status == _constants.OK:
            return True
        if status < 0:
            self.fail(status, None)
        return False

    def read(self, parts: dict[Any, list[str]] | None = None) -> list[Event] | None:
        """The events that are there; none of them when there is nothing yet.

        Returns None after the last one, when the call has ended well. Raises when it has not.
        ``parts`` collects the text of deltas, for their ``snapshot``.
        """
        try:
            buffer = Buffer.spare.pop()
        except IndexError:
            buffer = Buffer()
        try:
            # The library says so when the call is closed, or of another process.
            status = _plain_batch(self._place, *buffer.arguments)
            if status == _OK:
                data = buffer.view[: buffer.used.value].tobytes()
            elif status == _AGAIN:
                return []
            elif status == _DONE:
                self.is_done = True
                return None
            else:
                data = self._large(status, buffer)
        finally:
            if len(Buffer.spare) < 16:
                Buffer.spare.append(buffer)
        return _events.decode(data, parts)

    def _large(self, status: int, buffer: Buffer) -> bytes:
        """A batch of one event that needs a larger buffer. Raises what else went wrong."""
        if status == _constants.E_RANGE:
            buffer = Buffer(buffer.used.value)
            status = _plain_batch(self._place, *buffer.arguments)
        if status != _OK:
            self.fail(status, buffer.error.value)
        return buffer.view[: buffer.used.value].tobytes()

    def fail(self, status: int, error: int | None) -> Any:
        """Raises what went wrong, with what had arrived until then."""
        if not self._handle or self._pid != getpid():
            if error:
                lib.quick.responses_error_free(error)
            return self.handle  # raises
        self.is_done = status not in (_constants.E_BUSY, _constants.E_FORKED)
        made = _errors.from_library(status, error, self._name, self._base_url)
        if status == _constants.E_USER and self._source is not None and self._source.error:
            raise self._source.error
        if isinstance(made, _errors.APIError) and self._handle:
            made.partial_response = self.snapshot()
            partial = made.partial_response
            if partial is not None and made.request_id is None:
                made.request_id = partial._request_id
        try:
            raise made
        finally:
            del made  # or the exception would have itself, by this frame, and be freed late

    def finish(self) -> bool:
        """True when the call has ended well; what it would not say yet is not waited for."""
        return self.read() is None

    def outcome(self, kind: Any) -> Any:
        """Waits until the call has ended, which nobody else reads. Raises what went wrong.

        Returns what `answer` does.
        """
        at = _address(self.handle)
        try:
            cells = Cells.spare.pop()
        except IndexError:
            cells = Cells()
        event, error = cells.at_event, cells.at_error
        while True:
            status = _plain_wait(at, SLICE_MS)
            if status >= 0:
                status = _plain_next(at, event, error)
                if status == _DONE:
                    break
            if status < 0:
                self.fail(status, cells.error.value)
        self.is_done = True
        return self._answer(at, cells, kind)

    def snapshot(self) -> Any:
        """The response as it is put together so far, None when nothing has arrived."""
        from ._models import Response

        return self.answer(Response)

    def answer(self, kind: Any) -> Any:
        """The document that the call has for an answer, None when nothing has arrived."""
        try:
            cells = Cells.spare.pop()
        except IndexError:
            cells = Cells()
        return self._answer(_address(self.handle), cells, kind)

    def _answer(self, call: Any, cells: Cells, kind: Any) -> Any:
        response = _plain_response(call)
        if not response:
            return None
        at = _address(response)
        text = cells.copied(_plain_json, _json, response, at)
        made = kind._from_json(text)
        about = made.__dict__
        if len(text) <= TEXT_BYTES and getattr(kind, "_has_text", False):
            # Without any, `output_text` says itself what there is.
            about["_text"] = cells.copied(_plain_text, _text, response, at) or None
        if len(Cells.spare) < 16:
            Cells.spare.append(cells)
        request_id = _plain_request_id(at)
        about["_request_id"] = request_id.decode("utf-8", "replace") if request_id else None
        about["_http_status"] = _plain_http_status(at)
        about["_attempts"] = _plain_attempts(at)
        return made

    def head(self) -> Head:
        """What HTTP says of the answer."""
        response = _response(self.handle)
        if not response:
            return 0, b"", 1, b""
        return (
            _http_status(response),
            copied(_quick.responses_response_headers, response),
            _attempts(response),
            _quick.responses_response_http_version(response),
        )

    def last_head(self) -> Head | None:
        """The same, None when it is closed already, or of another process."""
        return self.head() if self._handle and self._pid == getpid() else None

    def history(self) -> list[dict[str, Any]]:
        """What became of each attempt."""
        from ._models import loads

        response = _quick.responses_call_response(self.handle)
        text = copied(_quick.responses_response_history, response) if response else b""
        found: list[dict[str, Any]] = loads(text or b"[]")
        return found

    def cancel(self) -> None:
        """Ends the call, from any thread. Whoever waits for it gets `RequestCancelledError`."""
        if self._handle and self._pid == getpid():
            _blocking.responses_call_cancel(self._handle)

    def close(self) -> None:
        """Frees the call; one that is still running is cancelled. Again is fine."""
        is_ours = self._pid == getpid()
        # From here on nothing is called, so that no signal's exception comes in between.
        place = self._place
        handle = place.value
        place.value = None
        self._handle = 0
        if handle and is_ours:
            _free(handle)

    def __del__(self) -> None:
        try:
            is_open = self._place.value
        except AttributeError:  # it was not even begun
            return
        # Names of the module are None when the interpreter ends.
        if is_open and _free is not None:
            self.close()


class RawCall(Call):
    """A call whose answer comes as it came.

    ``read`` gives one empty piece for the head, and after it nothing before ``hands`` says what:
    pieces of the body, or events.
    """

    __slots__ = ("_has_body", "_has_head", "hands")
    is_raw = True

    def __init__(self, *arguments: Any) -> None:
        self._has_head = self._has_body = False
        self.hands = ""
        super().__init__(*arguments)

    def read(self, parts: dict[Any, list[str]] | None = None) -> Any:
        if self.hands == "events":
            return super().read(parts)
        if self._has_head and not self.hands:
            return []
        data, length, error = c_void_p(), c_size_t(), c_void_p()
        status = _quick.responses_call_next_bytes(
            self.handle, byref(data), byref(length), byref(error)
        )
        if status == _constants.OK:
            self._has_body = self._has_head
            self._has_head = True
            return [string_at(data.value or 0, length.value) if length.value else b""]
        if status == _constants.AGAIN:
            return []
        if status == _constants.DONE:
            response = None if self._has_body else _response(self.handle)
            body = copied(_json, response) if response else b""
            if body:  # of `responses_wait`, which looks more than once
                self._has_body = True
                return [body]
            self.is_done = True
            return None
        return self.fail(status, error.value)
