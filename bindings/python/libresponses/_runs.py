"""``responses.run()``: the loop that calls the tools that the model asks for."""

from __future__ import annotations

from inspect import isawaitable

from . import _errors, _requests, _structured, _tools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from typing import Any


def run(
    tools: Iterable[Any], max_steps: int, text_format: Any, parameters: dict[str, Any]
) -> Generator[Any, Any, Any]:
    """The steps of ``responses.run()``."""
    options = _requests.call_options(parameters)
    raises = bool(parameters.pop("raise_tool_errors", False))
    found = [_tools.tool(one) for one in tools]
    functions = {one.name: one for one in found if isinstance(one, _tools.FunctionTool)}
    body = _requests.given(parameters)
    body["tools"] = _tools.definitions(found)
    text_format = _structured.add_format(body, text_format)
    given = body.get("input", [])
    items: list[Any] = [{"role": "user", "content": given}] if isinstance(given, str) else [*given]
    # What a conversation has been told already must not be told again.
    keeps_history = body.get("conversation") is not None
    response = None
    for _ in range(max_steps):
        body["input"] = items
        response = yield _requests.Request("create", "POST /responses", body=body, **options)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls or any(call.name not in functions for call in calls):
            return _structured.parse_response(response, text_format, found)
        outputs = []
        for call in calls:
            try:
                result = functions[call.name](**functions[call.name].parse(call.arguments))
                if isawaitable(result):
                    result = yield result
            except Exception as problem:
                if raises:
                    raise
                result = f"Error: {type(problem).__name__}: {problem}"
            outputs.append(
                {
                    "type": "function_call_output",
                    "call_id": call.call_id,
                    "output": result if isinstance(result, str) else _text(result),
                }
            )
        items = outputs if keeps_history else [*items, *response.output, *outputs]
        if isinstance(body.get("tool_choice"), dict) or body.get("tool_choice") == "required":
            body["tool_choice"] = "auto"  # else the model could never answer
    raise _errors.ToolRunError(
        f"after {max_steps} responses the model still calls tools; see max_steps", response
    )


def _text(result: Any) -> str:
    return _requests.dumps(result).decode()
