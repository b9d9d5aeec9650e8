# Made from _typed_async.pyi by tools/twins.py: do not edit.

"""Classes that have a parameter for type checkers and editors, and at run time none."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Generic, overload

from typing_extensions import TypeVar

from . import _pages, _raw, _stream
from ._events import Event
from ._typed_both import Answer, Kind, Parsed, ParsedResponse

Told = TypeVar("Told", bound=Event, covariant=True, default=Event)
Listed = TypeVar("Listed", covariant=True, default=Any)

class Stream(_stream.Stream, Generic[Told]):
    """The events of a response."""

    def __iter__(self) -> Iterator[Told]: ...
    def __next__(self) -> Told: ...

class ResponseStream(Stream, Generic[Parsed]):
    """The events of ``responses.stream()``."""

    def get_final_response(self) -> ParsedResponse[Parsed]: ...

class ResponseStreamManager(Generic[Parsed]):
    """What ``responses.stream()`` returns."""

    def __enter__(self) -> ResponseStream[Parsed]: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

class APIResponse(_raw.APIResponse, Generic[Answer]):
    """An answer of ``with_streaming_response``."""

    @overload
    def parse(self, *, to: None = None) -> Answer: ...
    @overload
    def parse(self, *, to: type[Kind]) -> Kind: ...
    @overload
    def parse(self, *, to: Any) -> Any: ...

class ResponseContextManager(_raw.ResponseContextManager, Generic[Answer]):
    """What the methods of ``with_streaming_response`` return."""

    def __enter__(self) -> APIResponse[Answer]: ...

class CursorPage(_pages.CursorPage, Generic[Listed]):
    """A page of a list."""

    data: list[Listed]
    def __iter__(self) -> Iterator[Listed]: ...
    def iter_pages(self) -> Iterator[CursorPage[Listed]]: ...
    def get_next_page(self) -> CursorPage[Listed]: ...
