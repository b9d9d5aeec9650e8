"""JSON schemas as strict mode takes them.

Strict mode takes a part of JSON Schema: objects require all their properties and allow no others,
``$ref`` stands alone, and alternatives are an ``anyOf``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Keywords whose value is a schema, a list of schemas, or schemas by name. What stands below any
# other keyword (enum, const, examples, discriminator) is a value, and stays what it is.
_SCHEMAS = frozenset({"items", "additionalProperties", "contains", "not", "propertyNames"})
_LISTS = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_NAMED = frozenset({"properties", "patternProperties"})
_DEFINITIONS = frozenset({"$defs", "definitions"})


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy of a schema for strict mode."""
    made: dict[str, Any] = _Strict(schema).of(schema, ())
    return made


class _Strict:
    """Makes a schema strict; its definitions are those of ``root``."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def of(self, schema: Any, within: tuple[str, ...]) -> Any:
        """A strict copy of a part of the schema, which the definitions ``within`` consist of."""
        if not isinstance(schema, dict):
            return schema  # True and False are schemas, too
        made: dict[str, Any] = {}
        for name, value in schema.items():
            if name == "default" and value is None:
                # What may be null says so in its type.
                continue
            if name == "oneOf" and "anyOf" not in schema:
                name = "anyOf"
            if name in _SCHEMAS:
                made[name] = self.of(value, within)
            elif name in _LISTS and isinstance(value, list):
                made[name] = [self.of(one, within) for one in value]
            elif name in _NAMED and isinstance(value, dict):
                made[name] = {key: self.of(one, within) for key, one in value.items()}
            elif name in _DEFINITIONS and isinstance(value, dict):
                made[name] = {
                    key: self.of(one, (*within, f"#/{name}/{escaped(key)}"))
                    for key, one in value.items()
                }
            else:
                made[name] = value
        if made.get("type") == "object":
            made.setdefault("additionalProperties", False)
        if isinstance(made.get("properties"), dict):
            made["required"] = list(made["properties"])
        whole = made.get("allOf")
        if isinstance(whole, list) and len(whole) == 1 and isinstance(whole[0], dict):
            made.update(whole[0])
            del made["allOf"]
        if isinstance(made.get("$ref"), str) and len(made) > 1:
            return self._inlined(made, within)
        return made

    def _inlined(self, schema: dict[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
        """A schema with the keywords of the definition that it refers to beside its own."""
        rest = dict(schema)
        reference = rest.pop("$ref")
        if reference in within:  # it has no end
            alone = {"$ref": reference}
            return alone if "anyOf" in rest else {**rest, "anyOf": [alone]}
        for name, value in self._resolved(reference).items():
            rest.setdefault(name, value)
        made: dict[str, Any] = self.of(rest, (*within, reference))
        return made

    def _resolved(self, reference: str) -> dict[str, Any]:
        found: Any = self.root
        start, *names = reference.split("/")
        for name in names:
            name = name.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        if start != "#" or not isinstance(found, dict):
            raise ValueError(f"the schema refers to {reference!r}, which it does not define")
        return found


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
