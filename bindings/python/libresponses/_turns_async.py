"""Tasks that wait for calls in turn: one watches the descriptor for all that wait.

That is how trio waits, and with ``_turns.py``, which is made from this, greenlets do. ``waiting``
says how: ``readable`` waits for a descriptor, and ``Event`` is what the others wait for.
"""

from __future__ import annotations

from math import inf
from time import monotonic

from . import _keys
from ._intake import Awaited, Bell, source
from ._loop import Reactor, Running

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._call import Call
    from ._events import Event
    from ._outcomes import Outcome
    from ._requests import Request


EPOLLIN = 1  # gevent takes out most of the module `select`


class AsyncReading(Running):
    """A call, and how its user waits for it."""

    __slots__ = ("_reactor",)

    def __init__(self, reactor: Any, call: Call, parts: Any, line: Any) -> None:
        super().__init__(call, parts, line)
        self._reactor = reactor

    async def begin(self) -> None:
        """Waits until the server has sent something. What goes wrong frees the call."""
        try:
            await self._reactor.wait(self)
            if self.error is not None and not self.batches:
                raise self.error
        except BaseException:
            self.close()
            raise

    async def next(self) -> list[Event] | None:
        """Waits for the next events; None after the last one. Raises what went wrong."""
        while not self.batches:
            if self.is_done:
                if self.error is not None:
                    raise self.error
                return None
            await self._reactor.wait(self)
        return self.batches.pop(0)

    async def until_done(self) -> None:
        """Waits until the call has ended. Raises what went wrong."""
        while not self.is_done:
            await self._reactor.wait(self)
            self.batches.clear()
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Frees the call; one that is still running is cancelled. Again is fine."""
        self.forget()
        self.call.close()
        self.error = None  # has this in its traceback

    def forget(self) -> None:
        """Lets go of a call whose user is gone, in whatever thread."""
        self._reactor.remove(self)


class AsyncTurns(Reactor):
    """A reactor whose descriptor one of those watches that wait."""

    def __init__(self, waiting: Any) -> None:
        super().__init__(waiting.place)
        self.waiting = waiting
        self.spawn = getattr(waiting, "spawn", None)
        self.schedule = getattr(waiting, "schedule", None)
        self._is_watched = False

    def reading(self, call: Call, parts: Any, line: Any) -> AsyncReading:
        """A call that is read by one user."""
        reading = AsyncReading(self, call, parts, line)
        self.add(reading)
        return reading

    def rouse(self, running: Any) -> None:
        """Has whoever waits for it look again."""
        if running.wake is not None:
            running.wake.set()

    def give_up(self, handle: Any) -> None:
        """Others use it."""

    async def wait(self, running: Running) -> None:
        """Waits until the call has news."""
        if running.is_left:
            running.pull()
        if running.has_news:
            return
        try:
            while not running.has_news:
                if self._is_watched:
                    running.wake = self.waiting.Event()
                    try:
                        await running.wake.wait()
                    finally:
                        running.wake = None
                else:
                    await self._watch(running)
        finally:
            # Whoever leaves while nobody watches: it may have been its turn.
            if not self._is_watched:
                self._hand_over()

    async def _watch(self, running: Running) -> None:
        """Watches for all, until there is news for this one."""
        self._is_watched = True
        try:
            while not running.has_news:
                await self.waiting.readable(self.fd)
                for other in self.collect():
                    if other.wake is not None:
                        other.wake.set()
        finally:
            self._is_watched = False

    def _hand_over(self) -> None:
        """The next turn is that of one who has no news."""
        for other in list(self.running.values()):
            if other.wake is not None and not other.has_news:
                other.wake.set()
                break


class AsyncCrowd:
    """Many calls at once, on connections that the next one keeps."""

    def __init__(self, client: Any, waiting: Any) -> None:
        self._line = client._line
        self._settings = client._settings
        self._how = waiting
        self._reactor: Reactor = self._line.reactors.lend(waiting)
        self._handle = self._reactor.handle(self._settings)
        self._waiting: dict[int, tuple[Outcome, Request]] = {}
        self._ready: list[Outcome] = []
        self._bell = Bell()
        # One descriptor, which is readable when one of these is.
        self._both = waiting.epoll()
        self._both.register(self._reactor.fd, EPOLLIN)
        self._both.register(self._bell.fd, EPOLLIN)
        self._alarm = inf  # when the bell rings by itself

    def source(self, requests: Any, room: int) -> Any:
        """What takes requests from an iterable, and is heard of by `ready`."""
        # only async:
        if hasattr(requests, "__aiter__"):
            how = self._how
            return Awaited(requests, room, self._bell.ring, how.Event, how.beside)
        # end
        return source(requests, room, self._bell.ring)

    def begin(self, outcome: Outcome) -> None:
        """Starts the call of an outcome to be."""
        try:
            request = outcome.asked()
            keys = _keys.source(self._settings, self._reactor)
            call = request.start(self._handle.handle, self._settings, keys)
        except Exception as problem:
            outcome.error = problem
            self._ready.append(outcome)
            return
        running = self._reactor.add(Running(call, None, self._line))
        self._waiting[running.key] = outcome, request

    async def ready(self, seconds: float | None) -> list[Outcome]:
        """Waits for calls to end, or for something to begin."""
        if not self._ready:
            if seconds is not None and monotonic() + seconds < self._alarm:
                self._alarm = monotonic() + seconds
                self._how.later(seconds, self._bell.ring)
            await self._how.readable(self._both.fileno())
            if monotonic() >= self._alarm:
                self._alarm = inf
            self._bell.hush()
            for running in self._reactor.collect():
                running.batches.clear()
                if running.is_done:
                    self._end(running)
        ready, self._ready = self._ready, []
        return ready

    def _end(self, running: Running) -> None:
        outcome, request = self._waiting.pop(running.key)
        self._reactor.remove(running)
        if running.error is None:
            outcome.response = running.call.answer(request.result)
        elif isinstance(running.error, Exception):
            outcome.error = running.error
        outcome.heard(running.call)
        running.call.close()
        self._ready.append(outcome)

    def close(self) -> None:
        """Ends what is under way."""
        for running in list(self._reactor.running.values()):
            running.call.close()
        self._handle.close()
        self._line.reactors.take_back(self._reactor)
        self._both.close()
        self._bell.close()
