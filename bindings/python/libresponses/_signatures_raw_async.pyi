"""What the methods of ``with_raw_response`` take and return, for type checkers."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._options import Omit
from ._params import CallOptions, CreateParams
from ._typed_async import AsyncCursorPage, AsyncStream
from ._typed_both import ParsedResponse, RawResponse

Kind = TypeVar("Kind")

class AsyncRawInputItems:
    async def list(
        self,
        response_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[AsyncCursorPage]: ...

class AsyncRawInputTokens:
    async def count(
        self, **parameters: Unpack[CreateParams]
    ) -> RawResponse[_models.InputTokenCountResponse]: ...

class AsyncRawResponses:
    @property
    def input_items(self) -> AsyncRawInputItems: ...
    @property
    def input_tokens(self) -> AsyncRawInputTokens: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[CreateParams]
    ) -> RawResponse[AsyncStream]: ...
    @overload
    async def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]
    ) -> RawResponse[_models.Response]: ...
    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[CreateParams]
    ) -> RawResponse[_models.Response | AsyncStream]: ...
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
    ) -> RawResponse[AsyncStream]: ...
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
    ) -> RawResponse[_models.Response]: ...
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
    ) -> RawResponse[_models.Response | AsyncStream]: ...
    async def cancel(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.Response]: ...
    async def delete(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.ResponseDeleted]: ...
    async def compact(self, **parameters: Any) -> RawResponse[_models.CompactedResponse]: ...
    async def wait(
        self, response_id: str, *, timeout: float | None = None, **options: Any
    ) -> RawResponse[_models.Response]: ...
    @overload
    async def parse(
        self,
        *,
        parse_as: type[Kind],
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[Kind]]: ...
    @overload
    async def parse(
        self,
        *,
        parse_as: None,
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[None]]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: type[Kind],
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[Kind]]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: Omit | None = ...,
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[None]]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: Any = ...,
        parse_as: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[Any]]: ...

class AsyncRawConversationItems:
    async def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.ConversationItemList]: ...
    async def retrieve(
        self,
        item_id: str,
        *,
        conversation_id: str,
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.Model]: ...
    async def list(
        self,
        conversation_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[AsyncCursorPage]: ...
    async def delete(
        self, item_id: str, *, conversation_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.Conversation]: ...

class AsyncRawConversations:
    @property
    def items(self) -> AsyncRawConversationItems: ...
    async def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.Conversation]: ...
    async def retrieve(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.Conversation]: ...
    async def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.Conversation]: ...
    async def delete(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.ConversationDeletedResource]: ...
