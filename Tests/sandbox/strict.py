"""Validation with the types of the `openai` package, stricter than the package itself.

The package builds its objects without checking them. Here every value is checked in strict mode,
and a member that no type knows is an error unless the real API is known to send it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

from openai.types.responses import Response, ResponsesServerEvent, ResponseStreamEvent
from openai.types.responses.response_item import ResponseItem
from pydantic import BaseModel, TypeAdapter

_EVENTS: dict[str, TypeAdapter[Any]] = {
    get_args(kind.model_fields["type"].annotation)[0]: TypeAdapter(kind)
    for kind in get_args(get_args(ResponseStreamEvent)[0])
}
# What comes over a WebSocket has types of its own.
_SOCKET_EVENTS: dict[str, TypeAdapter[Any]] = {
    get_args(kind.model_fields["type"].annotation)[0]: TypeAdapter(kind)
    for kind in get_args(get_args(ResponsesServerEvent)[0])
}
_RESPONSE: TypeAdapter[Any] = TypeAdapter(Response)
_ITEM: TypeAdapter[Any] = TypeAdapter(ResponseItem)

# Every response has these, null or not.
ALWAYS_PRESENT = set(
    """
    id object created_at status background completed_at error frequency_penalty incomplete_details
    instructions max_output_tokens max_tool_calls model output parallel_tool_calls presence_penalty
    previous_response_id prompt_cache_key prompt_cache_retention reasoning safety_identifier
    service_tier store temperature text tool_choice tools top_logprobs top_p truncation usage user
    metadata
    """.split()
)
# On the wire of the real API, and in no type.
_UNDOCUMENTED = {"frequency_penalty", "presence_penalty", "store", "obfuscation"}
# Members of one item type that the union of the package may read as another's.
_TOLERATED = {"status"}


def event(data: dict[str, Any]) -> Any:
    """The event as the package's type, checked; raises if anything is wrong."""
    return _checked(_EVENTS[data["type"]], data)


def socket_event(data: dict[str, Any]) -> Any:
    """The same for what came over a WebSocket."""
    return _checked(_SOCKET_EVENTS[data["type"]], data)


def response(data: dict[str, Any]) -> Any:
    missing = ALWAYS_PRESENT - set(data)
    assert not missing, f"the response lacks {sorted(missing)}"
    return _checked(_RESPONSE, data)


def item(data: dict[str, Any]) -> Any:
    return _checked(_ITEM, data)


def _checked(adapter: TypeAdapter[Any], data: dict[str, Any]) -> Any:
    model = adapter.validate_json(json.dumps(data), strict=True)
    surplus = set(_surplus(model)) - _UNDOCUMENTED - _TOLERATED
    assert not surplus, f"{data.get('type', 'response')}: members of no type: {sorted(surplus)}"
    return model


def _surplus(value: Any) -> Iterator[str]:
    """The names of all members, at any depth, that the types do not have."""
    if isinstance(value, BaseModel):
        yield from (value.__pydantic_extra__ or {}).keys()
        for name in type(value).model_fields:
            yield from _surplus(getattr(value, name))
    elif isinstance(value, list):
        for element in value:
            yield from _surplus(element)
    elif isinstance(value, dict):
        for element in value.values():
            yield from _surplus(element)
