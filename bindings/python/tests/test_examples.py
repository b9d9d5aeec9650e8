"""Every example, and programs from the public documentation with only the import line changed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, script

EXAMPLES = ROOT / "examples/python"

# The last line each example must print.
EXPECTED = {
    "01-create": r"\[resp_.* is completed, [0-9]+ tokens\]",
    "02-stream": r"\[resp_.* is completed after [0-9]+ events\]",
    "03-background": r"deleted +True",
    "04-input-items": r"\[7 items on 3 pages\]",
    "05-event-loop": r"\[completed, and the clock ticked [0-9]+ times meanwhile\]",
    "06-many-at-once": r"500 of 500 responses completed",
    "07-tools": r"\[completed, get_weather was called 1 times\]",
    "08-asyncio": r"\[5 answers, and one more that was (given up|there already)\]",
    "09-structured": r"\[Event with [0-9]+ participants\]",
    "10-session": r"\[completed, turns: 2, connections: 1\]",
}


@pytest.mark.skipif(not EXAMPLES.exists(), reason="not in a source checkout")
def test_all_examples_are_expected() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == sorted(EXPECTED)


def run(name: str, model: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What an example prints."""
    monkeypatch.setenv("RESPONSES_MODEL", model)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "bindings/python"))
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", str(EXAMPLES / f"{name}.py")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.skipif(not EXAMPLES.exists(), reason="not in a source checkout")
def test_example(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run(name, "sandbox", monkeypatch)
    assert re.fullmatch(EXPECTED[name], printed.splitlines()[-1]), printed


@pytest.mark.skipif(not EXAMPLES.exists(), reason="not in a source checkout")
def test_the_tools_example_with_several_calls_and_with_a_bad_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run("07-tools", "sandbox-parallel-calls", monkeypatch).splitlines() == [
        "get_weather: Paris",
        "get_weather: Rome",
        "The tool answered: 21 degrees in Paris; 21 degrees in Rome",
        "[completed, get_weather was called 2 times]",
    ]
    answer, last = run("07-tools", "sandbox-broken-arguments", monkeypatch).splitlines()
    assert answer.startswith("The tool answered: Error: the arguments of get_weather are wrong: ")
    assert last == "[completed, get_weather was called 0 times]"


@pytest.mark.skipif(not EXAMPLES.exists(), reason="not in a source checkout")
def test_the_session_example_with_several_calls_and_with_a_bad_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run("10-session", "sandbox-parallel-calls", monkeypatch).splitlines() == [
        "get_weather: Paris",
        "get_weather: Rome",
        "The tool answered: 21 degrees in Paris; 21 degrees in Rome",
        "[completed, turns: 2, connections: 1]",
    ]
    answer, last = run("10-session", "sandbox-broken-arguments", monkeypatch).splitlines()
    assert answer.startswith("The tool answered: Error: the arguments of get_weather are wrong: ")
    assert last == "[completed, turns: 2, connections: 1]"


@pytest.mark.parametrize("name", ["03-background", "04-input-items"])
@pytest.mark.parametrize(
    "ways", ["long-ids; no-last-id; plain-content", "long-ids=1000; no-background"]
)
@pytest.mark.skipif(not EXAMPLES.exists(), reason="not in a source checkout")
def test_examples_with_other_servers(name: str, ways: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Sandbox-Fault: {ways}")
    printed = run(name, "sandbox", monkeypatch)
    assert re.fullmatch(EXPECTED[name], printed.splitlines()[-1]), printed
    assert "Count to a million." in printed or "Number 7." in printed


PROGRAMS = sorted(Path(__file__).parent.joinpath("documented").glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_documented_program(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs name models of OpenAI; the sandbox answers to them as to its own."""
    done = script(path.read_text())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_same_names_as_openai() -> None:
    """Where the package is installed: the same parameters, and the same exceptions."""
    openai: Any = pytest.importorskip("openai")
    import inspect

    from openai.resources.responses import Responses as Theirs

    import libresponses
    from libresponses._responses import Responses

    for name in ("create", "retrieve"):
        theirs = inspect.signature(getattr(Theirs, name))
        ours = inspect.signature(getattr(Responses, name))
        wanted = set(theirs.parameters)
        if name == "retrieve":
            wanted -= {"extra_headers", "extra_query", "extra_body", "timeout"}
        assert wanted <= set(ours.parameters)
    for name, kind in list(vars(openai).items()):
        if inspect.isclass(kind) and issubclass(kind, openai.APIError):
            ours_kind = getattr(libresponses, name, None)
            if ours_kind is None:
                continue
            bases = {base.__name__ for base in kind.__mro__ if issubclass(base, Exception)}
            assert bases <= {base.__name__ for base in ours_kind.__mro__}, name
    from openai.types import responses as stop

    import libresponses.types.responses as types

    missing = [
        name
        for name in dir(stop)
        if inspect.isclass(getattr(stop, name))
        and hasattr(getattr(stop, name), "model_fields")
        and not hasattr(types, name)
    ]
    assert len(missing) < 15, missing
