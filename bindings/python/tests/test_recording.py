"""Calls that are recorded, and replayed without a server."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import KEY

from libresponses import AsyncOpenAI, InvalidArgumentError, OpenAI, OpenAIError

pytest_plugins = ["pytester"]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "calls.har")


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Any:
    def leave() -> None:
        monkeypatch.delenv("OPENAI_API_KEY")
        monkeypatch.setenv("OPENAI_BASE_URL", "http://no-such-host.invalid/v1")

    return leave


def test_sync(path: str, no_server: Any) -> None:
    def ask(client: OpenAI) -> list[str]:
        with client:
            answer = client.responses.create(model="sandbox", input="Hello")
            events = [
                event.to_json()
                for event in client.responses.create(model="sandbox", input="A stream", stream=True)
            ]
            other = client.with_options(timeout=30).responses.create(model="sandbox", input="Hello")
            return [answer.to_json(), *events, other.to_json()]

    first = ask(OpenAI(options={"record_file": path}))
    log = json.loads(Path(path).read_text())["log"]
    assert [entry["response"]["status"] for entry in log["entries"]] == [200] * 3
    assert "sk-sandbox" not in Path(path).read_text()
    no_server()
    with pytest.raises(OpenAIError, match="api_key"):
        OpenAI()
    assert ask(OpenAI(options={"replay_file": path})) == first
    other = OpenAI(options={"replay_file": path})
    with other, pytest.raises(InvalidArgumentError, match='has another body: at "/input"'):
        other.responses.create(model="sandbox", input="Bye")


def test_copies_use_up_one_recording(path: str, no_server: Any) -> None:
    with OpenAI(options={"record_file": path}) as client:
        client.responses.create(model="sandbox", input="Hello")
    no_server()
    with OpenAI(options={"replay_file": path}) as client:
        client.with_options(max_retries=1).responses.create(model="sandbox", input="Hello")
        for copy in (client, client.with_options(max_retries=2)):
            with pytest.raises(InvalidArgumentError, match="1 of 1 recordings are used"):
                copy.responses.create(model="sandbox", input="Hello")
        # Another client begins anew.
        with OpenAI(options={"replay_file": path}) as other:
            other.responses.create(model="sandbox", input="Hello")


def test_async(path: str, no_server: Any) -> None:
    async def ask(options: dict[str, str]) -> list[str]:
        async with AsyncOpenAI(options=options) as client:
            stream = await client.responses.create(model="sandbox", input="Hello", stream=True)
            events = [event.to_json() async for event in stream]
            several = await asyncio.gather(
                *(client.responses.create(model="sandbox", input=f"Hello {i}") for i in range(5))
            )
            return events + [one.to_json() for one in several]

    first = asyncio.run(ask({"record_file": path}))
    no_server()
    for pace in ("fast", "original"):
        assert asyncio.run(ask({"replay_file": path, "replay_pace": pace})) == first


def test_httpx(path: str, no_server: Any) -> None:
    httpx = pytest.importorskip("httpx2")
    transports = importlib.import_module("libresponses.httpx").of(httpx)

    def ask(base_url: str, **options: str) -> str:
        with httpx.Client(transport=transports.Transport(**options)) as client:
            answer = client.post(
                f"{base_url}/responses",
                headers={"Authorization": f"Bearer {KEY}"},
                json={"model": "sandbox", "input": "Hello", "stream": True},
            )
            return str(answer.text)

    first = ask(os.environ["OPENAI_BASE_URL"], record_file=path)
    assert "response.completed" in first
    assert KEY not in Path(path).read_text()
    no_server()
    assert ask("http://no-such-host.invalid/v1", replay_file=path) == first


TESTS = """
    def test_it(responses_recording):
        client = responses_recording.client()
        answer = client.responses.create(model="sandbox", input="Hello")
        assert answer.status == "completed"

    class TestGroup:
        def test_stream(self, responses_recording):
            stream = responses_recording.client().responses.create(
                model="sandbox", input="Hello", stream=True)
            assert [event.type for event in stream][-1] == "response.completed"

    def test_async(responses_recording):
        import asyncio
        async def ask():
            async with responses_recording.async_client() as client:
                return await client.responses.create(model="sandbox", input="Hello")
        assert asyncio.run(ask()).status == "completed"
"""
PLUGIN = ("-p", "libresponses.pytest", "-p", "no:cacheprovider")


def test_fixture_records_once(pytester: pytest.Pytester, no_server: Any) -> None:
    pytester.makepyfile(TESTS)
    pytester.runpytest_inprocess(*PLUGIN, "--responses-record=none").assert_outcomes(errors=3)
    pytester.runpytest_inprocess(*PLUGIN).assert_outcomes(passed=3)
    files = sorted(pytester.path.rglob("*.har"))
    names = [file.stem for file in files]
    assert names == ["TestGroup.test_stream", "test_async", "test_it"]
    written = [file.stat().st_mtime_ns for file in files]
    pytester.runpytest_inprocess(*PLUGIN, "--responses-record=all").assert_outcomes(passed=3)
    assert all(file.stat().st_mtime_ns > before for file, before in zip(files, written))
    no_server()
    for mode in ("once", "none"):
        result = pytester.runpytest_inprocess(*PLUGIN, f"--responses-record={mode}")
        result.assert_outcomes(passed=3)
    result = pytester.runpytest_inprocess(*PLUGIN, "--responses-record=all")
    result.assert_outcomes(failed=3)


def test_a_failing_test_leaves_no_recording(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        def test_it(responses_recording):
            responses_recording.client().responses.create(model="sandbox", input="Hello")
            assert responses_recording.path.exists()
            assert False
    """)
    pytester.runpytest_inprocess(*PLUGIN).assert_outcomes(failed=1)
    assert not list(pytester.path.rglob("*.har"))
