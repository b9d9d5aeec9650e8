"""What the methods of the clients take and return, for type checkers and editors."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any, Literal, overload

from typing_extensions import Unpack

from . import _models
from ._connection_async import AsyncResponsesConnection, AsyncResponsesConnectionManager
from ._outcomes import Outcome
from ._pages_async import AsyncPageRequest
from ._params import CallOptions, CreateParams, StreamParams
from ._stream_async import AsyncResponseStreamManager, AsyncStream

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
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...

class AsyncInputTokens:
    async def count(
        self, **parameters: Unpack[CreateParams]
    ) -> _models.InputTokenCountResponse: ...
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...

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
    async def parse(
        self, *, text_format: Any = ..., parse_as: Any = ..., **params: Unpack[CreateParams]
    ) -> _models.Response: ...
    async def run(
        self,
        *,
        tools: Iterable[Any],
        max_steps: int = 20,
        raise_tool_errors: bool = False,
        on_event: Callable[[Any], Any] | None = None,
        session: AsyncResponsesConnection | None = None,
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
    ) -> AsyncResponseStreamManager: ...
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
    ) -> AsyncResponsesConnectionManager: ...
    def map(
        self,
        requests: Iterable[dict[str, Any]],
        *,
        concurrency: int = 200,
        ordered: bool = True,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> AsyncIterator[Outcome]: ...
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...

class AsyncConversationItems:
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...
    async def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
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
    ) -> _models.Model: ...

class AsyncConversations:
    @property
    def with_raw_response(self) -> Any: ...
    @property
    def with_streaming_response(self) -> Any: ...
    @property
    def items(self) -> AsyncConversationItems: ...
    async def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
    async def retrieve(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.Model: ...
    async def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> _models.Model: ...
    async def delete(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> _models.Model: ...
