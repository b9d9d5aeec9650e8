"""What the server sends, as objects: attributes over its JSON, looked into when touched.

A `Model` has the fields of its JSON object as attributes, known or not to this package. Objects in
it are models in their turn and get the class that their "type" names. ``to_dict()`` and
``to_json()`` give everything back.
"""

from __future__ import annotations

from . import _names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_json_loads: Any = None


def loads(text: str | bytes) -> Any:
    """JSON as Python objects."""
    global _json_loads
    if _json_loads is None:
        from json import loads

        _json_loads = loads
    return _json_loads(text)


def decoded(text: bytes) -> str:
    """The text of a JSON document, as ``json.loads`` decodes it."""
    from json import detect_encoding

    return text.decode(detect_encoding(text), "surrogatepass")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list that the server sent; what is no list has none."""
    for element in value if isinstance(value, list) else ():
        inner = element._data if isinstance(element, Model) else element
        if isinstance(inner, dict):
            yield inner


class Model:
    """An object that the server sent."""

    # Fields that may be missing and are None then. What a list holds may have no "type".
    _optional: frozenset[str] = frozenset({"type"})

    def __init__(self, data: dict[str, Any] | None = None, /, **fields: Any) -> None:
        self.__dict__["_data"] = {**(data or {}), **fields} if fields else data or {}

    def __getattr__(self, name: str) -> Any:
        if name[0] == "_":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        data = self._data
        key = name
        if key not in data and name[-1] == "_" and name[:-1] in data:
            key = name[:-1]  # schema_, async_
        if key in data:
            value = data[key]
            if isinstance(value, (dict, list)) and key not in _names.MAPS:
                value = data[key] = wrap(value, key)
            self.__dict__[name] = value
            return value
        if name in self._optional:
            return None
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0] != "_":
            self._data[name] = value
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self._data.pop(name, None)
        self.__dict__.pop(name, None)

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[Any]:
        for name in list(self._data):
            yield name, getattr(self, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._data, *self._optional})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Model):
            return bool(plain(self) == plain(other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return type(self), (plain(self),)

    def to_dict(
        self, *, mode: str = "python", exclude_none: bool = False, **_options: Any
    ) -> dict[str, Any]:
        """Everything as plain dictionaries, lists and values, also what was parsed."""
        found: dict[str, Any] = dumped(self, mode)
        return without_none(found) if exclude_none else found

    def to_json(self, *, indent: int | None = 2, **options: Any) -> str:
        """Everything as JSON."""
        import json

        found = self.to_dict(**{**options, "mode": "json"})
        return json.dumps(found, indent=indent, ensure_ascii=False)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As `to_dict`; the name that pydantic's models have."""
        return self.to_dict(**options)

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """As `to_json`; the name that pydantic's models have."""
        import json

        separators = None if indent else (",", ":")
        found = self.to_dict(**{**options, "mode": "json"})
        return json.dumps(found, indent=indent, separators=separators, ensure_ascii=False)

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> Any:
        """A copy, with some fields changed."""
        made = type(self)(plain(self))
        for name, value in (update or {}).items():
            setattr(made, name, value)
        return made

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that are there; the name that pydantic's models have."""
        return set(self._data)

    @classmethod
    def model_validate(cls, data: dict[str, Any], **_options: Any) -> Any:
        """An object of this class from a dictionary; nothing is checked."""
        return cls(data)

    @classmethod
    def model_validate_json(cls, text: str | bytes, **_options: Any) -> Any:
        """An object of this class from JSON; nothing is checked."""
        return cls(loads(text))

    @classmethod
    def model_construct(cls, _fields_set: Any = None, **fields: Any) -> Any:
        """An object of this class with some fields; nothing is checked."""
        return cls(fields)

    construct = model_construct

    @classmethod
    def _of(cls, data: dict[str, Any]) -> Any:
        """An object of the class that its "type" names, and where that names none, of this one."""
        if not Classes.is_made:
            Classes.make()
        kind = data.get("type")
        named = Classes.by_type.get(kind, cls) if isinstance(kind, str) else cls
        return (cls if named is Model else named)(plain(data))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from ._fields import schema

        return schema(cls, cls._of)

    @classmethod
    def __get_pydantic_json_schema__(cls, source: Any, handler: Any) -> Any:
        from ._fields import described

        return described(cls)

    def __repr__(self) -> str:
        return described(self, self._data)


def described(model: Model, names: Any, limit: int = 60) -> str:
    """``Name(field=value, ...)`` with long values cut short."""
    parts = []
    for name in names:
        value = getattr(model, name)
        if value is None or value == [] or value == {}:
            continue
        text = repr(value)
        if len(text) > limit and not isinstance(value, (Model, list)):
            text = text[: limit - 3] + "..." + text[-1]
        parts.append(f"{name}={text}")
    return f"{type(model).__name__}({', '.join(parts)})"


# What this package adds to objects of the server.
_ADDED = ("parsed", "parsed_arguments")


def dumped(value: Any, mode: str = "python") -> Any:
    """The same without models, with what was parsed: values of Python, or those of JSON."""
    if isinstance(value, Model):
        data = value._data
        found = {name: dumped(inner, mode) for name, inner in data.items()}
        about = value.__dict__
        for name in _ADDED:
            if name in about and name not in data:
                found[name] = _parsed(about[name], mode)
        return found
    if isinstance(value, dict):
        return {name: dumped(inner, mode) for name, inner in value.items()}
    if isinstance(value, list):
        return [dumped(inner, mode) for inner in value]
    return value


def _parsed(value: Any, mode: str) -> Any:
    """A value of the type that an answer was parsed as."""
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump(mode=mode)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        import dataclasses

        return _parsed(dataclasses.asdict(value), mode)
    if isinstance(value, dict):
        return {name: _parsed(inner, mode) for name, inner in value.items()}
    if isinstance(value, (list, tuple)) and mode == "json":
        return [_parsed(inner, mode) for inner in value]
    if mode == "json" and not isinstance(value, (str, int, float, bool, type(None))):
        return getattr(value, "value", None) if hasattr(value, "value") else str(value)
    return value


def plain(value: Any) -> Any:
    """The same without models, as the server sent it."""
    if isinstance(value, Model):
        return {name: plain(inner) for name, inner in value._data.items()}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def without_none(value: Any) -> Any:
    """The same without the fields that are None."""
    if isinstance(value, dict):
        return {name: without_none(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_none(inner) for inner in value]
    return value


class Classes:
    """The classes by "type" and by field, made from the tables when the first is needed."""

    by_type: dict[str, type[Model]] = {}  # noqa: RUF012
    by_field: dict[str, type[Model]] = {}  # noqa: RUF012
    is_made = False

    @classmethod
    def make(cls) -> None:
        for kind, name, *optional in _names.rows(_names.TYPES):
            cls.by_type[kind] = type(name, (Model,), {"_optional": frozenset(optional)})
        for field, *optional in _names.rows(_names.FIELDS):
            name = "Response" + field.title().replace("_", "")
            cls.by_field[field] = type(name, (Model,), {"_optional": frozenset(optional)})
        for made in (*cls.by_type.values(), *cls.by_field.values()):
            made.__module__ = "libresponses.types.responses"
        cls.by_field["usage"] = ResponseUsage
        cls.by_field["response"] = Response
        cls.is_made = True


def wrap(value: Any, field: str = "") -> Any:
    """Models for the objects of a piece of JSON; an object gets the class of its "type"."""
    if isinstance(value, dict):
        if not Classes.is_made:
            Classes.make()
        kind = value.get("type")
        made = Classes.by_type.get(kind) if isinstance(kind, str) else None
        if made is None:
            made = Classes.by_field.get(field, Model)
        if made is Model and value.get("object") == "response":
            made = Response
        return made(value)
    if isinstance(value, list):
        return [wrap(inner, field) for inner in value]
    return value


class ResponseUsage(Model):
    """The tokens of a response."""

    if TYPE_CHECKING:
        input_tokens: int
        input_tokens_details: Any
        output_tokens: int
        output_tokens_details: Any
        total_tokens: int


class Answer(Model):
    """A document that the server sent, with what is known of its request. Parsed when touched.

    ``_request_id`` is the server's name for the request, ``_attempts`` how often it was sent,
    ``_http_status`` the answer's status.
    """

    _optional: frozenset[str] = frozenset()
    _request_id: str | None = None
    _http_status: int = 200
    _attempts: int = 1
    # Whether it is a response, with `output_text`.
    _has_text = False
    # The document until it is parsed, and the text of its answer where that is known already.
    _json: bytes | str | None = None
    _text: bytes | None = None

    @classmethod
    def _from_json(cls, text: bytes) -> Any:
        made = cls.__new__(cls)
        made.__dict__["_json"] = text
        return made

    def __getattr__(self, name: str) -> Any:
        if name == "_data":
            return self._parsed()
        return super().__getattr__(name)

    def _parsed(self) -> dict[str, Any]:
        # Threads may meet here. The first one's dictionary is everybody's, and is there before
        # the document goes. The bytes go before the parsing, for a document may be large.
        about = self.__dict__
        text = self._json
        if text is None and "_data" not in about:
            text = "{}"
        if text is not None:
            if isinstance(text, bytes):
                text = about["_json"] = decoded(text or b"{}")
            data = loads(text)
            about.setdefault("_data", data if isinstance(data, dict) else {"data": data})
            about["_json"] = about["_text"] = None
        found: dict[str, Any] = about["_data"]
        return found


class Response(Answer):
    """A response. Its fields are those of the API; `output_text` is all text of its answer."""

    _optional = frozenset(_names.RESPONSE.split())
    _text_format: Any = None
    _tools: Any = None
    _has_text = True

    @classmethod
    def __class_getitem__(cls, kind: Any) -> Any:
        """``ParsedResponse[Kind]``, in annotations."""
        from types import GenericAlias

        return GenericAlias(cls, kind)

    if TYPE_CHECKING:
        id: str
        created_at: float
        model: str
        object: str
        output: list[Any]
        status: str | None
        error: Any
        incomplete_details: Any
        instructions: Any
        metadata: dict[str, str] | None
        parallel_tool_calls: bool
        previous_response_id: str | None
        tools: list[Any]
        usage: ResponseUsage | None

    @property
    def output_text(self) -> str:
        """All text of the answer: every ``output_text`` part of every message, joined."""
        text = self._text
        if text is not None:
            # What is no Unicode, the library says otherwise than Python does.
            found = text.decode("utf-8", "replace")
            if "\ufffd" not in found:
                return found
        parts = []
        for item in objects(self._data.get("output")):
            if item.get("type") != "message":
                continue
            for part in objects(item.get("content")):
                piece = part.get("text") if part.get("type") == "output_text" else None
                if isinstance(piece, str):
                    parts.append(piece)
        return "".join(parts)

    @property
    def output_parsed(self) -> Any:
        """The first part that was parsed, None when there is none."""
        for item in self.output or ():
            if item.type == "message":
                for part in item.content or ():
                    if part.type == "output_text" and part.parsed is not None:
                        return part.parsed
        return None

    def __repr__(self) -> str:
        shown = ["id", "status", "model", "error", "incomplete_details", "output_text"]
        if self.output_text == "":
            shown[-1] = "output"
        return described(self, [name for name in shown if getattr(self, name, None)])


class ResponseDeleted(Answer):
    """What was deleted: `id`, and `deleted`, which is True."""

    if TYPE_CHECKING:
        id: str
        deleted: bool
        object: str


class CompactedResponse(Answer):
    """A conversation made short: `output` is the input to go on with."""

    _optional = frozenset({"image", "usage"})

    if TYPE_CHECKING:
        id: str
        output: list[Any]
        usage: ResponseUsage | None


class InputTokenCountResponse(Answer):
    """How many tokens an input has."""

    if TYPE_CHECKING:
        input_tokens: int
        object: str


class Document(Answer):
    """Any other document."""

    _optional = frozenset({"metadata"})


class Conversation(Document):
    """A conversation: what is in it is read by ``conversations.items``."""

    if TYPE_CHECKING:
        id: str
        created_at: int
        metadata: Any
        object: str


class FileObject(Answer):
    """A file at the server."""

    if TYPE_CHECKING:
        id: str
        bytes: int
        created_at: int
        expires_at: int | None
        filename: str
        object: str
        purpose: str
        status: str


class FileDeleted(Answer):
    """What was deleted: `id`, and `deleted`, which is True."""

    if TYPE_CHECKING:
        id: str
        deleted: bool
        object: str


class ConversationDeletedResource(Answer):
    """What was deleted: `id`, and `deleted`, which is True."""

    if TYPE_CHECKING:
        id: str
        deleted: bool
        object: str


class ConversationItemList(Answer):
    """Items of a conversation: ``data``, ``first_id``, ``has_more``, ``last_id``."""

    if TYPE_CHECKING:
        data: list[Any]
        first_id: str
        has_more: bool
        last_id: str
        object: str


class Item(Answer):
    """An item by itself: an answer that becomes the class that its "type" names."""

    @classmethod
    def _from_json(cls, text: bytes) -> Any:
        return wrap(loads(text))
