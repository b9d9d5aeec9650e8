"""What lanes of a connection are, and what they have told: for ``_lanes_async.py``, which waits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import _errors, _requests, _session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._events import Event
    from ._models import Response

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")
_TERMINAL = frozenset({"response.completed", "response.failed", "response.incomplete"})


@dataclass(frozen=True)
class ResponsesWebSocketLimits:
    """Bounds that a program chooses: whole numbers of at least 1.

    ``max_lanes`` is kept here. What is not read waits in the library, within the client's option
    ``max_queue_bytes``, so that the others are never exceeded.
    """

    max_lanes: int
    max_events_per_lane: int
    max_events: int
    max_bytes_per_lane: int
    max_bytes: int
    max_response_bytes: int | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name == "max_response_bytes" and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                raise ValueError("WebSocket session limits must be positive integers")


class ResponsesWebSocketBufferError(_errors.OpenAIError, RuntimeError):
    """There are more lanes than ``max_lanes``."""


class ResponsesWebSocketError(_errors.OpenAIError, RuntimeError):
    """The server refused a turn; ``event`` is what it said."""

    def __init__(self, event: Event) -> None:
        super().__init__("The Responses WebSocket request returned an error event")
        self.event = event

    def __reduce__(self) -> Any:
        return type(self), (self.event,)


class LaneClosedError(_errors.ClosedError, EOFError):
    """The lane or its connection is closed."""


class Lane:
    """One lane: its events, and its response so far."""

    def __init__(self, stream_id: str | None, feed: _session.Feed) -> None:
        self.stream_id = stream_id
        self.feed = feed
        self.is_closed = False
        self.is_under_way = False
        self.final: Response | None = None
        self.error: Exception | None = None

    def command(self, event: Any) -> tuple[Any, bytes]:
        """An event to send, with the name of the lane, and its JSON."""
        data = _requests.dumps(event)
        made = dict(_session.event_of(data))
        if made.get("type") != _session.CREATE:
            return made, data
        if "stream_id" in made and made["stream_id"] != self.stream_id:
            raise ValueError("The command stream_id does not match its lane")
        if self.is_under_way:
            raise RuntimeError(
                "Consume the current response before sending another create on this lane"
            )
        if self.stream_id is not None:
            made["stream_id"] = self.stream_id
        return made, _requests.dumps(made)

    def begin(self) -> None:
        """A turn was sent."""
        self.is_under_way = True
        self.final = self.error = None

    def note(self, event: Event) -> None:
        """Looks at an event that is handed over."""
        if event.stream_id != self.stream_id:
            return  # of a lane that was closed
        if event.type == "response.created":
            self.begin()
        elif event.type == "error":
            self.is_under_way = False
            self.error = ResponsesWebSocketError(event)
        elif event.type in _TERMINAL:
            self.is_under_way = False
            self.final = event.response

    @property
    def has_more(self) -> bool:
        """Whether events are here that nobody has read."""
        return self.feed.has_events


class Lanes:
    """The lanes of one session, by their names."""

    def __init__(self, limits: ResponsesWebSocketLimits) -> None:
        self._limits = limits
        self._by_name: dict[str | None, Lane] = {}

    def add(self, stream_id: Any, feed: _session.Feed) -> Lane:
        """A new lane. The name of a closed one stays taken, as the server counts it."""
        if stream_id is not None and not (
            isinstance(stream_id, str) and _NAME.fullmatch(stream_id)
        ):
            raise ValueError(
                "stream_id must be None or 1-256 ASCII letters, digits, underscores, hyphens or "
                "periods"
            )
        if stream_id in self._by_name:
            raise ValueError("A lane with this stream_id is already registered")
        if len(self._by_name) >= self._limits.max_lanes:
            raise ResponsesWebSocketBufferError("The session exceeded max_lanes")
        made = self._by_name[stream_id] = Lane(stream_id, feed)
        return made
