"""Classes that have a parameter for type checkers and editors, and at run time none."""

from collections.abc import AsyncIterator, Generator
from types import TracebackType
from typing import Any, Generic, overload

from typing_extensions import TypeVar

from . import _pages_async, _raw_async, _stream_async
from ._events import Event
from ._typed_both import Answer, Kind, Parsed, ParsedResponse

Told = TypeVar("Told", bound=Event, covariant=True, default=Event)
Listed = TypeVar("Listed", covariant=True, default=Any)

class AsyncStream(_stream_async.AsyncStream, Generic[Told]):
    """The events of a response."""

    def __aiter__(self) -> AsyncIterator[Told]: ...
    async def __anext__(self) -> Told: ...

class AsyncResponseStream(AsyncStream, Generic[Parsed]):
    """The events of ``responses.stream()``."""

    async def get_final_response(self) -> ParsedResponse[Parsed]: ...

class AsyncResponseStreamManager(Generic[Parsed]):
    """What ``responses.stream()`` returns."""

    async def __aenter__(self) -> AsyncResponseStream[Parsed]: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

class AsyncAPIResponse(_raw_async.AsyncAPIResponse, Generic[Answer]):
    """An answer of ``with_streaming_response``."""

    @overload
    async def parse(self, *, to: None = None) -> Answer: ...
    @overload
    async def parse(self, *, to: type[Kind]) -> Kind: ...
    @overload
    async def parse(self, *, to: Any) -> Any: ...

class AsyncResponseContextManager(_raw_async.AsyncResponseContextManager, Generic[Answer]):
    """What the methods of ``with_streaming_response`` return."""

    async def __aenter__(self) -> AsyncAPIResponse[Answer]: ...

class AsyncCursorPage(_pages_async.AsyncCursorPage, Generic[Listed]):
    """A page of a list."""

    data: list[Listed]
    def __aiter__(self) -> AsyncIterator[Listed]: ...
    def iter_pages(self) -> AsyncIterator[AsyncCursorPage[Listed]]: ...
    async def get_next_page(self) -> AsyncCursorPage[Listed]: ...

# only async:
class AsyncPageRequest(_pages_async.AsyncPageRequest, Generic[Listed]):
    """What ``list`` returns: awaited it is a page, ``async for`` goes over all."""

    def __await__(self) -> Generator[Any, Any, AsyncCursorPage[Listed]]: ...
    def __aiter__(self) -> AsyncIterator[Listed]: ...

# end
