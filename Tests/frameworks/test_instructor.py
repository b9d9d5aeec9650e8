"""instructor."""

from __future__ import annotations

from typing import Any

import instructor
import openai
import pytest
from conftest import async_client, run
from pydantic import BaseModel

MODES = [instructor.Mode.RESPONSES_TOOLS]
MESSAGES: list[Any] = [{"role": "user", "content": "json"}]


class Answer(BaseModel):
    city: str
    degrees: int


@pytest.mark.parametrize("mode", MODES)
def test_an_object(client: openai.OpenAI, mode: instructor.Mode) -> None:
    made = instructor.from_openai(client, mode=mode)
    answer = made.chat.completions.create(model="sandbox", messages=MESSAGES, response_model=Answer)
    assert isinstance(answer, Answer)


@pytest.mark.parametrize("mode", MODES)
def test_with_the_answer(client: openai.OpenAI, mode: instructor.Mode) -> None:
    made = instructor.from_openai(client, mode=mode)
    answer, completion = made.chat.completions.create_with_completion(
        model="sandbox", messages=MESSAGES, response_model=Answer
    )
    assert isinstance(answer, Answer)
    assert completion.id.startswith("resp_")


@pytest.mark.parametrize("mode", MODES)
def test_a_coroutine(mode: instructor.Mode) -> None:
    async def ask() -> Any:
        async with async_client() as client:
            made = instructor.from_openai(client, mode=mode)
            return await made.chat.completions.create(
                model="sandbox", messages=MESSAGES, response_model=Answer
            )

    assert isinstance(run(ask()), Answer)
