"""A fixture for pytest: tests that record their calls once, and replay them from then on.

::

    def test_greeting(responses_recording):
        client = responses_recording.client()
        assert "Hello" in client.responses.create(model="gpt-5", input="Greet me").output_text

The first run needs a server and a key, and writes ``recordings/test_module/test_greeting.har``
beside the test. All others need neither. ``pytest --responses-record=all`` records anew, ``=none``
refuses to record, as a build server should.
"""

from __future__ import annotations

import re
from pathlib import Path
from weakref import WeakSet

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from . import AsyncOpenAI, OpenAI


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("libresponses").addoption(
        "--responses-record",
        choices=("once", "none", "all"),
        default="once",
        help="which tests record their calls: those without a recording (once, the default), none "
        "of them, or all of them anew",
    )
    parser.addini(
        "responses_recordings",
        "the folder of recordings, from the folder of each test on",
        default="recordings",
    )


class Recording:
    """The recording of one test. ``path`` is its file, ``is_replay`` whether it is replayed."""

    def __init__(self, path: Path, is_replay: bool) -> None:
        self.path = path
        self.is_replay = is_replay
        self._clients: list[OpenAI] = []

    @property
    def options(self) -> dict[str, Any]:
        """The ``options`` of a client that is made elsewhere."""
        return {"replay_file" if self.is_replay else "record_file": str(self.path)}

    def client(self, *, options: dict[str, Any] | None = None, **arguments: Any) -> OpenAI:
        """An `OpenAI` client that records or replays, closed when the test is over."""
        # Not before: pytest imports this module for whoever has the package.
        from ._client import OpenAI

        made = OpenAI(options={**self.options, **(options or {})}, **arguments)
        self._clients.append(made)
        return made

    def async_client(
        self, *, options: dict[str, Any] | None = None, **arguments: Any
    ) -> AsyncOpenAI:
        """An `AsyncOpenAI` client that records or replays; close it in its event loop."""
        from ._client_async import AsyncOpenAI

        return AsyncOpenAI(options={**self.options, **(options or {})}, **arguments)

    def close(self) -> None:
        for client in self._clients:
            client.close()


_failed: WeakSet[pytest.Item] = WeakSet()


# The older way to wrap a hook: this is imported by every pytest, new or not.
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome: Any = yield
    if outcome.get_result().failed:
        _failed.add(item)


def _path(request: pytest.FixtureRequest) -> Path:
    folder = request.path.parent / str(request.config.getini("responses_recordings"))
    names = request.node.nodeid.split("::")[1:]
    plain = re.sub(r"[^\w.-]+", "-", ".".join(names)).strip("-")
    return folder / request.path.stem / f"{plain}.har"


@pytest.fixture
def responses_recording(request: pytest.FixtureRequest) -> Iterator[Recording]:
    """Records the calls of the test if there is no recording, and replays it otherwise."""
    mode = request.config.getoption("--responses-record")
    path = _path(request)
    if mode == "none" and not path.exists():
        pytest.fail(f"{path} is not there, and --responses-record=none records nothing")
    is_replay = mode != "all" and path.exists()
    if not is_replay:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    recording = Recording(path, is_replay)
    yield recording
    recording.close()
    # What a failing test has recorded is no good to replay.
    if not is_replay and request.node in _failed:
        path.unlink(missing_ok=True)
