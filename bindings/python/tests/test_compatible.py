"""What programs for the ``openai`` package rely on beside the calls themselves."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import KEY, Sandbox
from scripted import Scripted

import libresponses
from libresponses import OpenAI
from libresponses import types as all_types
from libresponses._models import Model, wrap

TEXT = '{"value": 7}'


@dataclass
class Answer:
    value: int


def message(text: str = TEXT, **fields: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [part], **fields}


def response(*output: Any, **fields: Any) -> dict[str, Any]:
    made = {"id": "resp_1", "object": "response", "status": "completed", "output": list(output)}
    return {**made, **fields}


def stream_of(*events: dict[str, Any]) -> tuple[int, str, bytes]:
    lines = [f"data: {json.dumps({**e, 'sequence_number': n})}\n\n" for n, e in enumerate(events)]
    return 200, "text/event-stream", "".join(lines).encode()


EVENTS = (
    {"type": "response.created", "response": response(status="in_progress")},
    {
        "type": "response.output_text.delta",
        "output_index": 0,
        "content_index": 0,
        "item_id": "msg_1",
        "delta": TEXT,
    },
    {
        "type": "response.output_text.done",
        "output_index": 0,
        "content_index": 0,
        "item_id": "msg_1",
        "text": TEXT,
    },
    {"type": "response.completed", "response": response(message())},
)


def answered(target: str, body: bytes) -> Any:
    return stream_of(*EVENTS) if b'"stream":true' in body else response(message())


def test_dictionaries_of_what_was_parsed() -> None:
    with Scripted(answered) as server, OpenAI(base_url=server.base_url, api_key=KEY) as client:
        parsed = client.responses.parse(model="m", text_format=Answer)
        (part,) = parsed.to_dict()["output"][0]["content"]
        assert part["parsed"] == {"value": 7}
        assert part["text"] == TEXT
        assert parsed.model_dump()["output"][0]["content"] == [part]
        assert json.loads(parsed.to_json()) == json.loads(parsed.model_dump_json())
        assert json.loads(parsed.to_json())["output"][0]["content"] == [part]
        # What goes back to the server is what came from there.
        client.responses.create(model="m", input=parsed.output)
        assert pickle.loads(pickle.dumps(parsed)) == parsed
        with client.responses.stream(model="m", text_format=Answer) as stream:
            for event in stream:
                found = event.to_dict()
                if event.type == "response.output_text.delta":
                    assert found["snapshot"] == event.snapshot == TEXT
                    assert json.loads(event.to_json())["snapshot"] == TEXT
                    assert json.loads(event.model_dump_json())["snapshot"] == TEXT
                if event.type == "response.output_text.done":
                    assert event.parsed == Answer(7)
                    assert found["parsed"] == event.model_dump()["parsed"] == {"value": 7}
                if event.type == "response.completed":
                    assert found["response"]["output"][0]["content"] == [part]
            assert stream.get_final_response().to_dict()["output"][0]["content"] == [part]


def test_values_of_json() -> None:
    pydantic = pytest.importorskip("pydantic")
    import datetime

    kind = pydantic.create_model("Day", day=(datetime.date, ...))
    made = wrap(message())
    made.content[0].__dict__["parsed"] = kind(day="2026-01-02")
    assert made.to_dict()["content"][0]["parsed"] == {"day": datetime.date(2026, 1, 2)}
    assert made.to_dict(mode="json")["content"][0]["parsed"] == {"day": "2026-01-02"}
    assert json.loads(made.to_json())["content"][0]["parsed"] == {"day": "2026-01-02"}
    made.content[0].__dict__["parsed"] = [datetime.date(2026, 1, 2), None, {"a": (1,)}]
    assert made.to_dict(mode="json")["content"][0]["parsed"] == ["2026-01-02", None, {"a": [1]}]
    made.phase = None
    assert "phase" in made.to_dict()
    assert "phase" not in made.to_dict(exclude_none=True)


def sent(server: Scripted, bodies: list[Any]) -> Any:
    return json.loads(bodies[-1]) if bodies[-1] else server.seen[-1][0].partition("?")[2]


def test_parameters_that_come_later() -> None:
    bodies: list[bytes] = []

    def handler(target: str, body: bytes) -> Any:
        bodies.append(body)
        if "stream=true" in target:
            return stream_of(*EVENTS)
        if target.partition("?")[0].endswith("items") and not body:
            return {"object": "list", "data": [], "has_more": False}
        return answered(target, body)

    with Scripted(handler) as server, OpenAI(base_url=server.base_url, api_key=KEY) as client:
        c: Any = client
        window = {"completion_window": "8h"}
        new: dict[str, Any] = {"learned_tomorrow": 1, "extra_body": {"and_this": 2}}
        told = {"learned_tomorrow": 1, "and_this": 2}
        c.responses.create(model="m", background_options=window, **new)
        assert sent(server, bodies) == {"model": "m", "background_options": window, **told}
        c.responses.create(model="m", background_options=window, stream=True, **new).close()
        assert sent(server, bodies)["background_options"] == window
        with c.responses.stream(model="m", background_options=window, **new) as stream:
            stream.until_done()
        assert sent(server, bodies) == {
            "model": "m",
            "background_options": window,
            "stream": True,
            **told,
        }
        c.responses.parse(model="m", background_options=window, **new)
        assert sent(server, bodies) == {"model": "m", "background_options": window, **told}
        for ask in (
            c.responses.compact,
            c.responses.input_tokens.count,
            c.conversations.create,
            lambda **new: c.conversations.update("conv_1", metadata=None, **new),
            lambda **new: c.conversations.items.create("conv_1", items=[], **new),
        ):
            ask(**new)
            assert told.items() <= sent(server, bodies).items()
        late: dict[str, Any] = {"learned_tomorrow": 1, "extra_query": {"and_this": 2}}
        for ask in (
            lambda **late: c.responses.retrieve("resp_1", **late),
            lambda **late: c.responses.retrieve("resp_1", stream=True, **late).close(),
            lambda **late: c.responses.input_items.list("resp_1", **late),
            lambda **late: c.conversations.retrieve("conv_1", **late),
            lambda **late: c.conversations.delete("conv_1", **late),
            lambda **late: c.conversations.items.list("conv_1", **late),
            lambda **late: c.conversations.items.retrieve("i", conversation_id="conv_1", **late),
            lambda **late: c.conversations.items.delete("i", conversation_id="conv_1", **late),
        ):
            ask(**late)
            assert {"learned_tomorrow=1", "and_this=2"} <= set(sent(server, bodies).split("&"))


def test_the_url_of_an_error(client: OpenAI, sandbox: Sandbox) -> None:
    with pytest.raises(libresponses.NotFoundError) as caught:
        client.responses.retrieve("resp_none")
    request = caught.value.request
    assert str(request.url) == f"{sandbox.base_url}/responses/resp_none"
    assert request.method == "GET"
    assert request.url.path == "/v1/responses/resp_none"
    assert caught.value.response.request is request
    assert pickle.loads(pickle.dumps(caught.value)).request.url == request.url
    hidden = client.with_options(base_url=sandbox.base_url + "/?key=secret")
    with pytest.raises(libresponses.NotFoundError) as caught:
        hidden.responses.delete("resp_none")
    assert str(caught.value.request.url) == f"{sandbox.base_url}/responses/resp_none"


def test_names_of_types() -> None:
    for module, names in (
        (all_types.responses, "Response ResponseItem Tool ResponseCreateParams ServiceTier"),
        (all_types.conversations, "Conversation ConversationItem Message TextContent"),
    ):
        for name in names.split():
            assert isinstance(getattr(module, name), type), name
        with pytest.raises(AttributeError):
            module.NoSuchName  # noqa: B018
    assert isinstance(wrap({"type": "text", "text": "x"}), all_types.conversations.TextContent)
    generic: Any = all_types.responses.ParsedResponse
    assert generic[Answer].__args__ == (Answer,)


def test_maps_and_what_has_no_type() -> None:
    found = wrap({"object": "response", "moderation": {"input": {"categories": {"a": True}}}})
    assert found.moderation.input.categories == {"a": True}
    assert type(found.moderation.input.categories) is dict
    assert Model({"role": "user"}).type is None


def test_answers_without_output() -> None:
    bare = {"object": "response", "status": "completed"}
    item = message()

    def handler(target: str, body: bytes) -> Any:
        if b'"stream":true' not in body:
            return bare
        return stream_of(
            {"type": "response.created", "response": {**bare, "id": "resp_1", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": {**item}},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {**bare, "id": "resp_1", "output": None}},
        )

    with Scripted(handler) as server, OpenAI(base_url=server.base_url, api_key=KEY) as client:
        found: Any = client.responses.create(model="m")
        assert found.id is found.output is found.tools is None
        assert found.output_text == ""
        found = client.responses.parse(model="m", text_format=Answer)
        assert found.output == []
        assert found.output_parsed is None
        with client.responses.stream(model="m", text_format=Answer) as stream:
            last = list(stream)[-1]
            assert last.response.output_parsed == Answer(7)
            assert last.response == stream.get_final_response()

    def bare_from_the_start(target: str, body: bytes) -> Any:
        events = ("response.created", "response.completed")
        return stream_of(*({"type": one, "response": {**bare, "id": "resp_1"}} for one in events))

    with (
        Scripted(bare_from_the_start) as server,
        OpenAI(base_url=server.base_url, api_key=KEY) as client,
        client.responses.stream(model="m", text_format=Answer) as stream,
    ):
        last = list(stream)[-1]
        assert last.response.output == stream.get_final_response().output == []
    empty = response({**message(), "content": None})
    with (
        Scripted(lambda *_: empty) as server,
        OpenAI(base_url=server.base_url, api_key=KEY) as client,
    ):
        found = client.responses.parse(model="m", text_format=Answer)
        assert found.output[0].content == []


def test_formats_that_change_in_the_input() -> None:
    with Scripted(answered) as server, OpenAI(base_url=server.base_url, api_key=KEY) as client:
        schema = {"type": "json_schema", "name": "other", "schema": {}}
        other = {"type": "configuration_update", "text": {"format": schema}}
        text = {"type": "configuration_update", "text": {"format": {"type": "text"}}}
        effort = {"type": "configuration_update", "reasoning": {"effort": "high"}}
        parse: Any = client.responses.parse
        before = len(server.seen)
        with pytest.raises(TypeError, match="Pass parse_as"):
            parse(model="m", input=[other, effort], text_format=Answer)
        with pytest.raises(TypeError, match="plain-text"):
            parse(model="m", input=[text], text_format=Answer, parse_as=Answer)
        assert len(server.seen) == before
        for told, expected in (
            ({"input": [other], "text_format": dict, "parse_as": Answer}, Answer(7)),
            ({"input": [other, text, effort], "text_format": Answer}, None),
            ({"input": [text, effort], "text_format": Answer, "parse_as": None}, None),
            ({"input": [effort], "text_format": Answer}, Answer(7)),
        ):
            assert parse(model="m", **told).output_parsed == expected


def test_the_server_says_what_a_limit_may_be() -> None:
    page = {"object": "list", "data": [message()], "has_more": False}
    with (
        Scripted(lambda *_: page) as server,
        OpenAI(base_url=server.base_url, api_key=KEY) as client,
    ):
        for limit in (0, 101, 20):
            found = client.responses.input_items.list("resp_1", limit=limit, order="asc")
            assert found.data[0].id == "msg_1"
            assert set(server.seen[-1][0].partition("?")[2].split("&")) == {
                f"limit={limit}",
                "order=asc",
            }
