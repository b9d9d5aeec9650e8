# Made from _signatures_raw_async.pyi by tools/twins.py: do not edit.

"""What the methods of ``with_raw_response`` take and return, for type checkers."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Unpack

from . import _models
from ._options import Omit
from ._params import CallOptions, CreateParams
from ._typed import CursorPage, Stream
from ._typed_both import ParsedResponse, RawResponse

Kind = TypeVar("Kind")

class RawInputItems:
    def list(
        self,
        response_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[CursorPage]: ...

class RawInputTokens:
    def count(
        self, **parameters: Unpack[CreateParams]
    ) -> RawResponse[_models.InputTokenCountResponse]: ...

class RawResponses:
    @property
    def input_items(self) -> RawInputItems: ...
    @property
    def input_tokens(self) -> RawInputTokens: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[CreateParams]
    ) -> RawResponse[Stream]: ...
    @overload
    def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]
    ) -> RawResponse[_models.Response]: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[CreateParams]
    ) -> RawResponse[_models.Response | Stream]: ...
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
    ) -> RawResponse[Stream]: ...
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
    ) -> RawResponse[_models.Response]: ...
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
    ) -> RawResponse[_models.Response | Stream]: ...
    def cancel(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.Response]: ...
    def delete(
        self, response_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.ResponseDeleted]: ...
    def compact(self, **parameters: Any) -> RawResponse[_models.CompactedResponse]: ...
    def wait(
        self, response_id: str, *, timeout: float | None = None, **options: Any
    ) -> RawResponse[_models.Response]: ...
    @overload
    def parse(
        self,
        *,
        parse_as: type[Kind],
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[Kind]]: ...
    @overload
    def parse(
        self,
        *,
        parse_as: None,
        text_format: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[None]]: ...
    @overload
    def parse(
        self,
        *,
        text_format: type[Kind],
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[Kind]]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Omit | None = ...,
        parse_as: Omit = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[None]]: ...
    @overload
    def parse(
        self,
        *,
        text_format: Any = ...,
        parse_as: Any = ...,
        stream: Literal[False] | None = ...,
        **params: Unpack[CreateParams],
    ) -> RawResponse[ParsedResponse[Any]]: ...

class RawConversationItems:
    def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[Any],
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.ConversationItemList]: ...
    def retrieve(
        self,
        item_id: str,
        *,
        conversation_id: str,
        include: list[str] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.Model]: ...
    def list(
        self,
        conversation_id: str,
        *,
        after: str = ...,
        include: list[str] = ...,
        limit: int = ...,
        order: Literal["asc", "desc"] = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[CursorPage]: ...
    def delete(
        self, item_id: str, *, conversation_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.Conversation]: ...

class RawConversations:
    @property
    def items(self) -> RawConversationItems: ...
    def create(
        self,
        *,
        items: Iterable[Any] = ...,
        metadata: Mapping[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.Conversation]: ...
    def retrieve(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.Conversation]: ...
    def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[_models.Conversation]: ...
    def delete(
        self, conversation_id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[_models.ConversationDeletedResource]: ...
