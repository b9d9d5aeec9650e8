"""Many calls on one descriptor: what all have in common that wait for more than one call.

These are asyncio, trio, gevent, eventlet and ``map``. A `Reactor` has an engine and the calls that
run on it. ``collect`` reads every call that has something to read, into a queue of the call, and
says which these are. A call that nobody reads is left alone once its queue is full, so that memory
stays bounded. Clients whose connections are alike share a reactor in each place where calls are
waited for: an event loop, a run of trio, a hub of greenlets.
"""

from __future__ import annotations

from _thread import RLock
from ctypes import byref, c_void_p
from os import getpid
from weakref import WeakValueDictionary

from . import _constants, _engine, _errors
from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._call import Call
    from ._events import Event
    from ._options import Settings

# Batches of at most 64 KiB that wait in Python before a call is left alone.
MAX_BATCHES = 8

# Reactors that are kept for the next `map`: as many as run at the same time, most of the time.
MAX_SPARE = 4

_next_ready = lib.bare(lib.quick, "responses_client_next_ready")
_address = c_void_p.from_param
_OK = _constants.OK
_dispatch = lib.blocking.responses_client_dispatch


class Running:
    """A call on a reactor: what was read of it and not yet taken."""

    __slots__ = (
        "__weakref__", "batches", "call", "error", "is_done", "is_left", "key", "line", "parts",
        "wake",
    )  # fmt: skip

    def __init__(self, call: Call, parts: Any = None, line: Any = None) -> None:
        self.key = 0  # the handle of the call
        self.line = line
        self.call = call
        self.parts = parts
        self.batches: list[list[Event]] = []
        self.is_done = False
        # There may be something to read of which the reactor hears no more: who waits looks first.
        self.is_left = True
        self.error: BaseException | None = None
        self.wake: Any = None

    @property
    def has_news(self) -> bool:
        return bool(self.batches) or self.is_done

    @property
    def is_full(self) -> bool:
        return len(self.batches) >= MAX_BATCHES

    def read(self) -> bool:
        """Reads what fits into a batch. False when there is no more at the moment."""
        try:
            batch = self.call.read(self.parts)
        except Exception as problem:
            self.error = problem
            self.is_done = True
            return False
        if batch:
            self.batches.append(batch)
            return True
        if batch is None:
            self.is_done = True
        return False

    def pull(self) -> None:
        """Reads all that is there, up to the bound."""
        while not self.is_done and not self.is_full and self.read():
            pass
        self.is_left = self.is_full or self.call.is_raw

    def end(self) -> None:
        """Ends it, as its client is closed. Whoever waits for it, or will, is told."""
        self.is_done = True
        self.error = _errors.ClosedError("the client was closed")
        self.call.cancel()  # whereupon the descriptor is readable, and who waits is woken


class Reactor:
    """An engine whose calls are told apart by their handles.

    ``place`` is where its calls are waited for.
    """

    # How functions for keys run that wait: see `_keys.Source`.
    spawn: Any = None
    schedule: Any = None

    is_sliced = False  # whether who waits looks up from time to time

    def __init__(self, place: Any = None) -> None:
        self.place = place
        self.engine = _engine.Engine()
        self.pid = getpid()
        self.lock = RLock()  # of what threads share; a finalizer may come in between
        self.running: dict[int, Running] = {}
        self.fd: int = lib.quick.responses_client_fd(self.engine.handle)
        if self.fd < 0:
            raise _errors.from_library(self.fd, None)

    def handle(self, settings: Settings) -> Any:
        """A client of the library with these settings, over this engine."""
        return _engine.Handle(self.engine, settings)

    def add(self, running: Running) -> Running:
        key = running.key = running.call.handle
        self.running[key] = running
        return running

    def remove(self, running: Running) -> None:
        # A call that was freed meanwhile may have left its handle to another.
        if self.running.get(running.key) is running:
            del self.running[running.key]

    def is_over(self) -> bool:
        """Nobody will wait in its place any more."""
        return False

    def leave(self) -> None:
        """Leaves its place, for another one."""

    def collect(self) -> list[Running]:
        """The calls with news.

        A batch is read of each that the library names, and it names again what has more. A call
        whose queue is full is not read: it is not named again before somebody takes from its queue
        and reads it.
        """
        engine = self.engine.handle
        _dispatch(engine)
        found: dict[Running, None] = {}
        known = self.running.get
        handle = c_void_p()
        at, out = _address(engine), byref(handle)
        while _next_ready(at, out) == _OK:
            running = known(handle.value or 0)
            if running is None:
                continue
            if running.is_full:
                running.is_left = True
                continue
            if running.is_left:
                running.pull()
            elif not running.is_done:
                running.read()
            found[running] = None
        return list(found)


_shared: WeakValueDictionary[Any, Reactor] = WeakValueDictionary()


class Reactors:
    """The reactors of a client and its copies, one for each place.

    ``like`` says which connections are alike. A reactor goes with the last client that has it.
    """

    def __init__(self, like: Any) -> None:
        self._like = like
        self._by_place: dict[int, Reactor] = {}
        self._lent: list[Reactor] = []
        self._spare: list[Reactor] = []
        self.is_closed = False

    def at(self, place: Any, make: Any) -> Any:
        """The reactor of a place, which ``make`` makes when there is none."""
        found = self._by_place.get(id(place))
        if found is not None and found.place is place and found.pid == getpid():
            return found
        with _engine.lock():
            if self.is_closed:
                raise _errors.ClosedError("the client is closed")
            key = getpid(), id(place), self._like
            found = _shared.get(key)
            if found is None or found.place is not place:
                found = self._left_over()
                if found is None:
                    found = make(place)
                else:
                    found.leave()
                    found.place = place
                _shared[key] = found
            for at, other in list(self._by_place.items()):
                if other.pid != getpid():
                    other.engine.close()  # the parent's: only the copies of its descriptors
                if other.pid != getpid() or other.is_over() or other is found:
                    del self._by_place[at]
            self._by_place[id(place)] = found
        return found

    def lend(self, waiting: Any = None) -> Reactor:
        """A reactor for one user, with the connections that an earlier one has left.

        ``waiting`` is what its calls are waited for with.
        """
        with _engine.lock():
            if self.is_closed:
                raise _errors.ClosedError("the client is closed")
            found = None
            while self._spare and found is None:
                found = self._spare.pop()
                if found.pid != getpid():
                    found.engine.close()  # the parent's: only the copies of its descriptors
                    found = None
            if found is None:
                found = Reactor()
            self._lent.append(found)
        found.spawn = getattr(waiting, "spawn", None)
        found.schedule = getattr(waiting, "schedule", None)
        return found

    def take_back(self, reactor: Reactor) -> None:
        """Keeps the connections of a reactor whose calls have been freed for the next user."""
        with _engine.lock():
            self._lent.remove(reactor)
            reactor.running.clear()
            reactor.spawn = reactor.schedule = None
            if not self.is_closed and reactor.pid == getpid() and len(self._spare) < MAX_SPARE:
                self._spare.append(reactor)
                return
        reactor.engine.close()

    def _left_over(self) -> Reactor | None:
        """One whose place is no more: its connections serve another."""
        for reactor in self._by_place.values():
            if reactor.pid == getpid() and reactor.is_over() and not reactor.running:
                return reactor
        return None

    def of(self, line: Any = None) -> list[Running]:
        """The calls of this client and its copies that are under way, or of one of them."""
        return [
            running
            for reactor in [*self._by_place.values(), *self._lent]
            if reactor.pid == getpid()
            for running in list(reactor.running.values())
            if running.line is not None and running.line.reactors is self
            if line is None or running.line is line
        ]

    def close(self, ends_calls: bool = True) -> None:
        """Lets go of them. Ends the calls of this client and its copies, or lets them go on."""
        self.is_closed = True
        for running in self.of() if ends_calls else ():
            running.end()
        with _engine.lock():
            self._by_place.clear()
            spare, self._spare = self._spare, []
        for reactor in spare:
            reactor.engine.close()
