"""How fast a batch is sent: as fast as the server allows, and before it has to refuse.

How much of what is allowed is used is a matter of time, which a busy machine has none of: it is
looked at with MEASURE=1 alone.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from counting import Bucket, Counting, Window
from program import LIMIT, Program

# A minute of the server, in seconds: nobody has to wait for a real one.
MINUTE = 1.5

MEASURE = bool(os.environ.get("MEASURE"))


def run(
    program: Program, tmp_path: Path, server: Counting, count: int, size: int, *more: str
) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join(
            json.dumps({"model": "m", "input": f"{number} " + "x" * size}) + "\n"
            for number in range(count)
        )
    )
    ended = program.run("batch", source, "-o", out, "--base-url", server.base_url, *more, limit=120)
    assert ended.code == 0, ended.err
    assert len(out.read_text().splitlines()) == count


@pytest.mark.parametrize("kind", [Bucket, Window])
@pytest.mark.parametrize("latency", [0.0, 0.1])
def test_requests(
    program: Program, tmp_path: Path, kind: type[Bucket | Window], latency: float
) -> None:
    count = 1200
    with Counting(latency=latency, requests=kind(300, MINUTE)) as server:
        run(program, tmp_path, server, count, 10)
        took = server.times[-1] - server.times[0]
    assert server.refused <= count * 0.01
    print(f"{count} in {took:.2f} s, {server.refused} refused")
    # At least 95 % of what is allowed.
    assert not MEASURE or took <= count / 300 * MINUTE / 0.95


@pytest.mark.parametrize("kind", [Bucket, Window])
@pytest.mark.parametrize("latency", [0.0, 0.1])
def test_tokens(
    program: Program, tmp_path: Path, kind: type[Bucket | Window], latency: float
) -> None:
    # 300 tokens each, about.
    count, limit = 600, 45_000
    with Counting(
        latency=latency, tokens=kind(limit, MINUTE), requests=kind(100_000, MINUTE)
    ) as server:
        run(program, tmp_path, server, count, 1060)
        took = server.times[-1] - server.times[0]
    assert server.refused <= count * 0.01
    print(f"{count} in {took:.2f} s, {server.refused} refused")
    assert not MEASURE or took <= count * 297 / limit * MINUTE / 0.95


def test_what_the_user_allows(program: Program, tmp_path: Path) -> None:
    with Counting() as server:
        run(program, tmp_path, server, 40, 10, "--rpm", "1200")
        took = server.times[-1] - server.times[0]
    # One in each twentieth of a second.
    assert took >= 39 * 0.05 * 0.95


def test_tokens_that_the_user_allows(program: Program, tmp_path: Path) -> None:
    with Counting() as server:
        run(program, tmp_path, server, 30, 1000, "--tpm", "180000")
        took = server.times[-1] - server.times[0]
    # 3,000 in a second; the first ones are guessed.
    assert took >= (30 * 280 - 3000) / 3000 * 0.5


def test_refusals_without_a_word_when(program: Program, tmp_path: Path) -> None:
    """A server that refuses and names no limits is slowed down for."""
    with Counting(requests=Window(100, 0.5), names_limits=False) as server:
        run(program, tmp_path, server, 300, 10, "-c", "20")
    assert server.refused <= 100


def test_answers_that_take_long(program: Program, tmp_path: Path) -> None:
    """Few are sent before the server has said anything, but not for as long as that may take."""
    with Counting(latency=4) as server:
        run(program, tmp_path, server, 30, 10)
    assert server.most == 30
    assert sum(at - server.times[0] < 0.5 for at in server.times) <= 8


def test_a_server_that_refuses_all_is_not_pressed(program: Program, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f'{{"model": "m", "input": "{n}"}}\n' for n in range(200)))
    refusal = {"error": {"message": "No.", "code": "rate_limit_exceeded"}}
    with Counting(answers=lambda _: (429, refusal)) as server:
        process = program.start("batch", source, "-o", out, "--base-url", server.base_url)
        time.sleep(5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
    assert process.returncode == 130 and out.read_text() == ""
    # Eight at first, and fewer each time, after pauses that grow.
    assert 8 <= len(server.times) <= 24
