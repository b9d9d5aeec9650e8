"""Many calls on one descriptor: the part that asyncio and ``map`` have in common.

A `Reactor` has an engine of its own and the calls that run on it. ``collect`` reads every call that
has something to read, into a queue of the call, and says which these are. A call that nobody reads
is left alone once its queue is full, so that memory stays bounded.
"""

from __future__ import annotations

from ctypes import byref, c_void_p
from os import getpid

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

_next_ready = lib.quick.responses_client_next_ready
_user_data = lib.quick.responses_call_user_data
_dispatch = lib.blocking.responses_client_dispatch


class Running:
    """A call on a reactor: what was read of it and not yet taken."""

    __slots__ = ("batches", "call", "error", "is_done", "key", "parts", "wake")

    def __init__(self, call: Call, parts: Any = None) -> None:
        self.key = 0
        self.call = call
        self.parts = parts
        self.batches: list[list[Event]] = []
        self.is_done = False
        self.error: BaseException | None = None
        self.wake: Any = None

    @property
    def has_news(self) -> bool:
        return bool(self.batches) or self.is_done

    @property
    def is_full(self) -> bool:
        return len(self.batches) >= MAX_BATCHES

    def pull(self) -> None:
        """Reads all that is there, up to the bound."""
        while not self.is_done and not self.is_full:
            try:
                batch = self.call.read(self.parts)
            except Exception as problem:
                self.error = problem
                self.is_done = True
                return
            if batch is None:
                self.is_done = True
            elif batch:
                self.batches.append(batch)
            else:
                return


class Reactor:
    """An engine whose calls are told apart by a number."""

    def __init__(self) -> None:
        self.engine = _engine.Engine()
        self.pid = getpid()
        self.running: dict[int, Running] = {}
        self._key = 0
        self.fd: int = lib.quick.responses_client_fd(self.engine.handle)
        if self.fd < 0:
            raise _errors.from_library(self.fd, None)

    def handle(self, settings: Settings) -> Any:
        """A client of the library with these settings, over this engine."""
        return _engine.Handle(self.engine, settings)

    def add(self, running: Running) -> Running:
        self._key += 1
        key = running.key = self._key
        lib.quick.responses_call_set_user_data(running.call.handle, key)
        self.running[key] = running
        return running

    def remove(self, running: Running) -> None:
        self.running.pop(running.key, None)

    def collect(self) -> list[Running]:
        """The calls with news.

        A call whose queue is full is not read: it is not named again before somebody takes from
        its queue and reads it.
        """
        engine = self.engine.handle
        _dispatch(engine)
        found = []
        handle = c_void_p()
        while _next_ready(engine, byref(handle)) == _constants.OK:
            running = self.running.get(_user_data(handle.value) or 0)
            if running is not None and not running.is_full:
                running.pull()
                found.append(running)
        return found
