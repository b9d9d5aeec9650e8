# Made from _signatures_async.pyi by tools/twins.py: do not edit.

"""What the methods of the clients take and return, for type checkers and editors."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._answers import RawResponse
from ._connection import ResponsesConnection, ResponsesConnectionManager
from ._options import Omit
from ._outcomes import Outcome
from ._pace import Pacing
from ._params import CallOptions, CreateParams, StreamParams
from ._signatures_raw import (
    RawConversationItems,
    RawConversations,
    RawInputItems,
    RawInputTokens,
    RawResponses,
)
from ._signatures_streaming import (
    StreamingConversationItems,
    StreamingConversations,
    StreamingInputItems,
    StreamingInputTokens,
    StreamingResponses,
)
from ._typed import CursorPage, ResponseStreamManager, Stream
from ._typed_both import ParsedResponse
from .types.websocket_reconnection import ReconnectingEvent, ReconnectingOverrides

Kind = TypeVar("Kind")

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
    def with_raw_response(self) -> RawInputItems: ...
    @property
    def with_streaming_response(self) -> StreamingInputItems: ...

class InputTokens:
    def count(self, **parameters: Unpack[CreateParams]) -> _models.InputTokenCountResponse: ...
    @property
    def with_raw_response(self) -> RawInputTokens: ...
    @property
    def with_streaming_response(self) -> StreamingInputTokens: ...

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
    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: bool,
        starting_after: int = ...,
        include: list[str] = ...,
        include_obfuscation: bool = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Response | Stream: ...
    def cancel(self, response_id: str, **options: Unpack[CallOptions]) -> _models.Response: ...
    def delete(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> _models.ResponseDeleted: ...
    def compact(self, **parameters: Any) -> _models.CompactedResponse: ...
    def wait(
        self, response_id: str, *, timeout: float | None = None, **options: Any
    ) -> _models.Response: ...
    @overload
    def parse(
        self,
        *,
        parse_as: type[Kind],
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    def parse(
        self,
        *,
        parse_as: None,
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[None]: ...
    @overload
    def parse(
        self,
        *,
        text_format: type[Kind],
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Omit | None = ...,
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[None]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Any = ...,
        parse_as: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    def run(
        self,
        *,
        tools: Iterable[Any],
        text_format: type[Kind],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: ResponsesConnection | None = None,
        **params: Unpack[StreamParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    def run(
        self,
        *,
        tools: Iterable[Any],
        text_format: Omit | None = ...,
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: ResponsesConnection | None = None,
        **params: Unpack[StreamParams],
    ) -> ParsedResponse[None]: ...
    @overload
    def run(
        self,
        *,
        tools: Iterable[Any],
        text_format: Any,
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: ResponsesConnection | None = None,
        **params: Unpack[StreamParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    def stream(
        self,
        *,
        text_format: type[Kind],
        response_id: str = ...,
        starting_after: int = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[StreamParams],
    ) -> ResponseStreamManager[Kind]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Omit | None = ...,
        response_id: str = ...,
        starting_after: int = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[StreamParams],
    ) -> ResponseStreamManager[None]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Any,
        response_id: str = ...,
        starting_after: int = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[StreamParams],
    ) -> ResponseStreamManager[Any]: ...
    def connect(
        self,
        extra_query: Mapping[str, Any] | None = ...,
        extra_headers: Mapping[str, Any] | None = ...,
        websocket_connection_options: Mapping[str, Any] = ...,
        on_reconnecting: Callable[[ReconnectingEvent], ReconnectingOverrides | None] | None = ...,
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
        pace: Pacing | None = None,
    ) -> Iterator[Outcome]: ...
    @property
    def with_raw_response(self) -> RawResponses: ...
    @property
    def with_streaming_response(self) -> StreamingResponses: ...

class ConversationItems:
    @property
    def with_raw_response(self) -> RawConversationItems: ...
    @property
    def with_streaming_response(self) -> StreamingConversationItems: ...
    def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.ConversationItemList: ...
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
    ) -> _models.Conversation: ...

class Conversations:
    @property
    def with_raw_response(self) -> RawConversations: ...
    @property
    def with_streaming_response(self) -> StreamingConversations: ...
    @property
    def items(self) -> ConversationItems: ...
    def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Conversation: ...
    def retrieve(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.Conversation: ...
    def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> _models.Conversation: ...
    def delete(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.ConversationDeletedResource: ...

class Files:
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...
    def create(
        self,
        *,
        file: Any,
        purpose: str,
        expires_after: Mapping[str, Any] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.FileObject: ...
    def retrieve(self, file_id: str, **options: Unpack[CallOptions]) -> _models.FileObject: ...
    def list(
        self,
        *,
        after: str = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        purpose: str = ...,
        **options: Unpack[CallOptions],
    ) -> CursorPage: ...
    def delete(self, file_id: str, **options: Unpack[CallOptions]) -> _models.FileDeleted: ...
    def content(self, file_id: str, **options: Unpack[CallOptions]) -> RawResponse: ...

class ContainerFileContent:
    @property
    def with_streaming_response(self) -> Any: ...
    def retrieve(
        self, file_id: str, *, container_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse: ...

class ContainerFiles:
    @property
    def content(self) -> ContainerFileContent: ...
    def create(
        self,
        container_id: str,
        *,
        file: Any = ...,
        file_id: str = ...,
        **options: Unpack[CallOptions],
    ) -> _models.FileObject: ...
    def retrieve(
        self, file_id: str, *, container_id: str, **options: Unpack[CallOptions]
    ) -> _models.FileObject: ...
    def list(
        self,
        container_id: str,
        *,
        after: str = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> CursorPage: ...
    def delete(
        self, file_id: str, *, container_id: str, **options: Unpack[CallOptions]
    ) -> _models.FileDeleted: ...

class Containers:
    @property
    def files(self) -> ContainerFiles: ...

class RawResources:
    """``client.with_raw_response``"""

    @property
    def responses(self) -> RawResponses: ...
    @property
    def conversations(self) -> RawConversations: ...
    @property
    def files(self) -> Any: ...
    @property
    def containers(self) -> Any: ...

class StreamingResources:
    """``client.with_streaming_response``"""

    @property
    def responses(self) -> StreamingResponses: ...
    @property
    def conversations(self) -> StreamingConversations: ...
    @property
    def files(self) -> Any: ...
    @property
    def containers(self) -> Any: ...
