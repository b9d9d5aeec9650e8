"""What every resource has: its client, and the forms that its answers come in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from typing_extensions import Self


class Resource:
    """Operations below a path. Nothing waits here: the client does."""

    def __init__(self, client: Any, mode: str = "") -> None:
        self._client = client
        self._mode = mode

    def _perform(self, request: Any, finish: Callable[[Any], Any] | None = None) -> Any:
        if self._mode:
            return self._client._raw(self._mode, request, False, finish)
        return self._client._perform(request)

    def _stream(self, request: Any) -> Any:
        if self._mode:
            return self._client._raw(self._mode, request, True)
        return self._client._start_stream(request)

    def _plain(self) -> Self:
        """The same resource, whose answers are what they mean."""
        return type(self)(self._client) if self._mode else self

    def _no_raw(self, name: str) -> None:
        """For what makes more than one request, or a stream that is more than its bytes."""
        if self._mode:
            raise AttributeError(f"{name} has no raw form: it is more than one answer")

    @property
    def with_raw_response(self) -> Any:
        """The same methods; they answer with headers, status and ``parse()``."""
        return type(self)(self._client, "raw")

    @property
    def with_streaming_response(self) -> Any:
        """The same methods; they give a context manager, whose answer is read within its block."""
        return type(self)(self._client, "streaming")


class Resources:
    """``client.with_raw_response`` and its like: every resource in one form."""

    def __init__(self, client: Any, mode: str) -> None:
        self._client = client
        self._mode = mode

    @property
    def responses(self) -> Any:
        return type(self._client.responses)(self._client, self._mode)

    @property
    def conversations(self) -> Any:
        return type(self._client.conversations)(self._client, self._mode)

    @property
    def files(self) -> Any:
        return type(self._client.files)(self._client, self._mode)

    @property
    def containers(self) -> Any:
        return type(self._client.containers)(self._client, self._mode)
