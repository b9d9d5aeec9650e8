"""Clients for Azure OpenAI: addresses, versions, and the three ways to sign in."""

from __future__ import annotations

import importlib
import pickle
import sys
from typing import Any

import pytest
from conftest import run
from scripted import Scripted

import libresponses
from libresponses import AsyncAzureOpenAI, AzureOpenAI

NAMES = (
    "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION",
)  # fmt: skip
ANSWER = {"id": "resp_1", "object": "response", "output": [], "status": "completed"}


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Any:
    with Scripted(lambda *_: ANSWER) as made:
        yield made


def endpoint(server: Scripted) -> str:
    return server.base_url.removesuffix("/v1") + "/"


def asked(server: Scripted, client: Any) -> tuple[str, dict[str, str]]:
    """The target of a request, and what it signs in with."""

    async def main() -> None:
        async with client:
            await client.responses.create(model="m", input="x")

    if isinstance(client, AsyncAzureOpenAI):
        run(main())
    else:
        with client:
            client.responses.create(model="m", input="x")
    target, headers = server.seen[-1]
    signed = {name: text for name, text in headers.items() if name in ("authorization", "api-key")}
    return target, signed


WITH_VERSION = "/openai/responses?api-version=2026-01-01"


@pytest.mark.parametrize("kind", [AzureOpenAI, AsyncAzureOpenAI])
def test_what_is_sent(server: Scripted, kind: Any) -> None:
    url = endpoint(server)

    def make(**given: Any) -> Any:
        return kind(azure_endpoint=url, max_retries=0, **given)

    version = {"api_version": "2026-01-01"}
    key = {"api-key": "k"}
    bearer = {"authorization": "Bearer t"}
    assert asked(server, make(api_key="k", **version)) == (WITH_VERSION, key)
    assert asked(server, make(azure_ad_token="t", **version)) == (WITH_VERSION, bearer)
    provided = make(azure_ad_token_provider=lambda: "t", **version)
    assert asked(server, provided) == (WITH_VERSION, bearer)
    assert asked(server, make(api_key=lambda: "k", **version)) == (WITH_VERSION, key)
    # A deployment is the model of a request here.
    deployed = make(api_key="k", azure_deployment="d", **version)
    assert asked(server, deployed) == (WITH_VERSION, key)
    # Without a version: those paths that have it themselves.
    assert asked(server, make(api_key="k")) == ("/openai/v1/responses", key)
    based = kind(base_url=f"{url}other", api_key="k", default_query={"a": 1}, max_retries=0)
    assert asked(server, based) == ("/other/responses?a=1", key)


def test_a_token_is_asked_for_each_call(server: Scripted) -> None:
    tokens = iter("abcdef")

    async def awaited() -> str:
        return next(tokens)

    with AzureOpenAI(
        azure_endpoint=endpoint(server), azure_ad_token_provider=lambda: next(tokens)
    ) as client:
        for _ in range(2):
            client.responses.create(model="m", input="x")

    async def main() -> None:
        async with AsyncAzureOpenAI(
            azure_endpoint=endpoint(server), azure_ad_token_provider=awaited
        ) as client:
            await client.responses.create(model="m", input="x")

    run(main())
    assert [headers["authorization"][-1] for _, headers in server.seen] == ["a", "b", "c"]
    assert not any("api-key" in headers for _, headers in server.seen)


def test_the_environment(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", endpoint(server))
    monkeypatch.setenv("OPENAI_API_VERSION", "2026-01-01")
    monkeypatch.setenv("OPENAI_API_KEY", "not this one")
    with pytest.raises(libresponses.OpenAIError, match="Missing credentials"):
        AzureOpenAI()
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    assert asked(server, AzureOpenAI()) == (WITH_VERSION, {"api-key": "k"})
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "t")
    assert asked(server, AzureOpenAI()) == (WITH_VERSION, {"authorization": "Bearer t"})
    assert asked(server, AzureOpenAI(api_key="given"))[1] == {"api-key": "given"}


def test_copies(server: Scripted) -> None:
    client = AzureOpenAI(azure_endpoint=endpoint(server), api_key="k", api_version="2026-01-01")
    assert asked(server, client.copy()) == (WITH_VERSION, {"api-key": "k"})
    client = AzureOpenAI(azure_endpoint=endpoint(server), api_key="k", api_version="2026-01-01")
    token = client.with_options(azure_ad_token="t", timeout=9)
    again = token.copy(api_key="other", api_version="2026-02-02")
    pickled = pickle.loads(pickle.dumps(token))
    for one, signed in ((again, {"api-key": "other"}), (pickled, {"authorization": "Bearer t"})):
        one.responses.create(model="m", input="x")
        target, headers = server.seen[-1]
        assert signed.items() <= headers.items()
        assert ("authorization" in headers) != ("api-key" in headers)
        assert target.endswith("2026-02-02" if one is again else "2026-01-01")
    token.responses.create(model="m", input="x")
    assert server.seen[-1][1]["authorization"] == "Bearer t"
    pickled.close()
    client.close()


def test_mistakes() -> None:
    url = "http://127.0.0.1:9"
    with pytest.raises(libresponses.OpenAIError, match="mutually exclusive"):
        AzureOpenAI(azure_endpoint=url, api_key="k", azure_ad_token="t")
    with pytest.raises(ValueError, match="azure_endpoint"):
        AzureOpenAI(api_key="k")
    with pytest.raises(ValueError, match="mutually exclusive"):
        AzureOpenAI(azure_endpoint=url, base_url=url, api_key="k")
    with pytest.raises(TypeError, match="function"):
        wrong: Any = "t"
        AzureOpenAI(azure_endpoint=url, azure_ad_token_provider=wrong)
    client = AzureOpenAI(azure_endpoint=url, api_key="k")
    with pytest.raises(libresponses.OpenAIError, match="mutually exclusive"):
        client.copy(api_key="k", azure_ad_token="t")
    client.close()


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the openai package needs Python 3.10")
def test_it_is_as_openai_has_it(server: Scripted) -> None:
    theirs: Any = importlib.import_module("openai")
    ways: list[dict[str, Any]] = [
        {"api_key": "k"},
        {"azure_ad_token": "t"},
        {"azure_ad_token_provider": lambda: "t"},
        {"api_key": "k", "azure_deployment": "d"},
        {"api_key": "k", "default_query": {"a": "b"}},
    ]
    for given in ways:
        seen = []
        for kind in (theirs.AzureOpenAI, AzureOpenAI):
            client = kind(azure_endpoint=endpoint(server), api_version="2026-01-01", **given)
            client.responses.retrieve("resp_1", include=["x"])
            client.close()
            target, headers = server.seen[-1]
            path, _, query = target.partition("?")
            signed = [headers.get(name) for name in ("authorization", "api-key")]
            seen.append((path, sorted(query.split("&")), signed))
        assert seen[0] == seen[1]
