"""Asking the model: what is sent, and what is printed."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from program import LIMIT, PROGRAM, Program
from server import Request, Sandbox, Scripted, answer, response, streamed

Make = Callable[[Callable[[Request], bytes | None]], Scripted]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def sent(program: Program, *arguments: str | Path, stdin: bytes | None = None) -> dict[str, Any]:
    ended = program.run("create", "--dry-run", *arguments, stdin=stdin)
    assert ended.code == 0, ended.err
    assert isinstance(ended.json, dict)
    return ended.json


def test_the_answer_and_nothing_else(program: Program) -> None:
    ended = program.run("create", "hello")
    assert (ended.code, ended.out) == (0, b"You said: hello")
    assert "1 tokens in, 4 out" in ended.err and "resp_" in ended.err


def test_quiet_says_nothing(program: Program) -> None:
    ended = program.run("create", "--quiet", "hello")
    assert (ended.code, ended.out, ended.err) == (0, b"You said: hello", "")


def test_the_same_without_a_stream(program: Program) -> None:
    assert program.run("create", "--no-stream", "hello").out == b"You said: hello"


def test_a_pipe_is_what_is_asked(program: Program) -> None:
    assert program.run("create", stdin=b"from a pipe").out == b"You said: from a pipe"
    assert program.run("create", "-", stdin=b"from a pipe").out == b"You said: from a pipe"


def test_a_word_and_a_pipe(program: Program) -> None:
    assert sent(program, "Review this:", stdin=b"+ a\n- b\n") == {
        "model": "sandbox",
        "input": "Review this:\n\n+ a\n- b\n",
    }


def test_a_file_is_what_is_asked(program: Program, tmp_path: Path) -> None:
    question = tmp_path / "question.txt"
    question.write_bytes(b"\xef\xbb\xbfFr\xc3\xa4ge")
    assert sent(program, f"@{question}")["input"] == "Fräge"


def test_standard_input_that_is_a_file(program: Program, tmp_path: Path) -> None:
    question = tmp_path / "question.txt"
    question.write_text("from a file")
    with question.open("rb") as file:
        process = program.start("create", stdin=file)
        assert process.communicate(timeout=LIMIT)[0] == b"You said: from a file"


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        ([], None, "nothing to ask"),
        ([], b"", "nothing to ask"),
        (["a", "b"], None, "'b' is one word too many"),
        (["@/nowhere"], None, "/nowhere: No such file"),
        (["-"], b"\xff\xfe\x00", "standard input is not text in UTF-8: see byte 1"),
        (["--bogus"], None, "--bogus"),
        (["--model"], None, "--model needs a value"),
        (["-p", "x", "a"], None, "-p takes FIELD=VALUE"),
        (["-p", "model.x=1", "-m", "m", "a"], None, "-p 'model.x=1'"),
        (["--timeout", "soon", "a"], None, "--timeout takes seconds"),
        (["--timeout", "0", "a"], None, "--timeout takes seconds"),
        (["--max-retries", "1000", "a"], None, "--max-retries takes 0 to 100"),
        (["-H", "no colon", "a"], None, "-H takes 'Name: value'"),
        (["-H", "Host: x", "a"], None, "Host"),
        (["--events", "--json", "a"], None, "--events cannot go with"),
        (["--events", "--no-stream", "a"], None, "--events needs a stream"),
        (["-q", "usage", "a"], None, "-q takes a JSON pointer"),
        (["--body", "-", "a"], b"[1]", "not an object"),
        (["--body", "-", "a"], b"{1}", "is not JSON: line 1, column 2"),
        (["--body", "-", "a"], b'{"input": "x"}', "the body has an input already"),
        (["--body", "-"], b'{"model": "m", "x": NaN}', "is not JSON"),
        (["--schema", "/nowhere", "a"], None, "/nowhere: No such file"),
        (["-f", "/nowhere", "a"], None, "/nowhere: No such file"),
        (["-f", "/", "a"], None, "/: Is a directory"),
        (["--key-file", "/dev/null", "a"], None, "/dev/null has no key"),
        (["--base-url", "ftp://x", "a"], None, "base_url"),
        (["-", "--body", "-"], b"{}", "standard input can be read once"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    program: Program, arguments: list[str], stdin: bytes | None, says: str
) -> None:
    ended = program.run(
        "create", *arguments, stdin=stdin, env={"OPENAI_BASE_URL": "http://[::1]:9"}
    )
    assert (ended.code, ended.out) == (2, b"")
    assert says in ended.err
    as_json = program.run(
        "create", "--json", *arguments, stdin=stdin, env={"OPENAI_BASE_URL": "http://[::1]:9"}
    )
    if says != "--events cannot go with":
        assert (as_json.code, as_json.error["exit"]) == (2, 2)


def test_fields(program: Program) -> None:
    assert sent(
        program,
        *("-p", "reasoning.effort=low", "-p", "temperature=0.7", "-p", "top_p=1e2", "-p", "n=1.5"),
        *("-p", "/metadata/a.b~1c=x y", "-p", "store=false", "-p", 'tools=[{"type":"web_search"}]'),
        *("-p", "tools.-.type=shell", "-p", "tools.0.type=mcp", "-p", "note==5", "-p", "seed=07"),
        "a",
    ) == {
        "model": "sandbox",
        "input": "a",
        "reasoning": {"effort": "low"},
        "temperature": 0.7,
        "top_p": 100.0,
        "n": 1.5,
        "metadata": {"a.b/c": "x y"},
        "store": False,
        "tools": [{"type": "mcp"}, {"type": "shell"}],
        "note": "=5",
        "seed": "07",
    }


def test_numbers_are_as_short_as_they_were(program: Program) -> None:
    ended = program.run("create", "--dry-run", "-p", "temperature=0.7", "-p", "x=1e300", "a")
    assert b'"temperature":0.7,"x":1e+300}' in ended.out


def test_options_of_their_own(program: Program) -> None:
    assert sent(
        program, "-m", "m", "-i", "Be brief.", "--previous", "resp_1", "--background", "a"
    ) == {
        "model": "m",
        "instructions": "Be brief.",
        "previous_response_id": "resp_1",
        "background": True,
        "input": "a",
    }


def test_which_model(program: Program) -> None:
    def model(**env: str) -> object:
        ended = program.run("create", "--dry-run", "a", env={"RESPONSES_MODEL": "", **env})
        return ended.json["model"]

    assert model() == "gpt-5"
    assert model(OPENAI_MODEL="o") == "o"
    assert model(OPENAI_MODEL="o", RESPONSES_MODEL="r") == "r"


def test_a_body_is_sent_byte_for_byte(program: Program, scripted: Make) -> None:
    server = scripted(lambda _: streamed("yes"))
    body = b' { "model" : "m", "input":[] , "n": 1.50, "big": 123456789012345678901234567890 }\n'
    ended = program.run(
        "create", "--body", "-", stdin=body, env={"OPENAI_BASE_URL": server.base_url}
    )
    assert ended.out == b"yes"
    # But for "stream", which says how the answer is to come.
    assert b'"n": 1.50, "big": 123456789012345678901234567890' in server.requests[0].body
    assert server.requests[0].json["stream"] is True


def test_a_body_can_be_added_to(program: Program, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"model": "m", "temperature": 0.1}')
    assert sent(program, "--body", body, "-p", "top_p=0.5", "a") == {
        "model": "m",
        "temperature": 0.1,
        "input": "a",
        "top_p": 0.5,
    }
    # A pipe is not waited for when the request is given.
    assert "input" not in sent(program, "--body", body, stdin=b"not this")


def test_a_body_with_a_stored_prompt_needs_no_model(program: Program) -> None:
    ended = program.run(
        "create",
        *("--dry-run", "--body", "-", "-p", "store=true"),
        stdin=b'{"prompt": {"id": "pmpt_1"}}',
        env={"RESPONSES_MODEL": ""},
    )
    assert ended.json == {"prompt": {"id": "pmpt_1"}, "store": True}


def test_files(program: Program, tmp_path: Path) -> None:
    image, page, table = tmp_path / "a", tmp_path / "b.bin", tmp_path / "c.csv"
    image.write_bytes(PNG)
    page.write_bytes(b"%PDF-1.7 ...")
    table.write_text("a,b\n")
    wanted = sent(
        program,
        *("-f", image, "-f", page, "-f", table),
        *("-f", "https://example.com/x.JPG?y", "-f", "https://example.com/x.pdf", "-f", "file-abc"),
        *("-f", "image:file-abc", "What is this?"),
    )
    assert wanted["input"] == [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is this?"},
                {
                    "type": "input_image",
                    "image_url": "data:image/png;base64," + base64.b64encode(PNG).decode(),
                },
                {
                    "type": "input_file",
                    "filename": "b.bin",
                    "file_data": "data:application/pdf;base64,"
                    + base64.b64encode(b"%PDF-1.7 ...").decode(),
                },
                {
                    "type": "input_file",
                    "filename": "c.csv",
                    "file_data": "data:text/csv;base64," + base64.b64encode(b"a,b\n").decode(),
                },
                {"type": "input_image", "image_url": "https://example.com/x.JPG?y"},
                {"type": "input_file", "file_url": "https://example.com/x.pdf"},
                {"type": "input_file", "file_id": "file-abc"},
                {"type": "input_image", "file_id": "file-abc"},
            ],
        }
    ]


def test_a_file_in_the_pipe(program: Program) -> None:
    message = sent(program, "-f", "-", "see", stdin=PNG)["input"][0]
    assert [part["type"] for part in message["content"]] == ["input_text", "input_image"]


def test_a_schema(program: Program, tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "title": "A person!",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }
    file = tmp_path / "person.v1.json"
    file.write_text(json.dumps(schema))
    assert sent(program, "--schema", file, "-p", "text.verbosity=low", "a")["text"] == {
        "format": {"type": "json_schema", "name": "A_person_", "schema": schema, "strict": True},
        "verbosity": "low",
    }
    ended = program.run("create", "--schema", file, "a")
    assert ended.code == 0 and set(ended.json) == {"name"}
    file.write_text(json.dumps({"name": "mine", "schema": schema, "strict": False}))
    assert sent(program, "--schema", file, "a")["text"] == {
        "format": {"type": "json_schema", "name": "mine", "schema": schema, "strict": False}
    }


def test_the_whole_answer_as_json(program: Program) -> None:
    ended = program.run("create", "--json", "hello")
    assert ended.out.count(b"\n") == 1 and ended.err == ""
    assert ended.json["output"][0]["content"][0]["text"] == "You said: hello"


def test_values_of_the_answer(program: Program) -> None:
    ended = program.run(
        "create", "-q", "/usage/total_tokens", "-q", "/status", "-q", "/error", "hello"
    )
    assert (ended.code, ended.out) == (0, b"5\ncompleted\nnull\n")
    assert program.run("create", "-q", "/nowhere", "hello").code == 1


def test_events(program: Program) -> None:
    ended = program.run("create", "--events", "hello")
    types = [event["type"] for event in ended.lines]
    assert types[0] == "response.created" and types[-1] == "response.completed"
    assert ended.code == 0


def test_the_key_is_in_a_file(program: Program, tmp_path: Path, sandbox: Sandbox, tag: str) -> None:
    file = tmp_path / "key"
    file.write_text("  sk-of-a-file-0123456789 \n")
    ended = program.run("create", "--key-file", file, "-H", f"X-Sandbox-Tag: {tag}", "hello")
    assert ended.code == 0
    [request] = sandbox.requests(tag)
    assert request["headers"]["authorization"] == "Bearer sk-of-a-file-0123456789"


def test_headers(program: Program, sandbox: Sandbox, tag: str) -> None:
    program.run("create", "-H", f"X-Sandbox-Tag: {tag}", "-H", "X-One: 1", "-H", "User-Agent:", "a")
    [request] = sandbox.requests(tag)
    assert request["headers"]["x-one"] == "1"
    assert "user-agent" not in request["headers"]


def test_images_are_written(program: Program, tmp_path: Path) -> None:
    ended = program.run("create", "#image=2", "-o", tmp_path / "cat.png")
    assert ended.code == 0
    assert (tmp_path / "cat.png").read_bytes().startswith(b"\x89PNG")
    assert [file.name for file in tmp_path.iterdir()] == ["cat.png"]
    into = program.run("create", "#image=1", "-o", f"{tmp_path}/")
    assert into.code == 0 and (tmp_path / "image-1.png").exists()
    without = program.run("create", "#image=1")
    assert without.code == 0 and "-o FILE writes it" in without.err


def test_images_get_numbers(program: Program, scripted: Make, tmp_path: Path) -> None:
    image = {"type": "image_generation_call", "result": base64.b64encode(PNG).decode()}
    server = scripted(lambda _: answer(response("", output=[image, image])))
    ended = program.run(
        "create",
        *("--no-stream", "-o", tmp_path / "a.b.png", "x"),
        env={"OPENAI_BASE_URL": server.base_url},
    )
    assert ended.code == 0, ended.err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.b-2.png", "a.b.png"]
    assert (tmp_path / "a.b-2.png").read_bytes() == PNG


def test_files_of_the_code_interpreter_are_fetched(
    program: Program, scripted: Make, tmp_path: Path
) -> None:
    note = {
        "type": "container_file_citation",
        "container_id": "cntr_1",
        "file_id": "cfile_1",
        "filename": "../../plot.png",
    }
    message = response("See the plot.")
    message["output"][0]["content"][0]["annotations"] = [note]

    def respond(request: Request) -> bytes:
        if request.method == "GET":
            assert request.path == "/v1/containers/cntr_1/files/cfile_1/content"
            return answer(PNG, kind="image/png")
        return answer(message)

    server = scripted(respond)
    ended = program.run(
        "create", "--no-stream", "-o", tmp_path, "x", env={"OPENAI_BASE_URL": server.base_url}
    )
    assert (ended.code, ended.text) == (0, "See the plot."), ended.err
    # A server does not choose the folder.
    [file] = tmp_path.iterdir()
    assert (file.name, file.read_bytes()) == ("_._.._plot.png", PNG)


def test_an_answer_without_files(program: Program, tmp_path: Path) -> None:
    ended = program.run("create", "hello", "-o", tmp_path / "x.png")
    assert (ended.code, ended.out) == (1, b"You said: hello")
    assert "no image and no file" in ended.err and not (tmp_path / "x.png").exists()
    ended = program.run("create", "#image=1", "-o", "/nowhere/x.png")
    assert ended.code == 8 and "/nowhere/x.png: No such file" in ended.err


def test_text_that_no_delta_brought(program: Program, scripted: Make) -> None:
    def whole(request: Request) -> bytes:
        return answer(response("all at once"))

    server = scripted(whole)
    ended = program.run("create", "x", env={"OPENAI_BASE_URL": server.base_url})
    assert (ended.code, ended.out) == (0, b"all at once")


def test_control_characters_reach_nobody(program: Program, scripted: Make) -> None:
    deltas = ["a\x1b[31m", "\tb\r\nc\r", "d\x07\x9b\u202e\x7f", "\u00e9\r", "\n", "\r"]
    server = scripted(lambda _: streamed(*deltas))
    env = {"OPENAI_BASE_URL": server.base_url}
    ended = program.run("create", "x", env=env)
    wanted = "a\ufffd[31m\tb\r\nc\ufffdd\ufffd\ufffd\u202e\ufffd\u00e9\r\n\ufffd"
    assert ended.text == wanted
    value = program.run("create", "-q", "/output/0/content/0/text", "x", env=env)
    assert value.text == wanted + "\n"
    whole = program.run("create", "--json", "x", env=env)
    assert whole.json["output"][0]["content"][0]["text"] == "".join(deltas)
    assert not {b for b in whole.out if b < 32 and b != 10} and b"\xc2\x9b" not in whole.out
    events = program.run("create", "--events", "x", env=env)
    assert "".join(event.get("delta", "") for event in events.lines) == "".join(deltas)
    assert b"\x1b" not in events.out and b"\x7f" not in events.out


def test_a_character_that_two_deltas_share(program: Program, scripted: Make) -> None:
    server = scripted(lambda _: streamed("\U0001f600"[:1], "ü"))
    assert (
        program.run("create", "x", env={"OPENAI_BASE_URL": server.base_url}).text == "\U0001f600ü"
    )


def test_functions_that_are_called(program: Program) -> None:
    ended = program.run("create", "#function-call=1 x")
    assert (ended.code, ended.out) == (0, b"")
    assert "the model calls" in ended.err


def test_no_home_and_no_terminal(program: Program) -> None:
    ended = subprocess.run(
        [PROGRAM, "create", "hello"],
        env={
            "OPENAI_BASE_URL": program.environment["OPENAI_BASE_URL"],
            "OPENAI_API_KEY": "any",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (0, b"You said: hello")
