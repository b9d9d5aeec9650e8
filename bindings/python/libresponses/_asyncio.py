"""A coroutine that waits: for one call, and for many, without a thread; in asyncio or in trio.

The one descriptor of an engine is added to the event loop; every loop has an engine of its own, so
that one client may be used from several loops, also in several threads. ``_blocking.py`` has the
same names for a thread that waits.
"""

from __future__ import annotations

import asyncio
from os import getpid
from weakref import ref

from . import _engine, _errors, _keys, _trio
from ._loop import Reactor, Reactors, Running
from ._turns_async import AsyncReading, AsyncTurns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._call import Call
    from ._options import Settings
    from ._outcomes import Outcome
    from ._requests import Request

Reading = AsyncReading


class LoopReactor(Reactor):
    """A reactor whose descriptor is watched by an asyncio loop, from its first wait on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.is_watched = False

    def schedule(self, coroutine: Any) -> None:
        task = self.place.create_task(coroutine)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

    async def wait(self, running: Running) -> None:
        """Waits until the call has news."""
        if running.is_left and not running.has_news:
            running.pull()
        if running.has_news:
            return
        if not self.is_watched:
            self._watch()
        future = running.wake = self.place.create_future()
        try:
            await future
        finally:
            running.wake = None

    def reading(self, call: Call, parts: Any, line: Any) -> AsyncReading:
        """A call that is read by one user."""
        reading = AsyncReading(self, call, parts, line)
        self.add(reading)
        return reading

    def rouse(self, running: Any) -> None:
        """Has whoever waits for it look again."""
        future = running.wake
        if future is not None and not future.done():
            future.set_result(None)

    def give_up(self, handle: Any) -> None:
        """Others use it."""

    def _watch(self) -> None:
        try:
            # Not this itself: it goes when nobody needs it, however long the loop runs.
            self.place.add_reader(self.fd, _on_readable, ref(self))
        except NotImplementedError:
            raise _errors.UnsupportedError(
                f"{type(self.place).__name__} cannot watch a descriptor (add_reader); "
                "use another event loop, such as asyncio's SelectorEventLoop"
            ) from None
        self.is_watched = True

    def is_over(self) -> bool:
        return bool(self.place.is_closed())

    def leave(self) -> None:
        self.is_watched = False  # with its loop

    def __del__(self) -> None:
        # Names of the module are None when the interpreter ends. A child has its parent's loop.
        if not getattr(self, "is_watched", False) or _unwatch is None or self.pid != getpid():
            return
        loop = self.place
        if not loop.is_running() or asyncio._get_running_loop() is loop:
            _unwatch(loop, self.fd, self.engine)
            return
        try:  # noqa: SIM105
            loop.call_soon_threadsafe(_unwatch, loop, self.fd, self.engine)
        except RuntimeError:  # it has ended meanwhile
            pass


_tasks: set[Any] = set()  # those that ask for keys


def _on_readable(reference: Any) -> None:
    reactor = reference()
    if reactor is None:
        return
    for running in reactor.collect():
        reactor.rouse(running)


def _unwatch(loop: Any, fd: int, engine: _engine.Engine) -> None:
    """Takes a descriptor out of a loop. ``engine``, which closes it, is kept until then."""
    if not loop.is_closed():
        loop.remove_reader(fd)


class Line:
    """What one client calls over: its own options, over connections shared with its copies."""

    __slots__ = ("_handles", "_settings", "reactors")

    def __init__(self, settings: Settings, reactors: Reactors | None = None) -> None:
        self._settings = settings
        self.reactors = reactors or Reactors(settings.connections())
        self._handles: dict[_engine.Engine, _engine.Handle] = {}

    def open(self) -> None:
        """Opens one for a moment, so that wrong options are an error now."""
        if self.place() is not None:
            self._handle(self.reactor())
            return
        engine = _engine.Engine()
        try:
            _engine.Handle(engine, self._settings).close()
        finally:
            engine.close()

    def copy(self, settings: Settings) -> Line:
        """One with other options over the same connections."""
        return Line(settings, self.reactors)

    def place(self) -> Any:
        """The event loop, or the run of trio, that this is called in. None outside."""
        loop = asyncio._get_running_loop()
        return _trio.token() if loop is None else loop

    def reactor(self) -> Any:
        loop = asyncio._get_running_loop()
        if loop is not None:
            return self.reactors.at(loop, LoopReactor)
        token = _trio.token()
        if token is not None:
            return self.reactors.at(token, _turns)
        raise RuntimeError("no running event loop: AsyncOpenAI is for asyncio and trio")

    def _handle(self, reactor: Any) -> _engine.Handle:
        handle = self._handles.get(reactor.engine)
        if handle is None:
            for engine in [one for one in self._handles if not one.handle]:
                del self._handles[engine]  # a parent's
            handle = self._handles[reactor.engine] = reactor.handle(self._settings)
        return handle

    def start(self, request: Request, parts: Any = None) -> Reading:
        """Starts a call. ``parts`` collects the text of its deltas."""
        reactor = self.reactor()
        source = _keys.source(self._settings, reactor)
        call = request.start(self._handle(reactor).handle, self._settings, source)
        reading: Reading = reactor.reading(call, parts, self)
        return reading

    def apart(self) -> tuple[Any, _engine.Handle]:
        """Where a session lives, which is waited for with more than one call, and its client."""
        reactor = self.reactor()
        return reactor, self._handle(reactor)

    @property
    def is_closed(self) -> bool:
        return self.reactors.is_closed

    def cancel_calls(self) -> None:
        """Cancels what is under way, from any thread."""
        for running in self.reactors.of(self):
            running.call.cancel()

    def close(self) -> None:
        """Closes the connections, also those of copies, and ends their calls."""
        self.reactors.close()
        self._handles.clear()


def _turns(token: Any) -> AsyncTurns:
    return AsyncTurns(_trio.Trio(token))


def crowd(client: Any) -> Any:
    """Many calls at once, where this is called."""
    if asyncio._get_running_loop() is not None:
        return Crowd(client)
    from ._turns_async import AsyncCrowd

    return AsyncCrowd(client, _trio.Trio(_trio.token()))


class Crowd:
    """Many calls at once, a task for each."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._tasks: set[Any] = set()
        self._ready: list[Outcome] = []
        self._news = asyncio.Event()

    def source(self, requests: Any, room: int) -> Any:
        """What takes requests from an iterable, and is heard of by `ready`."""
        from ._intake import Awaited, source

        if hasattr(requests, "__aiter__"):
            return Awaited(requests, room, self._news.set, asyncio.Event, self._beside)
        return source(requests, room, self._wake)

    def _beside(self, function: Any) -> Any:
        task = self._loop.create_task(function())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task.cancel

    def _wake(self) -> None:
        try:  # noqa: SIM105
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:  # it has ended meanwhile
            pass

    def begin(self, outcome: Outcome) -> None:
        """Starts the call of an outcome to be."""
        self._beside(lambda: self._one(outcome))

    async def _one(self, outcome: Outcome) -> None:
        try:
            request = outcome.asked()
            reading = self._client._start(request)
            try:
                await reading.until_done()
                outcome.response = reading.call.answer(request.result)
                outcome.heard(reading.call)
            finally:
                reading.close()
        except Exception as problem:
            outcome.error = problem
            outcome.heard(None)
        self._ready.append(outcome)
        self._news.set()

    async def ready(self, seconds: float | None) -> list[Outcome]:
        """Waits for calls to end, or for something to begin."""
        if not self._ready:
            alarm = None if seconds is None else self._loop.call_later(seconds, self._news.set)
            try:
                await self._news.wait()
            finally:
                if alarm is not None:
                    alarm.cancel()
        self._news.clear()
        ready, self._ready = self._ready, []
        return ready

    def close(self) -> None:
        """Ends what is under way."""
        for task in list(self._tasks):
            task.cancel()


async def together(awaitables: list[Any], is_raising: bool) -> list[Any]:
    """Awaits all at the same time. What each came to, or its exception, in their order.

    With ``is_raising`` the first exception is raised. Whatever ends it, nothing goes on running.
    """
    if asyncio._get_running_loop() is None:
        return await _trio.together(awaitables, is_raising)
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
