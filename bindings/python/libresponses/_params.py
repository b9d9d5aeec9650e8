"""The parameters of create, for type checkers and editors. Never imported when a program runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict, Union

Input = Union[str, Iterable[Any]]


class CallOptions(TypedDict, total=False):
    """What every call takes beside its own parameters."""

    extra_headers: Mapping[str, Any] | None
    extra_query: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None
    timeout: Any
    max_retries: int
    idempotency_key: str


class StreamParams(CallOptions, total=False):
    """Parameters of a new response, but for ``tools``."""

    input: Input
    model: str
    access_programs: Any
    background: bool | None
    background_options: Mapping[str, Any] | None
    context_management: Iterable[Any] | None
    conversation: str | Mapping[str, Any] | None
    image: Any
    include: list[str] | None
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: Mapping[str, str] | None
    moderation: Any
    parallel_tool_calls: bool | None
    previous_response_id: str | None
    prompt: Mapping[str, Any] | None
    prompt_cache_key: str
    prompt_cache_options: Any
    prompt_cache_retention: Any
    reasoning: Mapping[str, Any] | None
    safety_identifier: str
    service_tier: str | None
    store: bool | None
    stream_options: Mapping[str, Any] | None
    temperature: float | None
    text: Mapping[str, Any]
    tool_choice: Any
    top_logprobs: int | None
    top_p: float | None
    truncation: Literal["auto", "disabled"] | None
    user: str


class CreateParams(StreamParams, total=False):
    """Parameters of a new response."""

    tools: Iterable[Any]


class TurnStreamParams(StreamParams, total=False):
    """Parameters of a turn of a connection, but for ``tools``."""

    stream_id: str
    generate: bool


class TurnParams(TurnStreamParams, total=False):
    """Parameters of a turn of a connection."""

    tools: Iterable[Any]
