"""`AsyncOpenAI`: the same client for asyncio, without a thread.

The one descriptor of an engine is added to the event loop; every loop has an engine of its own, so
that one client may be used from several loops, also in several threads.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from . import _engine, _errors
from ._client import BaseClient, key_text
from ._loop import Reactor, Running
from ._options import omit
from ._resources import ResponsesCore
from ._stream import Helper, prepared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._call import Call
    from ._events import Event
    from ._map import Outcome
    from ._models import Response
    from ._requests import Request
    from ._signatures import AsyncConversations
    from ._signatures import AsyncResponses as TypedResponses


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
        if reactor is not None and reactor.pid == reactor_pid():
            return reactor
        if reactor is not None:
            reactor.engine.close()  # the parent's: only the copies of its descriptors
        with _engine.lock():
            if self.is_closed:
                raise _errors.ClosedError("the client is closed")
            for other, candidate in list(self.by_loop.items()):
                # The connections of a loop that has ended serve the next one.
                if other.is_closed() and candidate.pid == reactor_pid():
                    del self.by_loop[other]
                    if not candidate.running:
                        candidate.loop = loop
                        candidate.is_watched = False
                        self.by_loop[loop] = candidate
                        return candidate
            reactor = self.by_loop[loop] = LoopReactor(loop)
        return reactor


def reactor_pid() -> int:
    from os import getpid

    return getpid()


class AsyncStream:
    """The events of a response, in order, each once: ``async for event in stream``.

    ``cancel()`` ends it from any thread; `close` and leaving an ``async with`` block do too, and so
    does cancelling the task that reads.
    """

    def __init__(
        self, reactor: LoopReactor, call: Call, client: Any, helper: Helper | None = None
    ) -> None:
        self._reactor = reactor
        self._client = client
        self._helper = helper
        self._running = reactor.add(call, None if helper is None else helper.parts)
        self._iterator = self._run()
        self._final: Response | None = None

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._iterator

    async def __anext__(self) -> Event:
        return await self._iterator.__anext__()

    async def _run(self) -> AsyncIterator[Event]:
        running, reactor, helper = self._running, self._reactor, self._helper
        batches = running.batches
        try:
            while True:
                while batches:
                    batch = batches.pop(0)
                    if helper is not None:
                        helper.add(batch)
                    for event in batch:
                        yield event
                if running.is_done:
                    break
                await reactor.wait(running)
            if running.error is not None:
                self._final = getattr(running.error, "partial_response", None)
                raise running.error
            final = running.call.snapshot()
            self._final = final if helper is None else helper.finish(final)
        finally:
            self._close()

    @property
    def response(self) -> Response | None:
        """The response as far as it has arrived, at the end the final one."""
        call = self._running.call
        return call.snapshot() if self._final is None and call else self._final

    async def get_final_response(self) -> Response:
        """Reads to the end and returns the response."""
        await self.until_done()
        if self._final is None:
            raise _errors.ClosedError("the stream was closed before its end")
        return self._final

    async def until_done(self) -> AsyncStream:
        """Reads to the end."""
        async for _ in self._iterator:
            pass
        return self

    def cancel(self) -> None:
        """Ends the call, from any thread."""
        self._running.call.cancel()

    def _close(self) -> None:
        self._reactor.remove(self._running)
        self._running.call.close()

    async def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        self._close()

    aclose = close

    def __del__(self) -> None:
        running = getattr(self, "_running", None)
        if running is not None:
            self._reactor.running.pop(running.key, None)

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncResponseStreamManager:
    """The context manager that ``responses.stream()`` returns: the call begins on entering it."""

    def __init__(self, client: Any, request: Any, helper: Helper) -> None:
        self._client = client
        self._request = request
        self._helper = helper
        self._stream: AsyncStream | None = None

    async def __aenter__(self) -> AsyncStream:
        self._stream = await self._client._start_stream(self._request, self._helper)
        return self._stream

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            await self._stream.close()


class AsyncOpenAI(BaseClient):
    """A client of the Responses API for asyncio; its calls are awaited.

    Takes the arguments of the ``openai`` package's client, and ``options``. Cancelling a task
    cancels its call.
    """

    _loops: Loops
    responses: TypedResponses
    conversations: AsyncConversations

    def _open(self) -> None:
        self._loops = Loops()
        engine = _engine.Engine()
        try:
            _engine.Handle(engine, self._settings).close()  # wrong options are an error now
        finally:
            engine.close()

    def __getattr__(self, name: str) -> Any:
        if name == "responses":
            made: Any = AsyncResponses(self)
        elif name == "conversations":
            from ._conversations import Conversations

            made = Conversations(self)
        elif name == "_handle":
            made = WeakKeyDictionary()
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__[name] = made
        return made

    async def _start(self, request: Request) -> tuple[LoopReactor, Call]:
        reactor = self._loops.current()
        handle = self._handle.get(reactor.engine)
        if handle is None:
            handle = self._handle[reactor.engine] = reactor.handle(self._settings)
        provider = self._settings.api_key_provider
        key = provider() if provider is not None else None
        if key is not None and hasattr(key, "__await__"):
            key = await key
        key = None if provider is None else key_text(key)
        if reactor.is_closed:  # while the key was waited for
            raise _errors.ClosedError("the client was closed")
        return reactor, request.start(handle.handle, self._settings.query, key)

    async def _start_stream(self, request: Request, helper: Helper | None = None) -> AsyncStream:
        reactor, call = await self._start(request)
        stream = AsyncStream(reactor, call, self, helper)
        running = stream._running
        try:
            await reactor.wait(running)
            if running.error is not None and not running.batches:
                raise running.error
        except BaseException:
            stream._close()
            raise
        return stream

    async def _perform(self, request: Request) -> Any:
        """Makes a call and awaits its outcome."""
        return await self._finish(request, lambda call: call.answer(request.result))

    async def _finish(self, request: Request, answer: Callable[[Call], Any]) -> Any:
        reactor, call = await self._start(request)
        running = reactor.add(call)
        try:
            while not running.is_done:
                await reactor.wait(running)
            if running.error is not None:
                raise running.error
            return answer(call)
        finally:
            reactor.remove(running)
            call.close()

    async def _drive(self, routine: Any) -> Any:
        """Runs a generator that yields requests, or things to await, and gets their answers."""
        from ._requests import Request

        try:
            step = next(routine)
            while True:
                try:
                    answer = await (self._perform(step) if isinstance(step, Request) else step)
                except Exception as problem:
                    step = routine.throw(problem)
                else:
                    step = routine.send(answer)
        except StopIteration as end:
            return end.value

    def is_closed(self) -> bool:
        return self._loops.is_closed

    async def close(self) -> None:
        """Closes the connections, also those of copies, and ends their calls."""
        self._loops.is_closed = True
        self.__dict__.pop("_handle", None)
        with _engine.lock():
            reactors = list(self._loops.by_loop.values())
            self._loops.by_loop.clear()
        for reactor in reactors:
            reactor.end()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # Any other endpoint below base_url.

    async def get(self, path: str, **options: Any) -> Any:
        """GET of any path below ``base_url``; the answer as a `Model`."""
        return await self._send("GET", path, None, options)

    async def post(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """POST of any path below ``base_url``."""
        return await self._send("POST", path, body, options)

    async def put(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """PUT of any path below ``base_url``."""
        return await self._send("PUT", path, body, options)

    async def patch(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """PATCH of any path below ``base_url``."""
        return await self._send("PATCH", path, body, options)

    async def delete(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """DELETE of any path below ``base_url``."""
        return await self._send("DELETE", path, body, options)

    async def _send(self, method: str, path: str, body: Any, options: dict[str, Any]) -> Any:
        from ._models import Document
        from ._requests import send

        options.pop("cast_to", None)
        return await self._perform(send(method, path, body, result=Document, **options))


AsyncClient = AsyncOpenAI


class AsyncResponses(ResponsesCore):
    """``client.responses``, awaited"""

    def _stream(self, request: Any) -> Any:
        if self._mode:
            from . import _raw

            return _raw.async_stream(self, request)
        return self._client._start_stream(request)

    def stream(
        self,
        *,
        response_id: Any = omit,
        starting_after: Any = omit,
        text_format: Any = omit,
        **parameters: Any,
    ) -> AsyncResponseStreamManager:
        """A context manager for the events of a new response, or of the one named
        ``response_id``, from its beginning or after ``starting_after``.
        """
        request, helper = prepared(response_id, starting_after, text_format, parameters)
        return AsyncResponseStreamManager(self._client, request, helper)

    def map(
        self,
        requests: Iterable[dict[str, Any]],
        *,
        concurrency: int = 200,
        ordered: bool = True,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> AsyncIterator[Outcome]:
        """Creates many responses at once and yields an `Outcome` for each: ``async for``.

        See ``OpenAI.responses.map``.
        """
        from . import _map

        return _map.run_async(self._client, requests, concurrency, ordered, progress)
