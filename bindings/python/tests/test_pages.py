"""Pages of a list: what leads from one to the next, and servers that get it wrong."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import run
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI

ALL = ["a", "b", "c", "d", "e", "f", "g"]


def page(target: str, *, ids: bool = True, last: bool = True, more: bool = True) -> dict[str, Any]:
    """Three items of `ALL` after the one that is asked for, with this or that left out."""
    after = parse_qs(urlsplit(target).query).get("after", [""])[0]
    start = ALL.index(after) + 1 if after else 0
    names = ALL[start : start + 3]
    data = [{"type": "message", "n": one, **({"id": one} if ids else {})} for one in names]
    made: dict[str, Any] = {"object": "list", "data": data}
    if last:
        made["last_id"] = names[-1] if names else None
    if more:
        made["has_more"] = start + 3 < len(ALL)
    return made


def first(target: str, **but: Any) -> dict[str, Any]:
    """The first page, whatever was asked for."""
    return {**page(target.partition("?")[0]), **but}


def both(server: Scripted, take: int = 100) -> list[list[str]]:
    """What the two clients make of the server's lists: of input items, and of a conversation."""
    found: list[list[str]] = []
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        lists = client.responses.input_items.list, client.conversations.items.list
        found += [[item.n for item in islice(ask("id_1"), take)] for ask in lists]

    async def asynchronous() -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k") as other:
            ask: Any
            for ask in other.responses.input_items.list, other.conversations.items.list:
                names: list[str] = []
                found.append(names)
                async for item in ask("id_1"):
                    names.append(item.n)
                    if len(names) == take:
                        break

    run(asynchronous())
    return found


@pytest.mark.parametrize(
    "left_out",
    [{}, {"last": False}, {"ids": False}, {"more": False}, {"last": False, "more": False}],
)
def test_every_page_leads_to_the_next(left_out: dict[str, bool]) -> None:
    with Scripted(lambda target, _: page(target, **left_out)) as server:
        assert both(server) == [ALL] * 4
        module_client(server.base_url)
        everything = libresponses.responses.get_all_input_items("resp_1")
        assert [item.n for item in everything] == ALL
        (result,) = libresponses.responses.process_response_batch(["resp_1"])
        assert [item.n for item in result["items"]] == ALL


def module_client(base_url: str) -> None:
    libresponses.responses._client = OpenAI(base_url=base_url, api_key="k")


@pytest.mark.parametrize("but", [{"has_more": True}, {"has_more": True, "last_id": None}])
def test_a_server_that_does_not_move_on(but: dict[str, Any]) -> None:
    with Scripted(lambda target, _: first(target, **but)) as server:
        with pytest.raises(libresponses.APIResponseValidationError, match="after"):
            both(server)
        with OpenAI(base_url=server.base_url, api_key="k") as client:
            names = []
            with pytest.raises(libresponses.APIResponseValidationError, match="after"):
                for item in client.conversations.items.list("conv_1"):
                    names.append(item.n)
        assert names == ALL[:3]
        module_client(server.base_url)
        with pytest.raises(libresponses.APIResponseValidationError, match="after"):
            libresponses.responses.get_all_input_items("resp_1")
        (result,) = libresponses.responses.process_response_batch(["resp_1"])
        assert "after" in result["error"]
        assert len(server.seen) < 20


@pytest.mark.parametrize("size", range(2, 8))
def test_pages_in_a_circle_end(size: int) -> None:
    """After the last page comes the first or the second again."""

    def answer(target: str, _: bytes) -> dict[str, Any]:
        after = parse_qs(urlsplit(target).query).get("after", ["`"])[0]
        place = ord(after) - 96
        name = chr(97 + (place if place < size else place % 2))
        return {"data": [{"type": "message", "id": name, "n": name}], "has_more": True}

    with Scripted(answer) as server, OpenAI(base_url=server.base_url, api_key="k") as client:
        with pytest.raises(libresponses.APIResponseValidationError, match="circle"):
            list(islice(client.conversations.items.list("conv_1"), 100))
        count = 1
        page = client.responses.input_items.list("resp_1")
        while page.has_next_page() and count < 100:
            page = page.get_next_page()
            count += 1
        assert count < 4 * size
        module_client(server.base_url)
        with pytest.raises(libresponses.APIResponseValidationError, match="circle"):
            libresponses.responses.get_all_input_items("resp_1")
        (result,) = libresponses.responses.process_response_batch(["resp_1"])
        assert "circle" in result["error"]

        async def asynchronous() -> None:
            async with AsyncOpenAI(base_url=server.base_url, api_key="k") as other:
                async for _ in other.responses.input_items.list("resp_1"):
                    assert len(server.seen) < 100 * size

        with pytest.raises(libresponses.APIResponseValidationError, match="circle"):
            run(asynchronous())


@pytest.mark.parametrize("said", ["true", "false"])
def test_what_is_no_boolean_says_nothing(said: str) -> None:
    def answer(target: str, _: bytes) -> dict[str, Any]:
        return {**page(target), "has_more": said}

    with Scripted(answer) as server:
        assert both(server) == [ALL] * 4


def test_one_that_does_not_say_whether_there_is_more() -> None:
    """It is asked once more, and what comes a second time is left out."""
    with Scripted(lambda target, _: first(target, has_more=None)) as server:
        assert both(server) == [ALL[:3]] * 4
        assert len(server.seen) == 8


def test_a_first_page_without_ids_is_handed_over() -> None:
    def answer(target: str, _: bytes) -> Any:
        return page(target, ids=False, last=False)

    with Scripted(answer) as server, OpenAI(base_url=server.base_url, api_key="k") as client:
        for ask in client.responses.input_items.list, client.conversations.items.list:
            got = ask("id_1")
            assert [item.n for item in got.data] == ALL[:3]
            assert not got.has_next_page()
            # But nobody takes it for all there is.
            with pytest.raises(libresponses.APIResponseValidationError, match="no last_id"):
                list(got)
        assert both(server, take=3) == [ALL[:3]] * 4


def test_an_empty_page_may_lead_on() -> None:
    def answer(target: str, _: bytes) -> Any:
        if "after" in target:
            return page(target)
        return {"object": "list", "data": [], "last_id": "b", "has_more": True}

    with Scripted(answer) as server:
        assert both(server) == [ALL[2:]] * 4
