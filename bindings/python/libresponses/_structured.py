"""Answers as Python values: ``parse(text_format=...)`` and ``stream(text_format=...)``."""

from __future__ import annotations

from . import _errors, _requests, _tools
from ._options import Omit, omit

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
    if not is_object(schema):
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


def is_object(schema: dict[str, Any]) -> bool:
    """Whether the API takes it for the schema of an answer."""
    return schema.get("type") == "object" and "anyOf" not in schema


def _name(text: str) -> str:
    """A name with the characters that the API allows in one."""
    allowed = (one.isascii() and (one.isalnum() or one in "_-") for one in text)
    return "".join(one if fits else "_" for one, fits in zip(text, allowed))[:64] or "answer"


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
    from . import _schema, _strict

    inner, _ = _schema.unwrapped(kind)
    if getattr(inner, "__pydantic_root_model__", False) and not is_object(
        _strict.strict(_schema.pydantic_schema(inner))
    ):
        return _schema.from_pydantic(_value(loads(text)), inner)
    if _schema.is_model(inner):
        return inner.model_validate_json(text)
    if _schema.is_pydantic(inner):
        return _schema.adapter(inner).validate_json(text)
    value = loads(text)
    if not _schema.is_record(inner):
        value = _value(value)
    return _schema.convert(value, kind)


def _value(answer: Any) -> Any:
    if not isinstance(answer, dict) or "value" not in answer:
        raise ValueError(f"expected an object with the field 'value', got {answer!r}")
    return answer["value"]


def is_final(message: Any) -> bool:
    """Whether a message is the answer: what the model says on the way there is only text."""
    return getattr(message, "phase", None) in (None, "final_answer")


def parse_response(response: Any, text_format: Any, tools: Any, is_checked: bool = True) -> Any:
    """Adds ``parsed`` to the texts of a response and ``parsed_arguments`` to its calls.

    Arguments that do not fit are an exception, or None where it ``is_checked`` no more.
    """
    is_whole = response.status != "incomplete"
    if response.output is None:
        response.output = []
    for item in response.output:
        kind = getattr(item, "type", None)
        if kind == "message" and item.content is None:
            item.content = []
        if kind == "message" and text_format is not None:
            for part in item.content or ():
                if part.type == "output_text" and is_whole:
                    parsed = parse_text(part.text, text_format) if is_final(item) else None
                    part.__dict__["parsed"] = parsed
        elif kind == "function_call" and tools:
            parsed = None
            if is_whole and item.status != "incomplete":
                try:
                    parsed = _tools.parsed_arguments(item, tools)
                except ValueError:
                    if is_checked:
                        raise
            item.__dict__["parsed_arguments"] = parsed
    return response


def _format_to_read(given: Any, text: Any, text_format: Any, parse_as: Any) -> Any:
    """The type of an answer: that of ``parse_as``, or of ``text_format``, unless an item of the
    input sets another format. The last such item counts.
    """
    is_told = not isinstance(parse_as, Omit)
    if is_told and parse_as is None:
        return None
    for item in reversed(given) if isinstance(given, list) else ():
        update = item.get("text") if isinstance(item, dict) else None
        if not isinstance(update, dict) or item.get("type") != "configuration_update":
            continue
        told = update.get("format")
        if not isinstance(told, dict):
            continue
        if told.get("type") == "text":
            if is_told:
                raise TypeError("Cannot use parse_as with a plain-text format update")
            return None
        if text_format is not None and not is_told and told != (text or {}).get("format"):
            raise TypeError(
                "Pass parse_as for the updated output schema, or parse_as=None to read plain "
                "output_text"
            )
        break
    return parse_as if is_told else text_format


def check_whole(response: Any, text_format: Any) -> None:
    """Raises if the text of a response cannot be parsed, as it has no end."""
    if response.status != "incomplete" or text_format is None:
        return
    details = response.incomplete_details
    if getattr(details, "reason", None) == "content_filter":
        raise _errors.ContentFilterFinishReasonError(completion=response)
    raise _errors.LengthFinishReasonError(completion=response)


def parse(text_format: Any, parameters: dict[str, Any]) -> Generator[Any, Any, Any]:
    """The steps of ``responses.parse()``."""
    options = _requests.call_options(parameters)
    body = _requests.given(parameters)
    parse_as = body.pop("parse_as", omit)
    tools = body.get("tools")
    if tools:
        tools = [_tools.tool(one) for one in tools]
        body["tools"] = _tools.definitions(tools)
    text_format = add_format(body, text_format)
    text_format = _format_to_read(body.get("input"), body.get("text"), text_format, parse_as)
    response = yield _requests.Request("create", "POST /responses", body=body, **options)
    check_whole(response, text_format)
    return parse_response(response, text_format, tools)
