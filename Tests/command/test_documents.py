"""The manual page, the completions and --help say what there is."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from program import ROOT, Program

COMMANDS = "create get wait cancel delete items tokens compact api batch".split()
PAGE = ROOT / "command/responses.1"


def options(program: Program, command: str) -> set[str]:
    """The long options that --help names."""
    ended = program.run(command, "--help")
    assert ended.code == 0 and ended.err == ""
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", ended.text, re.MULTILINE))


def test_every_command_has_help(program: Program) -> None:
    whole = program.run("--help")
    assert whole.code == 0 and program.run("help").out == whole.out
    assert re.findall(r"^  (\w+) ", whole.text.split("\n\n")[1], re.MULTILINE) == [
        *"create get wait cancel delete items tokens compact api batch".split()
    ]
    for command in COMMANDS:
        text = program.run("help", command).text
        assert text.startswith(f"usage: responses {command} ")
        assert "--timeout" in text
        assert max(map(len, text.splitlines())) <= 120
    assert program.run("help", "nothing").code == 2
    assert program.run().code == program.run("nothing").code == 2
    assert program.run("--version").out.startswith(b"responses ")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_page_has_every_option(program: Program, command: str) -> None:
    page = PAGE.read_text()
    assert f".It Cm {command}\n" in page
    for option in options(program, command):
        assert f"Fl \\{option[1:]}" in page, option


def test_the_manual_page_is_well_formed() -> None:
    done = subprocess.run(
        ["groff", "-mdoc", "-Tutf8", "-ww", "-z", PAGE], capture_output=True, timeout=60, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    if shutil.which("mandoc"):
        subprocess.run(["mandoc", "-Tlint", "-Werror", PAGE], timeout=60, check=True)


def test_exit_codes_are_the_same_everywhere() -> None:
    names = re.findall(r"OUTCOME_\w+ = (\d+)", (ROOT / "command/outcome.h").read_text())
    page = PAGE.read_text().split(".Sh EXIT STATUS")[1].split(".Sh")[0]
    table = (ROOT / "docs/command.md").read_text().split("## Exit codes")[1].split("##")[0]
    in_page = [
        n
        for line in re.findall(r"^\.It (.*)$", page, re.MULTILINE)
        for n in re.findall(r"\d+", line)
    ]
    in_table = [
        n
        for line in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
        for n in re.findall(r"\d+", line)
    ]
    assert names == in_page == in_table


def bash(words: list[str]) -> set[str]:
    """What bash offers for the last word."""
    script = f"""
        source {ROOT}/command/completion/responses.bash
        COMP_WORDS=({" ".join(repr(word) for word in words)})
        COMP_CWORD={len(words) - 1}
        _responses
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, timeout=30, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_bash_offers_every_option(program: Program, command: str) -> None:
    assert bash(["responses", command, "--"]) == options(program, command)


def test_bash_offers_commands() -> None:
    assert bash(["responses", ""]) >= {*COMMANDS, "help"}
    assert bash(["responses", "ba"]) == {"batch"}
    assert bash(["responses", "api", "P"]) == {"POST", "PUT", "PATCH"}


@pytest.mark.parametrize("name", ["_responses", "responses.fish"])
def test_the_other_shells_know_every_option(program: Program, name: str) -> None:
    text = (ROOT / "command/completion" / name).read_text()
    for command in COMMANDS:
        assert re.search(rf"(?:'{command}:|-a {command} )", text)
        for option in options(program, command):
            wanted = rf"{option}[=\[}}]" if name == "_responses" else rf"-l {option[2:]} "
            assert re.search(wanted, text), (command, option)
    shell = shutil.which("zsh" if name == "_responses" else "fish")
    if shell:
        subprocess.run([shell, "-n", ROOT / "command/completion" / name], timeout=30, check=True)
