"""The schemas of pydantic's types are those that the openai package sends."""

from __future__ import annotations

import sys
from typing import Any

import pytest

if sys.version_info < (3, 10):
    pytest.skip("the openai package needs Python 3.10", allow_module_level=True)

import dataclasses
import datetime
import decimal
import enum
import importlib
import json
import re
import string
import uuid
from typing import (
    Annotated,
    Dict,
    Generic,
    List,
    Literal,
    Optional,
    Set,
    Tuple,
    TypeVar,
    Union,
)

import pydantic
from hypothesis import HealthCheck, Verbosity, given, settings
from hypothesis import strategies as some
from pydantic import BaseModel, ConfigDict, Field, RootModel
from scripted import Scripted
from typing_extensions import TypedDict

from libresponses import OpenAI, pydantic_function_tool
from libresponses._strict import strict
from libresponses._structured import format_of, parse_text

# By name, as mypy would read all of it.
theirs: Any = importlib.import_module("openai")
their_format: Any = importlib.import_module("openai.lib._parsing._responses")


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Grade(enum.IntEnum):
    """How good it is."""

    GOOD = 1
    BAD = 2


class Star(BaseModel):
    name: str


class Empty(BaseModel):
    pass


class Sky(BaseModel):
    """What is above."""

    sun: Star = Field(description="the near one")
    colour: Colour = Field(description="its colour")
    other: Optional[Star] = Field(None, description="if there is one")
    grade: Grade = Grade.GOOD
    stars: List[Star] = Field(default_factory=list, max_length=9)
    tags: List[Annotated[Star, Field(description="one of them")]]


class Node(BaseModel):
    value: int
    next: Optional[Node] = None


class Tree(BaseModel):
    """A tree."""

    label: str = Field(alias="the-label", description="what is shown")
    left: Optional[Tree] = Field(default=None, description="smaller")
    children: List[Tree] = []


class Ping(BaseModel):
    pong: Optional[Pong] = None


class Pong(BaseModel):
    ping: Optional[Ping] = Field(None, description="back")


T = TypeVar("T")


class Box(BaseModel, Generic[T]):
    content: T
    label: Optional[str] = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: Optional[str] = None


class Owner(BaseModel):
    pet: Union[Cat, Dog] = Field(discriminator="kind", description="who lives there")
    pets: List[Annotated[Union[Cat, Dog], Field(discriminator="kind")]]


@pydantic.dataclasses.dataclass
class Place:
    """Where it is."""

    lat: float
    lon: float = 0.0
    star: Optional[Star] = None


class Movie(TypedDict):
    title: str
    year: Annotated[int, Field(ge=1880)]


class Numbers(RootModel[List[int]]):
    pass


class Wrapper(RootModel[Sky]):
    """One sky."""


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", title="A closed one", use_attribute_docstrings=True)

    x: int = 1
    """the first"""
    when: datetime.datetime
    amount: decimal.Decimal


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    x: int


class ByHand(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"star": None}], "x-type": {"type": "object"}}
    )

    star: Star = Field(json_schema_extra={"allOf": [{"type": "object", "properties": {"a": {}}}]})
    both: int = Field(json_schema_extra={"allOf": [{"minimum": 1}, {"default": None}]})
    thing: Any = Field(json_schema_extra={"type": "object", "properties": {"default": {}}})


KINDS: list[Any] = [
    Star, Empty, Sky, Node, Tree, Ping, Pong, Box[int], Box[Star], Box[Box[Optional[Colour]]],
    Owner, Place, Wrapper, Closed, Open, ByHand, Cat,
]  # fmt: skip

texts = some.sampled_from(["", "a", "the one", 'says "so"', "größer", "$ref"])
leaves: Any = some.sampled_from(
    [
        str, int, float, bool, bytes, Any, datetime.date, datetime.timedelta, decimal.Decimal,
        uuid.UUID, Colour, Grade, Literal["a", "b"], Literal[1], Literal["a", 1, None], Star, Sky,
        Node, Tree, Owner, Box[str], Box[List[Star]], Place, Movie, Numbers, Wrapper, Closed, Empty,
        Annotated[int, Field(ge=0, lt=9)], Annotated[str, Field(pattern="^a+$", min_length=1)],
        Annotated[float, Field(multiple_of=0.5)],
    ]
)  # fmt: skip
hashable = some.sampled_from([str, int, Colour, Literal["a", "b"]])


# As values, for mypy takes what stands in brackets for types.
forms: Any = dict(
    optional=Optional, union=Union, list=List, dict=Dict, set=Set, tuple=Tuple, annotated=Annotated
)


def containers(inner: Any) -> Any:
    """Types around others, without words about them."""
    two = some.tuples(inner, inner)
    return some.one_of(
        inner.map(lambda one: forms["optional"][one]),
        two.map(lambda kinds: forms["union"][kinds]),
        inner.map(lambda one: forms["list"][one]),
        inner.map(lambda one: forms["dict"][str, one]),
        hashable.map(lambda one: forms["set"][one]),
        two.map(lambda kinds: forms["tuple"][kinds]),
        inner.map(lambda one: forms["tuple"][one, ...]),
    )


plain = some.recursive(leaves, containers, max_leaves=4)


@some.composite
def described(draw: Any, inner: Any) -> Any:
    """A type with words about it, and types around such ones."""
    field = Field(description=draw(texts), title=draw(some.none() | texts))
    kind = forms["annotated"][draw(inner), field]
    around = draw(some.sampled_from(["", "list", "optional", "union"]))
    if around == "list":
        return forms["list"][kind]
    if around == "optional":
        return forms["optional"][kind]
    return forms["union"][kind, None, int] if around == "union" else kind


@some.composite
def models(draw: Any, inner: Any) -> Any:
    """A model with a few fields. Some have the same name."""
    fields: dict[str, Any] = {}
    for number in range(draw(some.integers(0, 4))):
        about: dict[str, Any] = {}
        if draw(some.booleans()):
            about["description"] = draw(texts)
        if draw(some.booleans()):
            about["default"] = draw(some.sampled_from([None, 1, "red", [], {}]))
        if draw(some.integers(0, 4)) == 0:
            about["alias"] = draw(
                some.sampled_from(["$ref", "default", "type", "ä/b", f"x{number}"])
            )
        if draw(some.integers(0, 4)) == 0:
            about["examples"] = [None]
        fields[f"field_{number}"] = draw(inner), Field(**about)
    return pydantic.create_model(
        draw(some.sampled_from(["Model", "Other", "Third"])),
        __config__=draw(some.sampled_from([None, None, ConfigDict(extra="forbid")])),
        __doc__=draw(some.sampled_from([None, None, "Some words.\n\n    And more."])),
        **fields,
    )


first = models(plain | described(plain))
second = models(plain | described(plain | first))
third = models(plain | described(plain | first | second))


def renamed(schema: Any) -> Any:
    """A schema with the one difference that is meant: ``oneOf`` is ``anyOf``."""
    if isinstance(schema, dict):
        return {"anyOf" if k == "oneOf" else k: renamed(one) for k, one in schema.items()}
    return [renamed(one) for one in schema] if isinstance(schema, list) else schema


def compare(kind: Any) -> str:
    """Compares what is sent for a type: equal, and its parts in the same order."""
    made = format_of(kind)
    expected = their_format.type_to_text_format_param(kind)
    expected["schema"] = renamed(expected["schema"])
    text = json.dumps(made["schema"], indent=1)
    assert text == json.dumps(expected["schema"], indent=1)
    assert made["strict"] is expected["strict"] is True
    if kind.__name__.isascii() and kind.__name__.isidentifier():
        assert made == expected
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            tool = theirs.pydantic_responses_function_tool(kind)
            tool["parameters"] = renamed(tool["parameters"])
            assert json.dumps(pydantic_function_tool(kind)) == json.dumps(tool)
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_types(kind: Any) -> None:
    compare(kind)


def test_a_few_hundred_types() -> None:
    seen = set()

    @settings(
        max_examples=120,
        derandomize=True,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(first | second | third)
    def check(kind: Any) -> None:
        seen.add(compare(kind))

    check()
    assert len(seen) > 100


def test_what_is_sent() -> None:
    """In every way that a type can be given, by both packages, and nothing but that."""

    def answered(*_: Any) -> Any:
        text = '{"sun": {"name": "a"}, "colour": "red", "tags": []}'
        part = {"type": "output_text", "text": text, "annotations": []}
        return {
            "id": "resp_1", "object": "response", "status": "completed",
            "output": [{"type": "message", "id": "m", "role": "assistant", "content": [part]}],
        }  # fmt: skip

    bodies: list[Any] = []

    def handle(target: str, body: bytes) -> Any:
        bodies.append(json.loads(body))
        made = answered()
        if not bodies[-1].get("stream"):
            return made
        events = [
            {"type": f"response.{kind}", "response": made} for kind in ("created", "completed")
        ]
        return (
            200,
            "text/event-stream",
            "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode(),
        )

    asked: dict[str, Any] = {"model": "m", "input": "x", "text": {"verbosity": "low"}}
    made: Any
    for made in (theirs.OpenAI, OpenAI):
        ours = made is OpenAI
        of = pydantic_function_tool if ours else theirs.pydantic_responses_function_tool
        tools = [
            of(Sky),
            of(Tree, name="tree", description="", defer_loading=True),
            {"type": "namespace", "name": "n", "description": "d", "tools": [of(Owner)]},
            theirs.pydantic_function_tool(Sky, name="chat"),
        ]
        with Scripted(handle) as server, made(base_url=server.base_url, api_key="k") as client:
            parsed = client.responses.parse(text_format=Sky, tools=tools, **asked)
            assert parsed.output_parsed == Sky(
                sun=Star(name="a"), colour=Colour.RED, other=None, tags=[]
            )
            with client.responses.stream(text_format=Sky, tools=tools, **asked) as stream:
                assert stream.get_final_response().output_parsed == parsed.output_parsed
            if ours:
                client.responses.run(text_format=Sky, tools=tools, **asked)
    for theirs_, ours_ in zip(bodies[:2], bodies[2:]):
        theirs_["tools"] = renamed(theirs_["tools"])
        assert ours_ == theirs_
    assert bodies[4] == bodies[2]


# The differences that docs/python.md lists.


class Looped(BaseModel):
    """It has no end."""

    next: Looped = Field(description="another")
    all: List[Annotated[Looped, Field(description="one")]]


class Alias(RootModel[Star]):
    pass


class Far(BaseModel):
    star: Alias = Field(description="an alias")
    both: Tuple[Annotated[Star, Field(description="first")], int]
    named: Dict[str, Annotated[Colour, Field(description="a colour")]]
    pet: Annotated[
        Union[Annotated[Cat, Field(description="a cat")], Dog], Field(discriminator="kind")
    ]


def references(schema: Any) -> Any:
    """Every part of a schema that refers to a definition."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema
        schema = list(schema.values())
    for one in schema if isinstance(schema, list) else ():
        yield from references(one)


def test_references_stand_alone() -> None:
    for kind in (Far, Looped, *KINDS):
        schema = format_of(kind)["schema"]
        assert all(set(one) == {"$ref"} for one in references(schema)), kind
        for one in references(schema):
            assert one["$ref"].split("/")[-1] in schema["$defs"]
    properties = format_of(Far)["schema"]["properties"]
    assert properties["star"]["description"] == "an alias"
    assert properties["star"]["properties"] == {"name": {"title": "Name", "type": "string"}}
    assert properties["both"]["prefixItems"][0]["description"] == "first"
    assert properties["named"]["additionalProperties"]["enum"] == ["red", "blue"]
    assert properties["pet"]["anyOf"][0]["description"] == "a cat"
    looped = format_of(Looped)["schema"]
    assert looped["properties"]["next"] == {
        "anyOf": [{"$ref": "#/$defs/Looped"}], "description": "another",
    }  # fmt: skip
    with pytest.raises(RecursionError):
        their_format.type_to_text_format_param(Looped)


def test_unknown_references() -> None:
    for wrong in ("#/$defs/Nowhere", "other.json", "#/$defs/a/b"):
        schema = {"properties": {"x": {"$ref": wrong, "description": "d"}}, "$defs": {"a": {}}}
        with pytest.raises(ValueError, match=re.escape(wrong)):
            strict(schema)
    odd = {"$defs": {"a/b~": {"type": "string"}}, "items": {"$ref": "#/$defs/a~1b~0", "title": "t"}}
    assert strict(odd)["items"] == {"title": "t", "type": "string"}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Node, '{"value": 1, "next": null}', Node(value=1)),
        (Numbers, '{"value": [1, 2]}', Numbers([1, 2])),
        (RootModel[Optional[Star]], '{"value": null}', RootModel[Optional[Star]](None)),
        (Alias, '{"name": "a"}', Alias(Star(name="a"))),
        (Place, '{"lat": 1, "lon": 2, "star": null}', Place(1.0, 2.0)),
        (Box[int], '{"content": 1, "label": "x"}', Box[int](content=1, label="x")),
        (List[Node], '{"value": [{"value": 1, "next": null}]}', [Node(value=1)]),
        (Union[Cat, Star], '{"value": {"name": "a"}}', Star(name="a")),
    ],
)
def test_answers_are_parsed(kind: Any, text: str, value: Any) -> None:
    made = format_of(kind)
    assert made["schema"]["type"] == "object"
    assert "anyOf" not in made["schema"]
    assert made["strict"] is True
    assert set(made["name"]) <= set(string.ascii_letters + string.digits + "_-")
    found = parse_text(text, kind)
    assert found == value
    assert type(found) is type(value)


def test_models_of_the_same_name_beside_each_other() -> None:
    other: Any = pydantic.create_model("Star", size=(int, ...), star=(Star, ...))

    @dataclasses.dataclass
    class Both:
        first: Star
        second: other
        third: Optional[other] = None

    Both.__annotations__ = {"first": Star, "second": other, "third": Optional[other]}
    schema = format_of(Both)["schema"]
    properties = schema["properties"]
    assert properties["third"]["anyOf"][0] == properties["second"]
    shown = [schema["$defs"][properties[n]["$ref"].split("/")[-1]] for n in ("first", "second")]
    assert [list(one["properties"]) for one in shown] == [["name"], ["size", "star"]]
    inner = shown[1]["properties"]["star"]["$ref"].split("/")[-1]
    assert list(schema["$defs"][inner]["properties"]) == ["name"]
    text = '{"first": {"name": "a"}, "second": {"size": 1, "star": {"name": "b"}}, "third": null}'
    made = parse_text(text, Both)
    assert made.second.star == Star(name="b")
