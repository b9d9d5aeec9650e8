"""Clients that cannot be made: one exception that says why, and nothing printed beside it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import ROOT

# Each is tried with both kinds of client. What failed is collected at once, or, in a cycle, left to
# the end of the interpreter.
PROGRAM = """
import gc, sys
from libresponses import AsyncOpenAI, OpenAI, OpenAIError
gc.disable()
{before}
for make, error, words in {cases!r}:
    for name in ("OpenAI", "AsyncOpenAI"):
        kept = []
        try:
            eval(name + make)
        except BaseException as problem:
            kept.append(problem)
            if not isinstance(problem, eval(error)) or words not in str(problem):
                print(name + make, repr(problem))
        else:
            print(name + make, "was made")
        if {cycle}:
            kept.append(kept)
        del kept
        if not {cycle}:
            gc.collect()
print("done")
"""

# Leaves room for so many descriptors more.
NO_DESCRIPTORS = """
import os, resource
limit = max(int(one) for one in os.listdir('/proc/self/fd')) + {room}
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
"""

# Arguments, the exception, and words of its message.
ARGUMENTS = [
    ("(base_url='nonsense')", "ValueError", "base_url"),
    ("(base_url='http://a' + chr(0) + 'b')", "ValueError", "NUL"),
    ("(api_key='a' + chr(10))", "ValueError", "api_key"),
    ("(api_key='a' + chr(0))", "ValueError", "api_key"),
    ("(api_key=chr(0xd800))", "ValueError", "surrogate"),
    ("(api_key=b'abc')", "ValueError", "api_key"),
    ("(timeout='soon')", "ValueError", "timeout"),
    ("(timeout=float('nan'))", "ValueError", "timeout"),
    ("(timeout=-1)", "ValueError", "timeout"),
    ("(max_retries='x')", "ValueError", "max_retries"),
    ("(max_retries=None)", "TypeError", "max_retries"),
    ("(http_client=1)", "ValueError", "http_client"),
    ("(options={'idle_timeout_ms': 'x'})", "ValueError", "idle_timeout_ms"),
    ("(options={'x': 1})", "ValueError", "api_key"),
    ("(options={5: 1})", "ValueError", "api_key"),
    ("(default_headers={'A': 'b' + chr(10)})", "ValueError", "header"),
    ("(default_headers={5: 'c'})", "ValueError", "not int"),
    ("(nonsense=1)", "TypeError", "nonsense"),
]

# What is wrong with the world, and how it is told.
WORLDS: dict[str, tuple[str, str, str, dict[str, str | None]]] = {
    "no key": ("OpenAIError", "OPENAI_API_KEY", "", {"OPENAI_API_KEY": None}),
    "base URL": ("ValueError", "base_url", "", {"OPENAI_BASE_URL": "nonsense"}),
    "organization": ("ValueError", "organization", "", {"OPENAI_ORG_ID": "a\nb"}),
    "no descriptors": ("OpenAIError", "descriptors", NO_DESCRIPTORS.format(room=1), {}),
    "few descriptors": ("OpenAIError", "descriptors", NO_DESCRIPTORS.format(room=2), {}),
}


def run_alone(text: str, environment: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    everything = {**os.environ, "PYTHONPATH": str(ROOT / "bindings/python"), **environment}
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", text],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={name: value for name, value in everything.items() if value is not None},
    )


@pytest.mark.parametrize("cycle", [False, True])
def test_arguments(cycle: bool) -> None:
    done = run_alone(PROGRAM.format(before="", cases=ARGUMENTS, cycle=cycle), {})
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "done\n")


@pytest.mark.parametrize("world", WORLDS)
def test_environments(world: str) -> None:
    error, words, before, environment = WORLDS[world]
    for cycle in (False, True):
        text = PROGRAM.format(before=before, cases=[("()", error, words)], cycle=cycle)
        done = run_alone(text, environment)
        assert (done.returncode, done.stderr, done.stdout) == (0, "", "done\n")


def test_a_library_that_is_not_there() -> None:
    text = """
import gc, libresponses
for name in ("OpenAI", "AsyncOpenAI", "OpenAI"):
    try:
        getattr(libresponses, name)
    except ImportError as problem:
        print(str(problem).count("/nowhere/lib.so"))
gc.collect()
"""
    done = run_alone(text, {"RESPONSES_LIBRARY": "/nowhere/lib.so"})
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "1\n1\n1\n")


def test_a_derived_client_that_cannot_be_made() -> None:
    text = """
import gc
from libresponses import OpenAI
client = OpenAI()
for changed in ({"options": {"proxy": "a\\0b"}}, {"base_url": "nonsense"}, {"timeout": -1}):
    try:
        client.with_options(**changed).responses.create(model="sandbox", input="x")
    except ValueError as problem:
        print("refused")
gc.collect()
print(client.responses.create(model="sandbox", input="x").output_text)
"""
    done = run_alone(text, {})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "refused\nrefused\nrefused\nYou said: x\n"
