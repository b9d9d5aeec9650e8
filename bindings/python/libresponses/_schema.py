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

from ._strict import escaped, strict

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
    """Whether pydantic made it: a model, or what has a configuration of pydantic's."""
    return isinstance(kind, type) and (
        hasattr(kind, "model_json_schema") or hasattr(kind, "__pydantic_config__")
    )


def pydantic_schema(kind: Any) -> dict[str, Any]:
    """The schema that pydantic has for a type of its own, as it is."""
    made: dict[str, Any]
    made = kind.model_json_schema() if is_model(kind) else adapter(kind).json_schema()
    return made


def is_model(kind: Any) -> bool:
    """Whether it is a model of pydantic."""
    return isinstance(kind, type) and hasattr(kind, "model_json_schema")


def adapter(kind: Any) -> Any:
    """What pydantic checks a type with."""
    import pydantic

    return pydantic.TypeAdapter(kind)


def hints(kind: Any) -> dict[str, Any]:
    """Type hints with what Annotated says."""
    return typing.get_type_hints(kind, include_extras=True)


def is_typed_dict(kind: Any) -> bool:
    """Whether it is a TypedDict."""
    return isinstance(kind, type) and issubclass(kind, dict) and hasattr(kind, "__total__")


def by_pydantic(kind: Any) -> dict[str, Any] | None:
    """The schema of a type that only pydantic knows, such as UUID. None without pydantic."""
    try:
        import pydantic

        made: dict[str, Any] = pydantic.TypeAdapter(kind).json_schema()
    except (ImportError, TypeError, ValueError, RuntimeError):  # RuntimeError: its own user error
        return None
    return made


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
        self.made: dict[Any, dict[str, Any]] = {}  # of pydantic's
        self.is_strict = True

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type."""
        if is_constrained(kind):
            return self._from_pydantic(adapter(kind).json_schema())
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
        if is_pydantic(kind):
            return self._pydantic_reference(kind)
        if kind in _DICTS or origin in _DICTS:
            self.is_strict = False
            values = self.of(arguments[1]) if len(arguments) == 2 else {}
            return {"type": "object", "additionalProperties": values or True}
        if isinstance(kind, type):
            if issubclass(kind, enum.Enum):
                return self._choices(list(kind))
            if kind in _DATES:
                return {"type": "string", "format": _DATES[kind]}
            if is_record(kind):
                return self._reference(kind)
        known = by_pydantic(kind)
        if known is not None:
            return self._from_pydantic(known)
        raise TypeError(f"{kind!r} has no JSON schema; use a type hint of JSON values")

    def _choices(self, values: list[Any]) -> dict[str, Any]:
        values = [choice(value) for value in values]
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
            name = self.names[kind] = self._free(kind.__name__)
            self.definitions[name] = {}
            self.definitions[name] = self._record(kind)
        return reference(name)

    def _pydantic_reference(self, kind: Any) -> dict[str, Any]:
        made = self.made.get(kind)
        if made is None:
            made = self._from_pydantic(pydantic_schema(kind))
            if "$ref" not in made:
                name = self._free(kind.__name__)
                self.definitions[name] = made
                made = reference(name)
            self.made[kind] = made
        return made

    def _free(self, name: str) -> str:
        while name in self.definitions:
            name += "_"
        return name

    def _from_pydantic(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema of pydantic's; its definitions go among the others, by names that are free."""
        schema = dict(schema)
        definitions = schema.pop("$defs", {})
        names: dict[str, str] = {}
        for name, one in definitions.items():
            if self.definitions.get(name) != one or refers(one):
                names[name] = self._free(name)
                self.definitions[names[name]] = {}
        renamed = {f"#/$defs/{escaped(old)}": reference(new)["$ref"] for old, new in names.items()}
        for old, new in names.items():
            self.definitions[new] = with_references(definitions[old], renamed)
        found: dict[str, Any] = with_references(schema, renamed)
        return found

    def _record(self, kind: Any) -> dict[str, Any]:
        """The schema of a class with fields."""
        fields = {name: self.of(hint) for name, hint in record_fields(kind).items()}
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
        inner, _ = unwrapped(kind)
        if is_pydantic(inner):
            return strict(pydantic_schema(inner))
        made = self.of(kind)
        name = self.names.get(inner) if isinstance(inner, typing.Hashable) else None
        if name is not None and not is_constrained(kind):
            described = {key: value for key, value in made.items() if key != "$ref"}
            made = {**self.definitions[name], **described}
            if not refers([made, self.definitions], reference(name)["$ref"]):
                del self.definitions[name]
        return self.document(made)

    def document(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema with the definitions that it refers to, for strict mode."""
        if self.definitions:
            schema = {**schema, "$defs": self.definitions}
        return strict(schema)


def reference(name: str) -> dict[str, Any]:
    """A schema that refers to a definition."""
    return {"$ref": f"#/$defs/{escaped(name)}"}


def refers(schema: Any, name: str | None = None) -> bool:
    """Whether a schema refers to a definition, or to any."""
    if isinstance(schema, dict):
        found = schema.get("$ref")
        if isinstance(found, str) and name in (None, found):
            return True
        return any(refers(one, name) for one in schema.values())
    return isinstance(schema, list) and any(refers(one, name) for one in schema)


def with_references(schema: Any, renamed: dict[str, str]) -> Any:
    """A schema that refers to definitions by other names."""
    if isinstance(schema, dict):
        made = {name: with_references(one, renamed) for name, one in schema.items()}
        target = made.get("$ref")
        if isinstance(target, str):
            made["$ref"] = renamed.get(target, target)
        mapping = made.get("mapping")  # of a discriminator
        if isinstance(mapping, dict):
            made["mapping"] = {
                name: renamed.get(one, one) if isinstance(one, str) else one
                for name, one in mapping.items()
            }
        return made
    if isinstance(schema, list):
        return [with_references(one, renamed) for one in schema]
    return schema


def is_constrained(kind: Any) -> bool:
    """Whether Annotated says more of a type than a description, in pydantic's words."""
    for extra in getattr(kind, "__metadata__", ()):
        home = type(extra).__module__.partition(".")[0]
        if home == "annotated_types" or (
            home == "pydantic"
            and (
                type(extra).__name__ != "FieldInfo"
                or extra.metadata
                or extra.discriminator is not None
            )
        ):
            return True
    return False


def record_fields(kind: Any) -> dict[str, Any]:
    """The fields of a class with fields, and their type hints."""
    found = hints(kind)
    if is_typed_dict(kind):
        return found
    return {one.name: found[one.name] for one in dataclasses.fields(kind) if one.init}


def choice(value: Any) -> Any:
    """A value of an Enum or Literal as JSON has it."""
    return value.value if isinstance(value, enum.Enum) else value


def own_docstring(kind: Any) -> str:
    """The docstring that somebody wrote: dataclasses and TypedDict have one of their own."""
    text = kind.__dict__.get("__doc__") or ""
    if text.startswith(f"{kind.__name__}(") or text.startswith("dict("):
        return ""
    return " ".join(text.split())


def convert(value: Any, kind: Any) -> Any:
    """A value of JSON as the type that its schema was made of."""
    if is_constrained(kind):
        return from_pydantic(value, kind)
    kind, _ = unwrapped(kind)
    if kind is Any or kind is object:
        return value
    if is_pydantic(kind):
        return from_pydantic(value, kind)
    origin = get_origin(kind)
    arguments = get_args(kind)
    if origin in _UNIONS:
        return _alternative(value, arguments)
    if origin is typing.Literal:
        for one in arguments:
            if choice(one) == value and isinstance(value, bool) == isinstance(choice(one), bool):
                return one
        raise ValueError(f"expected one of {arguments!r}, got {value!r}")
    if kind in _LISTS or origin in _LISTS:
        return _listed(value, origin or kind, arguments)
    if is_typed_dict(kind) or dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ValueError(f"expected an object for {kind.__name__}, got {value!r}")
        fields = record_fields(kind)
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
    if kind not in _PLAIN and by_pydantic(expected) is not None:
        return from_pydantic(value, expected)
    if isinstance(expected, type) and (
        not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool)
    ):
        raise ValueError(f"expected {expected.__name__}, got {value!r}")
    return value


def from_pydantic(value: Any, kind: Any) -> Any:
    """A value of JSON as pydantic reads it."""
    from json import dumps

    text = dumps(value)
    return kind.model_validate_json(text) if is_model(kind) else adapter(kind).validate_json(text)


def _alternative(value: Any, kinds: tuple[Any, ...]) -> Any:
    problems = []
    # Of classes the one that has just these fields, as others would do with some of them.
    for kind in sorted(kinds, key=lambda one: not _fits(value, one)):
        try:
            return convert(value, kind)
        except (ValueError, TypeError) as problem:
            problems.append(str(problem))
    raise ValueError("; ".join(problems))


def _fits(value: Any, kind: Any) -> bool:
    kind, _ = unwrapped(kind)
    return isinstance(value, dict) and is_record(kind) and set(value) == set(record_fields(kind))


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
