"""What goes wrong: the exit code, one line for a person, and one of JSON for a program."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from program import LIMIT, PROGRAM, Program, signals_as_usual
from server import Request, Scripted, answer, response, stream, streamed

Make = Callable[[Callable[[Request], bytes | None]], Scripted]


def fault(spec: str) -> tuple[str, str]:
    return "-H", f"X-Sandbox-Fault: {spec}"


@pytest.mark.parametrize(
    ("spec", "code", "retryable"),
    [
        ("status=400", 3, False),
        ("status=404", 3, False),
        ("status=422", 3, False),
        ("status=401", 4, False),
        ("status=403", 4, False),
        ("status=403; error-code=unsupported_country_region_territory", 3, False),
        ("status=429; error-code=insufficient_quota", 6, False),
        ("status=402", 6, False),
        ("status=429; retry-after-ms=1", 5, True),
        ("status=500", 5, True),
        ("status=503; error-body=html", 5, True),
        ("status=503; error-body=empty", 5, True),
        ("no-response=rst", 5, True),
    ],
)
def test_exit_codes(program: Program, spec: str, code: int, retryable: bool) -> None:
    ended = program.run("create", "--max-retries", "0", *fault(spec), "x")
    assert (ended.code, ended.out) == (code, b""), ended.err
    assert ended.err.startswith("responses create: ") and ended.err.count("\n") == 1
    as_json = program.run("create", "--json", "--max-retries", "0", *fault(spec), "x")
    assert as_json.code == as_json.error["exit"] == code
    assert as_json.error["retryable"] is retryable
    assert as_json.err.count("\n") == 1


def test_a_page_in_place_of_an_answer(program: Program, scripted: Make) -> None:
    server = scripted(lambda _: answer("<html>Sign in</html>", kind="text/html"))
    ended = program.run("create", "x", "--base-url", server.base_url)
    assert (ended.code, ended.out) == (1, b"")


def test_an_error_as_json(program: Program) -> None:
    error = program.run("create", "--json", *fault("status=400; error-code=bad"), "x").error
    assert set(error) == {
        *("exit", "status", "failure", "message", "type", "code", "param", "request_id"),
        *("retryable", "retry_after_ms", "attempts", "response_id", "cursor"),
    }
    assert (error["status"], error["failure"], error["code"]) == (400, "RESPONSES_E_API", "bad")
    assert error["request_id"].startswith("req_")


def test_retries_are_used_up(program: Program) -> None:
    ended = program.run("create", *fault("status=500"), "--max-retries", "1", "x")
    assert ended.code == 5 and "(2 attempts)" in ended.err


def test_no_key(program: Program) -> None:
    ended = program.run("create", "x", env={"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""})
    assert ended.code == 4 and "OPENAI_API_KEY" in ended.err


def test_nobody_listens(program: Program) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        ended = program.run("create", "x", "--base-url", url, "--max-retries", "0")
    assert ended.code == 5


@pytest.mark.parametrize(
    ("word", "out"),
    [
        ("#incomplete x", True),
        ("#content-filter x", True),
        ("#fail=3 x", None),
        ("#fail-early x", False),
    ],
)
@pytest.mark.parametrize("way", ["--quiet", "--no-stream"])
def test_a_response_that_is_not_complete(
    program: Program, word: str, out: bool | None, way: str
) -> None:
    ended = program.run("create", way, word)
    # Of one that fails the server has nothing to hand over but the stream.
    assert (ended.code, bool(ended.out)) == (7, way == "--quiet" if out is None else out), ended
    as_json = program.run("create", "--json", way, word)
    assert as_json.code == as_json.error["exit"] == 7
    assert as_json.json["status"] in ("incomplete", "failed")
    assert as_json.error["response_id"].startswith("resp_")


def test_a_stream_that_breaks_off(program: Program) -> None:
    ended = program.run("create", "--json", *fault("no-terminal"), "#long=20 x")
    assert ended.code == 7
    assert ended.error["failure"] == "RESPONSES_E_TRUNCATED"
    assert ended.error["cursor"] > 10 and ended.error["response_id"].startswith("resp_")
    text = program.run("create", *fault("no-terminal"), "#long=20 x")
    assert (text.code, len(text.text.split())) == (7, 20)


def test_a_background_stream_goes_on(program: Program) -> None:
    ended = program.run(
        "create", "--background", *fault("cut-after-events=7; times=1"), "#long=9 x"
    )
    assert (ended.code, len(ended.text.split())) == (0, 9), ended.err


def test_a_refusal(program: Program) -> None:
    ended = program.run("create", "#refusal x")
    assert (ended.code, ended.out) == (3, b"")
    assert "the model refuses: I'm sorry" in ended.err


def test_time_is_up(program: Program) -> None:
    ended = program.run("create", "--timeout", "200ms", *fault("first-byte-delay=20000"), "x")
    assert ended.code == 124


def test_an_error_in_the_stream_of_a_quota(program: Program, scripted: Make) -> None:
    error = {"type": "error", "code": "insufficient_quota", "message": "No.", "param": None}
    server = scripted(lambda _: stream(error))
    assert program.run("create", "x", "--base-url", server.base_url).code == 6


@pytest.mark.parametrize(
    "body", [b"{broken", b"", b"[]", b"\xff\xfe", b'{"object": "response"'], ids=repr
)
def test_broken_answers(program: Program, scripted: Make, body: bytes) -> None:
    server = scripted(lambda _: answer(body))
    ended = program.run(
        "create", "--no-stream", "--max-retries", "0", "x", "--base-url", server.base_url
    )
    assert ended.code in (1, 3, 5) or body == b"[]", ended
    assert ended.out == b"" or body == b"[]"


def test_a_message_of_a_server_does_nothing_to_a_terminal(program: Program, scripted: Make) -> None:
    error = {"error": {"message": "\x1b]0;title\x07 \x9b31m red", "code": "\x1b[2J"}}
    server = scripted(lambda _: answer(error, 400, x_request_id="r\x1b1"))
    ended = program.run("create", "x", "--base-url", server.base_url)
    assert ended.code == 3 and ended.err.rstrip("\n").isprintable()


def test_names_from_the_command_line_do_nothing_either(program: Program) -> None:
    ended = program.run("create", "@/\x1b[31m\n\x9b")
    assert ended.code == 2 and ended.err.rstrip("\n").isprintable()
    ended = program.run(b"\xff\x1b")
    assert ended.code == 2 and ended.err.rstrip("\n").isprintable()


def test_the_reader_leaves(program: Program) -> None:
    process = program.start("create", "#long=200000 x")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(LIMIT) == 8
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_full_disk(program: Program) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = program.run("create", "x", stdout=full)
    assert ended.code == 8 and "No space left" in ended.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "<&- 2>&-"])
def test_descriptors_that_are_closed(program: Program, closed: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = subprocess.run(
        ["sh", "-c", f'"$0" create hello > "$1" {closed}', PROGRAM, out],
        env=program.environment,
        capture_output=True,
        timeout=LIMIT,
        preexec_fn=signals_as_usual,
    )
    if ">&-" in closed.replace("2>&-", ""):
        assert ended.returncode == 8
    else:
        assert ended.returncode == 0 and out.read_bytes() == b"You said: hello"


def test_the_answer_is_in_no_error(program: Program, scripted: Make) -> None:
    """A huge answer is passed on piece by piece, and what is said stays short."""
    server = scripted(lambda _: streamed(*["x" * 100_000] * 50))
    ended = program.run("create", "x", "--base-url", server.base_url)
    assert (ended.code, len(ended.out)) == (0, 5_000_000)
    assert len(ended.err) < 500
    long = scripted(
        lambda _: answer(response("y" * 10, status="failed", error={"message": "z" * 99999}))
    )
    ended = program.run("create", "--no-stream", "x", "--base-url", long.base_url)
    assert ended.code == 7 and len(ended.err) < 1000
