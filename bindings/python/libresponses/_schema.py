"""JSON schemas of Python types, and Python values from the JSON that follows them.

Types are what type hints are made of: str, int, float, bool, None, list, tuple, set, dict, Union
and Optional, Literal, Annotated (its text is the description), Enum, date and datetime,
dataclasses, TypedDict, and pydantic models where pydantic is installed.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime
import enum
import sys
import types
import typing
from typing import Any, Union, get_args, get_origin

_UNIONS = (Union, getattr(types, "UnionType", Union))
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_LISTS = (list, set, frozenset, tuple, collections.abc.Sequence, collections.abc.Iterable)
_DICTS = (dict, collections.abc.Mapping)
_DATES = {
    datetime.datetime: "date-time",
    datetime.date: "date",
    datetime.time: "time",
}


def is_pydantic(kind: Any) -> bool:
    """Whether it is a model of pydantic."""
    return isinstance(kind, type) and hasattr(kind, "model_json_schema")


def hints(kind: Any) -> dict[str, Any]:
    """Type hints with what Annotated says."""
    return typing.get_type_hints(kind, include_extras=True)


def is_typed_dict(kind: Any) -> bool:
    """Whether it is a TypedDict."""
    return isinstance(kind, type) and issubclass(kind, dict) and hasattr(kind, "__total__")


def is_record(kind: Any) -> bool:
    """Whether it is a class with fields: a dataclass or a TypedDict."""
    return isinstance(kind, type) and (dataclasses.is_dataclass(kind) or is_typed_dict(kind))


def unwrapped(kind: Any) -> tuple[Any, str | None]:
    """A type without Annotated, Required and the like, and its description."""
    description = None
    while True:
        origin = get_origin(kind)
        name = str(origin)
        if hasattr(kind, "__metadata__"):
            for extra in kind.__metadata__:
                text = extra if isinstance(extra, str) else getattr(extra, "description", None)
                description = description or text
            kind = kind.__origin__
        elif name.endswith((".Required", ".NotRequired", ".ReadOnly")):
            kind = get_args(kind)[0]
        elif hasattr(kind, "__supertype__"):  # NewType
            kind = kind.__supertype__
        elif type(kind).__name__ == "TypeAliasType":
            kind = kind.__value__
        else:
            return kind, description


class Builder:
    """Makes one schema; classes that are used go into its definitions."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}
        self.names: dict[Any, str] = {}
        self.is_strict = True

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type."""
        kind, description = unwrapped(kind)
        made = self._of(kind)
        if description:
            made = {**made, "description": description}
        return made

    def _of(self, kind: Any) -> dict[str, Any]:
        if kind is Any or kind is object:
            self.is_strict = False
            return {}
        if isinstance(kind, typing.Hashable) and kind in _PLAIN:
            return {"type": _PLAIN[kind]}
        if kind is None:
            return {"type": "null"}
        origin = get_origin(kind)
        arguments = get_args(kind)
        if origin in _UNIONS:
            return {"anyOf": [self.of(inner) for inner in arguments]}
        if origin is typing.Literal:
            return self._choices(list(arguments))
        if kind in _LISTS or origin in _LISTS:
            return self._list(origin or kind, arguments)
        if kind in _DICTS or origin in _DICTS:
            self.is_strict = False
            values = self.of(arguments[1]) if len(arguments) == 2 else {}
            return {"type": "object", "additionalProperties": values or True}
        if isinstance(kind, type):
            if issubclass(kind, enum.Enum):
                return self._choices([member.value for member in kind])
            if kind in _DATES:
                return {"type": "string", "format": _DATES[kind]}
            if is_pydantic(kind) or is_record(kind):
                return self._reference(kind)
        raise TypeError(f"{kind!r} has no JSON schema; use a type hint of JSON values")

    def _choices(self, values: list[Any]) -> dict[str, Any]:
        kinds = sorted({_PLAIN.get(type(value), "string") for value in values})
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values}

    def _list(self, kind: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
        if kind is tuple and arguments and arguments[-1] is not Ellipsis:
            inner = [self.of(argument) for argument in arguments]
            items = inner[0] if all(one == inner[0] for one in inner) else {"anyOf": inner}
            return {
                "type": "array", "items": items, "minItems": len(inner), "maxItems": len(inner),
            }  # fmt: skip
        if not arguments:
            self.is_strict = False
            return {"type": "array", "items": {}}
        return {"type": "array", "items": self.of(arguments[0])}

    def _reference(self, kind: Any) -> dict[str, Any]:
        name = self.names.get(kind)
        if name is None:
            name = kind.__name__
            while name in self.definitions:
                name += "_"
            self.names[kind] = name
            self.definitions[name] = {}
            self.definitions[name] = self.record(kind)
        return {"$ref": f"#/$defs/{name}"}

    def record(self, kind: Any) -> dict[str, Any]:
        """The schema of a class with fields."""
        if is_pydantic(kind):
            schema = kind.model_json_schema()
            self.definitions.update(schema.pop("$defs", {}))
            found: dict[str, Any] = strict(schema)
            return found
        fields = {name: self.of(hint) for name, hint in hints(kind).items()}
        made: dict[str, Any] = {
            "type": "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        }
        text = own_docstring(kind)
        if text:
            made["description"] = text
        return made

    def whole(self, kind: Any) -> dict[str, Any]:
        """The schema of a type with its definitions, as a document."""
        kind, _ = unwrapped(kind)
        if is_pydantic(kind):
            found: dict[str, Any] = strict(kind.model_json_schema())
            return found
        if is_record(kind):
            self.names[kind] = kind.__name__
            made = self.record(kind)
            if f"#/$defs/{kind.__name__}" in repr(made) + repr(self.definitions):
                self.definitions[kind.__name__] = dict(made)
        else:
            made = self.of(kind)
        if self.definitions:
            made["$defs"] = {name: strict(one) for name, one in self.definitions.items()}
        return made


def own_docstring(kind: Any) -> str:
    """The docstring that somebody wrote: dataclasses and TypedDict have one of their own."""
    text = kind.__dict__.get("__doc__") or ""
    if text.startswith(f"{kind.__name__}(") or text.startswith("dict("):
        return ""
    return " ".join(text.split())


def strict(schema: Any) -> Any:
    """A schema as strict mode wants it: every property required, and no others."""
    if isinstance(schema, list):
        return [strict(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for name, inner in schema.items():
        if name in ("properties", "$defs", "definitions") and isinstance(inner, dict):
            made[name] = {key: strict(value) for key, value in inner.items()}
        elif name == "default" and inner is None:
            continue
        elif name in ("enum", "const", "examples", "default"):
            made[name] = inner
        else:
            made[name] = strict(inner)
    if made.get("type") == "object":
        made.setdefault("additionalProperties", False)
        if "properties" in made:
            made["required"] = list(made["properties"])
    alternatives = made.get("allOf")
    if isinstance(alternatives, list) and len(alternatives) == 1:
        del made["allOf"]
        made.update(alternatives[0])
    return made


def convert(value: Any, kind: Any) -> Any:
    """A value of JSON as the type that its schema was made of."""
    kind, _ = unwrapped(kind)
    if kind is Any or kind is object:
        return value
    if is_pydantic(kind):
        return kind.model_validate(value)
    origin = get_origin(kind)
    arguments = get_args(kind)
    if origin in _UNIONS:
        return _alternative(value, arguments)
    if origin is typing.Literal:
        if value not in arguments:
            raise ValueError(f"expected one of {arguments!r}, got {value!r}")
        return value
    if kind in _LISTS or origin in _LISTS:
        return _listed(value, origin or kind, arguments)
    if is_typed_dict(kind) or dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ValueError(f"expected an object for {kind.__name__}, got {value!r}")
        fields = hints(kind)
        found = {n: convert(inner, fields[n]) for n, inner in value.items() if n in fields}
        if is_typed_dict(kind):
            missing = set(kind.__required_keys__) - set(found)
            if missing:
                raise ValueError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
        return kind(**found)
    if kind in _DICTS or origin in _DICTS:
        if not isinstance(value, dict):
            raise ValueError(f"expected an object, got {value!r}")
        inner = arguments[1] if len(arguments) == 2 else Any
        return {name: convert(one, inner) for name, one in value.items()}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(value)
    if kind in _DATES:
        if sys.version_info < (3, 11) and isinstance(value, str) and value.endswith("Z"):
            value = value[:-1] + "+00:00"
        return kind.fromisoformat(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    expected = type(None) if kind is None else kind
    if isinstance(expected, type) and (
        not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool)
    ):
        raise ValueError(f"expected {expected.__name__}, got {value!r}")
    return value


def _alternative(value: Any, kinds: tuple[Any, ...]) -> Any:
    problems = []
    for kind in kinds:
        try:
            return convert(value, kind)
        except (ValueError, TypeError) as problem:
            problems.append(str(problem))
    raise ValueError("; ".join(problems))


def _listed(value: Any, kind: Any, arguments: tuple[Any, ...]) -> Any:
    if not isinstance(value, list):
        raise ValueError(f"expected an array, got {value!r}")
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        if len(value) != len(arguments):
            raise ValueError(f"expected {len(arguments)} items, got {len(value)}")
        return tuple(convert(one, inner) for one, inner in zip(value, arguments))
    inner = arguments[0] if arguments else Any
    found = [convert(one, inner) for one in value]
    return kind(found) if kind in (set, frozenset, tuple) else found
