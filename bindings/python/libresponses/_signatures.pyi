# Made from _signatures_async.pyi by tools/twins.py: do not edit.

"""What the methods of the clients take and return, for type checkers and editors."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, overload

from typing_extensions import Unpack

from . import _models
from ._connection import ResponsesConnection, ResponsesConnectionManager
from ._outcomes import Outcome
from ._pages import CursorPage
from ._params import CallOptions, CreateParams, StreamParams
from ._stream import ResponseStreamManager, Stream

class InputItems:
    def list(
        self,
        response_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> CursorPage: ...
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...

class InputTokens:
    def count(self, **parameters: Unpack[CreateParams]) -> _models.InputTokenCountResponse: ...
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...

class Responses:
    @property
    def input_items(self) -> InputItems: ...
    @property
    def input_tokens(self) -> InputTokens: ...
    @overload
    def create(self, *, stream: Literal[True], **params: Unpack[CreateParams]) -> Stream: ...
    @overload
    def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]
    ) -> _models.Response: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[CreateParams]
    ) -> _models.Response | Stream: ...
    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        starting_after: int = ...,
        include: list[str] = ...,
        include_obfuscation: bool = ...,
        **options: Unpack[CallOptions],
    ) -> Stream: ...
    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[False] = ...,
        include: list[str] = ...,
        include_obfuscation: bool = ...,
        starting_after: int = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Response: ...
    def cancel(self, response_id: str, **options: Unpack[CallOptions]) -> _models.Response: ...
    def delete(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> _models.ResponseDeleted: ...
    def compact(self, **parameters: Any) -> _models.CompactedResponse: ...
    def wait(
        self, response_id: str, *, timeout: float | None = None, **options: Any
    ) -> _models.Response: ...
    def parse(
        self, *, text_format: Any = ..., parse_as: Any = ..., **params: Unpack[CreateParams]
    ) -> _models.Response: ...
    def run(
        self,
        *,
        tools: Iterable[Any],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: ResponsesConnection | None = None,
        text_format: Any = ...,
        **params: Unpack[StreamParams],
    ) -> _models.Response: ...
    def stream(
        self,
        *,
        response_id: str = ...,
        starting_after: int = ...,
        text_format: Any = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[StreamParams],
    ) -> ResponseStreamManager: ...
    def connect(
        self,
        extra_query: Mapping[str, Any] | None = ...,
        extra_headers: Mapping[str, Any] | None = ...,
        websocket_connection_options: Mapping[str, Any] = ...,
        on_reconnecting: Callable[[Any], Any] | None = ...,
        max_retries: int = ...,
        initial_delay: float = ...,
        max_delay: float = ...,
        max_queue_size: int = ...,
    ) -> ResponsesConnectionManager: ...
    def map(
        self,
        requests: Iterable[dict[str, Any]],
        *,
        concurrency: int = 200,
        ordered: bool = True,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> Iterator[Outcome]: ...
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...

class ConversationItems:
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...
    def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
    def retrieve(
        self,
        item_id: str,
        *,
        conversation_id: str,
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
    def list(
        self,
        conversation_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> CursorPage: ...
    def delete(
        self, item_id: str, *, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.Model: ...

class Conversations:
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...
    @property
    def items(self) -> ConversationItems: ...
    def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
    def retrieve(self, conversation_id: str, **options: Unpack[CallOptions]) -> _models.Model: ...
    def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
    def delete(self, conversation_id: str, **options: Unpack[CallOptions]) -> _models.Model: ...
