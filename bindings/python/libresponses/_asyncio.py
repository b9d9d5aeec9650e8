"""A coroutine that waits: for one call, and for many, without a thread.

The one descriptor of an engine is added to the event loop; every loop has an engine of its own, so
that one client may be used from several loops, also in several threads. ``_blocking.py`` has the
same names for a thread that waits.
"""

from __future__ import annotations

import asyncio
from os import getpid
from weakref import WeakKeyDictionary

from . import _engine, _errors
from ._loop import Reactor, Running

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._call import Call
    from ._events import Event
    from ._options import Settings
    from ._outcomes import Outcome
    from ._requests import Request


class LoopReactor(Reactor):
    """A reactor whose descriptor is watched by an asyncio loop, while calls are waited for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop
        self.is_watched = False
        self.is_closed = False

    async def wait(self, running: Running) -> None:
        """Waits until the call has news."""
        if running.has_news:
            return
        if self.is_closed:
            raise _errors.ClosedError("the client was closed")
        running.pull()
        if running.has_news:
            return
        future = running.wake = self.loop.create_future()
        self._watch()
        try:
            await future
        finally:
            running.wake = None

    def _watch(self) -> None:
        if self.is_watched:
            return
        try:
            self.loop.add_reader(self.fd, self._on_readable)
        except NotImplementedError:
            raise _errors.UnsupportedError(
                f"{type(self.loop).__name__} cannot watch a descriptor (add_reader); "
                "use another event loop, such as asyncio's SelectorEventLoop"
            ) from None
        self.is_watched = True

    def _unwatch(self) -> None:
        if self.is_watched:
            self.is_watched = False
            self.loop.remove_reader(self.fd)

    def _on_readable(self) -> None:
        for running in self.collect():
            future = running.wake
            if future is not None and not future.done():
                future.set_result(None)

    def remove(self, running: Running) -> None:
        super().remove(running)
        if not self.running:
            self._unwatch()

    def end(self) -> None:
        """Closes it, from any thread: in its loop, which somebody may be waiting in."""
        try:
            here: Any = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if self.loop is not here and self.loop.is_running():
            try:
                self.loop.call_soon_threadsafe(self.close)
                return
            except RuntimeError:  # it has ended meanwhile
                pass
        self.close()

    def close(self) -> None:
        """Ends every call and frees the engine."""
        self.is_closed = True
        for running in list(self.running.values()):
            running.call.close()
            future = running.wake
            running.is_done = True
            running.error = _errors.ClosedError("the client was closed")
            if future is not None and not future.done():
                future.set_result(None)
        self.running.clear()
        if not self.loop.is_closed():
            self._unwatch()
        self.engine.close()


class Loops:
    """The reactors of a client and its copies, one for each event loop."""

    def __init__(self) -> None:
        self.by_loop: WeakKeyDictionary[Any, LoopReactor] = WeakKeyDictionary()
        self.is_closed = False

    def current(self) -> LoopReactor:
        loop = asyncio.get_running_loop()
        reactor = self.by_loop.get(loop)
        if reactor is not None and reactor.pid == getpid():
            return reactor
        if reactor is not None:
            reactor.engine.close()  # the parent's: only the copies of its descriptors
        with _engine.lock():
            if self.is_closed:
                raise _errors.ClosedError("the client is closed")
            for other, candidate in list(self.by_loop.items()):
                # The connections of a loop that has ended serve the next one.
                if other.is_closed() and candidate.pid == getpid():
                    del self.by_loop[other]
                    if not candidate.running:
                        candidate.loop = loop
                        candidate.is_watched = False
                        self.by_loop[loop] = candidate
                        return candidate
            reactor = self.by_loop[loop] = LoopReactor(loop)
        return reactor

    def close(self) -> None:
        self.is_closed = True
        with _engine.lock():
            reactors = list(self.by_loop.values())
            self.by_loop.clear()
        for reactor in reactors:
            reactor.end()


class Line:
    """What one client calls over: its own options, over connections shared with its copies."""

    __slots__ = ("_handles", "_loops", "_settings")

    def __init__(self, settings: Settings, loops: Loops | None = None) -> None:
        self._settings = settings
        self._loops = loops or Loops()
        self._handles: WeakKeyDictionary[_engine.Engine, _engine.Handle] = WeakKeyDictionary()

    def open(self) -> None:
        """Opens one for a moment, so that wrong options are an error now."""
        engine = _engine.Engine()
        try:
            _engine.Handle(engine, self._settings).close()
        finally:
            engine.close()

    def copy(self, settings: Settings) -> Line:
        """One with other options over the same connections."""
        return Line(settings, self._loops)

    def start(self, request: Request, key: str | None, parts: Any = None) -> Reading:
        """Starts a call. ``parts`` collects the text of its deltas."""
        reactor = self._loops.current()
        handle = self._handles.get(reactor.engine)
        if handle is None:
            handle = self._handles[reactor.engine] = reactor.handle(self._settings)
        call = request.start(handle.handle, self._settings, key)
        reading = Reading(reactor, call, parts)
        reactor.add(reading)
        return reading

    @property
    def is_closed(self) -> bool:
        return self._loops.is_closed

    def close(self) -> None:
        """Closes the connections, also those of copies, and ends their calls."""
        self._handles = WeakKeyDictionary()
        self._loops.close()


class Reading(Running):
    """A call, and how its user waits for it."""

    __slots__ = ("_reactor",)

    def __init__(self, reactor: LoopReactor, call: Call, parts: Any = None) -> None:
        super().__init__(call, parts)
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
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Frees the call; one that is still running is cancelled. Again is fine."""
        self._reactor.remove(self)
        self.call.close()

    def forget(self) -> None:
        """Lets go of a call whose user is gone, in whatever thread."""
        self._reactor.running.pop(self.key, None)


class Crowd:
    """Many calls at once, a task for each."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._tasks: set[Any] = set()
        self._done: asyncio.Queue[Outcome] = asyncio.Queue()

    def begin(self, outcome: Outcome) -> None:
        """Starts the call of an outcome to be."""
        task = asyncio.ensure_future(self._one(outcome))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, outcome: Outcome) -> None:
        try:
            outcome.response = await self._client._perform(outcome.asked())
        except Exception as problem:
            outcome.error = problem
        self._done.put_nowait(outcome)

    async def ready(self) -> list[Outcome]:
        """Waits for a call to end."""
        return [await self._done.get()]

    def close(self) -> None:
        """Ends what is under way."""
        for task in list(self._tasks):
            task.cancel()


async def together(awaitables: list[Any], is_raising: bool) -> list[Any]:
    """Awaits all at the same time. What each came to, or its exception, in their order.

    With ``is_raising`` the first exception is raised. Whatever ends it, nothing goes on running.
    """
    tasks = [asyncio.ensure_future(one) for one in awaitables]
    until = asyncio.FIRST_EXCEPTION if is_raising else asyncio.ALL_COMPLETED
    try:
        await asyncio.wait(tasks, return_when=until)
        if is_raising:
            for task in tasks:
                if task.done():
                    task.result()
        return [_came_to(task) for task in tasks]
    finally:
        left = [task for task in tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        for task in tasks:
            _came_to(task)  # so that nobody is told of exceptions that were not looked at


def _came_to(task: asyncio.Future[Any]) -> Any:
    if not task.done() or task.cancelled():
        return asyncio.CancelledError("the tool was cancelled")
    problem = task.exception()
    return task.result() if problem is None else problem
