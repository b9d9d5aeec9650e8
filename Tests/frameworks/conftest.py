"""Clients of the official SDK over libresponses, for a sandbox that the environment names."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import urllib.request
from collections.abc import Coroutine, Iterator
from typing import Any

import libresponses.httpx
import openai
import pytest

BASE_URL = os.environ["OPENAI_BASE_URL"]

# The real services are never asked, and nothing is told to the makers of the frameworks.
os.environ.update(
    LITELLM_LOCAL_MODEL_COST_MAP="True", OPENAI_AGENTS_DISABLE_TRACING="1", DO_NOT_TRACK="1"
)

_numbers = itertools.count()


@pytest.fixture
def tag() -> str:
    """A name that no other test has, by which requests are found again."""
    return f"t{next(_numbers)}-{os.getpid()}"


def requests(tag: str) -> list[dict[str, Any]]:
    """The requests with that tag that the sandbox has seen."""
    url = BASE_URL.replace("/v1", f"/sandbox/requests?tag={tag}")
    with urllib.request.urlopen(url) as answer:
        found: list[dict[str, Any]] = json.load(answer)["data"]
    return found


def fault(spec: str, tag: str) -> dict[str, str]:
    return {"X-Sandbox-Fault": f"{spec}; tag={tag}"}


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 60))


@pytest.fixture
def client() -> Iterator[openai.OpenAI]:
    with openai.OpenAI(http_client=libresponses.httpx.client()) as made:
        yield made


def async_client() -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(http_client=libresponses.httpx.async_client())
