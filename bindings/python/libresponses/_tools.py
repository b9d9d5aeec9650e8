"""Function tools from Python functions.

A function's name, docstring and type hints say what the model is told; ``Annotated[int, "..."]``
and an ``Args:`` part of the docstring describe parameters. Parameters with a default may be
left out by the model.
"""

from __future__ import annotations

import decimal
import enum
import functools
import inspect
import uuid
from typing import Any, Callable

from . import _models, _requests, _schema
from ._options import Omit, omit
from ._strict import strict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class FunctionTool:
    """A Python function as a tool: ``definition`` is what the API is told."""

    def __init__(
        self, function: Callable[..., Any], name: str | None, description: str | None
    ) -> None:
        self.function = function
        self.name = name or _name(function)
        text = inspect.getdoc(function) or ""
        summary, described = _documented(text)
        builder = _schema.Builder()
        try:
            hints = _hints(function)
        except NameError as problem:
            raise TypeError(
                f"{self.name}() has a type hint that cannot be resolved: {problem}; "
                "define its type at the top level of a module"
            ) from problem
        self.types: dict[str, Any] = {}
        self.positional: list[str] = []
        self.optional: set[str] = set()
        properties: dict[str, Any] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"{self.name}() takes *args or **kwargs, which no schema describes")
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self.positional.append(parameter.name)
            kind = self.types[parameter.name] = hints.get(parameter.name, Any)
            try:
                schema = builder.of(kind)
            except TypeError as problem:
                raise TypeError(f"{self.name}(): {parameter.name}: {problem}") from problem
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
        parameters = builder.document(parameters)
        self.definition: dict[str, Any] = {
            "type": "function",
            "name": self.name,
            "parameters": parameters,
            "strict": builder.is_strict,
        }
        if description or summary:
            self.definition["description"] = description or summary

    def parse(self, arguments: str) -> dict[str, Any]:
        """The arguments of a call as the function takes them. What is wrong is a `ValueError`."""
        from json import loads

        try:
            given = loads(arguments or "{}")
        except (ValueError, RecursionError) as problem:
            raise ValueError(f"the arguments are not JSON: {problem}") from problem
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
        missing = [name for name in self.types if name not in found and name not in self.optional]
        if missing:
            raise ValueError(f"missing: {', '.join(missing)}")
        return found

    def call(self, arguments: dict[str, Any]) -> Any:
        """Calls the function with what `parse` made of the arguments."""
        named = dict(arguments)
        given = []
        for name in self.positional:
            if name not in named:
                break
            given.append(named.pop(name))
        return self.function(*given, **named)

    @property
    def is_async(self) -> bool:
        """Whether calling it gives a coroutine."""
        function: Any = self.function
        while isinstance(function, functools.partial):
            function = function.func
        called = getattr(function, "__call__", None)  # noqa: B004
        return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)

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


def _name(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def _initializer(function: Any) -> Any:
    return vars(function).get("__init__", function) if isinstance(function, type) else function


def _hints(function: Any) -> dict[str, Any]:
    """The type hints of anything that can be called."""
    while isinstance(function, functools.partial):
        function = function.func
    if not (inspect.isroutine(function) or isinstance(function, type)):
        function = type(function).__call__
    return _schema.hints(_initializer(function))


class PydanticTool(dict):  # type: ignore[type-arg]
    """The definition of a tool whose arguments are a pydantic model.

    ``tool["function"]`` is the tool itself: Chat Completions, and ``pydantic_function_tool`` of the
    ``openai`` package, have its members one level below.
    """

    model: Any = None

    def __missing__(self, name: str) -> Any:
        if name == "function":
            return self
        raise KeyError(name)


def pydantic_function_tool(
    model: Any,
    *,
    name: str | None = None,
    description: str | None = None,
    defer_loading: Any = omit,
) -> dict[str, Any]:
    """A tool whose arguments are a pydantic model; `parse` gives them as one.

    The description is the model's docstring, if none is given.
    """
    made = PydanticTool(
        type="function",
        name=name or model.__name__,
        strict=True,
        parameters=strict(model.model_json_schema()),
    )
    text = model.__doc__ if description is None else description
    if text is not None:
        made["description"] = text
    if not isinstance(defer_loading, Omit):
        made["defer_loading"] = defer_loading
    made.model = model
    return made


pydantic_responses_function_tool = pydantic_function_tool


def tool(one: Any) -> Any:
    """A tool in any of its forms as a `FunctionTool` or a definition."""
    if isinstance(one, dict):
        inner = one.get("function")
        if one.get("type") == "function" and isinstance(inner, dict):
            return _from_chat(inner)
        if one.get("type") == "namespace":
            return {**one, "tools": [tool(each) for each in one.get("tools") or ()]}
        return one
    if isinstance(one, FunctionTool):
        return one
    if _schema.is_model(one):
        return pydantic_function_tool(one)
    if callable(one):
        return FunctionTool(one, None, None)
    return one


def _from_chat(function: Any) -> PydanticTool:
    """A tool of the form that Chat Completions has."""
    made = PydanticTool(
        type="function",
        name=function.get("name"),
        description=function.get("description"),
        parameters=function.get("parameters"),
        strict=function.get("strict") or False,
    )
    made.update({name: value for name, value in function.items() if name not in made})
    made.model = getattr(function, "model", None)
    return made


def definitions(tools: Iterable[Any]) -> list[Any]:
    """Tools as the API is told of them."""
    return [definition(tool(one)) for one in tools]


def definition(one: Any) -> Any:
    """What the API is told of a tool."""
    if isinstance(one, FunctionTool):
        return one.definition
    if isinstance(one, dict) and one.get("type") == "namespace":
        return {**one, "tools": [definition(each) for each in one["tools"]]}
    return one


def named(tools: Iterable[Any]) -> dict[tuple[str | None, str], Any]:
    """The functions among tools, as `FunctionTool` or definition, by namespace and name."""
    found: dict[tuple[str | None, str], Any] = {}
    for one in map(tool, tools):
        if isinstance(one, FunctionTool):
            pairs: list[Any] = [((None, one.name), one)]
        elif not isinstance(one, dict):
            continue
        elif one.get("type") == "namespace":
            pairs = [
                ((one.get("name"), name), each) for (_, name), each in named(one["tools"]).items()
            ]
        elif one.get("type") == "function":
            pairs = [((None, str(one.get("name"))), one)]
        else:
            continue
        for key, each in pairs:
            found.setdefault(key, each)
    return found


def called(item: Mapping[str, Any], functions: Mapping[tuple[str | None, str], Any]) -> Any:
    """The function that an item calls; None when there is none of its name."""
    name, namespace = str(item.get("name")), item.get("namespace")
    found = functions.get((namespace, name))
    if found is None and namespace == name:  # what is loaded when needed has its own name there
        found = functions.get((None, name))
    return found


PARTS = frozenset({"input_text", "input_image", "input_file"})


def output(result: Any) -> str | list[Any]:
    """What a tool returned, as the model gets it: text, or parts with images and files."""
    if isinstance(result, str):
        return str(result)
    parts = list(result) if isinstance(result, (list, tuple)) else [result]
    if any(map(_is_part, parts)) and all(isinstance(one, str) or _is_part(one) for one in parts):
        return [
            {"type": "input_text", "text": one} if isinstance(one, str) else _models.plain(one)
            for one in parts
        ]
    from json import dumps

    return dumps(result, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _is_part(value: Any) -> bool:
    data = value._data if isinstance(value, _models.Model) else value
    return isinstance(data, dict) and data.get("type") in PARTS


def _plain(value: Any) -> Any:
    """What JSON has no form for, in a result: all of a model, also what it was not given."""
    dump = getattr(value, "model_dump", None)
    if dump is not None and not isinstance(value, (type, _models.Model)):
        return dump(mode="json", by_alias=True)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    return _requests.plain(value)


def parsed_arguments(item: Any, tools: Iterable[Any]) -> Any:
    """The arguments of a call as its tool has them; None for a tool that says nothing of them."""
    one = called(item._data, named(tools))
    if isinstance(one, FunctionTool):
        return one.parse(item.arguments)
    if one is None:
        return None
    model = getattr(one, "model", None)
    if model is not None:
        return model.model_validate_json(item.arguments)
    if one.get("strict"):
        from json import loads

        return loads(item.arguments)
    return None
