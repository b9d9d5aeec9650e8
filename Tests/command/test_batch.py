"""Batches: what is read, what is written, and how they go on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from counting import Counting
from program import LIMIT, Program
from server import Request, Scripted, answer

Make = Callable[[Callable[[Request], bytes | None]], Scripted]


def line(number: int, text: str | None = None, **body: Any) -> str:
    """A line of the provider's format."""
    asked = {"model": "m", "input": text or f"q{number}", **body}
    request = {"custom_id": f"r{number}", "method": "POST", "url": "/v1/responses", "body": asked}
    return json.dumps(request) + "\n"


def answers(out: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in out.read_text().splitlines()]


def ids(out: Path) -> list[str]:
    return [found["custom_id"] for found in answers(out)]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "in.jsonl", tmp_path / "out.jsonl"


@pytest.fixture
def counting() -> Iterator[Counting]:
    with Counting() as server:
        yield server


def test_the_format_of_the_provider(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(300)))
    counting.latency = 0.05
    ended = program.run("batch", source, "-o", out, "--base-url", counting.base_url)
    assert (ended.code, ended.out) == (0, b""), ended.err
    assert "300 of 300 done" in ended.err.splitlines()[-1]
    found = answers(out)
    assert sorted(ids(out)) == sorted(f"r{number}" for number in range(300))
    for one in found:
        assert set(one) == {"id", "custom_id", "response", "error"}
        assert one["error"] is None and one["id"].startswith("batch_req_")
        assert set(one["response"]) == {"status_code", "request_id", "body"}
        assert (one["response"]["status_code"], one["response"]["request_id"]) == (200, "req_1")
        text = one["response"]["body"]["output"][0]["content"][0]["text"]
        assert text == "A: q" + one["custom_id"][1:]
    assert len(counting.seen) == 300 and set(counting.seen.values()) == {1}
    assert 8 < counting.most <= 100


def test_bare_bodies(program: Program, files: tuple[Path, Path], counting: Counting) -> None:
    source, out = files
    source.write_text('{"model": "m", "input": "a"}\n\n{"model": "m", "input": "b"}')
    assert program.run("batch", source, "-o", out, "--base-url", counting.base_url).code == 0
    assert sorted(ids(out)) == ["line-1", "line-3"]


@pytest.mark.parametrize("form", ["crlf", "bom", "no line end", "spaces", "unicode id"])
def test_forms_of_files(
    program: Program, files: tuple[Path, Path], counting: Counting, form: str
) -> None:
    source, out = files
    text = line(1) + line(2)
    if form == "crlf":
        text = text.replace("\n", "\r\n") + "\r\n"
    elif form == "bom":
        text = "\ufeff" + text
    elif form == "no line end":
        text = text[:-1]
    elif form == "spaces":
        text = "\n  \t\n" + text.replace("\n", "  \n \n")
    else:
        text = text.replace('"r1"', '"\\u00e9\\n\\u0000"')
    source.write_bytes(text.encode())
    assert program.run("batch", "--check", source).out == b"2 requests\n"
    for _ in range(2):
        ended = program.run("batch", source, "-o", out, "--base-url", counting.base_url)
        assert ended.code == 0, ended.err
    assert len(answers(out)) == 2 and set(counting.seen.values()) == {1}
    if form == "unicode id":
        assert "\u00e9\n\0" in ids(out)


def test_a_body_is_sent_byte_for_byte(
    program: Program, files: tuple[Path, Path], scripted: Make
) -> None:
    source, out = files
    source.write_bytes(
        b'{"url":"/v1/responses","method":"POST","body": { "model" : "m", "n": 1.50, '
        b'"big":123456789012345678901234567890,"input":"\\u00e9" },"custom_id":"a"}\n'
    )
    server = scripted(lambda _: answer({"id": "resp_1"}))
    ended = program.run("batch", source, "-o", out, "--base-url", server.base_url)
    assert ended.code == 0
    assert (
        server.requests[0].body
        == b'{ "model" : "m", "n": 1.50, "big":123456789012345678901234567890,"input":"\\u00e9" }'
    )


WRONG = [
    (b"{broken\n", "line 1: invalid_json_line"),
    (b"[]\n", "line 1: invalid_json_line"),
    (line(1).encode() + b"\x00\x00\n", "line 2: invalid_json_line"),
    (b'{"input": "\xff"}\n', "line 1: invalid_json_line"),
    (b'{"input": NaN}\n', "line 1: invalid_json_line"),
    (b"[" * 100000 + b"\n", "line 1: invalid_json_line"),
    (line(1).encode() * 2, 'line 2: duplicate_custom_id: "r1" is that of line 1'),
    (line(1).replace('"r1"', "7").encode(), 'line 1: invalid_type: "custom_id"'),
    (line(1).replace('"r1"', '""').encode(), 'line 1: invalid_type: "custom_id"'),
    (b'{"method":"POST","url":"/v1/responses","body":{}}\n', 'there is no "custom_id"'),
    (line(1).replace("/responses", "/chat/completions").encode(), "line 1: url_mismatch"),
    (line(1).replace("POST", "GET").encode(), "line 1: invalid_method"),
    (b'{"custom_id":"a","url":"/v1/responses"}\n', '"body" has to be an object'),
    (line(1, stream=True).encode(), '"stream" cannot be used'),
    (line(1, background=True).encode(), '"background" cannot be used'),
    (b"", "empty_file"),
    (b"\n\n", "empty_file"),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_is_wrong_is_found_before_anything_is_sent(
    program: Program, files: tuple[Path, Path], counting: Counting, text: bytes, says: str
) -> None:
    source, out = files
    source.write_bytes(text)
    ways: list[list[str | Path]] = [["--check", source], [source, "-o", out]]
    for arguments in ways:
        ended = program.run("batch", *arguments, "--base-url", counting.base_url)
        assert (ended.code, ended.out) == (2, b"") and says in ended.err
    assert not counting.seen and not out.exists()


def test_only_some_of_many_wrong_lines_are_named(
    program: Program, files: tuple[Path, Path]
) -> None:
    source, _ = files
    source.write_text("x\n" * 50)
    ended = program.run("batch", "--check", source)
    assert len(ended.err.splitlines()) == 21 and "30 more lines are wrong" in ended.err


def test_ids_far_apart(program: Program, files: tuple[Path, Path]) -> None:
    source, _ = files
    source.write_text("".join(line(number) for number in range(50_000)) + line(3))
    ended = program.run("batch", "--check", source)
    assert ended.code == 2
    assert 'line 50001: duplicate_custom_id: "r3" is that of line 4' in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "-o OUT.jsonl is missing"),
        (["-o", "-"], 2, "cannot go to standard output"),
        (["-o", "{in}"], 2, "is the input"),
        (["-o", "{link}"], 2, "is the input"),
        (["-o", "{fifo}"], 2, "is no file"),
        (["-o", "/dev/null"], 2, "is no file"),
        (["-o", "/nowhere/out"], 8, "No such file or directory"),
        (["-o", "/proc/out"], 8, "/proc/out: open"),
        (["-o", "{dir}"], 8, "Is a directory"),
        (["-o", "{other}"], 2, "something else in it"),
        (["-o", "{out}", "--concurrency", "0"], 2, "--concurrency takes 1 to 100000, not '0'"),
        (["-o", "{out}", "--rpm", "1.5"], 2, "--rpm takes 1 to"),
        (["-o", "{out}", "-q", "/x"], 2, "-q"),
    ],
)
def test_places_and_numbers_that_cannot_be(
    program: Program,
    files: tuple[Path, Path],
    counting: Counting,
    arguments: list[str],
    code: int,
    says: str,
) -> None:
    source, out = files
    source.write_text(line(1))
    other, fifo, link = (out.with_name(name) for name in ("other", "fifo", "link"))
    other.write_text("These are my notes.\nNot to be touched")
    os.mkfifo(fifo)
    link.symlink_to(source)
    names = {
        "{in}": source,
        "{out}": out,
        "{fifo}": fifo,
        "{link}": link,
        "{dir}": out.parent,
        "{other}": other,
    }
    ended = program.run(
        "batch",
        source,
        *(names.get(word, word) for word in arguments),
        "--base-url",
        counting.base_url,
    )
    assert ended.code == code and says in ended.err, ended.err
    assert other.read_text() == "These are my notes.\nNot to be touched"
    assert source.read_text() == line(1) and not counting.seen


def test_a_missing_input(program: Program, tmp_path: Path) -> None:
    assert program.run("batch", tmp_path / "no", "-o", tmp_path / "out").code == 2
    assert program.run("batch", tmp_path, "-o", tmp_path / "out").code == 2


def test_input_from_a_pipe(program: Program, files: tuple[Path, Path], counting: Counting) -> None:
    _, out = files
    text = "".join(line(number) for number in range(20)).encode()
    ended = program.run("batch", "-", "-o", out, "--base-url", counting.base_url, stdin=text)
    assert ended.code == 0 and len(answers(out)) == 20
    assert (
        program.run("batch", "-", "-o", out, "--base-url", counting.base_url, stdin=text).code == 0
    )
    assert sum(counting.seen.values()) == 20


def test_two_runs_at_a_time(program: Program, files: tuple[Path, Path]) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(300)))
    with Counting(latency=0.5) as server:
        first = program.start("batch", source, "-o", out, "--base-url", server.base_url)
        while not server.seen:
            time.sleep(0.01)
        second = program.run("batch", source, "-o", out, "--base-url", server.base_url)
        assert second.code == 8 and "written by another run" in second.err
        first.communicate(timeout=LIMIT)
    assert first.returncode == 0 and len(set(ids(out))) == 300


# ---- what fails ---------------------------------------------------------------------------------


def refuse(body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
    if "bad" in body["input"]:
        return 400, {"error": {"message": "Bad.", "type": "invalid_request_error", "code": "bad"}}
    return None


def test_lines_that_are_refused(program: Program, files: tuple[Path, Path]) -> None:
    source, out = files
    source.write_text(line(1) + line(2, "bad") + line(3))
    with Counting(answers=refuse) as server:
        at = ("batch", source, "-o", out, "--base-url", server.base_url)
        ended = program.run(*at)
        assert ended.code == 1 and "2 of 3 done, 1 failed" in ended.err
        # The last line has the command that goes on.
        assert ended.err.splitlines()[-1].endswith(
            f"{source} -o {out} --base-url {server.base_url} --retry-failed"
        )
        [failed] = [one for one in answers(out) if one["custom_id"] == "r2"]
        assert failed["response"]["status_code"] == 400 and failed["error"] is None
        assert failed["response"]["body"]["error"]["code"] == "bad"
        # It is refused for good, until somebody says otherwise.
        assert program.run(*at).code == 1 and server.inputs["bad"] == 1
        server.answers = None
        assert program.run(*at, "--retry-failed").code == 0 and server.inputs["bad"] == 2
        assert program.run(*at).code == 0 and sum(server.inputs.values()) == 4
        assert len(answers(out)) == 4
        assert program.run(*at, "--compact").code == 0
    assert sorted(ids(out)) == ["r1", "r2", "r3"]
    assert {one["response"]["status_code"] for one in answers(out)} == {200}


def test_failures_that_pass_are_tried_again(program: Program, files: tuple[Path, Path]) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(30)))
    first: set[str] = set()

    def once(body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        if body["input"] in first:
            return None
        first.add(body["input"])
        return 503, {"error": {"message": "Busy."}}

    with Counting(answers=once) as server:
        ended = program.run("batch", source, "-o", out, "--base-url", server.base_url)
        assert ended.code == 0 and len(answers(out)) == 30
        # With the same key.
        assert len(server.seen) == 30 and set(server.seen.values()) == {2}


def test_failures_that_pass_go_again_in_the_next_run(
    program: Program, files: tuple[Path, Path]
) -> None:
    source, out = files
    source.write_text(line(1) + line(2))
    with Counting(answers=lambda _: (500, {"error": {"message": "Oh."}})) as server:
        at = ("batch", source, "-o", out, "--base-url", server.base_url)
        ended = program.run(*at, "--max-retries", "0")
        assert ended.code == 1 and len(answers(out)) == 2
        server.answers = None
        assert program.run(*at).code == 0
        assert len(server.seen) == 2
    assert len(answers(out)) == 4
    assert program.run(*at, "--ordered").code == 0 and ids(out) == ["r1", "r2"]


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (401, {"message": "No.", "code": "invalid_api_key"}, 4),
        (429, {"message": "No.", "code": "insufficient_quota", "type": "insufficient_quota"}, 6),
    ],
)
def test_what_would_fail_for_all_ends_it(
    program: Program, files: tuple[Path, Path], status: int, error: dict[str, Any], code: int
) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(500)))
    with Counting(answers=lambda _: (status, {"error": error})) as server:
        ended = program.run("batch", source, "-o", out, "--base-url", server.base_url)
        assert ended.code == code and answers(out) == []
        assert "to go on: " in ended.err.splitlines()[-1]
        assert sum(server.seen.values()) <= 100


def test_no_server(program: Program, files: tuple[Path, Path], counting: Counting) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(500)))
    at = ("batch", source, "-o", out)
    ended = program.run(*at, "--max-retries", "1", "--base-url", "http://127.0.0.1:1/v1")
    assert ended.code == 5 and answers(out) == []
    ended = program.run(*at, env={"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""})
    assert ended.code == 4 and answers(out) == []
    assert program.run(*at, "--base-url", counting.base_url).code == 0


@pytest.mark.parametrize(
    "body", [b"{broken", b"", b"<html>", b'{"error": {"message": "x"}}', b"null"], ids=repr
)
def test_an_answer_with_200_that_is_none(
    program: Program, files: tuple[Path, Path], scripted: Make, body: bytes
) -> None:
    """A line with 200 would never be sent again."""
    source, out = files
    source.write_text(line(1))
    server = scripted(lambda _: answer(body))
    ended = program.run(
        "batch", source, "-o", out, "--max-retries", "0", "--base-url", server.base_url
    )
    [one] = answers(out)
    assert ended.code == 1 and one["response"] is None and one["error"]["message"]


def test_an_answer_on_many_lines(
    program: Program, files: tuple[Path, Path], scripted: Make
) -> None:
    source, out = files
    source.write_text(line(1))
    pretty = json.dumps({"id": "resp_1", "text": "a\nb"}, indent=2).replace("\n", "\r\n")
    server = scripted(lambda _: answer(pretty))
    assert program.run("batch", source, "-o", out, "--base-url", server.base_url).code == 0
    [one] = answers(out)
    assert one["response"]["body"] == {"id": "resp_1", "text": "a\nb"}


def test_bounds(program: Program, files: tuple[Path, Path]) -> None:
    source, out = files
    source.write_text("".join(line(number, "bad" if number % 2 else None) for number in range(100)))
    with Counting(answers=refuse) as server:
        at = ("batch", source, "-o", out, "--base-url", server.base_url, "-c", "4")
        ended = program.run(*at, "--limit", "10")
        assert len(answers(out)) == sum(server.seen.values()) == 10
        assert "to go on" in ended.err.splitlines()[-1]
        ended = program.run(*at, "--max-failures", "8")
        assert ended.code == 1 and 13 <= len(answers(out)) <= 20
        assert server.most <= 4
    ended = program.run(*at, "--max-retries", "0")
    assert ended.code == 5


# ---- how it goes on -----------------------------------------------------------------------------


def test_a_torn_line_is_cut_off(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(3)))
    at = ("batch", source, "-o", out, "--base-url", counting.base_url)
    program.run(*at, "--ordered")
    whole = out.read_bytes()
    first, second, third = whole.splitlines(keepends=True)
    for cut in {*range(0, 60), *range(60, len(third), 97), len(third) - 2, len(third) - 1}:
        counting.seen.clear()
        out.write_bytes(first + second + third[:cut])
        assert program.run(*at).code == 0
        assert sorted(ids(out)) == ["r0", "r1", "r2"]
        # Without its line end alone it is there.
        assert sum(counting.seen.values()) == (0 if cut == len(third) - 1 else 1)
    out.write_bytes(third[:30])
    assert program.run(*at).code == 0 and len(answers(out)) == 3


def test_lines_in_between_that_are_none(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text(line(1) + line(2))
    at = ("batch", source, "-o", out, "--base-url", counting.base_url)
    program.run(*at, "--ordered")
    first, second = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(first + b"\0" * 512 + b"\n" + second)
    ended = program.run(*at)
    assert ended.code == 0 and "1 lines are no answers" in ended.err
    assert sum(counting.seen.values()) == 2


def test_a_file_of_the_provider_is_gone_on_with(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(4)))

    def of(number: int, status: int | None) -> str:
        found: dict[str, Any] = {"id": f"batch_req_{number:032x}", "custom_id": f"r{number}"}
        found["response"] = status and {"status_code": status, "request_id": "x", "body": {}}
        found["error"] = None if status else {"code": "batch_expired", "message": "Too late."}
        return json.dumps(found) + "\n"

    out.write_text(of(0, 200) + of(1, 400) + of(2, 429) + of(3, None))
    ended = program.run("batch", source, "-o", out, "--base-url", counting.base_url)
    assert ended.code == 1
    assert set(counting.inputs) == {"q2", "q3"}


def test_a_request_that_has_changed(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text(line(1) + line(2))
    at = ("batch", source, "-o", out, "--base-url", counting.base_url)
    assert program.run(*at).code == 0
    source.write_text(line(1) + line(2, "other"))
    ended = program.run(*at)
    assert ended.code == 2 and "line 2 of the input is not the request" in ended.err
    assert program.run(*at, "--resend-changed").code == 0
    assert counting.inputs == {"q1": 1, "q2": 1, "other": 1}
    # The last line counts from then on.
    assert program.run(*at).code == 0 and sum(counting.inputs.values()) == 3


def test_lines_that_are_added(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text(line(1) + line(2))
    at = ("batch", source, "-o", out, "--base-url", counting.base_url)
    assert program.run(*at).code == 0
    source.write_text(line(0) + line(1) + line(2))
    assert program.run(*at).code == 0
    assert counting.inputs == {"q0": 1, "q1": 1, "q2": 1}


def test_order(program: Program, files: tuple[Path, Path]) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(200)))
    theirs = {"id": "x", "custom_id": "theirs", "response": {"status_code": 200}, "error": None}
    out.write_text(json.dumps(theirs) + "\n")
    with Counting(latency=0.01) as server:
        out.chmod(0o640)
        ended = program.run("batch", source, "-o", out, "--ordered", "--base-url", server.base_url)
    assert ended.code == 0
    assert ids(out) == [*(f"r{number}" for number in range(200)), "theirs"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert sorted(file.name for file in out.parent.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_an_output_behind_a_link(
    program: Program, files: tuple[Path, Path], counting: Counting
) -> None:
    source, out = files
    source.write_text(line(1))
    link = out.with_name("link")
    link.symlink_to(out)
    assert (
        program.run("batch", source, "-o", link, "--ordered", "--base-url", counting.base_url).code
        == 0
    )
    assert link.is_symlink() and len(answers(out)) == 1


def kill_at_random(program: Program, source: Path, out: Path, kills: int) -> None:
    """Nothing is lost, nothing is there twice, and what is asked twice was under way at a kill."""
    count, flying = 400, 20
    source.write_text("".join(line(number) for number in range(count)))
    chance = random.Random(20261129)
    done = 0
    with Counting(latency=0.01) as server:
        at = (
            "batch",
            source,
            "-o",
            out,
            "--base-url",
            server.base_url,
            "-c",
            str(flying),
            "--quiet",
        )
        while done < kills:
            process = program.start(*at)
            time.sleep(chance.uniform(0, 0.25))
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.communicate(timeout=LIMIT)
            if process.returncode == 0:
                # It was through. Begin anew, with other requests.
                check(out, server, count, flying, kills)
                out.unlink()
                server.seen.clear()
                continue
            assert process.returncode == -signal.SIGKILL
            done += 1
            if out.exists() and chance.random() < 0.3:
                # As a system that lost its power leaves it.
                with out.open("ab") as file:
                    file.write(b'{"id":"batch_req_x0123456789abcdef'[: chance.randrange(1, 34)])
        assert program.run(*at).code == 0
        check(out, server, count, flying, kills)


def check(out: Path, server: Counting, count: int, flying: int, kills: int) -> None:
    assert sorted(ids(out)) == sorted(f"r{number}" for number in range(count))
    assert len(server.seen) == count
    assert sum(server.seen.values()) - count <= flying * kills


def test_kills_at_random(program: Program, files: tuple[Path, Path]) -> None:
    kill_at_random(program, *files, int(os.environ.get("KILLS", "25")))


def test_a_full_disk(program: Program, files: tuple[Path, Path], counting: Counting) -> None:
    source, out = files
    source.write_text("".join(line(number) for number in range(200)))
    at = ("batch", source, "-o", out, "--base-url", counting.base_url)

    def small() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    ended = program.run(*at, preexec_fn=small)
    assert ended.code == 8 and "out.jsonl: write: " in ended.err
    assert "to go on: " in ended.err.splitlines()[-1]
    whole = out.read_bytes()
    assert whole.endswith(b"\n") and 0 < len(whole) <= 20_000
    before = len(answers(out))
    assert program.run(*at).code == 0
    assert sorted(ids(out)) == sorted(f"r{number}" for number in range(200))
    assert before > 10 and sum(counting.seen.values()) - 200 <= 100


# ---- signals ------------------------------------------------------------------------------------


def started(
    program: Program, source: Path, out: Path, server: Counting, *more: str
) -> subprocess.Popen[bytes]:
    source.write_text("".join(line(number) for number in range(400)))
    process = program.start(
        "batch", source, "-o", out, "--base-url", server.base_url, "-c", "10", *more
    )
    deadline = time.monotonic() + LIMIT
    while len(server.seen) < 30 and time.monotonic() < deadline:
        time.sleep(0.01)
    return process


def test_the_first_interrupt_waits_for_what_is_under_way(
    program: Program, files: tuple[Path, Path]
) -> None:
    source, out = files
    with Counting(latency=0.2) as server:
        process = started(program, source, out, server)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LIMIT)
        assert process.returncode == 130
        assert b"requests are under way and are waited for" in err
        assert b"to go on: " in err.splitlines()[-1]
        # All that was asked has been answered and written.
        assert len(answers(out)) == len(server.seen) < 400
        assert set(server.seen.values()) == {1}


@pytest.mark.parametrize(("numbers", "code"), [([signal.SIGINT] * 2, 130), ([signal.SIGTERM], 143)])
def test_it_can_be_ended_at_once(
    program: Program, files: tuple[Path, Path], numbers: list[signal.Signals], code: int
) -> None:
    source, out = files
    with Counting(latency=0.05) as server:
        process = started(program, source, out, server)
        server.latency = 60
        time.sleep(0.2)
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.2)
        _, err = process.communicate(timeout=LIMIT)
        assert process.returncode == code
        assert b"to go on: " in err.splitlines()[-1]
        before = len(answers(out))
        server.latency = 0
        assert program.run("batch", source, "-o", out, "--base-url", server.base_url).code == 0
    assert len(set(ids(out))) == len(ids(out)) == 400 > before


def test_progress_as_json(program: Program, files: tuple[Path, Path], counting: Counting) -> None:
    source, out = files
    source.write_text(line(1) + line(2))
    ended = program.run("batch", source, "-o", out, "--json", "--base-url", counting.base_url)
    last = json.loads(ended.err.splitlines()[-1])["batch"]
    assert (last["total"], last["done"], last["failed"]) == (2, 2, 0)
    limited = program.run(
        "batch", source, "-o", f"{out}2", "--json", "--limit", "1", "--base-url", counting.base_url
    )
    assert "batch" in json.loads(limited.err.splitlines()[-1])["go_on"]


def test_memory_is_bounded(program: Program, files: tuple[Path, Path], counting: Counting) -> None:
    """100,000 lines in 60 MB. A few are sent; all of the others are known."""
    source, out = files
    with source.open("w") as file:
        for number in range(100_000):
            file.write(line(number, "x" * 900))
    with out.open("w") as file:
        for number in range(99_000):
            done = {"id": "a", "custom_id": f"r{number}", "response": {"status_code": 200}}
            file.write(json.dumps(done) + "\n")
    process = program.start(
        "batch", source, "-o", out, "--ordered", "--base-url", counting.base_url
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.communicate()
    assert process.returncode == 0
    assert usage.ru_maxrss < 60 * 1024
    assert ids(out) == [f"r{number}" for number in range(100_000)]
