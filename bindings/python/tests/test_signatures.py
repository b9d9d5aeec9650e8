"""What `inspect.signature` shows: every parameter that the ``openai`` package has."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from libresponses import AsyncOpenAI, OpenAI

openai = pytest.importorskip("openai", reason="there is no openai for this Python")

METHODS = """
responses.create responses.retrieve responses.cancel responses.delete responses.compact
responses.parse responses.stream responses.input_items.list responses.input_tokens.count
conversations.create conversations.retrieve conversations.update conversations.delete
conversations.items.create conversations.items.retrieve conversations.items.list
conversations.items.delete
""".split()

# These every call takes, and of some methods `**options` says so. The last is one of Chat
# Completions; here the API has it in ``text``.
OPTIONS = {"extra_headers", "extra_query", "extra_body", "timeout", "verbosity"}


def parameters(client: Any, path: str) -> list[str]:
    found = client
    for name in path.split("."):
        found = getattr(found, name)
    return list(inspect.signature(found).parameters)


@pytest.mark.parametrize("path", METHODS)
def test_parameters(path: str) -> None:
    for ours, theirs in ((OpenAI, openai.OpenAI), (AsyncOpenAI, openai.AsyncOpenAI)):
        shown = parameters(ours(api_key="k"), path)
        assert "self" not in shown
        expected: set[str] = set(parameters(theirs(api_key="k"), path))
        assert expected - OPTIONS <= set(shown)


def test_documentation() -> None:
    client = OpenAI(api_key="k")
    for path in METHODS:
        found: Any = client
        for name in path.split("."):
            found = getattr(found, name)
        assert inspect.getdoc(found)
