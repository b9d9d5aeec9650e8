"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def perform(core: Any, request: Any) -> Any:
    """Makes a call and returns the answer with its headers, for clients of both kinds."""
    client = core._client

    def answer(call: Any) -> Any:
        return call.raw(call.answer(request.result))

    if hasattr(client, "_loops"):
        if core._mode == "streaming":
            return AsyncEntered(client._finish(request, answer))
        return client._finish(request, answer)
    if core._mode == "streaming":
        return Entered(lambda: client._finish(request, answer))
    return client._finish(request, answer)


class Entered:
    """The context manager of ``with_streaming_response``: the call is made on entering it."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __enter__(self) -> Any:
        return self._make()

    def __exit__(self, *_: object) -> None:
        pass


class AsyncEntered:
    """The same with ``async with``."""

    def __init__(self, waiting: Any) -> None:
        self._waiting = waiting

    async def __aenter__(self) -> Any:
        return await self._waiting

    async def __aexit__(self, *_: object) -> None:
        pass


def stream(core: Any, request: Any) -> Any:
    """A stream with the headers of its answer, which are waited for."""
    from ._stream import Stream

    def make() -> Any:
        call = core._client._start(request)
        return call.raw(Stream(core._client, call))

    return Entered(make) if core._mode == "streaming" else make()


def async_stream(core: Any, request: Any) -> Any:
    """The same for asyncio."""

    async def make() -> Any:
        made = await core._client._start_stream(request)
        return made._running.call.raw(made)

    return AsyncEntered(make()) if core._mode == "streaming" else make()
