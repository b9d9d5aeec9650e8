# Made from _client_async.py by tools/twins.py: do not edit.

"""The client, and what it is waited for with: `OpenAI`."""

from __future__ import annotations

from ._base import BaseClient
from ._blocking import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._assembly import Assembly
    from ._requests import Request
    from ._signatures import (
        Containers,
        Conversations,
        Files,
        RawResources,
        Responses,
        StreamingResources,
    )
    from ._stream import ResponseStreamManager, Stream
    from ._webhooks import Webhooks


class OpenAI(BaseClient):
    """A client of the Responses API.

    Takes the arguments of the ``openai`` package's client, and ``options``. May be used from
    any number of threads, after a fork, and pickled. ``timeout`` is in seconds and limits a
    whole call with its retries.
    """

    _is_async = False
    _line: Line
    responses: Responses
    conversations: Conversations
    files: Files
    containers: Containers
    webhooks: Webhooks
    with_raw_response: RawResources
    with_streaming_response: StreamingResources

    def _open(self) -> None:
        self._line = Line(self._settings)
        self._line.open()

    def _start(self, request: Request, parts: Any = None) -> Any:
        return self._line.start(request, parts)

    def _perform(self, request: Request) -> Any:
        """Makes a call and waits for its outcome."""
        return self._line.perform(request)

    def _drive(self, routine: Any) -> Any:
        """Runs a generator that yields requests and other steps, and gets what they came to."""
        from ._requests import Request
        from ._steps import Streamed

        try:
            step = next(routine)
            while True:
                try:
                    if isinstance(step, Request):
                        answer = self._perform(step)
                    elif isinstance(step, Streamed):
                        answer = self._tell(step)
                    else:
                        step.close()
                        raise TypeError("coroutines need AsyncOpenAI")
                except Exception as problem:
                    step = routine.throw(problem)
                else:
                    step = routine.send(answer)
        except StopIteration as end:
            return end.value
        finally:
            routine.close()

    def _tell(self, step: Any) -> Any:
        """Hands the events of a stream to a function. Returns the final response."""
        with self._start_stream(step.request, step.assembly) as stream:
            for event in stream:
                told = step.on_event(event)
                if hasattr(told, "__await__"):
                    close = getattr(told, "close", None)
                    if close is not None:
                        close()
                    raise TypeError("on_event is a coroutine function; it needs AsyncOpenAI")
            return stream.get_final_response()

    # What the resources ask for, in the form that this client's users wait for it with.

    def _start_stream(self, request: Request, assembly: Assembly | None = None) -> Stream:
        from ._stream import ResponseStream, Stream

        reading = self._start(request, None if assembly is None else assembly.parts)
        reading.begin()
        kind = Stream if assembly is None else ResponseStream
        return kind(self, request, reading, assembly)

    def _manager(self, request: Request, assembly: Assembly) -> ResponseStreamManager:
        from ._stream import ResponseStreamManager

        return ResponseStreamManager(self, request, assembly)

    def _pages(self, owner: Any, request: Callable[[Any], Request], after: Any) -> Any:
        from ._pages import pages

        return pages(owner, request, after)

    def _raw(
        self,
        mode: str,
        request: Request,
        is_stream: bool,
        finish: Callable[[Any], Any] | None = None,
    ) -> Any:
        from ._raw import perform

        return perform(self, mode, request, is_stream, finish)

    def _connect(self, *arguments: Any) -> Any:
        from ._connection import ResponsesConnectionManager

        return ResponsesConnectionManager(self, *arguments)

    def _map(self, *arguments: Any) -> Any:
        from ._map import run

        return run(self, *arguments)

    def is_closed(self) -> bool:
        return self._line.is_closed

    def close(self) -> None:
        """Closes the connections, also those of copies. Calls that are under way go on;
        `cancel_calls` ends them.
        """
        self._line.close()

    def cancel_calls(self) -> None:
        """Cancels the calls of this client that are under way, streams too, from any thread.

        Whoever waits for them gets `RequestCancelledError`, and the client can still be used. Those
        of copies go on: ``client.with_options()`` is one whose calls can be cancelled alone.
        """
        self._line.cancel_calls()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Any other endpoint below base_url.

    def get(self, path: str, **options: Any) -> Any:
        """GET of any path below ``base_url``; the answer as a `Model`, or as the type ``cast_to``:
        ``object``, ``dict``, ``str``, ``bytes``, a pydantic model, httpx's ``Response``.
        """
        return self._send("GET", path, None, options)

    def post(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """POST of any path below ``base_url``."""
        return self._send("POST", path, body, options)

    def put(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """PUT of any path below ``base_url``."""
        return self._send("PUT", path, body, options)

    def patch(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """PATCH of any path below ``base_url``."""
        return self._send("PATCH", path, body, options)

    def delete(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """DELETE of any path below ``base_url``."""
        return self._send("DELETE", path, body, options)

    def _send(self, method: str, path: str, body: Any, options: dict[str, Any]) -> Any:
        from ._requests import by_hand

        kind = options.pop("cast_to", None)
        request = by_hand(method, path, body, options)
        if kind is None:
            return self._perform(request)
        answer = self._raw("raw", request, False)
        return answer.cast(kind)
