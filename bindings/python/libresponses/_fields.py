"""What the server sends as fields of pydantic's models, and so as answers of FastAPI."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def schema(kind: Any, made: Callable[[dict[str, Any]], Any]) -> Any:
    """How pydantic takes objects of a class: as they are, or as dictionaries, of which ``made``
    makes one. They become dictionaries again when they are dumped.
    """
    from pydantic_core import core_schema

    def validated(value: Any) -> Any:
        found = made(value) if isinstance(value, dict) else value
        if not isinstance(found, kind):
            raise ValueError(f"expected {kind.__name__} or its dictionary")
        return found

    def dumped(value: Any, info: Any) -> Any:
        return value.to_dict(mode=info.mode, exclude_none=info.exclude_none)

    return core_schema.no_info_plain_validator_function(
        validated,
        serialization=core_schema.plain_serializer_function_ser_schema(dumped, info_arg=True),
    )


def described(kind: Any) -> dict[str, Any]:
    """The JSON schema of a class: an object, of which the API says what is in it."""
    return {"type": "object", "title": kind.__name__, "additionalProperties": True}
