"""Function tools from Python functions.

A function's name, docstring and type hints say what the model is told; ``Annotated[int, "..."]``
and an ``Args:`` part of the docstring describe parameters. Parameters with a default may be
left out by the model.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable

from . import _schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class FunctionTool:
    """A Python function as a tool: ``definition`` is what the API is told."""

    def __init__(
        self, function: Callable[..., Any], name: str | None, description: str | None
    ) -> None:
        self.function = function
        self.name = name or function.__name__
        text = inspect.getdoc(function) or ""
        summary, described = _documented(text)
        builder = _schema.Builder()
        hints = _schema.hints(function)
        self.types: dict[str, Any] = {}
        self.optional: set[str] = set()
        properties: dict[str, Any] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"{self.name}() takes *args or **kwargs, which no schema describes")
            kind = self.types[parameter.name] = hints.get(parameter.name, Any)
            schema = builder.of(kind)
            if parameter.default is not parameter.empty:
                self.optional.add(parameter.name)
                schema = _nullable(schema)
            if parameter.name in described:
                schema.setdefault("description", described[parameter.name])
            properties[parameter.name] = schema
        parameters: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        if builder.definitions:
            parameters["$defs"] = builder.definitions
        self.definition: dict[str, Any] = {
            "type": "function",
            "name": self.name,
            "parameters": parameters,
            "strict": builder.is_strict,
        }
        if description or summary:
            self.definition["description"] = description or summary

    def parse(self, arguments: str) -> dict[str, Any]:
        """The arguments of a call as the function takes them."""
        from json import loads

        given = loads(arguments or "{}")
        if not isinstance(given, dict):
            raise ValueError("the arguments are not an object")
        found = {}
        for name, value in given.items():
            if name not in self.types:
                raise ValueError(f"there is no parameter {name!r}")
            if value is None and name in self.optional:
                continue
            try:
                found[name] = _schema.convert(value, self.types[name])
            except (ValueError, TypeError) as problem:
                raise ValueError(f"{name}: {problem}") from problem
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"FunctionTool({self.name})"


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema:
        return schema if kind == "null" else {**schema, "type": [kind, "null"]}
    if {"type": "null"} in schema.get("anyOf", ()) or not schema:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _documented(text: str) -> tuple[str, dict[str, str]]:
    """The first part of a docstring, and what its ``Args:`` part says of each parameter."""
    head, _, rest = text.partition("\nArgs:")
    described: dict[str, str] = {}
    last = ""
    for line in rest.splitlines():
        if line.strip() and not line.startswith(" "):
            break
        name, colon, words = line.strip().partition(":")
        name = name.split("(")[0].strip()
        if colon and name.isidentifier():
            described[name] = words.strip()
            last = name
        elif last and line.strip():
            described[last] += " " + line.strip()
    return " ".join(head.split()), described


def function_tool(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Makes a tool of a function; also as a decorator, with another name or description."""
    if function is None:
        return lambda found: FunctionTool(found, name, description)
    return FunctionTool(function, name, description)


class PydanticTool(dict):  # type: ignore[type-arg]
    """The definition of a tool whose arguments are a pydantic model."""

    model: Any = None


def pydantic_function_tool(
    model: Any, *, name: str | None = None, description: str | None = None
) -> dict[str, Any]:
    """A tool whose arguments are a pydantic model; `parse` gives them as one."""
    made = PydanticTool(
        type="function",
        name=name or model.__name__,
        parameters=_schema.strict(model.model_json_schema()),
        strict=True,
    )
    text = description or _schema.own_docstring(model)
    if text:
        made["description"] = text
    made.model = model
    return made


def tool(one: Any) -> Any:
    """A tool in any of its forms as a `FunctionTool` or a definition."""
    if isinstance(one, (dict, FunctionTool)):
        return one
    if _schema.is_pydantic(one):
        return pydantic_function_tool(one)
    if callable(one):
        return FunctionTool(one, None, None)
    return one


def definitions(tools: Iterable[Any]) -> list[Any]:
    """Tools as the API is told of them."""
    found = [tool(one) for one in tools]
    return [one.definition if isinstance(one, FunctionTool) else one for one in found]


def parsed_arguments(item: Any, tools: Iterable[Any]) -> Any:
    """The arguments of a call as its tool has them; None for a tool that says nothing of them."""
    for one in map(tool, tools):
        if isinstance(one, FunctionTool):
            if one.name == item.name:
                return one.parse(item.arguments)
        elif isinstance(one, dict) and one.get("name") == item.name:
            if isinstance(one, PydanticTool):
                return one.model.model_validate_json(item.arguments)
            if one.get("strict"):
                from json import loads

                return loads(item.arguments)
    return None
