"""pydantic-ai."""

from __future__ import annotations

from typing import Any

from conftest import async_client, run
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider


class Answer(BaseModel):
    city: str
    degrees: int


def agent(client: Any, **options: Any) -> Agent[None, Any]:
    model = OpenAIResponsesModel("sandbox", provider=OpenAIProvider(openai_client=client))
    return Agent(model, **options)


def test_an_answer() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            return (await agent(client).run("Hello")).output

    assert run(ask()) == "You said: Hello"


def test_a_tool() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            one = agent(client)

            @one.tool_plain
            def get_weather(city: str) -> str:
                return f"sunny in {city}"

            return (await one.run("What is the weather?")).output

    assert "sunny in" in run(ask())


def test_structured_output() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            return (await agent(client, output_type=Answer).run("json")).output

    assert isinstance(run(ask()), Answer)


def test_a_stream() -> None:
    async def ask() -> Any:
        async with async_client() as client, agent(client).run_stream("Hello") as made:
            return [text async for text in made.stream_text(delta=True, debounce_by=None)]

    assert "".join(run(ask())) == "You said: Hello"


def test_usage() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            return (await agent(client, instructions="Be brief.").run("Hello")).usage

    assert run(ask()).input_tokens > 0
