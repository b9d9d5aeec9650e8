"""A thread that waits: for one call, and for many.

``_asyncio.py`` has the same names for a coroutine that waits. What is built on these is written
once, for asyncio, and ``tools/twins.py`` writes what goes with this module.
"""

from __future__ import annotations

from os import getpid
from weakref import WeakSet, ref

from . import _engine, _errors, _green, _keys
from ._call import SLICE_MS
from ._loop import Reactor, Reactors, _dispatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._call import Call
    from ._events import Event
    from ._intake import Bell
    from ._loop import Running
    from ._options import Settings
    from ._outcomes import Outcome
    from ._requests import Request


class Connections:
    """The engine that a client and its copies share, opened anew in a child process.

    ``like`` says which clients share one.
    """

    __slots__ = ("_engine", "_like", "calls", "green", "is_closed")

    def __init__(self, like: Any) -> None:
        self._like = like
        self._engine: _engine.Engine | None = None
        self.is_closed = False
        # Those under way.
        self.calls: WeakSet[Reading | Running] = WeakSet()
        self.green = Reactors(like)  # where greenlets wait

    def engine(self) -> _engine.Engine:
        engine = self._engine
        if engine is not None and engine.pid == getpid():
            return engine
        with _engine.lock():
            if self.is_closed:
                raise _errors.ClosedError("the client is closed")
            engine = self._engine
            if engine is None or engine.pid != getpid():
                inherited, self._engine = engine, _engine.shared(self._like)
                if inherited is not None:
                    inherited.close()
            return self._engine  # type: ignore[return-value]

    def close(self) -> None:
        with _engine.lock():
            self.is_closed = True
            self._engine = None
        self.green.close(ends_calls=False)


class Line:
    """What one client calls over: its own options, over connections shared with its copies."""

    __slots__ = ("_connections", "_green", "_handle", "_settings", "_waited_for")

    def __init__(self, settings: Settings, connections: Connections | None = None) -> None:
        self._settings = settings
        self._connections = connections or Connections(settings.connections())
        self._handle: _engine.Handle | None = None
        self._green: dict[_engine.Engine, _engine.Handle] = {}
        # The calls of `perform`, by their `id`.
        self._waited_for: dict[int, ref[Call]] = {}

    def open(self) -> None:
        """Opens it now, so that wrong options are an error now."""
        try:
            self._client()
        except BaseException:
            self._connections.close()
            raise

    def copy(self, settings: Settings) -> Line:
        """One with other options over the same connections."""
        return Line(settings, self._connections)

    def _client(self) -> int:
        """The client of the library, opened anew in a child process."""
        engine = self._connections.engine()
        handle = self._handle
        if handle is None or handle.engine is not engine:
            with _engine.lock():
                handle = self._handle
                if handle is None or handle.engine is not engine:
                    handle = self._handle = _engine.Handle(engine, self._settings)
        found = handle.handle
        if not found:
            raise _errors.ClosedError("the client is closed")
        return found

    def start(self, request: Request, parts: Any = None) -> Any:
        """Starts a call. ``parts`` collects the text of its deltas."""
        waiting = _green.current()
        if waiting is not None:
            return self._start_green(waiting, request, parts)
        return Reading(self._begun(request), parts, self)

    def perform(self, request: Request) -> Any:
        """Makes a call and waits for its answer: `start`, and all of a `Reading`, in one."""
        waiting = _green.current()
        if waiting is not None:
            reading = self._start_green(waiting, request, None)
            try:
                reading.until_done()
                return reading.call.answer(request.result)
            finally:
                reading.close()
        call = self._begun(request)
        waited_for, key = self._waited_for, id(call)
        try:
            waited_for[key] = ref(call)
            return call.outcome(request.result)
        finally:
            waited_for.pop(key, None)
            call.close()

    def _begun(self, request: Request) -> Call:
        settings = self._settings
        source = None if settings.api_key_provider is None else _keys.source(settings)
        try:
            return request.start(self._client(), settings, source)
        except _errors.InvalidArgumentError:
            if self.is_closed:  # by another thread, since it was looked at
                raise _errors.ClosedError("the client is closed") from None
            raise

    @property
    def reactors(self) -> Reactors:
        return self._connections.green

    def _greenly(self, waiting: Any) -> tuple[Any, _engine.Handle]:
        """Where greenlets wait, and the client of the library there."""
        from ._turns import Turns

        reactor = self.reactors.at(waiting.place, lambda _: Turns(waiting))
        handle = self._green.get(reactor.engine)
        if handle is None:
            handle = self._green[reactor.engine] = reactor.handle(self._settings)
        return reactor, handle

    def _start_green(self, waiting: Any, request: Request, parts: Any) -> Any:
        reactor, handle = self._greenly(waiting)
        source = _keys.source(self._settings, reactor)
        return reactor.reading(request.start(handle.handle, self._settings, source), parts, self)

    def apart(self) -> tuple[Any, _engine.Handle]:
        """Where a session lives, which is waited for with more than one call, and its client."""
        if self.is_closed:
            raise _errors.ClosedError("the client is closed")
        waiting = _green.current()
        if waiting is not None:
            return self._greenly(waiting)
        watch = Watch()
        return watch, watch.handle(self._settings)

    @property
    def is_closed(self) -> bool:
        return self._connections.is_closed

    def cancel_calls(self) -> None:
        """Cancels what is under way, from any thread."""
        for key, waited_for in self._waited_for.copy().items():
            call = waited_for()
            if call is None:  # an exception of a signal came before it was taken out
                self._waited_for.pop(key, None)
            else:
                call.cancel()
        for reading in list(self._connections.calls):
            if reading.line is self:
                reading.call.cancel()
        for running in self.reactors.of(self):
            running.call.cancel()

    def close(self) -> None:
        """Closes the connections, also those of copies. Calls that are under way go on."""
        handle, self._handle = self._handle, None
        self._connections.close()
        if handle is not None:
            handle.close()
        self._green.clear()


class Reading:
    """A call, and how its user waits for it."""

    __slots__ = ("__weakref__", "_first", "call", "line", "parts")

    def __init__(self, call: Call, parts: Any, line: Line) -> None:
        self.call = call
        self.parts = parts
        self.line = line
        self._first: list[Event] | None = None
        line._connections.calls.add(self)

    def begin(self) -> None:
        """Waits until the server has sent something. What goes wrong frees the call."""
        try:
            self._first = self.next()
        except BaseException:
            self.call.close()
            raise

    def next(self) -> list[Event] | None:
        """Waits for the next events; None after the last one. Raises what went wrong."""
        batch = self._first
        if batch is not None:
            self._first = None
            return batch
        call, parts = self.call, self.parts
        if call.is_done:
            return None
        while True:
            batch = call.read(parts)
            if batch is None or batch:
                return batch
            call.wait()

    def until_done(self) -> None:
        """Waits until the call has ended. Raises what went wrong."""
        call = self.call
        call.wait()
        while not call.finish():
            call.wait()

    def close(self) -> None:
        """Frees the call; one that is still running is cancelled. Again is fine."""
        self.call.close()

    def forget(self) -> None:
        """Lets go of a call whose user is gone."""
        self.call.close()


# How often a session is looked after whose program does something else, such as a tool of its own.
# Servers commonly ping each 20 seconds, and wait as long for the answer.
LOOK_AFTER_S = 5.0


class Watch(Reactor):
    """Connections of their own, for a session whose calls are waited for together.

    Threads share it. Each reads the calls that it began to read by itself; those of a `Feed` are
    read under the lock. A thread of its own has pings answered while nobody is in the library.
    """

    is_sliced = True

    def __init__(self) -> None:
        from threading import Event, Thread

        super().__init__()
        self._event = Event
        self._watcher: dict[int, Any] = {}  # the feed whose thread watches
        self._others: dict[Any, None] = {}  # feeds whose threads wait for it
        self._ended = ended = Event()
        reference = ref(self, lambda _: ended.set())
        Thread(target=_look_after, args=(reference, ended), daemon=True).start()

    def reading(self, call: Call, parts: Any, line: Any) -> Reading:
        return Reading(call, parts, line)

    def add(self, running: Running) -> Running:
        running.line._connections.calls.add(running)
        return super().add(running)

    def wait(self, feed: Any) -> None:
        """Waits until there may be news for it, not for long. One thread watches for all."""
        import select

        with self.lock:
            if feed.is_left:
                feed.pull()
        if feed.has_news:
            return
        # An exception of a signal may come anywhere: what it leaves behind must not last.
        try:
            watcher = self._watcher.setdefault(0, feed)
            if watcher is not feed:
                if watcher.waiting is None:
                    self._watcher.clear()
                self._wait_for_others(feed)
                return
            poll = select.poll()
            poll.register(self.fd, select.POLLIN)
            if poll.poll(SLICE_MS):
                with self.lock:
                    for running in self.collect():
                        self.rouse(running)
        finally:
            if self._watcher.get(0) is feed:
                self._watcher.clear()
                for other in list(self._others):  # one of them is the next to watch
                    self.rouse(other)

    def _wait_for_others(self, feed: Any) -> None:
        try:
            wake = feed.wake = self._event()
            self._others[feed] = None
            if not feed.has_news and self._watcher:
                wake.wait(SLICE_MS / 1000)
        finally:
            feed.wake = None
            self._others.pop(feed, None)

    def rouse(self, feed: Any) -> None:
        """Has the thread that waits for it look again."""
        wake = feed.wake
        if wake is not None:
            wake.set()

    def give_up(self, handle: _engine.Handle) -> None:
        """Closes what nothing else uses, when the server was told."""
        with self.lock:
            self.collect()
            handle.close()
            self.engine.close()
        self._ended.set()


def _look_after(reference: Any, ended: Any) -> None:
    while not ended.wait(LOOK_AFTER_S):
        watch = reference()
        if watch is not None:
            with watch.lock:
                _dispatch(watch.engine.handle)
        del watch


def crowd(client: Any) -> Any:
    """Many calls at once, where this is called."""
    waiting = _green.current()
    if waiting is None:
        return Crowd(client)
    from ._turns import Crowd as Green

    return Green(client, waiting)


class Crowd:
    """Many calls at once, on connections that the next one keeps."""

    def __init__(self, client: Any) -> None:
        import select

        self._line = client._line
        self._settings = client._settings
        self._reactor = self._line.reactors.lend()
        self._handle = self._reactor.handle(self._settings)
        self._waiting: dict[int, tuple[Outcome, Request]] = {}
        self._ready: list[Outcome] = []
        self._bell: Bell | None = None
        self._poll = select.poll()
        self._poll.register(self._reactor.fd, select.POLLIN)

    def source(self, requests: Any, room: int) -> Any:
        """What takes requests from an iterable, and is heard of by `ready`."""
        from ._intake import Bell, Listed, is_listed, source

        if is_listed(requests):
            return Listed(requests)
        self._bell = bell = Bell()
        self._poll.register(bell.fd, 1)  # POLLIN
        return source(requests, room, bell.ring)

    def begin(self, outcome: Outcome) -> None:
        """Starts the call of an outcome to be."""
        from ._loop import Running

        try:
            request = outcome.asked()
            source = _keys.source(self._settings)
            call = request.start(self._handle.handle, self._settings, source)
        except Exception as problem:
            outcome.error = problem
            self._ready.append(outcome)
            return
        running = self._reactor.add(Running(call, None, self._line))
        self._waiting[running.key] = outcome, request

    def ready(self, seconds: float | None) -> list[Outcome]:
        """Waits for calls to end, not for long."""
        if not self._ready:
            self._poll.poll(100 if seconds is None else min(100, seconds * 1000 + 0.5))
        if self._bell is not None:
            self._bell.hush()
        for running in self._reactor.collect():
            if not running.is_done:
                continue
            outcome, request = self._waiting.pop(running.key)
            self._reactor.remove(running)
            if running.error is None:
                outcome.response = running.call.answer(request.result)
            elif isinstance(running.error, Exception):
                outcome.error = running.error
            outcome.heard(running.call)
            running.call.close()
            self._ready.append(outcome)
        ready, self._ready = self._ready, []
        return ready

    def close(self) -> None:
        """Ends what is under way."""
        for running in list(self._reactor.running.values()):
            running.call.close()
        self._handle.close()
        self._line.reactors.take_back(self._reactor)
        if self._bell is not None:
            self._bell.close()
