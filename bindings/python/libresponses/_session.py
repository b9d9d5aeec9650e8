"""Sessions of the library, and what arrives over them for those who read more than one call.

Nothing waits here. ``_links_async.py`` does, in whichever way the client waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from ctypes import byref, c_size_t, c_void_p
from os import getpid

from . import _engine, _errors, _models, _options, _requests
from . import _library as lib
from ._call import Call
from ._loop import Running
from .types.websocket_reconnection import ReconnectingEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import _keys
    from ._events import Event

_create = lib.bare(lib.blocking, "responses_session_create_start")
_send = lib.bare(lib.blocking, "responses_session_send_start")
_free = lib.blocking.responses_session_free
_connections = lib.quick.responses_session_connections
_address = c_void_p.from_param
_UNTIL_NUL = c_size_t.from_param(c_size_t(-1).value)  # RESPONSES_NTS; no JSON has a NUL

CREATE = "response.create"

# Events that say that a turn failed; nothing follows them.
_TOLD = frozenset({"error", "response.failed", "response.steer.failed"})


class Turn(Call):
    """A call of a session, which stays as long as there are any."""

    __slots__ = ("session",)
    session: Session


class Session(_engine.Owned):
    """A session of the library. ``opening`` is the call that ends when the server has agreed."""

    __slots__ = ("_base_url", "_source", "client", "opening")

    def __init__(
        self,
        request: _requests.Request,
        handle: _engine.Handle,
        settings: _options.Settings,
        source: _keys.Source | None,
    ) -> None:
        self.pid = getpid()
        self._place = c_void_p()
        self.client = handle  # keeps its connections
        self._source = source
        self._base_url = settings.options.get("base_url") or ""
        request.arguments = (byref(self._place),)
        self.opening = request.start(handle.handle, settings, source)

    def at(self) -> int:
        """The library's handle. Raises when it is closed, or of another process."""
        if self.pid != getpid():
            raise _errors.ForkedError(
                "this connection was opened by the parent process; open a new one"
            )
        handle = self.handle
        if not handle:
            raise _errors.ClosedError("this connection is closed")
        return handle

    def turn(self, name: str, body: Any) -> Call:
        """Starts a turn, whose body is that of create."""
        return self._started(_create, name, _requests.dumps(body))

    def send(self, event: Any, data: bytes) -> Call:
        """Starts what an event of the client asks for; ``data`` is its JSON."""
        function = _create if event.get("type") == CREATE else _send
        return self._started(function, "GET /responses", data)

    def _started(self, function: Any, name: str, data: bytes) -> Call:
        at = _address(self.at())
        call = Turn(name, self._base_url, self._source, function, at, data, _UNTIL_NUL)
        call.session = self
        return call

    @property
    def connections(self) -> int:
        """How many it has made."""
        return int(_connections(self.at()))

    def close(self) -> None:
        if self.pid == getpid():
            super().close()

    def _release(self, handle: int) -> None:
        _free(handle)


def check_options(request: _requests.Request) -> None:
    """A turn has no options of its own: they are those of its connection."""
    given = [
        name
        for name, value in (("extra_headers", request.headers), ("extra_query", request.query))
        if value
    ]
    if request.headers and set(request.headers) == {_requests.KEY}:
        given = ["idempotency_key"]
    if request.timeout is not _options.omit:
        given.append("timeout")
    if "max_retries" in request.options:
        given.append("max_retries")
    if given:
        raise _errors.InvalidArgumentError(
            f"{given[0]}: a turn has none of its own, but that of its connection; "
            "see client.with_options(...).responses.connect()"
        )


class Fed(Running):
    """A call whose events go into a `Feed`."""

    __slots__ = ("feed", "last")

    def __init__(self, call: Call, feed: Feed, line: Any) -> None:
        self.feed = feed
        self.last = ""  # the type of its last event
        super().__init__(call, None, line)

    # Who waits for it waits for the feed.
    @property
    def wake(self) -> Any:
        return self.feed.wake

    @wake.setter
    def wake(self, value: Any) -> None:
        pass

    def read(self) -> bool:
        is_more = super().read()
        if is_more and self.feed.is_dropped:
            self.batches.clear()
        elif is_more or self.is_done:
            self.feed.ready.append(self)
        return is_more

    def end(self) -> None:
        super().end()
        self.feed.ready.append(self)

    @property
    def is_told(self) -> bool:
        """Whether its last event says what its error does."""
        return self.last in _TOLD and isinstance(
            self.error, (_errors.APIStatusError, _errors.ResponseFailedError)
        )


class Feed:
    """The events of many calls, in one queue: in the order of each call, as they arrived.

    It is waited for as if it were a call; see `Running`.
    """

    def __init__(self) -> None:
        self.calls: dict[Fed, None] = {}
        self.ready: deque[Fed] = deque()  # once for each batch, and once for the end
        self.wake: Any = None
        self.waiting: Any = None  # who waits for it
        self.is_closed = False
        self.is_dropped = False
        self._events: deque[Event] = deque()

    @property
    def has_events(self) -> bool:
        """Whether there is an event to take."""
        return bool(self._events) or any(one.batches for one in list(self.ready))

    def empty(self, other: Feed) -> None:
        """Drops what is here. Its calls are for another one from now on, or for nobody."""
        self._events.clear()
        if other is self:
            self.is_dropped = True
        for fed in list(self.calls):
            fed.batches.clear()
            fed.is_left = True  # it may have been full
            if other is not self:
                del self.calls[fed]
                fed.feed = other
                other.calls[fed] = None
        for fed in list(self.ready):
            if fed.is_done and other is not self and fed not in other.ready:
                other.ready.append(fed)
        if other is not self:
            self.ready.clear()

    @property
    def has_news(self) -> bool:
        return bool(self._events or self.ready or self.is_closed)

    @property
    def is_left(self) -> bool:
        return any(one.is_left for one in list(self.calls))

    def pull(self) -> None:
        for one in list(self.calls):
            if one.is_left and not one.is_done:
                one.pull()

    def take(self) -> tuple[Event | None, Fed | None]:
        """The next event; or the call that has ended, of which it was the last to be told."""
        if self._events:
            return self._events.popleft(), None
        while self.ready:
            fed = self.ready.popleft()
            if fed.batches:
                batch = fed.batches.pop(0)
                fed.last = batch[-1].type
                self._events.extend(batch)
                return self._events.popleft(), None
            if fed in self.calls:
                del self.calls[fed]
                return None, fed
        return None, None


def open_options(
    given: Mapping[str, Any], max_retries: Any, initial_delay: Any, max_delay: Any
) -> dict[str, str]:
    """Options of a session, from those that the ``openai`` package has for ``websockets``."""
    made = {} if max_retries is _options.omit else _options.retries(max_retries)
    for name, pause in (("retry_min_ms", initial_delay), ("retry_max_ms", max_delay)):
        if pause is not _options.omit:
            made[name] = str(min(600_000, max(0, int(pause * 1000))))
    for name, value in given.items():
        if name == "max_size":
            limit = (1 << 30) if value is None else value
            made["max_event_bytes"] = str(min(1 << 30, max(1024, int(limit))))
        elif name == "open_timeout":
            if value is not None:
                made["connect_timeout_ms"] = _options.milliseconds(value)
        elif name == "ping_interval":
            if value is not None:
                made["ping_interval_ms"] = _options.milliseconds(value)
        elif name == "compression" and value is None:
            pass  # that is how it is
        elif name not in ("max_queue", "write_limit", "close_timeout", "ping_timeout"):
            raise _errors.InvalidArgumentError(
                f"websocket_connection_options: {name}={value!r} cannot be used; max_size, "
                "open_timeout and ping_interval can, and compression=None"
            )
    return made


def event_of(given: Any) -> Any:
    """An event of the client as something that has its type."""
    if isinstance(given, (bytes, bytearray)):
        given = _models.loads(bytes(given))
    elif not isinstance(given, Mapping):
        given = {"type": getattr(given, "type", None)}
    if not isinstance(given, Mapping):
        raise _errors.InvalidArgumentError("an event must be a JSON object with a type")
    return given


class Queue:
    """Events that wait for the connection to be opened, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._events: list[Any] = []

    def add(self, event: Any) -> None:
        size = len(_requests.dumps(event))
        if self._size + size > self._limit:
            raise _errors.WebSocketQueueFullError("send queue is full, message discarded")
        self._size += size
        self._events.append(event)

    def take(self) -> list[Any]:
        events, self._events, self._size = self._events, [], 0
        return events


class Reconnecting:
    """The function that is told when a connection was lost, and what it wants of the next one."""

    def __init__(
        self, function: Any, request: _requests.Request, query: Any, headers: Any, attempts: int
    ) -> None:
        self._function = function
        self._request = request
        self._query = query or {}
        self._headers = headers or {}
        self._attempts = attempts
        self._told = 0

    def ask(self, connections: int) -> tuple[bool, _requests.Request | None]:
        """Whether the connection goes on, and with which request; None for the one it has.

        Several turns may be lost with a connection, which has a number: it is told once.
        """
        if connections == self._told:
            return True, None
        self._told = connections
        event = ReconnectingEvent(1, self._attempts, 0.0, 1006, self._query, self._headers)
        try:
            wanted = self._function(event) or {}
        except Exception:
            return False, None
        if wanted.get("abort"):
            return False, None
        if "extra_query" not in wanted and "extra_headers" not in wanted:
            return True, None
        self._query = wanted.get("extra_query", self._query)
        self._headers = wanted.get("extra_headers", self._headers)
        return True, opening(self._query, self._headers, self._request.options)


def opening(query: Any, headers: Any, options: dict[str, str]) -> _requests.Request:
    """The request that opens a session."""
    made = _requests.Request(
        "session_open", "GET /responses", has_body=False, extra_headers=headers, extra_query=query
    )
    made.options = options
    return made
