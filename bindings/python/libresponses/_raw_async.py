"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def perform(client: Any, mode: str, request: Any, is_stream: bool) -> Any:
    """Makes a call; its answer, or its stream, comes with the headers."""

    async def made() -> Any:
        if is_stream:
            stream = await client._start_stream(request)
            return stream._reading.call.raw(stream)
        return await client._finish(request, lambda call: call.raw(call.answer(request.result)))

    return AsyncEntered(made) if mode == "streaming" else made()


class AsyncEntered:
    """The context manager of ``with_streaming_response``: the call is made on entering it."""

    def __init__(self, make: Any) -> None:
        self._make = make

    async def __aenter__(self) -> Any:
        return await self._make()

    async def __aexit__(self, *_: object) -> None:
        pass
