"""What ``responses.stream()`` adds to the events of a stream."""

from __future__ import annotations

import re

from . import _errors, _requests, _structured, _tools
from ._options import Omit, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._events import Event


TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})

# A response that has output, and a member that is null where a list of contents should be. Within a
# string neither occurs, as a quotation mark has a backslash before it there.
_OUTPUT = re.compile(rb'"output"\s*:\s*\[')
_NO_CONTENT = re.compile(rb'"content"\s*:\s*null')


class Assembly:
    """What ``responses.stream()`` adds to the events of a stream.

    Deltas get ``snapshot``, all text of their part so far, put together when touched; the
    ``...done`` events of text get ``parsed``; the final response is parsed, and is that of the
    terminal event.
    """

    def __init__(self, text_format: Any, tools: Any) -> None:
        self.text_format = text_format
        self.tools = tools
        self.parts: dict[Any, list[str]] = {}
        self.remarks: set[Any] = set()  # messages that are not the answer, by their place
        self.final: Any = None

    def add(self, batch: list[Event], snapshot: Callable[[], Any]) -> None:
        """Adds to a batch of events what was parsed of them, and to the last one the response."""
        if self.text_format is not None:
            self._add_parsed(batch)
        if batch and batch[-1].type in TERMINAL:
            is_answer = batch[-1].type != "response.failed"
            self.final = self._finished(snapshot(), is_answer)
            if self.final is not None:
                batch[-1]._whole = self.final

    def _add_parsed(self, batch: list[Event]) -> None:
        for event in batch:
            if event.type == "response.output_text.done":
                parsed = None
                if getattr(event, "output_index", None) not in self.remarks:
                    parsed = _structured.parse_text(event.text, self.text_format)
                event._model.__dict__["parsed"] = parsed
            elif event.type == "response.output_item.added" and not _structured.is_final(
                getattr(event, "item", None)
            ):
                self.remarks.add(event.output_index)

    def finish(self, response: Any) -> Any:
        """The final response of a stream that has ended."""
        return self._finished(response, True) if self.final is None else self.final

    def _finished(self, response: Any, is_answer: bool) -> Any:
        """Parses a final response. Of one that has failed nothing is parsed."""
        if response is None:
            return None
        text_format, tools = (self.text_format, self.tools) if is_answer else (None, None)
        if text_format is not None or tools or _lacks_lists(response):
            _structured.parse_response(response, text_format, tools)
        return response


def _lacks_lists(response: Any) -> bool:
    """Whether a response may have null in place of its output or of the content of a message. One
    that nobody has looked into stays so.
    """
    text = response._json
    if not isinstance(text, bytes):
        return True
    return _OUTPUT.search(text) is None or _NO_CONTENT.search(text) is not None


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
            tools = [_tools.tool(one) for one in tools]
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
