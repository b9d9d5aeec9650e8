"""The client, and what it is waited for with: `AsyncOpenAI`."""

from __future__ import annotations

from ._asyncio import Line, together
from ._base import BaseClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._assembly import Assembly
    from ._requests import Request
    from ._signatures_async import (
        AsyncContainers,
        AsyncConversations,
        AsyncFiles,
        AsyncRawResources,
        AsyncResponses,
        AsyncStreamingResources,
    )
    from ._stream_async import AsyncResponseStreamManager, AsyncStream
    from ._webhooks import Webhooks


class AsyncOpenAI(BaseClient):
    # only async:
    """A client of the Responses API for asyncio; its calls are awaited.

    Takes the arguments of the ``openai`` package's client, and ``options``. Cancelling a task
    cancels its call.
    """

    # only sync:
    # | """A client of the Responses API.
    # |
    # | Takes the arguments of the ``openai`` package's client, and ``options``. May be used from
    # | any number of threads, after a fork, and pickled. ``timeout`` is in seconds and limits a
    # | whole call with its retries.
    # | """
    # end

    # only async:
    _is_async = True
    # only sync:
    # | _is_async = False
    # end
    _line: Line
    responses: AsyncResponses
    conversations: AsyncConversations
    files: AsyncFiles
    containers: AsyncContainers
    webhooks: Webhooks
    with_raw_response: AsyncRawResources
    with_streaming_response: AsyncStreamingResources

    def _open(self) -> None:
        self._line = Line(self._settings)
        self._line.open()

    def _start(self, request: Request, parts: Any = None) -> Any:
        return self._line.start(request, parts)

    async def _perform(self, request: Request) -> Any:
        """Makes a call and waits for its outcome."""
        # only async:
        reading = self._start(request)
        try:
            await reading.until_done()
            return reading.call.answer(request.result)
        finally:
            reading.close()
        # only sync:
        # | return self._line.perform(request)
        # end

    async def _drive(self, routine: Any) -> Any:
        """Runs a generator that yields requests and other steps, and gets what they came to."""
        from ._requests import Request
        from ._steps import Streamed

        try:
            step = next(routine)
            while True:
                try:
                    if isinstance(step, Request):
                        answer = await self._perform(step)
                    elif isinstance(step, Streamed):
                        answer = await self._tell(step)
                    else:
                        # only async:
                        answer = await together(step.awaitables, step.is_raising)
                        # only sync:
                        # | step.close()
                        # | raise TypeError("coroutines need AsyncOpenAI")
                        # end
                except Exception as problem:
                    step = routine.throw(problem)
                else:
                    step = routine.send(answer)
        except StopIteration as end:
            return end.value
        finally:
            routine.close()

    async def _tell(self, step: Any) -> Any:
        """Hands the events of a stream to a function. Returns the final response."""
        async with await self._start_stream(step.request, step.assembly) as stream:
            async for event in stream:
                told = step.on_event(event)
                # only async:
                if hasattr(told, "__await__"):
                    await told
                # only sync:
                # | if hasattr(told, "__await__"):
                # |     close = getattr(told, "close", None)
                # |     if close is not None:
                # |         close()
                # |     raise TypeError("on_event is a coroutine function; it needs AsyncOpenAI")
                # end
            return await stream.get_final_response()

    # What the resources ask for, in the form that this client's users wait for it with.

    async def _start_stream(
        self, request: Request, assembly: Assembly | None = None
    ) -> AsyncStream:
        from ._stream_async import AsyncResponseStream, AsyncStream

        reading = self._start(request, None if assembly is None else assembly.parts)
        await reading.begin()
        kind = AsyncStream if assembly is None else AsyncResponseStream
        return kind(self, request, reading, assembly)

    def _manager(self, request: Request, assembly: Assembly) -> AsyncResponseStreamManager:
        from ._stream_async import AsyncResponseStreamManager

        return AsyncResponseStreamManager(self, request, assembly)

    def _pages(self, owner: Any, request: Callable[[Any], Request], after: Any) -> Any:
        from ._pages_async import pages

        return pages(owner, request, after)

    def _raw(
        self,
        mode: str,
        request: Request,
        is_stream: bool,
        finish: Callable[[Any], Any] | None = None,
    ) -> Any:
        from ._raw_async import perform

        return perform(self, mode, request, is_stream, finish)

    def _connect(self, *arguments: Any) -> Any:
        from ._connection_async import AsyncResponsesConnectionManager

        return AsyncResponsesConnectionManager(self, *arguments)

    def _map(self, *arguments: Any) -> Any:
        from ._map_async import run

        return run(self, *arguments)

    def is_closed(self) -> bool:
        return self._line.is_closed

    async def close(self) -> None:
        # only async:
        """Closes the connections, also those of copies, and ends their calls."""
        # only sync:
        # | """Closes the connections, also those of copies. Calls that are under way go on;
        # | `cancel_calls` ends them.
        # | """
        # end
        self._line.close()

    def cancel_calls(self) -> None:
        """Cancels the calls of this client that are under way, streams too, from any thread.

        Whoever waits for them gets `RequestCancelledError`, and the client can still be used. Those
        of copies go on: ``client.with_options()`` is one whose calls can be cancelled alone.
        """
        self._line.cancel_calls()

    # only async:
    aclose = close
    # end

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
        """GET of any path below ``base_url``; the answer as a `Model`, or as the type ``cast_to``:
        ``object``, ``dict``, ``str``, ``bytes``, a pydantic model, httpx's ``Response``.
        """
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
        from ._requests import by_hand

        kind = options.pop("cast_to", None)
        request = by_hand(method, path, body, options)
        if kind is None:
            return await self._perform(request)
        answer = await self._raw("raw", request, False)
        return answer.cast(kind)


# only async:


AsyncClient = AsyncOpenAI
# end
