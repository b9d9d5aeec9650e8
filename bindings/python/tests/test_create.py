"""Creating, getting and deleting; options of clients and calls; raw answers."""

from __future__ import annotations

import inspect
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from conftest import KEY, Sandbox
from scripted import Scripted

import libresponses
from libresponses import NOT_GIVEN, OpenAI, Timeout, _call
from libresponses._models import Response
from libresponses._responses import Responses

Fault = Callable[[str], dict[str, str]]


def test_create(client: OpenAI) -> None:
    response = client.responses.create(model="sandbox", input="Hello")
    assert response.output_text == "You said: Hello"
    assert response.status == "completed"
    assert response.error is None
    assert response.usage is not None
    assert response.usage.total_tokens == 5
    assert response.usage.input_tokens_details.cached_tokens == 0
    assert response.output[0].content[0].type == "output_text"
    assert response._request_id
    assert response._request_id.startswith("req_")
    assert json.loads(response.to_json()) == response.to_dict()
    assert response.model_dump()["id"] == response.id
    assert response.id in repr(response)
    assert "You said: Hello" in repr(response)
    with pytest.raises(AttributeError):
        _ = response.no_such_field


def test_text_of_an_answer(client: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same whether the library says it or the answer is parsed for it."""

    def answer() -> Any:
        return client.responses.create(model="sandbox", input='"64°F"\n\U0001f600 \0')

    response = answer()
    text = response.output_text
    assert text == 'You said: "64°F"\n\U0001f600 \0'
    assert "_data" not in vars(response)
    assert response.output[0].content[0].text == text == response.output_text
    assert pickle.loads(pickle.dumps(response)).output_text == text
    response.output[0].content[0].text = "else"
    assert response.output_text == "else"
    response = answer()
    response.output = []
    assert response.output_text == ""
    monkeypatch.setattr(_call, "TEXT_BYTES", 10)
    assert answer().output_text == text


def test_parameters_without_json(client: OpenAI) -> None:
    circle: list[Any] = []
    circle.append(circle)
    without: list[tuple[Any, str]] = [
        (circle, "ircular"),
        (object, "has no JSON"),
        ({(): 1}, "tuple"),
    ]
    for value, said in without:
        for _ in range(2):
            with pytest.raises(libresponses.InvalidArgumentError, match=said):
                client.responses.create(model="sandbox", input="x", metadata={"a": value})
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        client.responses.create(model="sandbox", input=deep)
    same = [{"role": "user", "content": "x"}]
    answer = client.responses.create(model="sandbox", input=[*same, *same], metadata={"b": "c"})
    assert answer.output_text


def test_parameters_are_shown() -> None:
    found = inspect.signature(OpenAI(api_key="x").responses.create).parameters
    assert {"input", "model", "stream", "timeout", "others"} <= set(found)
    assert Responses.create.__doc__


def test_half_a_character() -> None:
    """It is what ``json`` makes of it, though the library has another name for it."""
    part = b'{"type": "output_text", "text": "a\\ud83d"}'
    response = Response._from_json(b'{"output": [{"type": "message", "content": [' + part + b"]}]}")
    response.__dict__["_text"] = b"a\xef\xbf\xbd"
    assert response.output_text == "a\ud83d"


def test_parsing_of_answers() -> None:
    for text, data in [(b"", {}), (b"\xef\xbb\xbf{}", {}), (b"[1]", {"data": [1]})]:
        assert Response._from_json(text).to_dict() == data
    assert Response._from_json('{"a":1}'.encode("utf-16-le")).a == 1
    broken = Response._from_json(b'{"a"')
    for _ in range(2):
        with pytest.raises(ValueError, match="delimiter"):
            broken.to_dict()
    # Threads that touch it at once get one and the same object.
    for _ in range(20):
        response = Response._from_json(b'{"output": [' + b"[1]," * 20000 + b"1]}")
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(getattr, [response] * 4, ["_data"] * 4))
        assert all(one is found[0] for one in found)


def test_life_of_a_response(client: OpenAI) -> None:
    response = client.responses.create(model="sandbox", input="Hello", metadata={"a": "b"})
    again = client.responses.retrieve(response.id)
    assert again.output_text == response.output_text
    assert again.metadata == {"a": "b"}
    deleted = client.responses.delete(response.id)
    assert response.id in str(deleted)
    assert deleted.deleted is True
    with pytest.raises(libresponses.NotFoundError):
        client.responses.retrieve(response.id)


def test_background(client: OpenAI) -> None:
    response = client.responses.create(model="sandbox", input="#long=5", background=True)
    assert response.status in ("queued", "in_progress")
    done = client.responses.wait(response.id, timeout=20)
    assert done.status == "completed"
    long = client.responses.create(model="sandbox", input="#long=100000", background=True)
    assert client.responses.cancel(long.id).status == "cancelled"
    with pytest.raises(libresponses.APITimeoutError):
        slow = client.responses.create(model="sandbox", input="#long=100000", background=True)
        client.responses.wait(slow.id, timeout=0.01)
    client.responses.cancel(slow.id)


def test_other_operations(client: OpenAI) -> None:
    assert client.responses.input_tokens.count(model="sandbox", input="Hello").input_tokens == 1
    compacted = client.responses.compact(model="sandbox", input="Hello there")
    assert compacted.output[-1].type == "compaction"
    assert client.get("/models").data


def test_conversations(client: OpenAI) -> None:
    made = client.conversations.create(
        items=[{"role": "user", "content": f"n{i}"} for i in range(5)], metadata={"a": "b"}
    )
    assert client.conversations.retrieve(made.id).metadata == {"a": "b"}
    client.conversations.update(made.id, metadata={"c": "d"})
    listed = client.conversations.items.list(made.id, limit=2)
    assert len(listed) == 2
    assert len(list(listed)) == 5
    added = client.conversations.items.create(made.id, items=[{"role": "user", "content": "six"}])
    item = client.conversations.items.retrieve(added.data[0].id, conversation_id=made.id)
    assert item.content[0].text == "six"
    client.conversations.items.delete(item.id, conversation_id=made.id)
    answer = client.responses.create(model="sandbox", input="Hello", conversation=made.id)
    assert answer.status == "completed"
    assert client.conversations.delete(made.id).deleted is True


def test_what_is_sent(client: OpenAI, sandbox: Sandbox, tag: str) -> None:
    client.responses.create(
        model="sandbox",
        input="héllo",
        instructions=NOT_GIVEN,
        temperature=None,
        extra_headers={"X-Sandbox-Tag": tag, "X-Mine": "1"},
        extra_query={"a": ["b c", "d"], "e": True, "f": None},
        extra_body={"user": "me"},
    )
    (seen,) = sandbox.requests(tag)
    assert seen["headers"]["x-mine"] == "1"
    assert seen["headers"]["authorization"] == f"Bearer {KEY}"
    assert seen["target"] == "/v1/responses?a%5B%5D=b%20c&a%5B%5D=d&e=true"
    body = seen["body"] if isinstance(seen["body"], dict) else json.loads(seen["body"])
    assert body == {"input": "héllo", "model": "sandbox", "temperature": None, "user": "me"}


def test_the_marks_of_openai_are_taken_for_ours(client: OpenAI, sandbox: Sandbox, tag: str) -> None:
    """Frameworks pass them on to whatever client they were given."""
    marks = [type(name, (), {"__module__": "openai._types"})() for name in ("Omit", "NotGiven")]
    for mark in marks:
        client.responses.create(
            model="sandbox",
            input="Hello",
            instructions=mark,
            stream=mark,
            timeout=mark,
            max_retries=mark,
            extra_headers={"X-Sandbox-Tag": tag, "X-Mine": mark},
            extra_query={"a": mark},
        )
    for seen in sandbox.requests(tag):
        body = seen["body"] if isinstance(seen["body"], dict) else json.loads(seen["body"])
        assert body == {"input": "Hello", "model": "sandbox"}
        assert seen["target"] == "/v1/responses"
        assert "x-mine" not in seen["headers"]
    other = type("Omit", (), {})()  # somebody else's
    with pytest.raises(ValueError, match="JSON"):
        client.responses.create(model="sandbox", input="Hello", instructions=other)


def test_options_of_clients(sandbox: Sandbox, tag: str) -> None:
    with OpenAI(
        organization="org",
        project="proj",
        default_headers={"X-Sandbox-Tag": tag, "X-A": "1"},
        default_query={"q": "1"},
        timeout=Timeout(20, connect=2),
        options={"user_agent": "tests"},
    ) as client:
        client.responses.create(model="sandbox", input="one")
        other = client.with_options(
            default_headers={"X-A": "2"}, timeout=5, max_retries=1, api_key=KEY
        )
        other.responses.create(model="sandbox", input="two")
        client.responses.create(model="sandbox", input="three")
    seen = sandbox.requests(tag)
    assert [one["headers"]["x-a"] for one in seen] == ["1", "2", "1"]
    assert {one["headers"]["openai-organization"] for one in seen} == {"org"}
    assert {one["headers"]["openai-project"] for one in seen} == {"proj"}
    assert {one["headers"]["user-agent"] for one in seen} == {"tests"}
    assert {one["target"] for one in seen} == {"/v1/responses?q=1"}
    assert len({one["remote_port"] for one in seen}) == 1


def test_a_key_that_changes(sandbox: Sandbox, tag: str) -> None:
    keys = iter(["one", KEY])
    with OpenAI(api_key=lambda: next(keys), default_headers={"X-Sandbox-Tag": tag}) as client:
        client.responses.create(model="sandbox", input="Hello")
    sent = [one["headers"]["authorization"] for one in sandbox.requests(tag)]
    assert sent == ["Bearer one", f"Bearer {KEY}"]


def test_constructor_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(libresponses.OpenAIError, match="api_key"):
        OpenAI()
    with pytest.raises(libresponses.OpenAIError, match="no option has this name"):
        OpenAI(api_key="k", options={"no_such": 1})
    with pytest.raises(ValueError, match="base_url"):
        OpenAI(api_key="k", base_url="ftp://example.com")
    http_client: Any = object()
    with pytest.raises(ValueError, match="options"):
        OpenAI(api_key="k", http_client=http_client)


def test_raw_answers(client: OpenAI) -> None:
    raw = client.responses.with_raw_response.create(model="sandbox", input="Hello")
    assert raw.status_code == 200
    assert raw.headers.get("X-Request-Id") == raw.request_id == raw.parse()._request_id
    assert raw.headers["content-type"].startswith("application/json")
    assert "x-nothing" not in raw.headers
    assert "X-Request-ID" in raw.headers
    assert dict(raw.headers.items())["x-request-id"] == raw.request_id
    assert raw.json()["id"] == raw.parse().id
    with client.responses.with_streaming_response.create(model="sandbox", input="Hi") as answer:
        assert answer.parse().output_text == "You said: Hi"
    told = client.responses.with_raw_response.create(model="sandbox", input="Hi", stream=True)
    assert told.headers["content-type"].startswith("text/event-stream")
    assert [event.type for event in told.parse()][-1] == "response.completed"


def test_pickling(client: OpenAI) -> None:
    other = pickle.loads(pickle.dumps(client))
    assert other.responses.create(model="sandbox", input="Hi").output_text == "You said: Hi"
    response = other.responses.create(model="sandbox", input="Hi")
    same = pickle.loads(pickle.dumps(response))
    assert same == response
    assert pickle.loads(pickle.dumps(response.output[0])).content[0].text == "You said: Hi"
    with pytest.raises(libresponses.NotFoundError) as caught:
        other.responses.retrieve("resp_none")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (type(error), str(error)) == (type(caught.value), str(caught.value))
    assert error.status_code == 404
    other.close()


def test_module_functions(capsys: pytest.CaptureFixture[str]) -> None:
    module = libresponses.responses
    items = [{"role": "user", "content": f"n{i}"} for i in range(150)]
    response = module.create(model="sandbox", input=items)
    page = module.list_input_items(response_id=response.id, limit=2)
    assert page
    assert len(page) == len(list(page)) == 2
    assert page[-1].id
    assert page.has_more is True
    rest = module.list_input_items(response_id=response.id, after=page[-1].id, order="desc")
    assert rest[0].content[0].text == "n147"
    everything = module.get_all_input_items(response.id)
    assert [item.content[0].text for item in everything] == [f"n{i}" for i in range(150)]
    results = module.process_response_batch([response.id, "resp_none", response.id])
    assert [len(one.get("items", ())) for one in results] == [150, 0, 150]
    assert "not found" in results[1]["error"]
    background = module.create(model="sandbox", input="#long=100000", background=True)
    assert module.cancel_response(response_id=background.id).status == "cancelled"
    print(module.delete_response(response_id=response.id))
    assert response.id in capsys.readouterr().out
    with pytest.raises(libresponses.OpenAIError):
        module.delete_response(response_id=response.id)


def test_pages(client: OpenAI) -> None:
    items = [{"role": "user", "content": f"n{i}"} for i in range(7)]
    response = client.responses.create(model="sandbox", input=items)
    page = client.responses.input_items.list(response.id, limit=3, order="asc")
    assert [item.content[0].text for item in page] == [f"n{i}" for i in range(7)]
    assert len(page.data) == 3
    assert [len(one) for one in page.iter_pages()] == [3, 3, 1]
    last = page.get_next_page().get_next_page()
    assert not last.has_next_page()
    with pytest.raises(RuntimeError):
        last.get_next_page()


def test_empty_ids(client: OpenAI) -> None:
    for call in (client.responses.retrieve, client.responses.cancel, client.responses.delete):
        with pytest.raises(ValueError, match="response_id"):
            call("")


def test_closed(client: OpenAI) -> None:
    client.close()
    client.close()
    assert client.is_closed()
    with pytest.raises(libresponses.ClosedError):
        client.responses.create(model="sandbox", input="Hello")


@pytest.mark.parametrize("timeout", [0, 0.0, Timeout(total=0)])
def test_no_time_is_no_request(timeout: Any) -> None:
    with Scripted(lambda _path, _body: {"id": "resp_1"}) as server:
        with OpenAI(base_url=server.base_url) as client:
            with pytest.raises(libresponses.APIConnectionError, match="timeout=0"):
                client.responses.create(model="m", timeout=timeout)
            with pytest.raises(libresponses.APITimeoutError):
                client.with_options(timeout=timeout).responses.create(model="m", stream=True)
        assert not server.seen


@pytest.mark.parametrize("limit", [0, 101])
def test_a_limit_is_the_servers_business(limit: int) -> None:
    page = {"object": "list", "data": [], "has_more": False}
    with Scripted(lambda _path, _body: page) as server:
        with OpenAI(base_url=server.base_url) as client:
            assert list(client.responses.input_items.list("resp_1", limit=limit)) == []
        assert [path for path, _ in server.seen] == [
            f"/v1/responses/resp_1/input_items?limit={limit}"
        ]
