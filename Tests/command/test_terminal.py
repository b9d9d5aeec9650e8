"""What somebody at a terminal sees: tmux, and the sandbox."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from counting import Counting
from program import LIMIT, PROGRAM, Program, signals_as_usual
from terminal import Terminal


@pytest.fixture
def terminal(program: Program, tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(program, tmp_path) as running:
        yield running


SLOW = ("-H", "X-Sandbox-Speed: 10")


def test_the_answer_has_a_line_of_its_own(terminal: Terminal) -> None:
    screen = terminal.run("responses", "create", "hello there")
    first, second, third = screen.splitlines()[:3]
    assert first == "You said: hello there"
    assert second.startswith("responses create: sandbox-2026-01-15, 2 tokens in, 5 out")
    assert "[ended 0]" in screen, third


def test_quiet(terminal: Terminal) -> None:
    screen = terminal.run("responses", "create", "--quiet", "hello")
    assert screen.splitlines()[:2] == ["You said: hello", "[ended 0]"]


def test_what_is_going_on_is_said_and_taken_back(terminal: Terminal) -> None:
    delay = "X-Sandbox-Fault: first-byte-delay=1500"
    terminal.enter(f"clear; responses create -H '{delay}' hello; echo \"[ended $?]\"")
    terminal.wait("waiting for the server, 1 s")
    screen = terminal.wait("[ended 0]")
    assert "waiting" not in screen
    assert screen.splitlines()[0] == "You said: hello"


def test_thinking(terminal: Terminal) -> None:
    terminal.enter(
        "clear; responses create -H 'X-Sandbox-Speed: 8' '#reasoning=3 hello'; echo \"[ended $?]\""
    )
    terminal.wait("thinking, 1 s")
    screen = terminal.wait("[ended 0]")
    assert "thinking" not in screen


def test_it_streams(terminal: Terminal) -> None:
    terminal.enter("clear; responses create --quiet -H 'X-Sandbox-Speed: 10' '#long=60 x'")
    first = terminal.wait(lambda screen: len(screen.split()) > 5)
    later = terminal.wait(lambda screen: len(screen.split()) > len(first.split()) + 5)
    assert "".join(later.split()).startswith("".join(first.split())[:20])
    terminal.key("C-c")
    terminal.wait("interrupted")


def test_interrupting(terminal: Terminal) -> None:
    terminal.enter(
        "clear; responses create -H 'X-Sandbox-Speed: 10' '#long=300 x'; echo \"[ended $?]\""
    )
    terminal.wait(lambda screen: len(screen.split()) > 8)
    terminal.key("C-c")
    screen = terminal.wait("[ended 130]")
    # On lines of their own, and the terminal is as it was: what is typed is seen, in lines.
    assert "\nresponses create: interrupted\n[ended 130]" in screen
    terminal.enter("clear; stty -a | grep -c -w -- '-echo\\|-icanon\\|-isig'; echo typed")
    assert terminal.wait("\ntyped").splitlines()[0] == "0"


def test_interrupting_what_goes_on_in_the_background(terminal: Terminal) -> None:
    terminal.enter(
        "clear; responses create --background -H 'X-Sandbox-Speed: 20' '#long=40 x'"
        '; echo "[ended $?]"'
    )
    terminal.wait(lambda screen: len(screen.split()) > 8)
    terminal.key("C-c")
    screen = terminal.wait("[ended 130]")
    said = "".join(screen.splitlines()).split("responses create: ")[1]
    found = re.search(
        r"Itsrest:responsesget--stream--after(\d+)(resp_\w+)\.", said.replace(" ", "")
    )
    assert found, screen
    begun = screen.replace("^C", "").split("responses create:")[0].split()
    rest = terminal.run("responses", "get", "--quiet", "--stream", "--after", found[1], found[2])
    # Wrapped lines may cut a word: letters are counted.
    text = "".join(begun) + "".join(rest.split("[ended")[0].split())
    assert "[ended 0]" in rest
    whole = terminal.run("responses", "wait", "--quiet", found[2])
    assert "".join(whole.split("[ended")[0].split()) == text


def test_a_window_that_gets_narrow_and_wide(terminal: Terminal) -> None:
    delay = "X-Sandbox-Fault: first-byte-delay=4000"
    terminal.enter(f"clear; responses create --quiet -H '{delay}' hello; echo \"[ended $?]\"")
    # --quiet has no line; the next has.
    terminal.wait("[ended 0]")
    terminal.enter(f"clear; responses create -H '{delay}' hello; echo \"[ended $?]\"")
    terminal.wait("waiting for the server, ")
    terminal.resize(20, 24)
    terminal.wait("waiting for the")
    terminal.resize(100, 24)
    terminal.wait("waiting for the server, ")
    screen = terminal.wait("[ended 0]")
    assert screen.count("waiting") == 0
    assert "You said: hello" in screen


@pytest.mark.parametrize("kind", ["dumb", "", "vt100", "screen-256color", "nonsense"])
def test_odd_terminals(terminal: Terminal, kind: str) -> None:
    delay = "X-Sandbox-Fault: first-byte-delay=700"
    screen = terminal.run("env", f"TERM={kind}", "responses", "create", "-H", delay, "hello")
    assert screen.splitlines()[0] == "You said: hello" and "[ended 0]" in screen


def test_typing_what_is_asked(terminal: Terminal) -> None:
    terminal.enter('clear; responses create --quiet -; echo "[ended $?]"')
    terminal.enter("typed by hand")
    terminal.key("C-d")
    screen = terminal.wait("[ended 0]")
    assert "You said: typed by hand" in screen


def test_nothing_is_waited_for_at_a_terminal(terminal: Terminal) -> None:
    screen = terminal.run("responses", "create")
    assert "nothing to ask" in screen and "[ended 2]" in screen


def test_interrupting_while_it_reads(terminal: Terminal) -> None:
    terminal.enter('clear; responses create -; echo "[ended $?]"')
    terminal.wait("reading standard input")
    terminal.key("C-c")
    terminal.wait("[ended 130]")


def test_an_error_stands_alone(terminal: Terminal) -> None:
    fault = "X-Sandbox-Fault: no-terminal"
    screen = terminal.run("responses", "create", "-H", fault, "#long=3 x")
    lines = [line for line in screen.splitlines() if line]
    assert len(lines[0].split()) == 3 and lines[1].startswith("responses create: the stream ended")
    assert "[ended 7]" in screen


def test_a_batch(program: Program, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join(json.dumps({"model": "m", "input": f"{n}"}) + "\n" for n in range(400))
    )
    with Counting(latency=0.1) as server, Terminal(program, tmp_path, columns=100) as terminal:
        command = f"responses batch {source} -o {out} -c 5 --base-url {server.base_url}"
        terminal.enter(f'clear; {command}; echo "[ended $?]"')
        terminal.wait(
            lambda screen: re.search(r"\d+ of 400 done, 5 in flight, \d.*left", screen) is not None
        )
        terminal.resize(30, 24)
        terminal.wait(lambda screen: re.search(r"\d+ of 400 done, 5 in fligh", screen) is not None)
        terminal.resize(100, 24)
        terminal.key("C-c")
        screen = terminal.wait("[ended 130]")
        joined = "".join(screen.split("\n"))
        assert "requests are under way and are waited for" in joined
        assert f"to go on: {command}" in joined
        server.latency = 0
        terminal.enter(f'clear; {command} --quiet; echo "[ended $?]"')
        terminal.wait("[ended 0]")
    assert len(out.read_text().splitlines()) == 400


def in_a_terminal(program: Program, *arguments: str) -> bytes:
    """All that is written to a terminal, output and error, byte for byte."""
    ours, theirs = pty.openpty()
    # As it is: no carriage returns are added.
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        env=program.environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        preexec_fn=signals_as_usual,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    assert process.wait(LIMIT) == 0
    return written


@pytest.mark.parametrize("more", [[], ["--json"], ["-q", "/output/0/content/0/text"], ["--events"]])
def test_the_same_bytes_as_in_a_pipe(program: Program, more: list[str]) -> None:
    arguments = ["create", *more, "hello\x1b[31m\x9b"]
    piped, typed = program.run(*arguments).out, in_a_terminal(program, *arguments)
    # But for a line end, and ids and times.
    ids = re.compile(
        rb'(resp|msg|req)_[0-9a-f]+|"(created_at|completed_at)":\d+|"obfuscation":"\w*"'
    )
    assert ids.sub(b"", typed).removesuffix(b"\n") == ids.sub(b"", piped).removesuffix(b"\n")
    assert b"\x1b" not in typed and typed.endswith(b"\n")


def test_interrupts_that_are_ignored_stay_so(program: Program) -> None:
    process = program.start(
        *("create", *SLOW, "#long=20 x"),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert process.stdout is not None
    process.stdout.read(5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LIMIT)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_signals_in_a_pipe(program: Program, number: signal.Signals, code: int) -> None:
    process = program.start("create", "--background", "--events", *SLOW, "#long=100 x")
    process_out = b""
    assert process.stdout is not None
    while b"output_text.delta" not in process_out:
        piece = os.read(process.stdout.fileno(), 65536)
        assert piece, process_out
        process_out += piece
    process.send_signal(number)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == code, err
