"""What the methods of a connection take and return, for type checkers and editors."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._options import Omit
from ._params import Input, TurnParams, TurnStreamParams
from ._typed_async import AsyncResponseStreamManager, AsyncStream
from ._typed_both import ParsedResponse

Kind = TypeVar("Kind")

class AsyncConnectionTurns:
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[TurnParams]
    ) -> AsyncStream: ...
    @overload
    async def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[TurnParams]
    ) -> _models.Response: ...
    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[TurnParams]
    ) -> _models.Response | AsyncStream: ...
    @overload
    async def parse(
        self,
        *,
        text_format: type[Kind],
        **params: Unpack[TurnParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: Omit | None = ...,
        **params: Unpack[TurnParams],
    ) -> ParsedResponse[None]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: Any,
        **params: Unpack[TurnParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    async def run(
        self,
        *,
        text_format: type[Kind],
        tools: Iterable[Any],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        **params: Unpack[TurnStreamParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    async def run(
        self,
        *,
        text_format: Omit | None = ...,
        tools: Iterable[Any],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        **params: Unpack[TurnStreamParams],
    ) -> ParsedResponse[None]: ...
    @overload
    async def run(
        self,
        *,
        text_format: Any,
        tools: Iterable[Any],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        **params: Unpack[TurnStreamParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    def stream(
        self,
        *,
        text_format: type[Kind],
        tools: Iterable[Any] = ...,
        **params: Unpack[TurnStreamParams],
    ) -> AsyncResponseStreamManager[Kind]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Omit | None = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[TurnStreamParams],
    ) -> AsyncResponseStreamManager[None]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Any,
        tools: Iterable[Any] = ...,
        **params: Unpack[TurnStreamParams],
    ) -> AsyncResponseStreamManager[Any]: ...

class AsyncConnectionEvents:
    async def create(self, *, stream: bool | None = ..., **params: Unpack[TurnParams]) -> None: ...
    async def steer(self, *, input: Input, previous_response_id: str) -> None: ...
