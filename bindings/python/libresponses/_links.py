# Made from _links_async.py by tools/twins.py: do not edit.

"""What goes over a session, and who waits for it: the line of a client that calls over one.

A `Link` has the calls of a session. Some are read by whoever began them, as any call is. Those of
``tell`` go into one feed, which ``next`` reads.
"""

from __future__ import annotations

import _thread
from os import getpid
from time import monotonic
from weakref import WeakSet

from . import _errors, _keys, _session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._blocking import Line
    from ._events import Event
    from ._requests import Request


def opened(line: Line, settings: Any, request: Request) -> Link:
    """A link over a new session, when the server has agreed to it."""
    reactor, handle = line.apart()
    try:
        session = _agreed(line, settings, request, reactor, handle)
    except BaseException:
        reactor.give_up(handle)
        raise
    return Link(line, settings, reactor, session)


def _agreed(
    line: Line, settings: Any, request: Request, reactor: Any, handle: Any
) -> _session.Session:
    session = _session.Session(request, handle, settings, _keys.source(settings, reactor))
    try:
        reading = reactor.reading(session.opening, None, line)
        try:
            reading.until_done()
        finally:
            reading.close()
    except BaseException:
        session.close()
        raise
    return session


class Link:
    """The calls of one session."""

    def __init__(self, line: Line, settings: Any, reactor: Any, session: _session.Session) -> None:
        self._line = line
        self._settings = settings
        self._reactor = reactor
        self.feed = _session.Feed()
        self._feeds = [self.feed]
        self.has_lanes = False
        # Sessions before this one that still have calls, and the connections that all of them made.
        self._former: WeakSet[_session.Session] = WeakSet()
        self._earlier = 0
        self.session = session

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self._earlier + self.session.connections

    def renew(self, request: Request) -> None:
        """Sends over another session from now on, when the server has agreed to it."""
        before = self.session
        session = _agreed(self._line, self._settings, request, self._reactor, before.client)
        with self._reactor.lock:
            self._earlier += before.connections
            self._former.add(before)
            self.session = session

    def start(self, request: Request, parts: Any = None) -> Any:
        """Starts a call: a turn of the session when it makes a response, else a request."""
        if request.operation not in ("create", "create_stream"):
            return self._line.start(request, parts)
        _session.check_options(request)
        call = self.session.turn(request.name, request.body)
        return self._reactor.reading(call, parts, self._line)

    def perform(self, request: Request) -> Any:
        """Makes a call and waits for its answer."""
        reading = self.start(request)
        try:
            reading.until_done()
            return reading.call.answer(request.result)
        finally:
            reading.close()

    def new_feed(self) -> _session.Feed:
        """One for some of the calls, which is read beside the others."""
        feed = _session.Feed()
        feed.is_closed = self.is_closed
        self._feeds.append(feed)
        return feed

    def leave(self, feed: _session.Feed) -> None:
        """Drops what a feed has. What still comes goes to the first, or, for that, nowhere."""
        with self._reactor.lock:
            feed.empty(self.feed)
        self._reactor.rouse(self.feed)

    def tell(self, event: Any, data: bytes, feed: _session.Feed | None = None) -> None:
        """Sends an event of the client, whose answers `next` has."""
        feed = feed or self.feed
        self.session.at()  # raises in a child process, whose lock may be held for ever
        with self._reactor.lock:
            call = self.session.send(event, data)
            fed = _session.Fed(call, feed, self._line)
            self._reactor.add(fed)
            feed.calls[fed] = None
        self._reactor.rouse(feed)

    def next(self, feed: _session.Feed | None = None, timeout: float | None = None) -> Event | None:
        """Waits for the next event. None when the link is closed. Raises what a call ended with.

        A limit in seconds is for threads alone.
        """
        feed = feed or self.feed
        me = _thread.get_ident()
        if feed.waiting not in (None, me):  # a signal's exception may have left it as it was
            raise _errors.BusyError("somebody else waits for the events of this connection")
        until = None if timeout is None else monotonic() + timeout
        while True:
            event, ended = feed.take()
            if event is not None:
                return event
            if ended is not None:
                self._let_go(ended)
                if ended.error is not None and not ended.is_told:
                    raise ended.error
            elif feed.is_closed:
                return None
            else:
                self.session.at()  # raises in a child process
                if until is not None:
                    self._check_limit(until)
                try:
                    feed.waiting = me
                    self._reactor.wait(feed)
                finally:
                    feed.waiting = None

    def _check_limit(self, until: float) -> None:
        if not self._reactor.is_sliced:
            raise _errors.UnsupportedError("timeout: use that of gevent or eventlet, Timeout")
        if monotonic() >= until:
            raise TimeoutError("Timed out waiting for a Responses WebSocket event")

    def _let_go(self, fed: _session.Fed) -> None:
        self._reactor.remove(fed)
        fed.call.close()

    @property
    def is_closed(self) -> bool:
        return self.feed.is_closed

    def close(self) -> None:
        """Closes the session; what waits for it is told. Again is fine."""
        if self.is_closed or self.session.pid != getpid():
            return
        for feed in self._feeds:
            feed.is_closed = True
        with self._reactor.lock:
            # Also those that an exception of a signal kept from a feed, or from being let go.
            for fed in list(self._reactor.running.values()):
                if isinstance(fed, _session.Fed) and fed.feed in self._feeds:
                    self._let_go(fed)
            for feed in self._feeds:
                feed.calls.clear()
                feed.ready.clear()
        for session in [*self._former, self.session]:
            session.close()
        for feed in self._feeds:
            self._reactor.rouse(feed)
        self._reactor.give_up(self.session.client)

    def __del__(self) -> None:
        # Others share its reactor, which has its calls. Names of the module are None when the
        # interpreter ends.
        if getpid is not None:
            self.close()
