"""What is done with a response that exists, and the rest of the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Program
from server import Request, Sandbox, Scripted, answer

Make = Callable[[Callable[[Request], bytes | None]], Scripted]


def begun(program: Program, *words: str) -> str:
    ended = program.run("create", "--background", "--no-stream", *words)
    assert ended.code == 0 and "goes on in the background" in ended.err
    return ended.text.removesuffix("\n")


def test_a_background_response(program: Program) -> None:
    made = begun(program, "#long=60 x")
    early = program.run("get", made)
    assert early.code == 7 and f"'responses wait {made}'" in early.err
    waited = program.run("wait", made)
    assert waited.code == 0 and len(waited.text.split()) == 60
    assert program.run("get", made).out == waited.out
    assert program.run("get", "-q", "/status", made).out == b"completed\n"
    assert program.run("get", "--json", made).json["id"] == made


def test_waiting_has_an_end(program: Program) -> None:
    made = begun(program, "#long=1000 x")
    ended = program.run("wait", "--timeout", "300ms", made)
    assert ended.code == 124
    cancelled = program.run("cancel", made)
    assert (cancelled.code, cancelled.out) == (0, b"") and f"{made} is cancelled" in cancelled.err
    assert program.run("wait", made).code == 7


def test_the_rest_of_a_stream(program: Program) -> None:
    whole = program.run("create", "--background", "--events", "#long=30 x")
    made = whole.lines[0]["response"]["id"]
    deltas = [event for event in whole.lines if event["type"] == "response.output_text.delta"]
    text = "".join(event["delta"] for event in deltas)
    assert program.run("get", "--stream", made).text == text
    after = str(deltas[9]["sequence_number"])
    rest = program.run("get", "--stream", "--after", after, made)
    assert (rest.code, rest.text) == (0, "".join(event["delta"] for event in deltas[10:]))
    events = program.run("get", "--events", "--after", after, made)
    assert events.lines == whole.lines[deltas[9]["sequence_number"] + 1 :]
    assert program.run("get", "--after", "-1", made).code == 2
    assert program.run("get", "--after", "x", made).code == 2


def test_deleting(program: Program) -> None:
    made = program.run("create", "-q", "/id", "x").text.strip()
    ended = program.run("delete", made)
    assert (ended.code, ended.out) == (0, b"") and "is deleted" in ended.err
    assert program.run("get", made).code == 3
    made = program.run("create", "-q", "/id", "y").text.strip()
    assert program.run("delete", "--json", made).json["deleted"] is True


@pytest.mark.parametrize("command", ["get", "wait", "cancel", "delete", "items"])
@pytest.mark.parametrize("name", ["", "../models", "a/b", "\x1b[31m", "resp_\xff"])
def test_ids_that_are_none(program: Program, command: str, name: str) -> None:
    ended = program.run(command, name)
    assert ended.code in (2, 3) and ended.out == b""
    assert "\x1b" not in ended.err
    assert program.run(command).code == 2 and program.run(command, "a", "b").code == 2


def test_items(program: Program) -> None:
    items = [{"role": "user", "content": f"item {number}"} for number in range(250)]
    body = json.dumps({"model": "sandbox", "input": items}).encode()
    made = program.run("create", "--body", "-", "-q", "/id", stdin=body).text.strip()
    page = program.run("items", made)
    assert len(page.lines) == 20 and "--all has them" in page.err
    every = program.run("items", "--all", "-p", "order=asc", "-p", "limit=100", made)
    texts = [item["content"][0]["text"] for item in every.lines]
    assert texts == [f"item {number}" for number in range(250)]
    assert len(program.run("items", "--all", made).lines) == 250
    assert program.run("items", "--json", made).json["object"] == "list"


def test_tokens_and_compact(program: Program) -> None:
    assert program.run("tokens", "one two three").out == b"3\n"
    assert program.run("tokens", stdin=b"one two").out == b"2\n"
    assert program.run("tokens", "--json", "one").json["input_tokens"] == 1
    assert program.run("compact", "one").json["output"]


def test_any_endpoint(program: Program, tmp_path: Path) -> None:
    assert program.run("api", "GET", "/models", "-q", "/object").out == b"list\n"
    assert program.run("api", "get", "models").json["object"] == "list"
    made = program.run("api", "POST", "/conversations", "-p", "metadata.a=b").json
    assert made["metadata"] == {"a": "b"}
    again = program.run("api", "GET", f"/conversations/{made['id']}")
    assert again.json["id"] == made["id"]
    assert program.run("api", "GET", "/nothing").code == 3
    assert program.run("api", "BREW", "/coffee").code == 2
    assert program.run("api", "GET", "/../x").code == 2
    shown = program.run("api", "POST", "/x", "--body", "-", "--dry-run", stdin=b'{"n": 1.50}')
    assert shown.out == b'{"n": 1.50}\n' and "POST" in shown.err


def test_an_answer_that_is_not_json(program: Program, scripted: Make, tmp_path: Path) -> None:
    raw = bytes(range(256)) * 300
    server = scripted(lambda _: answer(raw, kind="application/octet-stream"))
    at = ("--base-url", server.base_url)
    ended = program.run("api", "GET", "/files/a/content", "-o", tmp_path / "out", *at)
    assert (ended.code, ended.out) == (0, b"") and (tmp_path / "out").read_bytes() == raw
    assert program.run("api", "GET", "/files/a/content", "-o", "-", *at).out == raw
    shown = program.run("api", "GET", "/files/a/content", *at)
    assert shown.code == 0 and b"\x1b" not in shown.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["get", "resp_1"], "GET"),
        (["wait", "resp_1"], "GET"),
        (["cancel", "resp_1"], "/responses/resp_1/cancel"),
        (["delete", "resp_1"], "DELETE"),
        (["items", "resp_1"], "/responses/resp_1/input_items"),
        (["tokens", "x"], "/responses/input_tokens"),
        (["compact", "x"], "/responses/compact"),
        (["api", "PUT", "/x"], "PUT"),
    ],
)
def test_nothing_is_sent_in_a_dry_run(program: Program, words: list[str], says: str) -> None:
    env = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API_KEY": ""}
    ended = program.run(*words, "--dry-run", env=env)
    assert ended.code == 0 and says in ended.err and "not sent" in ended.err


def test_attempts_are_shown(program: Program, sandbox: Sandbox) -> None:
    fault = "X-Sandbox-Fault: status=503; times=1; retry-after-ms=1; tag=attempts-are-shown"
    ended = program.run("create", "-v", "-H", fault, "x")
    assert ended.code == 0 and ended.err.count("* ") >= 2
    assert "sk-sandbox-test-key" not in ended.err
