# Made from _signatures_session_async.pyi by tools/twins.py: do not edit.

"""What the methods of a connection take and return, for type checkers and editors."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._options import Omit
from ._params import Input, TurnParams, TurnStreamParams
from ._typed import ResponseStreamManager, Stream
from ._typed_both import ParsedResponse

Kind = TypeVar("Kind")

class ConnectionTurns:
    @overload
    def create(self, *, stream: Literal[True], **params: Unpack[TurnParams]) -> Stream: ...
    @overload
    def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[TurnParams]
    ) -> _models.Response: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[TurnParams]
    ) -> _models.Response | Stream: ...
    @overload
    def parse(
        self,
        *,
        text_format: type[Kind],
        **params: Unpack[TurnParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Omit | None = ...,
        **params: Unpack[TurnParams],
    ) -> ParsedResponse[None]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Any,
        **params: Unpack[TurnParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    def run(
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
    def run(
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
    def run(
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
    ) -> ResponseStreamManager[Kind]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Omit | None = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[TurnStreamParams],
    ) -> ResponseStreamManager[None]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Any,
        tools: Iterable[Any] = ...,
        **params: Unpack[TurnStreamParams],
    ) -> ResponseStreamManager[Any]: ...

class ConnectionEvents:
    def create(self, *, stream: bool | None = ..., **params: Unpack[TurnParams]) -> None: ...
    def steer(self, *, input: Input, previous_response_id: str) -> None: ...
