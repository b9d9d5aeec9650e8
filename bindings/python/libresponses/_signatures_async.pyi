"""What the methods of the clients take and return, for type checkers and editors."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._answers import RawResponse
from ._connection_async import AsyncResponsesConnection, AsyncResponsesConnectionManager
from ._options import Omit
from ._outcomes import Outcome
from ._pace import Pacing
from ._params import CallOptions, CreateParams, StreamParams
from ._signatures_raw_async import (
    AsyncRawConversationItems,
    AsyncRawConversations,
    AsyncRawInputItems,
    AsyncRawInputTokens,
    AsyncRawResponses,
)
from ._signatures_streaming_async import (
    AsyncStreamingConversationItems,
    AsyncStreamingConversations,
    AsyncStreamingInputItems,
    AsyncStreamingInputTokens,
    AsyncStreamingResponses,
)
from ._typed_async import AsyncPageRequest, AsyncResponseStreamManager, AsyncStream
from ._typed_both import ParsedResponse
from .types.websocket_reconnection import ReconnectingEvent, ReconnectingOverrides

Kind = TypeVar("Kind")

class AsyncInputItems:
    def list(
        self,
        response_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncPageRequest: ...
    @property
    def with_raw_response(self) -> AsyncRawInputItems: ...
    @property
    def with_streaming_response(self) -> AsyncStreamingInputItems: ...

class AsyncInputTokens:
    async def count(
        self, **parameters: Unpack[CreateParams]
    ) -> _models.InputTokenCountResponse: ...
    @property
    def with_raw_response(self) -> AsyncRawInputTokens: ...
    @property
    def with_streaming_response(self) -> AsyncStreamingInputTokens: ...

class AsyncResponses:
    @property
    def input_items(self) -> AsyncInputItems: ...
    @property
    def input_tokens(self) -> AsyncInputTokens: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[CreateParams]
    ) -> AsyncStream: ...
    @overload
    async def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]
    ) -> _models.Response: ...
    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[CreateParams]
    ) -> _models.Response | AsyncStream: ...
    @overload
    async def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        starting_after: int = ...,
        include: list[str] = ...,
        include_obfuscation: bool = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncStream: ...
    @overload
    async def retrieve(
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
    async def retrieve(
        self,
        response_id: str,
        *,
        stream: bool,
        starting_after: int = ...,
        include: list[str] = ...,
        include_obfuscation: bool = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Response | AsyncStream: ...
    async def cancel(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> _models.Response: ...
    async def delete(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> _models.ResponseDeleted: ...
    async def compact(self, **parameters: Any) -> _models.CompactedResponse: ...
    async def wait(
        self, response_id: str, *, timeout: float | None = None, **options: Any
    ) -> _models.Response: ...
    @overload
    async def parse(
        self,
        *,
        parse_as: type[Kind],
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    async def parse(
        self,
        *,
        parse_as: None,
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[None]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: type[Kind],
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: Omit | None = ...,
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[None]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: Any = ...,
        parse_as: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    async def run(
        self,
        *,
        tools: Iterable[Any],
        text_format: type[Kind],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: AsyncResponsesConnection | None = None,
        **params: Unpack[StreamParams],
    ) -> ParsedResponse[Kind]: ...
    @overload
    async def run(
        self,
        *,
        tools: Iterable[Any],
        text_format: Omit | None = ...,
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: AsyncResponsesConnection | None = None,
        **params: Unpack[StreamParams],
    ) -> ParsedResponse[None]: ...
    @overload
    async def run(
        self,
        *,
        tools: Iterable[Any],
        text_format: Any,
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: AsyncResponsesConnection | None = None,
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
    ) -> AsyncResponseStreamManager[Kind]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Omit | None = ...,
        response_id: str = ...,
        starting_after: int = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[StreamParams],
    ) -> AsyncResponseStreamManager[None]: ...
    @overload
    def stream(
        self,
        *,
        text_format: Any,
        response_id: str = ...,
        starting_after: int = ...,
        tools: Iterable[Any] = ...,
        **params: Unpack[StreamParams],
    ) -> AsyncResponseStreamManager[Any]: ...
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
    ) -> AsyncResponsesConnectionManager: ...
    def map(
        self,
        # only async:
        requests: Iterable[dict[str, Any]] | AsyncIterable[dict[str, Any]],
        # only sync:
        # | requests: Iterable[dict[str, Any]],
        # end
        *,
        concurrency: int = 200,
        ordered: bool = True,
        progress: Callable[[int, int | None], object] | bool | None = None,
        pace: Pacing | None = None,
    ) -> AsyncIterator[Outcome]: ...
    @property
    def with_raw_response(self) -> AsyncRawResponses: ...
    @property
    def with_streaming_response(self) -> AsyncStreamingResponses: ...

class AsyncConversationItems:
    @property
    def with_raw_response(self) -> AsyncRawConversationItems: ...
    @property
    def with_streaming_response(self) -> AsyncStreamingConversationItems: ...
    async def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.ConversationItemList: ...
    async def retrieve(
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
    ) -> AsyncPageRequest: ...
    async def delete(
        self, item_id: str, *, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.Conversation: ...

class AsyncConversations:
    @property
    def with_raw_response(self) -> AsyncRawConversations: ...
    @property
    def with_streaming_response(self) -> AsyncStreamingConversations: ...
    @property
    def items(self) -> AsyncConversationItems: ...
    async def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Conversation: ...
    async def retrieve(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.Conversation: ...
    async def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> _models.Conversation: ...
    async def delete(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.ConversationDeletedResource: ...

class AsyncFiles:
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...
    async def create(
        self,
        *,
        file: Any,
        purpose: str,
        expires_after: Mapping[str, Any] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.FileObject: ...
    async def retrieve(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> _models.FileObject: ...
    def list(
        self,
        *,
        after: str = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        purpose: str = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncPageRequest: ...
    async def delete(self, file_id: str, **options: Unpack[CallOptions]) -> _models.FileDeleted: ...
    async def content(self, file_id: str, **options: Unpack[CallOptions]) -> RawResponse: ...

class AsyncContainerFileContent:
    @property
    def with_streaming_response(self) -> Any: ...
    async def retrieve(
        self, file_id: str, *, container_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse: ...

class AsyncContainerFiles:
    @property
    def content(self) -> AsyncContainerFileContent: ...
    async def create(
        self,
        container_id: str,
        *,
        file: Any = ...,
        file_id: str = ...,
        **options: Unpack[CallOptions],
    ) -> _models.FileObject: ...
    async def retrieve(
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
    ) -> AsyncPageRequest: ...
    async def delete(
        self, file_id: str, *, container_id: str, **options: Unpack[CallOptions]
    ) -> _models.FileDeleted: ...

class AsyncContainers:
    @property
    def files(self) -> AsyncContainerFiles: ...

class AsyncRawResources:
    """``client.with_raw_response``"""

    @property
    def responses(self) -> AsyncRawResponses: ...
    @property
    def conversations(self) -> AsyncRawConversations: ...
    @property
    def files(self) -> Any: ...
    @property
    def containers(self) -> Any: ...

class AsyncStreamingResources:
    """``client.with_streaming_response``"""

    @property
    def responses(self) -> AsyncStreamingResponses: ...
    @property
    def conversations(self) -> AsyncStreamingConversations: ...
    @property
    def files(self) -> Any: ...
    @property
    def containers(self) -> Any: ...
