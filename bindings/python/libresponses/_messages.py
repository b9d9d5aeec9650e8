"""What is said to the model and what it says, as attributes of the GenAI semantic conventions."""

from __future__ import annotations

from json import dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def input_messages(given: Any) -> dict[str, str]:
    """``gen_ai.input.messages`` of a request's input."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if not isinstance(given, (list, tuple)):
        return {}
    messages = [message for message in map(_message, given) if message is not None]
    return {"gen_ai.input.messages": _text(messages)} if messages else {}


def instructions(given: Any) -> dict[str, str]:
    """``gen_ai.system_instructions``."""
    if not isinstance(given, str):
        return {}
    return {"gen_ai.system_instructions": _text([{"type": "text", "content": given}])}


def output_messages(json: bytes, has_content: bool) -> dict[str, Any]:
    """Why the model stopped, and, if that is wanted, what it said."""
    try:
        response = loads(json)
        output = [item for item in response["output"] if isinstance(item, dict)]
    except (KeyError, TypeError, ValueError):
        return {}
    reason = _finish(response, output)
    if reason is None:
        return {}
    found: dict[str, Any] = {"gen_ai.response.finish_reasons": (reason,)}
    tier = response.get("service_tier")
    if isinstance(tier, str):
        found["openai.response.service_tier"] = tier
    if has_content:
        messages = [message for message in map(_message, output) if message is not None]
        parts = [part for message in messages for part in message["parts"]]
        if parts:
            whole = {"role": "assistant", "parts": parts, "finish_reason": reason}
            found["gen_ai.output.messages"] = _text([whole])
    return found


def _finish(response: dict[str, Any], output: list[dict[str, Any]]) -> str | None:
    status = response.get("status")
    if status == "incomplete":
        why = (response.get("incomplete_details") or {}).get("reason")
        return "length" if why == "max_output_tokens" else str(why or "incomplete")
    if status == "failed":
        return "error"
    if status not in (None, "completed"):
        return None
    calls = ("function_call", "custom_tool_call")
    return "tool_calls" if any(item.get("type") in calls for item in output) else "stop"


def _message(item: Any) -> dict[str, Any] | None:
    """An item of the API as a message of the conventions; None for one that is no message."""
    get = getattr(item, "get", None)
    if get is None:
        return None
    kind = get("type")
    if kind in ("function_call", "custom_tool_call"):
        arguments = get("arguments", get("input"))
        part = {"type": "tool_call", "id": get("call_id"), "name": get("name")}
        return {"role": "assistant", "parts": [{**part, "arguments": arguments}]}
    if kind in ("function_call_output", "custom_tool_call_output"):
        part = {"type": "tool_call_response", "id": get("call_id"), "response": get("output")}
        return {"role": "tool", "parts": [part]}
    if kind == "reasoning":
        texts = [part.get("text") for part in get("summary") or () if isinstance(part, dict)]
        return {
            "role": "assistant",
            "parts": [{"type": "reasoning", "content": text} for text in texts],
        }
    if get("role") is None:
        return None
    content = get("content")
    if isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    parts: list[dict[str, Any]] = []
    for part in content or ():
        if isinstance(part, dict):
            text = part.get("text", part.get("refusal"))
            # Images and files are named, and not copied.
            parts.append(
                {"type": part.get("type")} if text is None else {"type": "text", "content": text}
            )
    return {"role": get("role"), "parts": parts}


def _text(value: Any) -> str:
    return dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
