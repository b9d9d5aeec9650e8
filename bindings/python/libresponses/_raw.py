# Made from _raw_async.py by tools/twins.py: do not edit.

"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def perform(client: Any, mode: str, request: Any, is_stream: bool) -> Any:
    """Makes a call; its answer, or its stream, comes with the headers."""

    def made() -> Any:
        if is_stream:
            stream = client._start_stream(request)
            return stream._reading.call.raw(stream)
        return client._finish(request, lambda call: call.raw(call.answer(request.result)))

    return Entered(made) if mode == "streaming" else made()


class Entered:
    """The context manager of ``with_streaming_response``: the call is made on entering it."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __enter__(self) -> Any:
        return self._make()

    def __exit__(self, *_: object) -> None:
        pass
