"""Nothing that a client sends can stop the server: hostile values, and random changes to good ones.

The same changes in every run: they follow from the number of the test.
"""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from server import KEY, Sandbox
from wire import Wire

BIG = 2**63 - 1
VALUES: list[Any] = [
    None, True, False, 0, -1, BIG, -BIG - 1, 10**30, 1.5, 1e308, "", "x", "#long=999999999999 #x",
    "\x00", "😀" * 50, [], {}, [[]], [None], {"type": "x"}, {"type": None}, {"id": "x"},
]  # fmt: skip
GOOD: dict[str, Any] = {
    "model": "sandbox",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "#reasoning weather"}]},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "x"},
        {"role": "assistant", "content": "yes"},
        {"role": "user", "content": "get_weather"},
    ],
    "tools": [
        {
            "type": "function",
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer", "minimum": 3, "maximum": 9, "multipleOf": 3},
                    "s": {"type": "string", "pattern": "^(a|b)[0-9]{2,}$", "minLength": 3},
                    "l": {"type": "array", "items": {"$ref": "#/properties/n"}, "minItems": 2},
                    "u": {"anyOf": [{"type": "null"}, {"$ref": "#"}]},
                },
                "required": ["n", "s", "l", "u"],
            },
        }
    ],
    "max_output_tokens": 1000,
    "metadata": {"a": "b"},
    "text": {"format": {"type": "text"}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "stream": True,
    "stream_options": {"include_obfuscation": True},
    "store": False,
}
HOSTILE = [
    {"type": "integer", "minimum": 1e300},
    {"type": "number", "multipleOf": 0, "minimum": -1e308, "maximum": 1e308},
    {"type": "string", "minLength": BIG, "maxLength": 5},
    {"type": "string", "pattern": "(" * 10_000},
    {"type": "string", "pattern": "((a{4096}){4096}){4096}"},
    {"type": "string", "pattern": "[z-a]{5,2}\\"},
    {"type": "array", "minItems": BIG, "items": {"type": "array", "minItems": 1000}},
    {"$ref": "#"},
    {"$ref": "#/nothing/here"},
    {"$ref": "https://example.com/schema"},
    {"type": "object", "properties": {"l": {"$ref": "#"}, "r": {"$ref": "#"}},
     "required": ["l", "r"]},
    {"type": "object", "minProperties": BIG},
    {"allOf": [{"$ref": "#"}]},
    {"anyOf": [], "enum": [], "type": []},
]  # fmt: skip


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at]
    if isinstance(value, dict):
        for key, member in value.items():
            found += paths(member, (*at, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            found += paths(element, (*at, index))
    return found


def changed(chance: random.Random) -> Any:
    """The good request with one to three values replaced or removed."""
    body = copy.deepcopy(GOOD)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(paths(body)[1:])
        place = body
        for step in path[:-1]:
            place = place[step]
        if chance.random() < 0.2:
            del place[path[-1]]
        else:
            place[path[-1]] = copy.deepcopy(chance.choice(VALUES))
    return body


@pytest.fixture
def own_server(sandbox_binary: Any) -> Any:
    with Sandbox(sandbox_binary, "--key", KEY) as server:
        yield server
        assert server.process.poll() is None


@pytest.mark.parametrize("seed", range(4))
def test_changed_requests(own_server: Sandbox, seed: int) -> None:
    chance = random.Random(seed)
    with Wire(own_server.port) as wire:
        for _ in range(300):
            body = changed(chance)
            answer = wire.request("POST", "/v1/responses", body)
            assert answer.status in (200, 400, 404), body
            assert answer.ended == "complete", body


@pytest.mark.parametrize("schema", HOSTILE)
def test_hostile_schemas(own_server: Sandbox, schema: dict[str, Any]) -> None:
    form = {"type": "json_schema", "name": "x", "schema": schema}
    with Wire(own_server.port) as wire:
        answer = wire.create("Hi", body={"text": {"format": form}})
        assert answer.status == 200
        json.loads(answer.json["output"][0]["content"][0]["text"])


@pytest.mark.parametrize("seed", range(4))
def test_broken_bytes(own_server: Sandbox, seed: int) -> None:
    chance = random.Random(seed)
    body = json.dumps(GOOD).encode()
    whole = (
        b"POST /v1/responses?include[]=%zz&limit=% HTTP/1.1\r\nHost: x\r\n"
        b"Authorization: Bearer " + KEY.encode() + b"\r\nContent-Type: application/json\r\n"
        b"X-Sandbox-Fault: write-size=100; times=5\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
    for _ in range(100):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with Wire(own_server.port, timeout=0.02) as wire:
            wire.socket.sendall(broken)
            wire.receive()
    with Wire(own_server.port) as wire:
        assert wire.create().status == 200


@pytest.mark.parametrize(
    "fault",
    [
        f"first-byte-delay={BIG}",
        f"retry-after=date:{BIG}; status=429",
        f"cut-at-byte={BIG}",
        f"times={BIG}; skip={BIG}; status=500",
        "big-event=2147483649",
        f"drop-event={BIG}",
        ";;;=;,,,=",
        "tag=" + "x" * 10_000,
    ],
)
def test_hostile_faults(own_server: Sandbox, fault: str) -> None:
    with Wire(own_server.port) as wire:
        assert wire.create(stream=True, fault=fault).status in (200, 400, 429)


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/responses/x?stream=true&starting_after={BIG}",
        f"/v1/responses/x?starting_after=-{BIG}",
        "/v1/responses/%2e%2e%2f?include[9999999999999999999]=x",
        "/v1/responses/%",
        "/" + "x" * 60_000,
        f"/sandbox/requests?limit={BIG}",
        "/sandbox/requests?limit=-5",
    ],
)
def test_hostile_paths(own_server: Sandbox, path: str) -> None:
    with Wire(own_server.port) as wire:
        assert wire.request("GET", path).status in (200, 400, 404)


def test_limits_that_nobody_reaches(own_server: Sandbox) -> None:
    with Wire(own_server.port) as wire:
        answer = wire.create("#long=50", body={"max_output_tokens": BIG})
        assert answer.json["usage"]["output_tokens"] == 50
        assert wire.create("Hi", headers={"X-Sandbox-Speed": "1e400"}).status == 400
        assert wire.create("Hi", headers={"X-Sandbox-Speed": "nan"}).status == 400
        deep = b'{"input":' + b"[" * 100_000
        assert wire.request("POST", "/v1/responses", deep).status == 400
