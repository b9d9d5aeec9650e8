"""A sandbox for all tests, clients for it, and a look at what each test leaves behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from libresponses import OpenAI
from libresponses._call import Call
from libresponses._engine import Owned

# trio has a plugin for hypothesis whose import warns, and warnings are errors.
os.environ["HYPOTHESIS_NO_PLUGINS"] = "1"

ROOT = Path(__file__).resolve().parents[3]
KEY = "sk-sandbox-test-key"


def pytest_collection_finish() -> None:
    """What the tests import stays as it is, so that nothing looks through it after each test."""
    gc.collect()
    gc.freeze()


class Sandbox:
    """A running server. ``base_url`` is for clients, `requests` is what it was sent."""

    def __init__(self, *options: str) -> None:
        binary = os.environ.get("SANDBOX") or ROOT / "build/bin/responses-sandbox"
        if not os.access(binary, os.X_OK):
            pytest.exit(f"{binary} is not there: build it with `make sandbox`", returncode=2)
        self.process = subprocess.Popen(
            [str(binary), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()

    def requests(self, tag: str) -> list[dict[str, Any]]:
        url = self.base_url.replace("/v1", f"/sandbox/requests?tag={tag}")
        with urllib.request.urlopen(url) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    running = Sandbox("--key", KEY, "--background-speed", "500", "--queue-ms", "10")
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Programs find the sandbox where they would find the real server."""
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with OpenAI(timeout=30, max_retries=0) as made:
        yield made


_numbers = itertools.count()


@pytest.fixture
def tag() -> str:
    """A name no other test uses, so that faults are counted apart."""
    return f"t{next(_numbers)}-{os.getpid()}"


@pytest.fixture
def fault(tag: str) -> Callable[[str], dict[str, str]]:
    """Headers that ask for misbehaviour."""
    return lambda spec: {"X-Sandbox-Fault": f"{spec}; tag={tag}"}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def nothing_is_left(sandbox: Sandbox) -> Iterator[None]:
    """After a test all of the library's handles are freed, and all descriptors closed."""
    gc.collect()
    before = descriptors()
    yield
    responses: Any = sys.modules.get("libresponses.responses")
    if responses is not None and responses._client is not None:
        responses._client.close()
        responses._client = None
    gc.collect()
    alive = [one for one in gc.get_objects() if isinstance(one, (Call, Owned))]
    open_calls = [one for one in alive if isinstance(one, Call) and one._handle]
    open_clients = [one for one in alive if isinstance(one, Owned) and one.handle]
    assert not open_calls
    assert not open_clients
    # A server of the test hears of closed connections a moment later.
    end = time.monotonic() + 5
    while descriptors() > before and time.monotonic() < end:
        time.sleep(0.001)
    assert descriptors() <= before


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine to its end, in a loop of its own."""
    return asyncio.run(asyncio.wait_for(coroutine, 60))


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a process of its own; it has the sandbox in its environment."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", text, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")},
    )
