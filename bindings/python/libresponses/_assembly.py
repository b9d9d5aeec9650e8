"""What ``responses.stream()`` adds to the events of a stream."""

from __future__ import annotations

from . import _errors, _models, _requests, _structured, _tools
from ._options import Omit, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._events import Event


class Assembly:
    """What ``responses.stream()`` adds to the events of a stream.

    Deltas get ``snapshot``, all text of their part so far, put together when touched; the
    ``...done`` events of text get ``parsed``; the final response is parsed.
    """

    def __init__(self, text_format: Any, tools: Any) -> None:
        self.text_format = text_format
        self.tools = tools
        self.parts: dict[Any, list[str]] = {}
        self.remarks: set[Any] = set()  # messages that are not the answer, by their place

    def add(self, batch: list[Event], snapshot: Callable[[], Any]) -> None:
        """Adds to a batch of events what was parsed of them."""
        if self.text_format is None and not self.tools:
            return
        for event in batch:
            if event.type == "response.output_text.done" and self.text_format is not None:
                parsed = None
                if getattr(event, "output_index", None) not in self.remarks:
                    parsed = _structured.parse_text(event.text, self.text_format)
                event._model.__dict__["parsed"] = parsed
            elif event.type == "response.output_item.added":
                if not _structured.is_final(getattr(event, "item", None)):
                    self.remarks.add(event.output_index)
            elif event.type == "response.completed":
                self.finish(event.response, snapshot)

    def finish(self, response: Any, snapshot: Callable[[], Any] | None = None) -> Any:
        """Parses a final response. One whose event has no output has that of the events."""
        if snapshot is not None and response is not None and response.output is None:
            found = _models.plain(snapshot()) or {}
            response.output = _models.wrap(found.get("output") or [])
        if response is not None and (self.text_format is not None or self.tools):
            _structured.parse_response(response, self.text_format, self.tools)
        return response


def prepared(
    response_id: Any, starting_after: Any, text_format: Any, parameters: dict[str, Any]
) -> tuple[Any, Assembly]:
    """The request of ``responses.stream()``, and what it adds to the events."""
    tools = parameters.get("tools", omit)
    if isinstance(tools, Omit):
        tools = None
    options = _requests.call_options(parameters)
    if isinstance(response_id, Omit) and isinstance(starting_after, Omit):
        body = _requests.given(parameters)
        if tools is not None:
            tools = list(tools)
            body["tools"] = _tools.definitions(tools)
        text_format = _structured.add_format(body, text_format)
        request = _requests.Request("create_stream", "POST /responses", body=body, **options)
    else:
        extra = sorted(set(_requests.given(parameters)) - {"include", "tools"})
        if extra:
            raise _errors.InvalidArgumentError(
                "Cannot provide both response_id/starting_after and parameters of a new response: "
                + ", ".join(extra)
            )
        identifier = _requests.identifier(response_id, "response_id")
        query = {"starting_after": starting_after, "include": parameters.get("include", omit)}
        request = _requests.Request(
            "get_stream", f"GET /responses/{response_id}", identifier, *_requests.query(query),
            has_body=False, **options,
        )  # fmt: skip
        if isinstance(text_format, Omit):
            text_format = None
    return request, Assembly(text_format, tools)
