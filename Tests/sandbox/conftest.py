"""Starts the sandbox once for all tests, and gives them clients for it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from server import KEY, Sandbox
from wire import Wire

ROOT = Path(__file__).resolve().parents[2]


def binary() -> Path:
    """The sandbox to test; a missing one is a failure, never a reason to skip."""
    path = Path(os.environ.get("RESPONSES_SANDBOX") or ROOT / "build/bin/responses-sandbox")
    if not os.access(path, os.X_OK):
        pytest.exit(
            f"{path} is not there: build it with `make sandbox`, or name one in RESPONSES_SANDBOX",
            returncode=2,
        )
    return path


@pytest.fixture(scope="session")
def sandbox_binary() -> Path:
    return binary()


@pytest.fixture(scope="session")
def sandbox(sandbox_binary: Path) -> Iterator[Sandbox]:
    with Sandbox(sandbox_binary, "--key", KEY, "--seed", "7") as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[OpenAI]:
    with OpenAI(base_url=sandbox.base_url, api_key=KEY, max_retries=0, timeout=20) as client:
        yield client


@pytest.fixture
def wire(sandbox: Sandbox) -> Iterator[Wire]:
    with Wire(sandbox.port) as wire:
        yield wire


@pytest.fixture
def tag(request: pytest.FixtureRequest) -> str:
    """A name no other test uses, so that faults are counted apart."""
    return "".join(letter if letter.isalnum() else "-" for letter in request.node.name)


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Shows where two long byte strings differ, instead of all of both."""
    if op != "==" or not isinstance(left, bytes) or not isinstance(right, bytes):
        return None
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(left, right))
    at = sum(1 for _ in same)
    return [f"bytes differ at {at}:", repr(left[at : at + 60]), repr(right[at : at + 60])]
