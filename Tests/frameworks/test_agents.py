"""openai-agents."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from agents import (
    Agent,
    ModelSettings,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from conftest import async_client, fault, requests, run
from pydantic import BaseModel

set_tracing_disabled(True)


class Answer(BaseModel):
    city: str
    degrees: int


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


def agent(client: Any, **options: Any) -> Agent[Any]:
    model = OpenAIResponsesModel(model="sandbox", openai_client=client)
    return Agent(name="one", instructions="Be brief.", model=model, **options)


def test_an_answer() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            return (await Runner.run(agent(client), "Hello")).final_output

    assert run(ask()) == "You said: Hello"


def test_a_tool() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            made = await Runner.run(agent(client, tools=[get_weather]), "What is the weather?")
            return made.final_output

    assert run(ask()).startswith("The tool answered: sunny in")


def test_structured_output() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            return (await Runner.run(agent(client, output_type=Answer), "json")).final_output

    assert isinstance(run(ask()), Answer)


def test_a_handoff() -> None:
    async def ask() -> Any:
        async with async_client() as client:
            other = agent(client)
            other.name = "weather"
            made = await Runner.run(agent(client, handoffs=[other]), "To weather, please")
            return made.last_agent.name

    assert run(ask()) == "weather"


def streamed(text: str, **settings: Any) -> Any:
    async def ask() -> Any:
        async with async_client() as client:
            one = agent(client, model_settings=ModelSettings(**settings))
            made = Runner.run_streamed(one, text)
            numbers = [
                event.data.sequence_number
                async for event in made.stream_events()
                if event.type == "raw_response_event"
            ]
            return numbers, made.final_output

    return run(ask())


def test_a_stream() -> None:
    numbers, output = streamed("Hello")
    assert numbers == list(range(len(numbers)))
    assert output == "You said: Hello"


def test_a_broken_background_stream(tag: str) -> None:
    numbers, output = streamed(
        "#long=60",
        extra_args={"background": True},
        extra_headers=fault("cut-after-events=20; how=rst; times=3", tag),
    )
    assert len(numbers) > 60
    assert numbers == list(range(len(numbers)))
    assert len(output.split()) == 60
    assert len(requests(tag)) == 4


def test_a_refusal(tag: str) -> None:
    async def ask() -> Any:
        async with async_client() as client:
            settings = ModelSettings(extra_headers=fault("status=400", tag))
            await Runner.run(agent(client, model_settings=settings), "Hello")

    with pytest.raises(openai.BadRequestError):
        run(ask())
