"""Wrong requests get the status, type, code and param that the real server gives."""

from __future__ import annotations

from typing import Any

import pytest
from server import KEY
from wire import Wire

TOO_LONG = "x" * 600
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"temperature": "warm"}, "invalid_type", "temperature"),
    ({"temperature": -1}, "decimal_below_min_value", "temperature"),
    ({"temperature": 2.5}, "decimal_above_max_value", "temperature"),
    ({"top_p": 1.1}, "decimal_above_max_value", "top_p"),
    ({"top_logprobs": 21}, "integer_above_max_value", "top_logprobs"),
    ({"top_logprobs": 1.5}, "invalid_type", "top_logprobs"),
    ({"max_output_tokens": 15}, "integer_below_min_value", "max_output_tokens"),
    ({"stream": "yes"}, "invalid_type", "stream"),
    ({"background": 1}, "invalid_type", "background"),
    ({"unknown": 1}, "unknown_parameter", "unknown"),
    ({"model": 5}, "invalid_type", "model"),
    ({"model": "gpt-nonsense"}, "model_not_found", "model"),
    ({"model": None}, "missing_required_parameter", "model"),
    ({"input": None}, "missing_required_parameter", "input"),
    ({"input": 5}, "invalid_type", "input"),
    ({"input": []}, "empty_array", "input"),
    ({"input": [{"role": "user"}]}, "missing_required_parameter", "input[0].content"),
    ({"input": [{"role": "robot", "content": "x"}]}, "invalid_value", "input[0].role"),
    ({"input": [{"type": "nonsense"}]}, "invalid_value", "input[0].type"),
    ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]},
     "missing_required_parameter", "input[0].content[0].text"),
    ({"input": [{"role": "user", "content": "x", "colour": 1}]},
     "unknown_parameter", "input[0].colour"),
    ({"input": [{"type": "function_call_output", "call_id": "c", "output": 5}]},
     "invalid_type", "input[0].output"),
    ({"include": ["everything"]}, "invalid_value", "include[0]"),
    ({"metadata": {"a": TOO_LONG}}, "string_above_max_length", "metadata.a"),
    ({"metadata": {str(n): "x" for n in range(17)}}, "object_above_max_properties", "metadata"),
    ({"metadata": {"a": 1}}, "invalid_type", "metadata.a"),
    ({"reasoning": {"effort": "huge"}}, "invalid_value", "reasoning.effort"),
    ({"text": {"verbosity": "loud"}}, "invalid_value", "text.verbosity"),
    ({"text": {"format": {"type": "json_schema", "name": "a b", "schema": {}}}},
     "invalid_value", "text.format.name"),
    ({"text": {"format": {"type": "json_schema", "name": "a"}}},
     "missing_required_parameter", "text.format.schema"),
    ({"tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].name"),
    ({"tools": [{"type": "hammer"}]}, "invalid_value", "tools[0].type"),
    ({"tools": [{"type": "file_search", "vector_store_ids": []}]},
     "empty_array", "tools[0].vector_store_ids"),
    ({"tool_choice": "maybe"}, "invalid_value", "tool_choice"),
    ({"tool_choice": "required"}, "invalid_value", "tool_choice"),
    ({"service_tier": "gold"}, "invalid_value", "service_tier"),
    ({"stream_options": {}}, "invalid_value", "stream_options"),
    ({"safety_identifier": TOO_LONG}, "string_above_max_length", "safety_identifier"),
    ({"context_management": [{"type": "compaction", "compact_threshold": 5}]},
     "integer_below_min_value", "context_management[0].compact_threshold"),
    ({"previous_response_id": "resp_nonsense"},
     "previous_response_not_found", "previous_response_id"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "param"), WRONG)
def test_wrong_values(wire: Wire, change: dict[str, Any], code: str, param: str) -> None:
    # The same with a stream: the error comes before the stream begins, as plain JSON.
    for stream in (False, True):
        if stream and set(change) & {"stream", "stream_options"}:
            continue
        body = {"model": "sandbox", "input": "Hello", "stream": stream, **change}
        answer = wire.request("POST", "/v1/responses", body)
        assert answer.status == 400
        assert answer.headers["content-type"] == "application/json"
        error = answer.json["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert (error["type"], error["code"], error["param"]) == (
            "invalid_request_error",
            code,
            param,
        )


def test_messages_are_those_of_the_api(wire: Wire) -> None:
    def message(**change: Any) -> str:
        body = {"model": "sandbox", "input": "Hello", **change}
        return str(wire.request("POST", "/v1/responses", body).json["error"]["message"])

    assert message(temperature=-1) == (
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 "
        "instead."
    )
    assert message(colour="red") == "Unknown parameter: 'colour'."
    assert message(model=None) == "Missing required parameter: 'model'."
    assert message(model="x") == "The requested model 'x' does not exist."
    assert message(truncation="off") == (
        "Invalid value: 'off'. Supported values are: 'auto' and 'disabled'."
    )
    assert message(stream="x") == (
        "Invalid type for 'stream': expected a boolean, but got a string instead."
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/nonsense", 404),
        ("GET", "/nonsense", 404),
        ("GET", "/v1/responses/resp_1/nonsense", 404),
        ("PUT", "/v1/responses", 405),
        ("GET", "/v1/responses", 405),
        ("PATCH", "/v1/responses/resp_1", 405),
        ("GET", "/v1/responses/resp_1", 404),
        ("DELETE", "/v1/responses/resp_1", 404),
        ("POST", "/v1/responses/resp_1/cancel", 404),
        ("GET", "/v1/responses/resp_1/input_items", 404),
        ("GET", "/v1/conversations/conv_1", 404),
        ("GET", "/v1/conversations/conv_1/items", 404),
        ("GET", "/v1/models/nonsense", 404),
    ],
)
def test_routes_that_are_not_there(wire: Wire, method: str, path: str, status: int) -> None:
    answer = wire.request(method, path)
    assert answer.status == status
    assert answer.json["error"]["type"] == "invalid_request_error"


def test_keys(wire: Wire) -> None:
    missing = wire.create(key=None)
    assert missing.status == 401
    assert missing.json["error"]["code"] is None
    assert missing.json["error"]["message"].startswith("You didn't provide an API key.")
    wrong = wire.create(key="sk-wrong-0123456789")
    assert wrong.status == 401
    assert wrong.json["error"]["code"] == "invalid_api_key"
    assert "6789" in wrong.json["error"]["message"]
    assert "0123" not in wrong.json["error"]["message"]
    assert wire.create(key=None, headers={"api-key": KEY}).status == 200


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b'{"a":1}x', b'{"input":"\xff"}', b'{"a":01}']
)
def test_bodies_that_are_no_json(wire: Wire, body: bytes) -> None:
    answer = wire.request("POST", "/v1/responses", body)
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith("We could not parse the JSON body")
    assert answer.json["error"]["code"] is None


def test_content_type_and_request_id(wire: Wire) -> None:
    answer = wire.request("POST", "/v1/responses", b"x", headers={"Content-Type": "text/plain"})
    assert answer.status == 415
    assert wire.create(headers={"X-Client-Request-Id": "x" * 513}).status == 400
    assert wire.create(headers={"X-Client-Request-Id": "x" * 512}).status == 200


def test_counting_and_compacting_are_checked_as_well(wire: Wire) -> None:
    def error(path: str, body: Any) -> tuple[int, Any, Any]:
        answer = wire.request("POST", path, body)
        return answer.status, answer.json["error"]["code"], answer.json["error"]["param"]

    for path in ("/v1/responses/input_tokens", "/v1/responses/compact"):
        assert error(path, {"model": "x"}) == (400, "model_not_found", "model")
        assert error(path, {"model": "sandbox", "x": 1}) == (400, "unknown_parameter", "x")
    assert error("/v1/responses/compact", {}) == (400, "missing_required_parameter", "model")
    assert wire.request("POST", "/v1/responses/input_tokens").json["input_tokens"] == 0
    many = {"items": [{"role": "user", "content": "x"}] * 21}
    assert error("/v1/conversations", many) == (400, "array_above_max_length", "items")
    body = {"metadata": {"a": "b" * 513}}
    assert error("/v1/conversations", body) == (400, "string_above_max_length", "metadata.a")


def test_exclusive_parameters(wire: Wire) -> None:
    first = wire.create().json["id"]
    conversation = wire.request("POST", "/v1/conversations", {}).json["id"]
    body = {"previous_response_id": first, "conversation": conversation}
    answer = wire.create(body=body)
    assert answer.status == 400
    assert "Mutually exclusive" in answer.json["error"]["message"]
    assert wire.create(body={"conversation": "conv_nonsense"}).status == 404


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("limit=0", "integer_below_min_value", "limit"),
        ("limit=101", "integer_above_max_value", "limit"),
        ("limit=many", "invalid_type", "limit"),
        ("order=random", "invalid_value", "order"),
        ("include[]=nonsense", "invalid_value", "include[0]"),
    ],
)
def test_wrong_queries(wire: Wire, query: str, code: str, param: str) -> None:
    first = wire.create().json["id"]
    answer = wire.request("GET", f"/v1/responses/{first}/input_items?{query}")
    assert answer.status == 400
    assert (answer.json["error"]["code"], answer.json["error"]["param"]) == (code, param)


def test_calls_and_outputs_belong_together(wire: Wire) -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_2", "output": "x"}

    def error(*items: dict[str, Any]) -> Any:
        body = {"model": "sandbox", "input": [{"role": "user", "content": "x"}, *items]}
        return wire.request("POST", "/v1/responses", body).json["error"]

    assert error(call)["message"] == "No tool output found for function call call_1."
    assert error(call)["param"] == "input"
    assert error(call)["code"] is None
    assert error(output)["message"] == (
        "No tool call found for function call output with call_id call_2."
    )
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
    assert error(reasoning)["message"] == (
        "Item 'rs_1' of type 'reasoning' was provided without its required following item."
    )
