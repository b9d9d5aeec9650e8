"""langchain-openai."""

from __future__ import annotations

from typing import Any

import libresponses
import libresponses.httpx
import pytest
from conftest import fault, requests, run
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Answer(BaseModel):
    city: str
    degrees: int


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


def model(way: str, **options: Any) -> ChatOpenAI:
    """Over the SDK over this library, or over this package's own clients in the SDK's place."""
    if way == "httpx":
        clients: dict[str, Any] = {
            "http_client": libresponses.httpx.client(),
            "http_async_client": libresponses.httpx.async_client(),
        }
    else:
        clients = {
            "root_client": libresponses.OpenAI(),
            "root_async_client": libresponses.AsyncOpenAI(),
            # They are for chat completions, and only have to be there.
            "client": object(),
            "async_client": object(),
        }
    return ChatOpenAI(model="sandbox", use_responses_api=True, **clients, **options)


both = pytest.mark.parametrize("way", ["httpx", "ours"])


@both
def test_an_answer(way: str) -> None:
    made = model(way).invoke("Hello")
    assert made.text == "You said: Hello"
    assert made.usage_metadata is not None
    assert made.usage_metadata["input_tokens"] > 0
    assert made.response_metadata["id"].startswith("resp_")


@both
def test_a_stream(way: str) -> None:
    chunks = list(model(way).stream("Hello"))
    assert "".join(one.text for one in chunks) == "You said: Hello"


@both
def test_a_coroutine(way: str) -> None:
    async def ask() -> Any:
        one = model(way)
        whole = (await one.ainvoke("Hello")).text
        return whole, "".join([chunk.text async for chunk in one.astream("Hello")])

    assert run(ask()) == ("You said: Hello", "You said: Hello")


@both
def test_a_tool(way: str) -> None:
    asked = model(way).bind_tools([get_weather]).invoke("What is the weather?")
    assert [one["name"] for one in asked.tool_calls] == ["get_weather"]
    told = get_weather.invoke(asked.tool_calls[0])
    answer = model(way).invoke([("user", "What is the weather?"), asked, told])
    assert answer.text.startswith("The tool answered: sunny in")


@both
def test_the_conversation_goes_on(way: str) -> None:
    one = model(way, use_previous_response_id=True)
    first = one.invoke("Hello")
    second = one.invoke([("user", "Hello"), first, ("user", "Again")])
    assert second.text == "You said: Again"


@both
def test_structured_output(way: str) -> None:
    one = model(way).with_structured_output(Answer, method="json_schema")
    assert isinstance(one.invoke("json"), Answer)


def test_a_broken_background_stream(tag: str) -> None:
    headers = fault("cut-after-events=20; how=rst; times=3", tag)
    one = model("httpx", default_headers=headers, model_kwargs={"background": True})
    assert len("".join(chunk.text for chunk in one.stream("#long=60")).split()) == 60
    assert len(requests(tag)) == 4
