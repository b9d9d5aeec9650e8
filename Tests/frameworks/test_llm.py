"""llm, whose models make a client for each prompt."""

from __future__ import annotations

from typing import Any

import libresponses
import libresponses.httpx
import openai
import pytest
from conftest import run
from llm.default_plugins.openai_models import AsyncResponses, Responses


class Ours(Responses):
    """As a plugin has it."""

    way = "httpx"

    def get_client(self, key: Any, *, async_: bool = False) -> Any:
        if self.way == "ours":
            return libresponses.AsyncOpenAI() if async_ else libresponses.OpenAI()
        if async_:
            return openai.AsyncOpenAI(http_client=libresponses.httpx.async_client())
        return openai.OpenAI(http_client=libresponses.httpx.client())


class OursAsync(AsyncResponses):
    way = "httpx"
    get_client = Ours.get_client


@pytest.fixture(params=["httpx", "ours"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def model(kind: Any, way: str) -> Any:
    made = kind("sandbox", "sandbox")
    made.way = way
    return made


def test_an_answer(way: str) -> None:
    assert model(Ours, way).prompt("Hello", stream=False, key="any").text() == "You said: Hello"


def test_a_stream(way: str) -> None:
    assert "".join(model(Ours, way).prompt("Hello", key="any")) == "You said: Hello"


def test_a_coroutine(way: str) -> None:
    async def ask() -> Any:
        return await model(OursAsync, way).prompt("Hello", key="any").text()

    assert run(ask()) == "You said: Hello"
