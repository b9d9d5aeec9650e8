"""A key, a password and other values of the caller are in nothing that is shown to people."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import pickle
import pprint
import traceback
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from conftest import script

import libresponses
from libresponses import AsyncOpenAI, OpenAI, OpenAIError, Timeout, _library

Fault = Callable[[str], dict[str, str]]

CANARY = "CANARY-5ecret"


def shown(value: Any) -> str:
    """Everything that people see of an object without asking for the secret itself."""
    parts = [repr(value), str(value), f"{value}", pprint.pformat(value)]
    if isinstance(value, BaseException):
        parts += traceback.format_exception(type(value), value, value.__traceback__)
        parts += [repr(value.args), *(repr(one) for one in vars(value).values())]
        if isinstance(value, libresponses.APIError):
            parts.append(pickle.dumps(value).decode("latin-1"))
            parts.append(repr(copy.copy(value)))
    return "\n".join(parts)


def secretive(text: str) -> None:
    assert CANARY not in text
    assert CANARY.encode().hex() not in text


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The library's log at its loudest."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    logger = logging.getLogger("libresponses")
    monkeypatch.setenv("OPENAI_LOG", "debug")
    logger.addHandler(handler)
    level = logger.level
    yield text
    logger.removeHandler(handler)
    logger.setLevel(level)


def clients(**arguments: Any) -> Iterator[Any]:
    with OpenAI(max_retries=1, **arguments) as client:
        yield client
        yield client.with_options(timeout=5)
    other = AsyncOpenAI(max_retries=1, **arguments)
    yield other
    yield other.with_options(timeout=5)
    asyncio.run(other.close())


SECRETS: list[dict[str, Any]] = [
    {"api_key": CANARY},
    {"default_headers": {"X-Secret": CANARY}},
    {"default_query": {"key": CANARY}},
    {"options": {"proxy": f"http://user:{CANARY}@127.0.0.1:9", "no_proxy": ""}},
    {"webhook_secret": CANARY},
]


@pytest.mark.parametrize("secret", SECRETS, ids=lambda one: next(iter(one)))
def test_clients_and_what_they_raise(
    secret: dict[str, Any], log: io.StringIO, fault: Fault
) -> None:
    # The sandbox repeats no key; a server that does is one's own affair.
    for client in clients(**secret):
        for one in (client, client.responses, client.responses.input_items, client._settings):
            secretive(shown(one))
        for spec in ("status=401", "status=503; retry-after-ms=1", "no-response=rst", "bad-json"):
            asked = {"model": "sandbox", "input": "x", "extra_headers": fault(spec)}

            async def ask(client: Any = client, asked: Any = asked) -> Any:
                return await client.responses.create(**asked)

            with pytest.raises(OpenAIError) as caught:
                if isinstance(client, AsyncOpenAI):
                    asyncio.run(ask())
                else:
                    client.responses.create(**asked)
            secretive(shown(caught.value))
    secretive(log.getvalue())


# Values that are refused, in every argument that takes one.
REFUSED: list[dict[str, Any]] = [
    {"api_key": f"{CANARY}\n"},
    {"api_key": f"{CANARY}\0"},
    {"api_key": f"{CANARY}\ud800"},
    {"api_key": CANARY.encode()},
    {"api_key": {CANARY: CANARY}},
    {"base_url": CANARY},
    {"base_url": f"ftp://user:{CANARY}@host"},
    {"base_url": f"http://{CANARY}\0"},
    {"organization": f"{CANARY}\n"},
    {"project": f"{CANARY}\r"},
    {"timeout": CANARY},
    {"max_retries": CANARY},
    {"http_client": CANARY},
    {"default_headers": {"A": f"{CANARY}\n"}},
    {"default_headers": {f"{CANARY}:": "a"}},
    {"default_headers": {f"{CANARY}\n": "a"}},
    {"default_headers": {CANARY.encode(): "a"}},
    {"options": {CANARY: "1"}},
    {"options": {CANARY + "\0": "1"}},
    {"options": {"idle_timeout_ms": CANARY}},
    {"options": {"http_version": CANARY}},
    {"options": {"tls_verify": CANARY}},
    {"options": {"max_event_bytes": CANARY}},
    {"options": {"auth_header": f"{CANARY}\n"}},
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_arguments_that_are_refused(number: int) -> None:
    arguments = REFUSED[number]
    for kind in (OpenAI, AsyncOpenAI):
        with pytest.raises((OpenAIError, TypeError, AttributeError)) as caught:
            kind(**arguments)
        assert isinstance(caught.value, OpenAIError)
        # Frames of a traceback show this file's lines, and no values.
        secretive(shown(caught.value))


def test_arguments_of_calls_that_are_refused(client: OpenAI) -> None:
    create: dict[str, Any] = {"model": "sandbox", "input": "x"}
    any_client: Any = client
    calls: list[Callable[[], Any]] = [
        lambda: any_client.responses.retrieve({CANARY: 1}),
        lambda: any_client.responses.retrieve(f"{CANARY}\0"),
        lambda: any_client.responses.create(**create, extra_headers={CANARY: f"{CANARY}\n"}),
        lambda: any_client.responses.create(**create, extra_headers={f"{CANARY} x": "y"}),
        lambda: any_client.responses.create(**create, timeout=CANARY),
        lambda: any_client.responses.create(model=CANARY, input=object()),
        lambda: client.get(f"/{CANARY}\n"),
        lambda: client.get(f"{CANARY}"),
        lambda: client.with_options(api_key=f"{CANARY}\n").responses.create(**create),
        lambda: OpenAI(api_key=lambda: CANARY.encode()).responses.create(**create),
        lambda: OpenAI(api_key=lambda: f"{CANARY}\n").responses.create(**create),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(OpenAIError) as caught:
            call()
        assert CANARY not in shown(caught.value), number


def test_a_base_url_with_a_secret() -> None:
    for url in (
        f"http://user:{CANARY}@127.0.0.1:9/v1",
        f"http://127.0.0.1:9/v1?key={CANARY}",
        f"http://127.0.0.1:9/v1?a=http://@{CANARY}",
        f"http://{CANARY}@127.0.0.1:9",
    ):
        try:
            client = OpenAI(base_url=url, max_retries=0)
        except OpenAIError as problem:
            secretive(shown(problem))
            continue
        with client:
            secretive(shown(client))
            assert "127.0.0.1:9" in repr(client)
            with pytest.raises(OpenAIError) as caught:
                client.responses.create(model="sandbox", input="x")
            secretive(shown(caught.value))


def test_what_a_client_shows() -> None:
    with OpenAI(base_url="https://127.0.0.1:9/v1/x", api_key=CANARY) as client:
        assert repr(client) == "OpenAI(base_url='https://127.0.0.1:9/v1/x')"
        # The key is where it was put, as in the openai package, and goes along in a pickle.
        assert client.api_key == CANARY
        assert pickle.loads(pickle.dumps(client)).api_key == CANARY
        secretive(shown(Timeout(5)))


def test_a_program_with_more_rights_than_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes nothing from an environment that its user has made."""
    assert not _library.is_privileged()
    monkeypatch.setenv("RESPONSES_LIBRARY", "/nowhere/libresponses.so.0")
    assert _library.candidates() == [("/nowhere/libresponses.so.0", "RESPONSES_LIBRARY")]
    monkeypatch.setattr(_library, "_is_privileged", True)
    assert all(path != "/nowhere/libresponses.so.0" for path, _ in _library.candidates())
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    with OpenAI(api_key="k") as client:
        assert client.base_url == "https://api.openai.com/v1"
        assert client.organization is None
    with pytest.raises(OpenAIError, match="api_key"):
        OpenAI()


def test_a_traceback_at_the_end_of_the_program() -> None:
    done = script(f"""
import os
os.environ["OPENAI_API_KEY"] = {CANARY!r} + chr(10)
from libresponses import OpenAI
OpenAI()
""")
    assert done.returncode == 1
    assert "api_key" in done.stderr or "OPENAI_API_KEY" in done.stderr
    assert CANARY not in done.stderr
