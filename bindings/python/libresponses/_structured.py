"""Answers as Python values: ``parse(text_format=...)`` and ``stream(text_format=...)``."""

from __future__ import annotations

from . import _errors, _requests, _tools
from ._options import Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any


def format_of(kind: Any) -> dict[str, Any]:
    """``text.format`` for a type or a JSON schema."""
    if isinstance(kind, dict):
        if kind.get("type") in ("json_schema", "json_object", "text"):
            return kind
        schema = kind.get("schema") if "name" in kind and "schema" in kind else None
        if schema is not None:
            return {"type": "json_schema", "strict": True, **kind}
        name = _name(str(kind.get("title") or "answer"))
        return {"type": "json_schema", "name": name, "schema": kind, "strict": True}
    from . import _schema

    builder = _schema.Builder()
    schema = builder.whole(kind)
    inner, _ = _schema.unwrapped(kind)
    if schema.get("type") != "object":
        # The API wants an object; what is asked for is in its one field.
        definitions = schema.pop("$defs", None)
        schema = {
            "type": "object",
            "properties": {"value": schema},
            "required": ["value"],
            "additionalProperties": False,
        }
        if definitions:
            schema["$defs"] = definitions
    name = _name(getattr(inner, "__name__", "answer"))
    return {"type": "json_schema", "name": name, "schema": schema, "strict": builder.is_strict}


def _name(text: str) -> str:
    return "".join(one if one.isalnum() or one in "_-" else "_" for one in text)[:64]


def add_format(body: dict[str, Any], text_format: Any) -> Any:
    """Puts the format into the body of a request. The type to parse with, or None."""
    if isinstance(text_format, Omit) or text_format is None:
        return None
    text = body.get("text") or {}
    if "format" in text:
        raise TypeError("Cannot mix and match text.format with text_format")
    body["text"] = {**text, "format": format_of(text_format)}
    return text_format


def parse_text(text: str, kind: Any) -> Any:
    """The text of an answer as the type that was asked for."""
    from json import loads

    if isinstance(kind, dict):
        return loads(text)
    from . import _schema

    inner, _ = _schema.unwrapped(kind)
    if _schema.is_pydantic(inner):
        return inner.model_validate_json(text)
    value = loads(text)
    if not _schema.is_record(inner):
        value = value["value"]
    return _schema.convert(value, kind)


def parse_response(response: Any, text_format: Any, tools: Any) -> Any:
    """Adds ``parsed`` to the texts of a response and ``parsed_arguments`` to its calls."""
    for item in response.output or ():
        if item.type == "message" and text_format is not None:
            for part in item.content or ():
                if part.type == "output_text" and response.status != "incomplete":
                    part.__dict__["parsed"] = parse_text(part.text, text_format)
        elif item.type == "function_call" and tools:
            item.__dict__["parsed_arguments"] = _tools.parsed_arguments(item, tools)
    return response


def parse(text_format: Any, parameters: dict[str, Any]) -> Generator[Any, Any, Any]:
    """The steps of ``responses.parse()``."""
    options = _requests.call_options(parameters)
    body = _requests.given(parameters)
    tools = body.get("tools")
    if tools:
        tools = list(tools)
        body["tools"] = _tools.definitions(tools)
    text_format = add_format(body, text_format)
    response = yield _requests.Request("create", "POST /responses", body=body, **options)
    if response.status == "incomplete" and text_format is not None:
        details = response.incomplete_details
        if getattr(details, "reason", None) == "content_filter":
            raise _errors.ContentFilterFinishReasonError(completion=response)
        raise _errors.LengthFinishReasonError(completion=response)
    return parse_response(response, text_format, tools)
