"""``client.get``, ``client.post`` and so on: any endpoint, with the keywords of the ``openai``
package.
"""

from __future__ import annotations

import json
from typing import Any, TypedDict

import pytest
from conftest import run
from pydantic import BaseModel
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI
from libresponses.types.responses import Response


class Found(BaseModel):
    id: str
    number: int


class Told(TypedDict):
    id: str
    number: int


DOCUMENT = {"id": "a", "number": 1}


def answered(target: str, body: bytes) -> Any:
    if "text" in target:
        return 200, "text/plain", "höre".encode()
    if "refused" in target:
        return 403, "application/json", b'{"error": {"message": "no"}}'
    return {**DOCUMENT, **json.loads(body or b"{}")}


def in_a_loop(base_url: str, method: str, *arguments: Any, **options: Any) -> Any:
    async def main() -> Any:
        async with AsyncOpenAI(base_url=base_url, max_retries=0) as client:
            return await getattr(client, method)(*arguments, **options)

    return run(main())


def in_a_thread(base_url: str, method: str, *arguments: Any, **options: Any) -> Any:
    with OpenAI(base_url=base_url, max_retries=0) as client:
        return getattr(client, method)(*arguments, **options)


ask = pytest.mark.parametrize("ask", [in_a_thread, in_a_loop])


@ask
def test_types(ask: Any) -> None:
    with Scripted(answered) as server:
        base = server.base_url
        for kind, expected in (
            (object, DOCUMENT),
            (dict, DOCUMENT),
            (dict[str, Any], DOCUMENT),
            (Told, DOCUMENT),
            (Found, Found(id="a", number=1)),
            (Response, Response(DOCUMENT)),
            (type(None), None),
        ):
            assert ask(base, "get", "/x", cast_to=kind) == expected
        assert ask(base, "get", "/text", cast_to=str) == "höre"
        assert ask(base, "get", "/text", cast_to=bytes) == "höre".encode()
        made = ask(base, "get", "/x")
        assert isinstance(made, libresponses.Model)
        assert made.number == 1
        with pytest.raises(libresponses.PermissionDeniedError):
            ask(base, "get", "/refused", cast_to=object)


@ask
@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_the_answer_of_http(ask: Any, name: str) -> None:
    package = pytest.importorskip(name)
    with Scripted(answered) as server:
        made = ask(server.base_url, "post", "/x", cast_to=package.Response, body={"b": 2})
        assert made.status_code == 200
        assert made.headers["content-type"] == "application/json"
        assert made.json() == {**DOCUMENT, "b": 2}
        assert made.request.method == "POST"
        assert made.is_closed


@ask
def test_options(ask: Any) -> None:
    options = {
        "headers": {"X-A": "1"},
        "params": {"q": ["a", "b"]},
        "extra_json": {"c": 3},
        "timeout": 20,
        "max_retries": 1,
        "idempotency_key": "mine",
        "follow_redirects": False,
    }
    with Scripted(answered) as server:
        found = ask(
            server.base_url, "put", "/x", cast_to=object, body={"b": 2}, options=dict(options)
        )
        assert found == {**DOCUMENT, "b": 2, "c": 3}
        target, headers = server.seen[-1]
        assert target == "/v1/x?q%5B%5D=a&q%5B%5D=b"
        assert headers["x-a"] == "1"
        assert headers["idempotency-key"] == "mine"
        # The keywords of every call stand for the same.
        ask(server.base_url, "get", "/x", extra_query={"q": 1}, extra_headers={"X-A": "2"})
        target, headers = server.seen[-1]
        assert target == "/v1/x?q=1"
        assert headers["x-a"] == "2"


@ask
def test_what_is_not_offered(ask: Any) -> None:
    wrong: list[dict[str, Any]] = [
        {"stream": True},
        {"files": []},
        {"content": b""},
        {"options": {"follow_redirects": True}},
        {"options": {"security": {}}},
    ]
    for given in wrong:
        with pytest.raises(TypeError, match="expected cast_to, body"):
            ask("http://127.0.0.1:9/v1", "post", "/x", cast_to=object, **given)
