"""Lanes that are read side by side: the same programs with the ``openai`` package and with ours."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import run, script
from test_session_programs import PACKAGES

import libresponses
from libresponses import OpenAI

LIMITS = {
    "max_lanes": 8,
    "max_events_per_lane": 10_000,
    "max_events": 50_000,
    "max_bytes_per_lane": 1 << 24,
    "max_bytes": 1 << 25,
}
TURN: Any = {"type": "response.create", "model": "sandbox", "store": False}


@pytest.fixture(params=list(PACKAGES))
def package(request: pytest.FixtureRequest) -> Any:
    return PACKAGES[request.param]


@pytest.fixture
def names(package: Any) -> Any:
    return importlib.import_module(f"{package.__name__}.lib.responses_websocket")


@pytest.fixture
def client(package: Any) -> Any:
    with package.OpenAI(max_retries=0) as made:
        yield made


@contextmanager
def entered(client: Any, names: Any, **options: Any) -> Iterator[Any]:
    """A session over a connection of its own."""
    limits = names.ResponsesWebSocketLimits(**LIMITS)
    with client.responses.connect(**options) as connection:
        session = names.ResponsesWebSocketSession(connection, limits=limits)
        with session:
            yield session


def test_responses_of_lanes(client: Any, names: Any) -> None:
    with entered(client, names) as session:
        a, b = session.lane("a"), session.lane("b")
        a.send({**TURN, "input": "of a"})
        b.send({**TURN, "input": "of b"})
        session.default.send({**TURN, "input": "of none"})
        # Whichever is read first.
        assert session.default.get_final_response().output_text == "You said: of none"
        second = b.get_final_response(timeout=30)
        assert second.output_text == "You said: of b"
        assert a.recv(timeout=30).type == "response.created"
        with pytest.raises(RuntimeError, match="Consume the current response"):
            a.send({**TURN, "input": "too soon"})
        first = a.get_final_response()
        assert first.output_text == "You said: of a"
        assert a.get_final_response().id == first.id  # again
        a.send({**TURN, "input": "more", "previous_response_id": first.id})
        assert a.get_final_response().previous_response_id == first.id
        with pytest.raises(TimeoutError):
            a.recv(timeout=0.01)
    with pytest.raises(EOFError):
        b.recv()


def test_names_of_lanes(client: Any, names: Any) -> None:
    limits = names.ResponsesWebSocketLimits(**{**LIMITS, "max_lanes": 2})
    with client.responses.connect() as connection:
        session = names.ResponsesWebSocketSession(connection, limits=limits)
        with pytest.raises(RuntimeError, match="not active"):
            session.default.send({**TURN, "input": "x"})
        with pytest.raises(RuntimeError, match="Enter the WebSocket session"):
            session.default.recv()
        with session:
            for wrong in ("", "a b", "x" * 257, 7):
                with pytest.raises(ValueError, match="stream_id must be None"):
                    session.lane(wrong)
            lane = session.lane("a")
            with pytest.raises(ValueError, match="already registered"):
                session.lane("a")
            with pytest.raises(names.ResponsesWebSocketBufferError):
                session.lane("b")
            with pytest.raises(ValueError, match="does not match"):
                lane.send({**TURN, "input": "x", "stream_id": "other"})
            other = names.ResponsesWebSocketSession(connection, limits=limits)
            with pytest.raises(RuntimeError, match="already has"):
                other.__enter__()
    for wrong_limit in (0, -1, True, "5"):
        with pytest.raises(ValueError, match="positive integers"):
            names.ResponsesWebSocketLimits(**{**LIMITS, "max_events": wrong_limit})


def test_what_the_server_refuses(client: Any, names: Any) -> None:
    with entered(client, names) as session:
        lane = session.lane("a")
        lane.send({**TURN, "input": "x", "previous_response_id": "resp_none"})
        with pytest.raises(names.ResponsesWebSocketError) as caught:
            lane.get_final_response()
        assert caught.value.event.error.code == "previous_response_not_found"
        lane.send({**TURN, "input": "again"})
        assert lane.get_final_response().output_text == "You said: again"


def test_a_lane_that_is_left(client: Any, names: Any) -> None:
    """What it still gets is for the lane without a name, and the connection stays."""
    with entered(client, names, extra_headers={"X-Sandbox-Speed": "200"}) as session:
        lane = session.lane("a")
        lane.send({**TURN, "input": "left"})
        assert lane.recv().type == "response.created"
        lane.close()
        with pytest.raises(EOFError):
            lane.recv()
        while True:
            event = session.default.recv()
            assert event.stream_id == "a"
            if event.type == "response.completed":
                break
        session.default.send({**TURN, "input": "own"})
        assert session.default.get_final_response().output_text == "You said: own"
        with pytest.raises(ValueError, match="already registered"):
            session.lane("a")


def test_steering_of_a_lane(client: Any, names: Any) -> None:
    with entered(client, names, extra_headers={"X-Sandbox-Speed": "100"}) as session:
        lane = session.lane("a")
        lane.send({**TURN, "input": "#reasoning=3"})
        created = lane.recv()
        lane.send(
            {
                "type": "response.steer",
                "previous_response_id": created.response.id,
                "input": "Be brief",
            }
        )
        first = lane.get_final_response()
        assert first.status == "incomplete"
        # The next response of the lane is what the steering made.
        while lane.recv().type != "response.created":
            pass
        assert lane.get_final_response().output_text == "You said: Be brief"


def test_threads(client: Any, names: Any) -> None:
    """Each reads its lane."""
    found: dict[int, list[str]] = {}
    with entered(client, names) as session:

        def converse(number: int, lane: Any) -> None:
            before = None
            found[number] = []
            for turn in range(5):
                more: dict[str, Any] = {} if before is None else {"previous_response_id": before}
                lane.send({**TURN, "input": f"{number}.{turn}", **more})
                response = lane.get_final_response(timeout=60)
                before = response.id
                found[number].append(response.output_text)

        threads = [
            threading.Thread(target=converse, args=(n, session.lane(f"lane-{n}"))) for n in range(7)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert found == {n: [f"You said: {n}.{turn}" for turn in range(5)] for n in range(7)}


def test_tasks(package: Any, names: Any) -> None:
    limits = names.ResponsesWebSocketLimits(**LIMITS)

    async def main() -> None:
        client = package.AsyncOpenAI(max_retries=0)
        async with client, client.responses.connect() as connection:
            async with names.AsyncResponsesWebSocketSession(connection, limits=limits) as session:

                async def converse(name: str) -> str:
                    lane = session.lane(name)
                    await lane.send({**TURN, "input": name})
                    first = await lane.get_final_response()
                    await lane.send(
                        {**TURN, "input": f"more of {name}", "previous_response_id": first.id}
                    )
                    response = await lane.get_final_response()
                    return str(response.output_text)

                made = await asyncio.gather(*[converse(f"l{n}") for n in range(7)])
                assert made == [f"You said: more of l{n}" for n in range(7)]
                waiting = asyncio.ensure_future(session.default.recv())
                await asyncio.sleep(0.05)
            with pytest.raises(EOFError):
                await waiting

    run(main())


def test_a_lost_turn() -> None:
    """It is an exception of its lane; the others go on over the next connection."""
    names = importlib.import_module("libresponses.lib.responses_websocket")
    with OpenAI(max_retries=0) as client, entered(client, names) as session:
        lane = session.lane("a")
        lane.send({**TURN, "input": "x", "metadata": {"sandbox_fault": "cut-after-events=4"}})
        for _ in range(2):  # as often as it is asked for
            with pytest.raises(libresponses.StreamTruncatedError):
                lane.get_final_response()
        lane.send({**TURN, "input": "next"})
        assert lane.get_final_response().output_text == "You said: next"
        assert session.connection.connections == 2
        session.default.close()  # what comes without a name is for nobody
        session.connection.response.create(model="sandbox", input="unread")
        lane.send({**TURN, "input": "last"})
        assert lane.get_final_response().output_text == "You said: last"


GREEN = """
from gevent import monkey
monkey.patch_all()
import gevent
import libresponses
from libresponses import OpenAI
from libresponses.lib.responses_websocket import (
    ResponsesWebSocketLimits, ResponsesWebSocketSession,
)
turn = {"type": "response.create", "model": "sandbox", "store": False}
limits = ResponsesWebSocketLimits(8, 100, 100, 100, 100)
with OpenAI(max_retries=0) as client, client.responses.connect() as connection:
    with ResponsesWebSocketSession(connection, limits=limits) as session:
        def converse(number):
            lane = session.lane(f"l{number}")
            lane.send({**turn, "input": f"n{number}"})
            return lane.get_final_response().output_text
        made = [gevent.spawn(converse, n) for n in range(7)]
        gevent.joinall(made)
        assert [one.value for one in made] == [f"You said: n{n}" for n in range(7)]
        try:
            session.default.recv(timeout=1)
        except libresponses.UnsupportedError:
            pass
        else:
            raise AssertionError("a limit that does not hold")
"""


def test_greenlets() -> None:
    pytest.importorskip("gevent")
    done = script(GREEN)
    assert done.returncode == 0, done.stderr
