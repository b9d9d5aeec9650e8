"""Structured output, and tools from Python functions."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import enum
from typing import Annotated, Any, Dict, List, Literal, Optional, Tuple, TypedDict, Union

import pytest
from conftest import run
from pydantic import BaseModel

import libresponses
from libresponses import (
    AsyncOpenAI,
    OpenAI,
    _requests,
    _schema,
    function_tool,
    pydantic_function_tool,
)


class Step(BaseModel):
    explanation: str
    output: Optional[str] = None


class Solution(BaseModel):
    """How it is solved."""

    steps: List[Step]
    answer: int


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.0


@dataclasses.dataclass
class Drawing:
    """What is drawn."""

    name: Annotated[str, "its title"]
    points: List[Point]
    colour: Colour
    style: Literal["thin", "thick"]
    parent: Optional[Drawing] = None


class Movie(TypedDict):
    title: str
    year: int


@pytest.mark.parametrize("kind", [Solution, Movie, Point, List[int], List[Movie]])
def test_parse(client: OpenAI, kind: Any) -> None:
    response = client.responses.parse(model="sandbox", input="Hi", text_format=kind)
    parsed = response.output_parsed
    if kind is Solution:
        assert isinstance(parsed, Solution)
        assert isinstance(parsed.steps[0], Step)
    elif kind is Point:
        assert isinstance(parsed, Point)
    elif kind is Movie:
        assert isinstance(parsed, dict) and set(parsed) == {"title", "year"}
    else:
        assert isinstance(parsed, list)
    assert response.text.format.type == "json_schema"
    # It is in what is printed, and not in what goes back to the server.
    assert '"parsed"' in response.to_json()
    assert b"parsed" not in _requests.dumps(response)


def test_parse_with_a_schema(client: OpenAI) -> None:
    schema = _schema.Builder().whole(Movie)
    response = client.responses.parse(model="sandbox", input="Hi", text_format=schema)
    assert response.output_parsed is not None
    assert set(response.output_parsed) == {"title", "year"}


def test_stream_with_a_format(client: OpenAI) -> None:
    with client.responses.stream(model="sandbox", input="Hi", text_format=Solution) as stream:
        done = [event.parsed for event in stream if event.type == "response.output_text.done"]
        assert stream.get_final_response().output_parsed == done[0]
    assert isinstance(done[0], Solution)


def test_parse_of_an_incomplete_answer(client: OpenAI) -> None:
    with pytest.raises(libresponses.LengthFinishReasonError) as caught:
        client.responses.parse(
            model="sandbox", input="Hi", text_format=Solution, max_output_tokens=16
        )
    assert caught.value.completion.status == "incomplete"


def test_schemas() -> None:
    schema = _schema.Builder().whole(Drawing)
    assert schema["required"] == ["name", "points", "colour", "style", "parent"]
    assert schema["properties"]["name"] == {"type": "string", "description": "its title"}
    assert schema["properties"]["colour"] == {"type": "string", "enum": ["red", "blue"]}
    assert schema["properties"]["style"]["enum"] == ["thin", "thick"]
    assert schema["properties"]["points"]["items"] == {"$ref": "#/$defs/Point"}
    assert schema["$defs"]["Drawing"]["properties"]["parent"]["anyOf"][1] == {"type": "null"}
    value = {
        "name": "a",
        "points": [{"x": 1, "y": 2}],
        "colour": "red",
        "style": "thin",
        "parent": None,
    }
    made = _schema.convert(value, Drawing)
    assert made == Drawing("a", [Point(1, 2.0)], Colour.RED, "thin", None)
    assert _schema.convert({"a": [1]}, Dict[str, List[int]]) == {"a": [1]}
    assert _schema.convert([1, "a"], Tuple[int, str]) == (1, "a")
    assert _schema.convert("2026-01-02", datetime.date) == datetime.date(2026, 1, 2)
    assert _schema.convert("x", Union[int, str]) == "x"
    for wrong, kind in [("x", int), (True, int), ([1], Point), ({"title": "t"}, Movie)]:
        with pytest.raises(ValueError, match=r"\w"):
            _schema.convert(wrong, kind)


def get_weather(city: Annotated[str, "where"], days: int = 1) -> str:
    """Tells the weather.

    Args:
        days: how many days
            are asked for
    """
    return f"sunny in {city} for {days}"


def test_definitions() -> None:
    assert function_tool(get_weather).definition == {
        "type": "function",
        "name": "get_weather",
        "description": "Tells the weather.",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "where"},
                "days": {"type": ["integer", "null"], "description": "how many days are asked for"},
            },
            "required": ["city", "days"],
            "additionalProperties": False,
        },
    }
    assert function_tool(name="other")(get_weather).name == "other"
    assert function_tool(get_weather).parse('{"city": "x", "days": null}') == {"city": "x"}
    with pytest.raises(TypeError, match="args"):
        function_tool(lambda *args: None, name="f")
    made = pydantic_function_tool(Solution)
    assert made["name"] == "Solution"
    assert made["description"] == "How it is solved."
    assert made["strict"] is True
    assert made["parameters"]["required"] == ["steps", "answer"]


def test_parsed_arguments(client: OpenAI) -> None:
    tools = [pydantic_function_tool(Solution)]
    response = client.responses.parse(model="sandbox", input="a solution please", tools=tools)
    (call,) = response.output
    assert isinstance(call.parsed_arguments, Solution)


def test_run(client: OpenAI) -> None:
    response = client.responses.run(
        model="sandbox", input="What is the weather?", tools=[get_weather]
    )
    assert response.output_text.startswith("The tool answered: sunny in ")

    def get_weather_report(day: int) -> Movie:
        raise LookupError("no weather")

    told = client.responses.run(
        model="sandbox", input="What is the weather?", tools=[get_weather_report]
    )
    assert "LookupError: no weather" in told.output_text
    with pytest.raises(LookupError):
        client.responses.run(
            model="sandbox",
            input="What is the weather?",
            tools=[get_weather_report],
            raise_tool_errors=True,
        )
    with pytest.raises(libresponses.ToolRunError) as caught:
        client.responses.run(
            model="sandbox", input="What is the weather?", tools=[get_weather], max_steps=1
        )
    assert caught.value.response.output[0].name == "get_weather"


def test_run_with_coroutines() -> None:
    async def get_weather(city: str) -> Dict[str, str]:
        await asyncio.sleep(0)
        return {"in": city}

    async def main() -> None:
        async with AsyncOpenAI() as client:
            response = await client.responses.run(
                model="sandbox", input="What is the weather?", tools=[get_weather]
            )
        assert '{"in":' in response.output_text

    run(main())
