"""What the methods of ``with_streaming_response`` take and return, for type checkers."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._options import Omit
from ._params import CallOptions, CreateParams
from ._typed_async import AsyncCursorPage, AsyncResponseContextManager, AsyncStream
from ._typed_both import ParsedResponse

Kind = TypeVar("Kind")

class AsyncStreamingInputItems:
    def list(
        self,
        response_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncCursorPage]: ...

class AsyncStreamingInputTokens:
    def count(
        self, **parameters: Unpack[CreateParams]
    ) -> AsyncResponseContextManager[_models.InputTokenCountResponse]: ...

class AsyncStreamingResponses:
    @property
    def input_items(self) -> AsyncStreamingInputItems: ...
    @property
    def input_tokens(self) -> AsyncStreamingInputTokens: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[CreateParams]
    ) -> AsyncResponseContextManager[AsyncStream]: ...
    @overload
    def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]
    ) -> AsyncResponseContextManager[_models.Response]: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[CreateParams]
    ) -> AsyncResponseContextManager[_models.Response | AsyncStream]: ...
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
    ) -> AsyncResponseContextManager[AsyncStream]: ...
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
    ) -> AsyncResponseContextManager[_models.Response]: ...
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
    ) -> AsyncResponseContextManager[_models.Response | AsyncStream]: ...
    def cancel(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[_models.Response]: ...
    def delete(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[_models.ResponseDeleted]: ...
    def compact(
        self, **parameters: Any
    ) -> AsyncResponseContextManager[_models.CompactedResponse]: ...
    def wait(
        self, response_id: str, *, timeout: float | None = None, **options: Any
    ) -> AsyncResponseContextManager[_models.Response]: ...
    @overload
    def parse(
        self,
        *,
        parse_as: type[Kind],
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> AsyncResponseContextManager[ParsedResponse[Kind]]: ...
    @overload
    def parse(
        self,
        *,
        parse_as: None,
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> AsyncResponseContextManager[ParsedResponse[None]]: ...
    @overload
    def parse(
        self,
        *,
        text_format: type[Kind],
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> AsyncResponseContextManager[ParsedResponse[Kind]]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Omit | None = ...,
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> AsyncResponseContextManager[ParsedResponse[None]]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Any = ...,
        parse_as: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> AsyncResponseContextManager[ParsedResponse[Any]]: ...

class AsyncStreamingConversationItems:
    def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[_models.ConversationItemList]: ...
    def retrieve(
        self,
        item_id: str,
        *,
        conversation_id: str,
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[_models.Model]: ...
    def list(
        self,
        conversation_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncCursorPage]: ...
    def delete(
        self, item_id: str, *, conversation_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[_models.Conversation]: ...

class AsyncStreamingConversations:
    @property
    def items(self) -> AsyncStreamingConversationItems: ...
    def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[_models.Conversation]: ...
    def retrieve(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[_models.Conversation]: ...
    def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[_models.Conversation]: ...
    def delete(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[_models.ConversationDeletedResource]: ...
