"""Starts the sandbox once for all tests, and gives them the program for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import PROGRAM, ROOT, Program
from server import Request, Sandbox, Scripted


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    binary = Path(os.environ.get("SANDBOX") or ROOT / "build/bin/responses-sandbox")
    for needed, how in ((binary, "make sandbox"), (PROGRAM, "make")):
        if not os.access(needed, os.X_OK):
            # A missing one is a failure, never a reason to skip.
            pytest.exit(f"{needed} is not there: build it with `{how}`", returncode=2)
    with Sandbox(binary) as running:
        yield running


@pytest.fixture
def program(sandbox: Sandbox) -> Program:
    return Program(sandbox.base_url)


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[Request], bytes | None]], Scripted]]:
    """Makes servers that answer what a function says."""
    made: list[Scripted] = []

    def make(respond: Callable[[Request], bytes | None]) -> Scripted:
        made.append(Scripted(respond))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def tag(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses, so that requests are told apart."""
    return "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
