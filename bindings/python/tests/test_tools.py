"""The tool loop: what it sends, when it ends, and what the model is told. docs/tools.md has it."""

from __future__ import annotations

import asyncio
import dataclasses
import decimal
import enum
import functools
import importlib
import inspect
import json
import sys
import threading
import uuid
from typing import Annotated, Any, Callable, Dict, List, Literal, Optional, Union

import pytest
from conftest import run as run_coroutine
from pydantic import BaseModel, Field
from scripted import Scripted

import libresponses
from libresponses import AsyncOpenAI, OpenAI, function_tool, pydantic_function_tool
from libresponses._asyncio import together

Json = Dict[str, Any]


def call(name: str, arguments: Any = "{}", number: int = 1, **more: Any) -> Json:
    """A call of a function."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {
        "id": f"fc_{number}", "type": "function_call", "call_id": f"call_{number}", "name": name,
        "arguments": text, "status": "completed", **more,
    }  # fmt: skip


def message(*parts: Any) -> Json:
    content = [
        {"type": "output_text", "text": part, "annotations": []} if isinstance(part, str) else part
        for part in parts
    ]
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
        "content": content,
    }  # fmt: skip


def answer(*output: Any, status: Optional[str] = "completed", **more: Any) -> Json:
    made = {"object": "response", "output": list(output), "status": status, **more}
    if status is None:
        del made["status"]
    return made


def events(response: Json) -> bytes:
    """A response as a stream of events."""
    status = response.get("status") or "completed"
    end = {"incomplete": "incomplete", "failed": "failed"}.get(status, "completed")
    begun = {**response, "status": "in_progress", "output": []}
    made: List[Json] = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(response["output"]):
        for kind in ("added", "done"):
            made.append(
                {"type": f"response.output_item.{kind}", "output_index": index, "item": item}
            )
    made.append({"type": f"response.{end}", "response": response})
    text = "".join(
        f"event: {one['type']}\ndata: {json.dumps({**one, 'sequence_number': number})}\n\n"
        for number, one in enumerate(made)
    )
    return text.encode()


class Model:
    """A server whose answers are given. ``asked`` are the bodies of the requests."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: List[Json] = []
        self.targets: List[str] = []
        self.streams = 0
        self.server = Scripted(self.handle)

    def handle(self, target: str, body: bytes) -> Any:
        self.targets.append(target)
        asked = json.loads(body) if body else {}
        self.asked.append(asked)
        made = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if callable(made):
            made = made(asked)
        if isinstance(made, tuple):
            return made
        made = {"id": f"resp_{len(self.asked)}", **made}
        if not asked.get("stream"):
            return made
        self.streams += 1
        return 200, "text/event-stream", events(made)

    def __enter__(self) -> Model:
        self.server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__()

    def outputs(self, number: int = 1) -> List[Any]:
        """What the model was told in a request, the second if not another one."""
        return [
            one["output"]
            for one in self.asked[number]["input"]
            if one.get("type") == "function_call_output"
        ]


Runner = Callable[..., Any]


def in_thread(model: Model, **params: Any) -> Any:
    with OpenAI(base_url=model.server.base_url, max_retries=0, timeout=30) as client:
        return client.responses.run(model="m", **{"input": "x", **params})


def in_thread_streamed(model: Model, **params: Any) -> Any:
    kinds: List[str] = []
    try:
        return in_thread(model, on_event=lambda event: kinds.append(event.type), **params)
    finally:
        assert kinds.count("response.created") == model.streams


def in_loop(model: Model, **params: Any) -> Any:
    async def main() -> Any:
        url = model.server.base_url
        async with AsyncOpenAI(base_url=url, max_retries=0, timeout=30) as client:
            return await client.responses.run(model="m", **{"input": "x", **params})

    return run_coroutine(main())


def in_loop_streamed(model: Model, **params: Any) -> Any:
    kinds: List[str] = []

    async def on_event(event: Any) -> None:
        await asyncio.sleep(0)
        kinds.append(event.type)

    try:
        return in_loop(model, on_event=on_event, **params)
    finally:
        assert kinds.count("response.created") == model.streams


Test = Callable[..., None]


def with_each(name: str, *values: Any) -> Callable[[Test], Test]:
    """Does a test with each value of an argument, and prints it. These tests are many and short:
    one by one, what pytest does around them would take most of the time.
    """

    def decorated(test: Test) -> Test:
        def every(**given: Any) -> None:
            for value in values:
                print(name, "=", getattr(value, "__name__", value))
                test(**given, **{name: value})

        found = inspect.signature(test)
        every.__signature__ = found.replace(  # type: ignore[attr-defined]
            parameters=[one for one in found.parameters.values() if one.name != name]
        )
        every.__name__, every.__doc__ = test.__name__, test.__doc__
        return every

    return decorated


in_every_form = with_each("run", in_thread, in_thread_streamed, in_loop, in_loop_streamed)


def now() -> str:
    """The time."""
    return "12:00"


def weather(city: str, days: int = 1) -> str:
    return f"sunny in {city} for {days}"


noon = answer(message("noon"))

# When it ends.


@in_every_form
def test_an_incomplete_response_ends_it(run: Runner) -> None:
    for cut in ("", '{"a', "{}"):
        item = call("now", cut, status="incomplete")
        details = {"reason": "max_output_tokens"}
        with Model(answer(item, status="incomplete", incomplete_details=details)) as model:
            response = run(model, tools=[now])
            assert response.status == "incomplete"
            assert response.output[0].name == "now"
            assert response.output[0].parsed_arguments is None
            assert len(model.asked) == 1


@in_every_form
def test_an_incomplete_response_after_calls(run: Runner) -> None:
    called = []

    def count() -> str:
        called.append(1)
        return "one"

    cut = answer(call("count", status="completed"), call("count", "{", 2), status="incomplete")
    with Model(answer(call("count")), cut) as model:
        assert run(model, tools=[count]).status == "incomplete"
        assert len(model.asked) == 2
        assert called == [1]


@in_every_form
def test_an_incomplete_call_in_a_complete_response(run: Runner) -> None:
    with Model(answer(call("now", "{", status="incomplete"))) as model:
        assert run(model, tools=[now]).output[0].status == "incomplete"
        assert len(model.asked) == 1


@with_each("kind", "max_output_tokens", "content_filter")
@in_every_form
def test_an_incomplete_response_in_a_format(run: Runner, kind: str) -> None:
    class Time(BaseModel):
        hour: int

    cut = answer(message('{"ho'), status="incomplete", incomplete_details={"reason": kind})
    expected = {
        "max_output_tokens": libresponses.LengthFinishReasonError,
        "content_filter": libresponses.ContentFilterFinishReasonError,
    }[kind]
    with Model(cut) as model:
        with pytest.raises(expected):
            run(model, tools=[now], text_format=Time)
        assert len(model.asked) == 1


@with_each("streamed", False, True)
@with_each("status", "failed", "cancelled")
def test_a_response_that_failed_ends_it(status: str, streamed: bool) -> None:
    problem = {"code": "server_error", "message": "no luck"}
    ended = answer(call("now"), status=status, error=problem if status == "failed" else None)
    with Model(ended) as model:
        try:
            response = (in_thread_streamed if streamed else in_thread)(model, tools=[now])
        except libresponses.ResponseFailedError:
            assert streamed
            assert status == "failed"
        else:
            assert response.status == status
        assert len(model.asked) == 1


@in_every_form
def test_a_refusal_ends_it(run: Runner) -> None:
    class Time(BaseModel):
        hour: int

    with Model(
        answer(call("now")), answer(message({"type": "refusal", "refusal": "No."}))
    ) as model:
        response = run(model, tools=[now], text_format=Time)
        assert response.output[0].content[0].refusal == "No."
        assert response.output_parsed is None
        assert response.output_text == ""


@in_every_form
def test_a_server_without_status(run: Runner) -> None:
    item = call("now")
    del item["status"]
    with Model(answer(item, status=None), answer(message("noon"), status=None)) as model:
        assert run(model, tools=[now]).output_text == "noon"


@in_every_form
def test_the_bound(run: Runner) -> None:
    called = []

    def count() -> str:
        called.append(1)
        return "one"

    with Model(answer(call("count"))) as model:
        with pytest.raises(libresponses.ToolRunError, match="max_steps") as caught:
            run(model, tools=[count], max_steps=3)
        assert len(model.asked) == 3
        assert len(called) == 2  # nobody would learn what the third came to
        assert caught.value.response.id == "resp_3"
    with Model(answer(call("count"))) as model:
        with pytest.raises(libresponses.ToolRunError):
            run(model, tools=[count])
        assert len(model.asked) == 20
    for wrong in (0, -1, True, 1.5, None):
        with pytest.raises(ValueError, match="max_steps"), Model(noon) as model:
            run(model, tools=[count], max_steps=wrong)
        assert not model.asked


@with_each(
    "item",
    call("declared", number=2),
    call("nested", number=2, namespace="crm"),
    {"type": "custom_tool_call", "id": "ctc_2", "call_id": "call_2", "name": "c", "input": ""},
    {"type": "computer_call", "id": "cu_2", "call_id": "call_2", "status": "completed"},
    {"type": "local_shell_call", "id": "ls_2", "call_id": "call_2", "status": "completed"},
    {"type": "mcp_approval_request", "id": "mcpr_2", "name": "n", "arguments": "{}"},
)
@in_every_form
def test_what_is_for_the_caller(run: Runner, item: Json) -> None:
    called = []
    declared = {"type": "function", "name": "declared", "parameters": {}, "strict": False}
    nested = {"type": "function", "name": "nested", "parameters": {}}
    space = {"type": "namespace", "name": "crm", "description": "-", "tools": [nested]}
    with Model(answer(call("count"), item)) as model:
        tools = [function_tool(lambda: called.append(1), name="count"), declared, space]
        assert len(run(model, tools=tools).output) == 2
        assert len(model.asked) == 1
        assert not called


@in_every_form
def test_what_the_server_answered_itself(run: Runner) -> None:
    done = [
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "shell_call", "id": "sh_1", "call_id": "call_9", "status": "completed"},
        {"type": "shell_call_output", "id": "sho_1", "call_id": "call_9", "output": []},
    ]
    with Model(answer(*done, call("now")), noon) as model:
        assert run(model, tools=[now]).output_text == "noon"
        assert model.asked[1]["input"][1:4] == done


@with_each("more", {"prompt": {"id": "pmpt_1"}}, {"tools": [{"type": "tool_search"}]})
@in_every_form
def test_functions_of_the_server_are_for_the_caller(run: Runner, more: Json) -> None:
    tools = [now, *more.get("tools", [])]
    more = {name: value for name, value in more.items() if name != "tools"}
    with Model(answer(call("other"))) as model:
        assert run(model, tools=tools, **more).output[0].name == "other"
        assert len(model.asked) == 1


@in_every_form
def test_a_failing_request_ends_it(run: Runner) -> None:
    refused = 400, "application/json", b'{"error": {"message": "no", "code": "bad"}}'
    with Model(answer(call("now")), refused) as model:
        with pytest.raises(libresponses.BadRequestError, match="no"):
            run(model, tools=[now])
        assert len(model.asked) == 2


def test_a_response_in_the_background() -> None:
    for runner in (in_thread, in_loop):
        with Model(
            answer(status="queued"),
            answer(call("now")),
            answer(status="in_progress"),
            answer(call("now"), status="incomplete"),
        ) as model:
            assert runner(model, tools=[now], background=True).status == "incomplete"
            first, second = model.targets[0], model.targets[1]
            assert first.endswith("/responses")
            assert second.endswith("/responses/resp_1")
            assert model.outputs(2) == ["12:00"]


# What the model is told.


def told(run: Runner, tools: Any, *calls: Json, **params: Any) -> List[Any]:
    with Model(answer(*calls), noon) as model:
        assert run(model, tools=tools, **params).output_text == "noon"
        assert len(model.asked) == 2
        outputs = [one for one in model.asked[1]["input"] if one.get("call_id")]
        ids = [one["call_id"] for one in outputs if one["type"] == "function_call_output"]
        assert ids == [one["call_id"] for one in calls]
        return model.outputs()


@in_every_form
def test_unknown_tools(run: Runner) -> None:
    found = told(run, [now, weather], call("then"), call("now", number=2))
    assert found == ["Error: there is no tool 'then'; the tools are: now, weather", "12:00"]
    assert "none" in told(run, [], call("then"))[0]


@with_each(
    "case",
    ('{"city"', "not JSON"),
    ("[" * 100_000, "not JSON"),
    ("[]", "not an object"),
    ('"Rome"', "not an object"),
    ("{}", "missing: city"),
    ("", "missing: city"),
    ({"city": 1}, "city: expected str"),
    ({"city": None}, "city: expected str"),
    ({"city": "Rome", "days": "2"}, "days: expected int"),
    ({"city": "Rome", "days": True}, "days: expected int"),
    ({"city": "Rome", "when": 1}, "no parameter 'when'"),
)
def test_wrong_arguments(case: Any) -> None:
    arguments, words = case
    # Also with raise_tool_errors: it is the model that is wrong, not the function.
    for runner, raises in ((in_thread, False), (in_loop, True)):
        (output,) = told(runner, [weather], call("weather", arguments), raise_tool_errors=raises)
        assert output.startswith("Error: the arguments of weather are wrong: ")
        assert words in output


@in_every_form
def test_a_tool_that_raises(run: Runner) -> None:
    def broken(why: str) -> str:
        raise LookupError(why)

    calls = [call("broken", {"why": "no map"}), call("now", number=2)]
    assert told(run, [broken, now], *calls) == ["Error: LookupError: no map", "12:00"]
    with Model(answer(*calls)) as model:
        with pytest.raises(LookupError, match="no map"):
            run(model, tools=[broken, now], raise_tool_errors=True)
        assert len(model.asked) == 1


@in_every_form
def test_a_tool_that_ends_the_program(run: Runner) -> None:
    def leave() -> str:
        raise SystemExit(3)

    with Model(answer(call("leave"))) as model:
        with pytest.raises(SystemExit):
            run(model, tools=[leave])
        assert len(model.asked) == 1


class Colour(enum.Enum):
    RED = "red"


class Report(BaseModel):
    city: str
    degrees: int = 20


@dataclasses.dataclass
class Spot:
    x: int
    colour: Colour


PICTURE = {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"}
FILE = {"type": "input_file", "file_id": "file_1"}


@with_each(
    "case",
    ("as it is", "as it is"),
    (None, "null"),
    ({"größe": 1.5}, '{"größe":1.5}'),
    ([1, "a"], '[1,"a"]'),
    ([], "[]"),
    (["a", "b"], '["a","b"]'),
    (Report(city="Rome"), '{"city":"Rome","degrees":20}'),
    ([Report(city="Rome", degrees=1)], '[{"city":"Rome","degrees":1}]'),
    (Spot(1, Colour.RED), '{"x":1,"colour":"red"}'),
    (decimal.Decimal("1.50"), '"1.50"'),
    ({"a": {1}}, '{"a":[1]}'),
    (PICTURE, [PICTURE]),
    ([PICTURE, FILE], [PICTURE, FILE]),
    (("a map", PICTURE), [{"type": "input_text", "text": "a map"}, PICTURE]),
    ([PICTURE, 1], json.dumps([PICTURE, 1], separators=(",", ":"))),
    ({"type": "other"}, '{"type":"other"}'),
)
def test_results(case: Any) -> None:
    result, output = case

    async def later() -> Any:
        return result

    given = function_tool(lambda: result, name="f")
    assert told(in_thread, [given], call("f")) == [output]
    assert told(in_loop, [function_tool(later, name="f")], call("f")) == [output]


@in_every_form
def test_a_result_without_json(run: Runner) -> None:
    (output,) = told(run, [function_tool(lambda: object(), name="f")], call("f"))
    assert output == "Error: TypeError: object has no JSON"


# What is sent.


@in_every_form
def test_all_is_sent_again(run: Runner) -> None:
    first, second = call("now"), call("now", number=2)
    reasoning = {"id": "rs_1", "type": "reasoning", "summary": []}
    with Model(answer(reasoning, first), answer(message("wait"), second), noon) as model:
        run(model, tools=[now], instructions="Be brief.", include=["x"])
        assert model.asked[0]["input"] == "x"
        user = {"role": "user", "content": "x"}
        told = [
            {"type": "function_call_output", "call_id": f"call_{number}", "output": "12:00"}
            for number in (1, 2)
        ]
        assert model.asked[1]["input"] == [user, reasoning, first, told[0]]
        assert model.asked[2]["input"] == [
            *model.asked[1]["input"], message("wait"), second, told[1],
        ]  # fmt: skip
        for asked in model.asked:
            assert asked["instructions"] == "Be brief."
            assert asked["include"] == ["x"]
            assert asked["tools"][0]["name"] == "now"
            assert "previous_response_id" not in asked


@in_every_form
def test_a_conversation_has_what_was_said(run: Runner) -> None:
    with Model(answer(call("now")), noon) as model:
        run(model, tools=[now], conversation="conv_1", store=False)
        (output,) = model.asked[1]["input"]
        assert output["output"] == "12:00"
        assert model.asked[1]["conversation"] == "conv_1"
        assert "include" not in model.asked[0]


@with_each("store", None, True)
@in_every_form
def test_a_chain_of_responses(run: Runner, store: Optional[bool]) -> None:
    with Model(answer(call("now")), answer(call("now")), noon) as model:
        params = {} if store is None else {"store": store}
        run(model, tools=[now], previous_response_id="resp_0", **params)
        ids = [asked["previous_response_id"] for asked in model.asked]
        assert ids == ["resp_0", "resp_1", "resp_2"]
        assert [len(asked["input"]) for asked in model.asked] == [1, 1, 1]
        assert "include" not in model.asked[0]


@with_each("given", "argument", "extra_body")
@in_every_form
def test_nothing_is_stored(run: Runner, given: str) -> None:
    def server(asked: Json) -> Json:
        item = {"id": "rs_1", "type": "reasoning", "summary": []}
        if "reasoning.encrypted_content" in asked.get("include", []):
            item["encrypted_content"] = "gAAA"
        return answer(item, call("now"))

    params: Json = {"store": False} if given == "argument" else {"extra_body": {"store": False}}
    with Model(server, server, noon) as model:
        run(model, tools=[now], include=["x"], previous_response_id="resp_0", **params)
        for asked in model.asked:
            assert asked["store"] is False
            assert asked["include"] == ["x", "reasoning.encrypted_content"]
            assert asked["previous_response_id"] == "resp_0"
        sent = model.asked[2]["input"]
        assert [one.get("encrypted_content") for one in sent if one.get("type") == "reasoning"] == [
            "gAAA",
            "gAAA",
        ]
        assert len(sent) == 7


@in_every_form
def test_encrypted_content_is_asked_for_once(run: Runner) -> None:
    include = ["reasoning.encrypted_content"]
    with Model(noon) as model:
        run(model, tools=[now], store=False, include=include)
        assert model.asked[0]["include"] == include


@in_every_form
def test_reasoning_that_the_server_forgot(run: Runner) -> None:
    lost = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}]}
    kept = {"id": "rs_2", "type": "reasoning", "content": [{"type": "reasoning_text", "text": "t"}]}
    with Model(answer(lost, kept, call("now")), noon) as model:
        run(model, tools=[now], store=False)
        assert [one.get("id") for one in model.asked[1]["input"]] == [None, "rs_2", "fc_1", None]


@in_every_form
def test_a_model_that_does_not_reason(run: Runner) -> None:
    def server(asked: Json) -> Any:
        if "include" in asked:
            error = {"message": "Encrypted content is not supported with this model."}
            return 400, "application/json", json.dumps({"error": error}).encode()
        return noon if len(asked["input"]) > 1 else answer(call("now"))

    with Model(server) as model:
        assert run(model, tools=[now], store=False).output_text == "noon"
        assert [len(asked.get("include", [])) for asked in model.asked] == [1, 0, 0]
    # What the caller asked for stays.
    with Model(server) as model:
        with pytest.raises(libresponses.BadRequestError):
            run(model, tools=[now], store=False, include=["reasoning.encrypted_content"])
        assert len(model.asked) == 1


@with_each(
    "case",
    ("required", "auto"),
    ({"type": "function", "name": "now"}, "auto"),
    ("none", "none"),
    (
        {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function"}]},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function"}]},
    ),
)
def test_tool_choice(case: Any) -> None:
    choice, then = case
    with Model(answer(call("now")), answer(call("now")), noon) as model:
        in_thread(model, tools=[now], tool_choice=choice)
        assert [asked["tool_choice"] for asked in model.asked] == [choice, then, then]


@in_every_form
def test_the_caller_of_a_call_is_repeated(run: Runner) -> None:
    caller = {"type": "program", "caller_id": "prog_1"}
    with Model(answer(call("now", caller=caller)), noon) as model:
        run(model, tools=[now])
        assert model.asked[1]["input"][-1]["caller"] == caller


@in_every_form
def test_functions_in_a_namespace(run: Runner) -> None:
    space = {"type": "namespace", "name": "clock", "description": "-", "tools": [now]}
    with Model(answer(call("now", namespace="clock"), call("now", number=2)), noon) as model:
        run(model, tools=[space])
        assert model.asked[0]["tools"][0]["tools"][0]["name"] == "now"
        first, second = model.outputs()
        assert first == "12:00"
        assert "no tool" in second


def test_wrong_tools() -> None:
    with Model(noon) as model:
        with pytest.raises(ValueError, match="same name"):
            in_thread(model, tools=[now, now])
        with pytest.raises(TypeError, match="on_event"):
            in_thread(model, tools=[now], stream=True)

        async def later() -> str:
            return ""

        for tool in (later, functools.partial(later), function_tool(later)):
            with pytest.raises(TypeError, match="AsyncOpenAI"):
                in_thread(model, tools=[tool])
        assert not model.asked
    with Model(answer(call("f"))) as model, pytest.raises(TypeError, match="AsyncOpenAI"):
        in_thread(model, tools=[function_tool(lambda: later(), name="f")])


# Several at a time.


def test_coroutines_run_at_the_same_time() -> None:
    running = 0
    most = 0

    async def wait(number: int) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        while most < 3:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.003 * (3 - number))
        running -= 1
        if number == 1:
            raise LookupError("one")
        return str(number)

    calls = [call("wait", {"number": number}, number) for number in range(3)]
    calls.insert(1, call("now", number=9))
    assert told(in_loop, [wait, now], *calls) == ["0", "12:00", "Error: LookupError: one", "2"]


def test_nothing_goes_on_after_an_exception() -> None:
    ended = []

    async def forever(number: int) -> str:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.001)  # it takes its time
            ended.append(number)
        return ""

    async def fail() -> str:
        await asyncio.sleep(0.001)
        raise LookupError("no")

    def fail_at_once() -> str:
        raise LookupError("no")

    calls = [
        call("forever", {"number": 1}),
        call("fail", number=2),
        call("forever", '{"number":3}', 3),
    ]
    with Model(answer(*calls)) as model, pytest.raises(LookupError):
        in_loop(model, tools=[forever, fail], raise_tool_errors=True)
    assert sorted(ended) == [1, 3]
    # What has not begun is not awaited, and nobody hears of it.
    calls[1]["name"] = "fail_at_once"
    with Model(answer(*calls)) as model, pytest.raises(LookupError):
        in_loop(model, tools=[forever, fail_at_once], raise_tool_errors=True)
    assert sorted(ended) == [1, 3]


@with_each("raises", False, True)
def test_nothing_goes_on_after_cancelling(raises: bool) -> None:
    ended = []

    async def main(model: Model) -> None:
        begun = asyncio.Semaphore(0)

        async def forever(number: int) -> str:
            begun.release()
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.001)
                ended.append(number)
            return ""

        async with AsyncOpenAI(base_url=model.server.base_url, max_retries=0) as client:
            before = asyncio.all_tasks()
            task = asyncio.ensure_future(
                client.responses.run(
                    model="m", input="x", tools=[forever], raise_tool_errors=raises
                )
            )
            await begun.acquire()
            await begun.acquire()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert sorted(ended) == [1, 2]
            assert asyncio.all_tasks() == before

    calls = [call("forever", {"number": number}, number) for number in (1, 2)]
    with Model(answer(*calls)) as model:
        run_coroutine(main(model))
        assert len(model.asked) == 1


@pytest.mark.skipif(sys.version_info < (3, 10), reason="trio needs Python 3.10")
def test_coroutines_of_trio_run_at_the_same_time() -> None:
    trio: Any = importlib.import_module("trio")
    ended: List[str] = []

    async def wait(name: str, event: Any) -> str:
        try:
            with trio.fail_after(30):
                await event.wait()
        finally:
            ended.append(name)
        return name

    async def fail(event: Any) -> str:
        event.set()
        await trio.lowlevel.checkpoint()
        raise LookupError("no")

    async def main() -> None:
        event, never = trio.Event(), trio.Event()
        results = await together([wait("a", event), fail(event), wait("b", event)], False)
        assert results[0] == "a"
        assert isinstance(results[1], LookupError)
        assert results[2] == "b"
        with pytest.raises(LookupError):
            await together([wait("c", never), fail(event)], True)
        with trio.move_on_after(0.01):
            await together([wait("d", never)], False)
        assert sorted(ended) == ["a", "b", "c", "d"]

    trio.run(main)


def test_a_tool_that_cancels_itself() -> None:
    async def leave() -> str:
        raise asyncio.CancelledError

    assert told(in_loop, [leave], call("leave")) == [
        "Error: CancelledError: the tool was cancelled"
    ]


@in_every_form
def test_on_event_ends_the_stream(run: Runner) -> None:
    class Enough(Exception):
        pass

    def enough(event: Any) -> None:
        raise Enough

    for runner in (in_thread, in_loop):
        with Model(answer(call("now"))) as model:
            with pytest.raises(Enough):
                runner(model, tools=[now], on_event=enough)
            assert len(model.asked) == 1


# The arguments of functions.


class Place(BaseModel):
    name: str


seen: List[Any] = []


def take(
    place: Place,
    /,
    spot: Annotated[Spot, "where"],
    level: Annotated[int, Field(ge=1, le=3, description="how far")],
    mode: Literal["a", 1] = "a",
    either: Union[Place, Spot, None] = None,
    *,
    many: Optional[List[Place]] = None,
) -> str:
    seen.append((place, spot, level, mode, either, many))
    return "ok"


def test_the_types_of_arguments() -> None:
    seen.clear()
    tool = function_tool(take)
    schema = tool.definition["parameters"]
    assert tool.definition["strict"] is True
    assert schema["properties"]["spot"]["description"] == "where"
    assert schema["properties"]["spot"]["properties"]["x"] == {"type": "integer"}
    assert schema["properties"]["level"] == {
        "type": "integer", "minimum": 1, "maximum": 3, "description": "how far",
    }  # fmt: skip
    assert schema["properties"]["place"] == {"$ref": "#/$defs/Place"}
    good = {
        "place": {"name": "Rome"}, "spot": {"x": 1, "colour": "red"}, "level": 2, "mode": 1,
        "either": {"x": 2, "colour": "red"}, "many": [{"name": "Oslo"}],
    }  # fmt: skip
    assert told(in_thread, [take], call("take", good)) == ["ok"]
    rome, oslo = Place(name="Rome"), Place(name="Oslo")
    assert seen == [(rome, Spot(1, Colour.RED), 2, 1, Spot(2, Colour.RED), [oslo])]
    for name, wrong in [("level", 4), ("place", {}), ("spot", {"x": 1}), ("mode", True)]:
        (output,) = told(in_thread, [take], call("take", {**good, name: wrong}))
        assert f"wrong: {name}: " in output


def test_types_that_pydantic_knows() -> None:
    seen.clear()

    def pay(amount: decimal.Decimal, to: uuid.UUID, also: Optional[List[uuid.UUID]] = None) -> None:
        seen.append((amount, to, also))

    number = uuid.UUID(int=1)
    given = {"amount": "1.50", "to": str(number), "also": [str(number)]}
    assert told(in_thread, [pay], call("pay", given)) == ["null"]
    assert seen == [(decimal.Decimal("1.50"), number, [number])]
    (output,) = told(in_thread, [pay], call("pay", {**given, "to": "x"}))
    assert "wrong: to: " in output
    assert function_tool(pay).definition["parameters"]["properties"]["to"]["format"] == "uuid"


def test_hints_without_a_schema() -> None:
    class Local:
        pass

    def first(thing: threading.Thread) -> None: ...

    def second(thing: Local) -> None: ...

    with pytest.raises(TypeError, match=r"first\(\): thing: .*Thread.* has no JSON schema"):
        function_tool(first)
    with pytest.raises(TypeError, match=r"second\(\) .*'Local' is not defined"):
        function_tool(second)


def test_things_that_can_be_called() -> None:
    class Clock:
        def __call__(self, zone: str) -> str:
            return f"12:00 {zone}"

        def tick(self, times: int) -> str:
            return "tick" * times

    clock = Clock()
    half = functools.partial(weather, days=2)
    tools = [clock, clock.tick, half]
    calls = [
        call("Clock", {"zone": "UTC"}), call("tick", {"times": 2}, 2),
        call("weather", {"city": "Rome"}, 3),
    ]  # fmt: skip
    assert told(in_thread, tools, *calls) == ["12:00 UTC", "ticktick", "sunny in Rome for 2"]


def test_calls_for_the_caller_are_parsed_where_they_can_be() -> None:
    tools = [pydantic_function_tool(Place)]
    with Model(answer(call("Place", {"name": "Rome"}), call("Place", "{", 2))) as model:
        first, second = in_thread(model, tools=tools).output
        assert first.parsed_arguments == Place(name="Rome")
        assert second.parsed_arguments is None
