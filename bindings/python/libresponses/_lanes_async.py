"""Lanes of a connection that are read side by side: ``libresponses.lib.responses_websocket``."""

from __future__ import annotations

# only sync:
# | from time import monotonic
# |
# end
from . import _lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._connection_async import AsyncResponsesConnection
    from ._events import Event
    from ._models import Response


class AsyncResponsesWebSocketSession:
    """The lanes of a connection, each read by itself, by one task or thread at a time.

    Enter it before anything is sent. Closing it closes the connection. A lane that is not read
    waits, and holds up no other, until it has more than 32 times ``max_queue_bytes``: then that
    lane's turn ends with `ResponseTooLargeError`, whatever ``isolate_lane_overflow`` is.
    """

    def __init__(
        self,
        connection: AsyncResponsesConnection,
        *,
        limits: _lane.ResponsesWebSocketLimits,
        isolate_lane_overflow: bool = False,
    ) -> None:
        self.connection = connection
        self._link = connection._link
        self._lanes = _lane.Lanes(limits)
        self._is_open = False
        # What `connection.recv` has is that of the lane without a name.
        self.default = AsyncResponsesWebSocketLane(self, self._lanes.add(None, self._link.feed))

    async def __aenter__(self) -> Self:
        if self._is_open or self._link.is_closed:
            raise RuntimeError("A WebSocket session can only be entered once")
        if self._link.has_lanes:
            raise RuntimeError("This connection already has a WebSocket session")
        self._link.has_lanes = self._is_open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def lane(self, stream_id: str | None = None) -> AsyncResponsesWebSocketLane:
        """A new lane, with a name that no other has had."""
        lane = self._lanes.add(stream_id, self._link.new_feed())
        return AsyncResponsesWebSocketLane(self, lane)

    async def close(self) -> None:
        """Closes the connection; those who read lanes are told. Again is fine."""
        if self._is_open:
            await self.connection.close()

    def _check(self, lane: _lane.Lane) -> None:
        if not self._is_open or self._link.is_closed or lane.is_closed:
            raise RuntimeError("The WebSocket session or lane is not active")


class AsyncResponsesWebSocketLane:
    """One lane of a session. ``close`` leaves it, and the connection stays."""

    def __init__(self, session: AsyncResponsesWebSocketSession, lane: _lane.Lane) -> None:
        self._session = session
        self._lane = lane

    async def send(self, event: Any) -> None:
        """Sends an event; a ``response.create`` gets the name of the lane."""
        lane = self._lane
        self._session._check(lane)
        made, data = lane.command(event)
        self._session._link.tell(made, data, lane.feed)
        if made.get("type") == "response.create":
            lane.begin()

    async def recv(
        self,
        # only sync:
        # | *, timeout: float | None = None
        # end
    ) -> Event:
        """Waits for the next event of the lane."""
        lane = self._lane
        if not self._session._is_open:
            raise RuntimeError("Enter the WebSocket session before receiving events")
        if lane.is_closed:
            raise _lane.LaneClosedError("The WebSocket lane is detached")
        try:
            # only async:
            event = await self._session._link.next(lane.feed)
            # only sync:
            # | event = self._session._link.next(lane.feed, timeout)
            # end
        except TimeoutError:
            raise
        except Exception as problem:
            lane.is_under_way = False
            lane.error = problem
            raise
        if event is None:
            raise _lane.LaneClosedError("The WebSocket connection closed")
        lane.note(event)
        return event

    async def get_final_response(
        self,
        # only sync:
        # | *, timeout: float | None = None
        # end
    ) -> Response:
        """Reads to the end of a response and returns it, also one that failed or is incomplete.

        Again it is the same response, unless another has begun, which is read then.
        """
        lane = self._lane
        # only sync:
        # | until = None if timeout is None else monotonic() + timeout
        # end
        if lane.final is not None and lane.has_more:
            lane.final = None
        while lane.final is None:
            if lane.error is not None:
                raise lane.error
            # only async:
            await self.recv()
            # only sync:
            # | self.recv(timeout=None if until is None else max(0.0, until - monotonic()))
            # end
        return lane.final

    def close(self) -> None:
        """Leaves the lane. What it has is dropped; what still comes is for the default lane."""
        if not self._lane.is_closed:
            self._lane.is_closed = True
            self._session._link.leave(self._lane.feed)
