"""``responses.run(session=...)``: a tool loop whose responses are turns of one connection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import Sandbox, run
from test_sessions import TURN, connection

import libresponses
from libresponses import AsyncOpenAI, OpenAI

__all__ = ["connection"]  # a fixture


def get_weather(city: str) -> str:
    """The weather."""
    return f"21 degrees in {city}"


def bodies(sandbox: Sandbox, tag: str) -> list[dict[str, Any]]:
    """The turns that a session with a tag has sent."""
    return [one["body"] for one in sandbox.requests(tag) if one["method"] == "WEBSOCKET"]


@pytest.mark.parametrize("store", [False, True])
@pytest.mark.parametrize("streams", [False, True])
def test_a_tool_loop(
    client: OpenAI, sandbox: Sandbox, tag: str, store: bool, streams: bool
) -> None:
    """Each turn sends what is new alone, whether the server stores it or not."""
    kinds: list[str] = []
    with client.responses.connect(extra_headers={"X-Sandbox-Tag": tag}) as connection:
        made = client.responses.run(
            session=connection,
            model="sandbox",
            input="How is the weather in Rome?",
            store=store,
            tools=[get_weather],
            on_event=(lambda event: kinds.append(event.type)) if streams else None,
        )
        assert connection.connections == 1
    assert "21 degrees" in made.output_text
    first, second = bodies(sandbox, tag)
    assert "previous_response_id" not in first
    assert second["previous_response_id"]
    assert [one["type"] for one in second["input"]] == ["function_call_output"]
    assert kinds.count("response.completed") == (2 if streams else 0)


def test_a_tool_loop_whose_connection_is_lost(client: OpenAI, sandbox: Sandbox, tag: str) -> None:
    """The server has forgotten the response that the tool was called by: it is told all again."""
    spec = f"on=turn; times=1; close-code=1012; close-at=last; tag={tag}"
    headers = {"X-Sandbox-Fault": spec.replace("last", "end")}
    with client.responses.connect(extra_headers=headers) as connection:
        made = connection.run(
            model="sandbox", input="How is the weather in Rome?", store=False, tools=[get_weather]
        )
        assert connection.connections == 2
    assert "21 degrees" in made.output_text
    _, refused, whole = bodies(sandbox, tag)
    assert "previous_response_id" in refused
    assert "previous_response_id" not in whole
    kinds = [one.get("type", "message") for one in whole["input"]]
    assert kinds == ["message", "function_call", "function_call_output"]


def test_a_tool_loop_that_cannot_begin_anew(connection: Any) -> None:
    """Nobody but the caller knows what was before."""
    with pytest.raises(libresponses.BadRequestError) as caught:
        connection.run(
            **TURN, input="How is the weather?", previous_response_id="resp_none",
            tools=[get_weather],
        )  # fmt: skip
    assert caught.value.code == "previous_response_not_found"


def test_a_tool_loop_of_asyncio(client: Any) -> None:
    async def weather(city: str) -> str:
        """The weather."""
        await asyncio.sleep(0)
        return f"21 degrees in {city}"

    async def main() -> None:
        async with AsyncOpenAI(max_retries=0) as other, other.responses.connect() as connection:
            made = await other.responses.run(
                session=connection, **TURN, input="How is the weather in Rome?", tools=[weather]
            )
            assert "21 degrees" in made.output_text
            with pytest.raises(TypeError, match="a ResponsesConnection"):
                client.responses.run(session=connection, **TURN, input="x", tools=[])

    run(main())
