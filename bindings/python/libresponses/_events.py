"""Events of a stream, read from the library many at a time.

An `Event` has ``type``, ``delta`` and ``sequence_number`` from the library's own scanner.
Everything else is decoded from the event's JSON when it is touched for the first time.
"""

from __future__ import annotations

from struct import Struct

from ._models import Model, loads, plain, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._models import Response

# A record of responses_call_next_batch, as the header documents it.
_RECORD = Struct("=IiqiiIIII")
_HEADER = _RECORD.size
_unpack = _RECORD.unpack_from


class Event:
    """One event of a stream.

    ``type`` is its name, ``delta`` the text of a delta, ``sequence_number`` its number, or None
    from a server that does not count. The other attributes are the fields of its JSON; fields that
    nobody has heard of are there as well.
    """

    __slots__ = ("_json", "_model", "_parts", "_whole", "delta", "sequence_number", "type")

    if TYPE_CHECKING:
        type: str
        delta: Any
        sequence_number: int | None
        response: Response
        _json: bytes
        _model: Model
        _parts: tuple[list[str], int]
        _whole: Response  # stands for what a terminal event has for its response

    def __getattr__(self, name: str) -> Any:
        if name == "_model":
            data = loads(self._json)
            if hasattr(self, "_whole"):
                data["response"] = self._whole
            self._model = model = Model(data)
            model.__dict__["_optional"] = _optional(self.type)
            return model
        if name == "snapshot":
            try:
                parts, count = self._parts
            except AttributeError:
                pass
            else:
                return "".join(parts[:count])
        if name[0] == "_":
            raise AttributeError(f"'Event' object has no attribute {name!r}")
        try:
            return getattr(self._model, name)
        except AttributeError:
            if name == "stream_id":  # any event of a connection may have one
                return None
            raise AttributeError(f"{self.type!r} event has no attribute {name!r}") from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._model._data})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Event):
            return bool(self._model == other._model)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return from_json, (self._json,)

    def to_dict(self, **options: Any) -> dict[str, Any]:
        """Everything as plain dictionaries, lists and values, also ``snapshot`` and ``parsed``."""
        found = self._model.to_dict(**options)
        if hasattr(self, "_parts"):
            found["snapshot"] = self.snapshot
        return found

    def to_json(self, *, indent: int | None = 2, **options: Any) -> str:
        """Everything as JSON; without an indent, byte for byte what the server sent."""
        if indent is None:
            return self._json.decode()
        return Model(self.to_dict(**{**options, "mode": "json"})).to_json(indent=indent)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As `to_dict`; the name that pydantic's models have."""
        return self.to_dict(**options)

    def model_dump_json(self, **options: Any) -> str:
        """As `to_json`; the name that pydantic's models have."""
        return Model(self.to_dict(**{**options, "mode": "json"})).model_dump_json(**options)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from json import dumps

        from ._fields import schema

        return schema(cls, lambda data: from_json(dumps(plain(data)).encode()))

    @classmethod
    def __get_pydantic_json_schema__(cls, source: Any, handler: Any) -> Any:
        from ._fields import described

        return described(cls)

    def __repr__(self) -> str:
        parts = []
        for name, value in self._model._data.items():
            if name in ("type", "obfuscation") or value in (None, [], {}):
                continue
            text = repr(wrap(value, name)) if isinstance(value, dict) else repr(value)
            if len(text) > 80:
                text = text[:76] + "..." + text[-1]
            parts.append(f"{name}={text}")
        return f"Event({', '.join([repr(self.type), *parts])})"


_optional_fields: dict[str, frozenset[str]] = {}


def _optional(kind: str) -> frozenset[str]:
    if not _optional_fields:
        from . import _names

        for name, _, *optional in _names.rows(_names.EVENTS):
            _optional_fields[name] = frozenset(optional)
    return _optional_fields.get(kind, frozenset())


def from_json(text: bytes) -> Event:
    """An event from its JSON."""
    event = Event.__new__(Event)
    event._json = text
    data = loads(text)
    event.type = data.get("type", "")
    event.sequence_number = data.get("sequence_number")
    if "delta" in data:
        event.delta = data["delta"]
    return event


_types: dict[bytes, str] = {}
_new = Event.__new__


def decode(data: bytes, parts: dict[Any, list[str]] | None = None) -> list[Event]:
    """The events of a batch, whose records follow each other.

    ``parts`` collects the text of deltas by what they belong to, for their ``snapshot``.
    """
    events: list[Event] = []
    at = 0
    length = len(data)
    while at < length:
        size, kind, sequence, output, content, type_size, text_size, item_size, json_size = _unpack(
            data, at
        )
        place = at + _HEADER
        end = place + type_size
        event = _new(Event)
        name = data[place:end]
        try:
            event.type = _types[name]
        except KeyError:
            event.type = name.decode("utf-8", "replace")
            if len(_types) < 1000:  # a server may make names up, without end
                _types[name] = event.type
        place = end + 1
        end = place + text_size
        if text_size:
            text = data[place:end]
            try:
                event.delta = delta = text.decode()
            except UnicodeDecodeError:
                event.delta = delta = text.decode("utf-8", "replace")
            if parts is not None:
                so_far = parts.setdefault((kind, output, content), [])
                so_far.append(delta)
                event._parts = so_far, len(so_far)
        event.sequence_number = sequence if sequence >= 0 else None
        place = end + item_size + 2
        event._json = data[place : place + json_size]
        events.append(event)
        at += size
    return events
