"""``responses.run()``: the loop that calls the tools that the model asks for.

docs/tools.md has the rules of it, which are those of every language.
"""

from __future__ import annotations

from inspect import isawaitable

from . import _assembly, _errors, _models, _requests, _steps, _structured, _tools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from typing import Any

ENCRYPTED = "reasoning.encrypted_content"


def run(
    tools: Iterable[Any],
    max_steps: int,
    text_format: Any,
    on_event: Callable[[Any], Any] | None,
    parameters: dict[str, Any],
    is_async: bool,
    is_session: bool = False,
) -> Generator[Any, Any, Any]:
    """The steps of ``responses.run()``."""
    if isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 1:
        raise ValueError(f"max_steps must be a whole number of at least 1, not {max_steps!r}")
    raises = bool(parameters.pop("raise_tool_errors", False))
    options = _requests.call_options(parameters)
    if options.get("idempotency_key") is not None:
        raise TypeError("idempotency_key: run() makes several requests, and each has its own")
    body = {**_requests.given(parameters), **(options.pop("extra_body", None) or {})}
    if body.pop("stream", None):
        raise TypeError("run() returns the last response; on_event=function gets the events")
    toolbox = Toolbox(tools, body, is_async)
    body["tools"] = _tools.definitions(toolbox.tools)
    text_format = _structured.add_format(body, text_format)
    history = History(body, is_session)
    response = None
    for step in range(max_steps):
        response = yield from _answer(history, body, options, text_format, on_event)
        calls = toolbox.calls(response)
        if not calls:
            _structured.check_whole(response, text_format)
            return _structured.parse_response(response, text_format, toolbox.tools, False)
        if step + 1 == max_steps:
            break
        results = yield from _results(calls, toolbox, raises)
        history.go_on(response, [_output(call, one) for call, one in zip(calls, results)])
    raise _errors.ToolRunError(
        f"after {max_steps} responses the model still calls tools; see max_steps", response
    )


def _answer(
    history: History,
    body: dict[str, Any],
    options: dict[str, Any],
    text_format: Any,
    on_event: Callable[[Any], Any] | None,
) -> Generator[Any, Any, Any]:
    """The next response."""
    try:
        response = yield _creation(body, options, text_format, on_event)
    except _errors.APIStatusError as problem:
        if problem.code == "previous_response_not_found" and history.can_begin_anew:
            history.begin_anew()
        # Models that do not reason refuse to be asked for it.
        elif problem.status_code == 400 and history.asks_for_reasoning and _is_reasoning(problem):
            history.ask_no_more(body)
        else:
            raise
        response = yield _creation(body, options, text_format, on_event)
    while response.status in ("queued", "in_progress"):  # with background=True
        name = f"GET /responses/{response.id}"
        identifier = _requests.identifier(response.id, "response_id")
        response = yield _requests.Request("wait", name, identifier, -1, has_body=False, **options)
    return response


def _is_reasoning(problem: Exception) -> bool:
    return "encrypted" in str(problem).lower()


def _creation(
    body: dict[str, Any],
    options: dict[str, Any],
    text_format: Any,
    on_event: Callable[[Any], Any] | None,
) -> Any:
    body = dict(body)
    if on_event is None:
        return _requests.Request("create", "POST /responses", body=body, **options)
    body["stream"] = True
    request = _requests.Request("create_stream", "POST /responses", body=body, **options)
    return _steps.Streamed(request, _assembly.Assembly(text_format, None), on_event)


class Toolbox:
    """The tools of a run, and which of them it can call."""

    def __init__(self, tools: Iterable[Any], body: dict[str, Any], is_async: bool) -> None:
        self.tools = [_tools.tool(one) for one in tools]
        self.functions = _tools.named(self.tools)
        count = sum(_functions_of(one) for one in self.tools)
        if count != len(self.functions):
            raise ValueError("two tools have the same name")
        # A prompt of the server, and what a search finds, have tools that are not named here.
        self.is_complete = body.get("prompt") is None and not any(
            isinstance(one, dict) and one.get("type") == "tool_search" for one in self.tools
        )
        if not is_async:
            for one in self.functions.values():
                if isinstance(one, _tools.FunctionTool) and one.is_async:
                    raise TypeError(f"{one.name}() is a coroutine function; it needs AsyncOpenAI")

    def calls(self, response: Any) -> list[dict[str, Any]]:
        """The calls to answer. None when the run ends here, or something else is for the caller."""
        if response.status not in (None, "completed"):
            return []
        items = list(_models.objects(_models.plain(response).get("output")))
        answered = {
            item["call_id"]
            for item in items
            if str(item.get("type")).endswith("_output") and item.get("call_id") is not None
        }
        found = []
        for item in items:
            kind = str(item.get("type"))
            if item.get("call_id") in answered and not kind.endswith("_output"):
                continue
            if kind == "mcp_approval_request":
                return []
            if kind == "function_call":
                if item.get("status") == "incomplete" or self._is_for_caller(item):
                    return []
                found.append(item)
            elif kind.endswith("_call") and item.get("call_id") is not None:
                return []  # of a computer, a shell, a custom tool
        return found

    def _is_for_caller(self, item: dict[str, Any]) -> bool:
        function = _tools.called(item, self.functions)
        if function is None:
            return not self.is_complete
        return not isinstance(function, _tools.FunctionTool)

    def begin(self, call: dict[str, Any]) -> tuple[_tools.FunctionTool | None, Any]:
        """The function of a call and its arguments, or None and what the model is told."""
        function = _tools.called(call, self.functions)
        if function is None:
            names = ", ".join(name for _, name in self.functions) or "none"
            return None, f"Error: there is no tool {call.get('name')!r}; the tools are: {names}"
        try:
            return function, function.parse(call.get("arguments") or "")
        except Exception as problem:
            return None, f"Error: the arguments of {function.name} are wrong: {problem}"


def _functions_of(one: Any) -> int:
    if isinstance(one, dict):
        if one.get("type") == "namespace":
            return len(one["tools"])
        return int(one.get("type") == "function")
    return int(isinstance(one, _tools.FunctionTool))


class History:
    """What the next request of a run has for its input.

    All of it, again and again, as every server takes it; but only what is new, if the server has
    what was before: in a conversation, in a session, or because the caller named the response
    before.
    """

    def __init__(self, body: dict[str, Any], is_session: bool = False) -> None:
        self.body = body
        self.is_stored = body.get("store") is not False
        self.is_conversation = body.get("conversation") is not None
        is_continued = body.get("previous_response_id") is not None
        self.is_chain = is_session or (self.is_stored and is_continued)
        # All of it, where the server may forget: a session's connection may be lost.
        self.whole: list[Any] | None = None
        if is_session and not is_continued and not self.is_conversation:
            self.whole = _items(body)
        self.asks_for_reasoning = False
        needs_all = not self.is_chain or self.whole is not None
        if not self.is_stored and not self.is_conversation and needs_all:
            # The server forgets its reasoning, unless it is sent back.
            include = list(body.get("include") or ())
            if ENCRYPTED not in include:
                self.asks_for_reasoning = True
                body["include"] = [*include, ENCRYPTED]

    def ask_no_more(self, body: dict[str, Any]) -> None:
        """Takes back what was asked for."""
        self.asks_for_reasoning = False
        body["include"] = [one for one in body["include"] if one != ENCRYPTED]
        if not body["include"]:
            del body["include"]

    def go_on(self, response: Any, outputs: list[dict[str, Any]]) -> None:
        """Puts into the body what follows a response whose calls were answered."""
        body = self.body
        if self.is_chain and not self.is_conversation:
            body["previous_response_id"] = response.id
        if self.whole is not None:
            self.whole = self._longer(self.whole, response, outputs)
        if self.is_chain or self.is_conversation:
            body["input"] = outputs
        else:
            body["input"] = self._longer(_items(body), response, outputs)
        choice = body.get("tool_choice")
        if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
            body["tool_choice"] = {**choice, "mode": "auto"}
        elif isinstance(choice, dict) or choice == "required":
            body["tool_choice"] = "auto"  # else the model could never answer

    @property
    def can_begin_anew(self) -> bool:
        """Whether all of it is here, where the server no longer has what was before."""
        return self.whole is not None and self.body.get("previous_response_id") is not None

    def begin_anew(self) -> None:
        """Puts all of it into the body."""
        del self.body["previous_response_id"]
        self.body["input"] = self.whole

    def _longer(self, before: list[Any], response: Any, outputs: list[Any]) -> list[Any]:
        items = _models.objects(_models.plain(response).get("output"))
        return [*before, *(one for one in items if self._is_known(one)), *outputs]

    def _is_known(self, item: dict[str, Any]) -> bool:
        """Whether the server can make something of an item: not of the name of one it forgot."""
        if self.is_stored or item.get("type") != "reasoning":
            return True
        return bool(item.get("encrypted_content") or item.get("content"))


def _items(body: dict[str, Any]) -> list[Any]:
    """The input of a body as a list."""
    given = body.get("input") or []
    return [{"role": "user", "content": given}] if isinstance(given, str) else [*given]


def _results(
    calls: list[dict[str, Any]], toolbox: Toolbox, raises: bool
) -> Generator[Any, Any, list[Any]]:
    """The outputs of calls, in their order. What is awaited is awaited together."""
    results: list[Any] = []
    waiting: list[Any] = []
    try:
        for call in calls:
            function, given = toolbox.begin(call)
            result = given
            if function is not None:
                try:
                    result = function.call(given)
                    if isawaitable(result):
                        waiting.append(result)
                        result = _Later(len(waiting) - 1)
                    else:
                        result = _tools.output(result)
                except Exception as problem:
                    if raises:
                        raise
                    result = told(problem)
            results.append(result)
    except BaseException:
        _steps.Together(waiting, raises).close()
        raise
    ended = (yield _steps.Together(waiting, raises)) if waiting else []
    return [_ended(ended[one.place], raises) if isinstance(one, _Later) else one for one in results]


class _Later:
    """The place of a result among those that are awaited."""

    def __init__(self, place: int) -> None:
        self.place = place


def _ended(result: Any, raises: bool) -> Any:
    """What an awaited call came to."""
    if isinstance(result, BaseException):
        return told(result)
    try:
        return _tools.output(result)
    except Exception as problem:
        if raises:
            raise
        return told(problem)


def told(problem: BaseException) -> str:
    """What the model is told of an exception."""
    return f"Error: {type(problem).__name__}: {problem}"


def _output(call: dict[str, Any], output: Any) -> dict[str, Any]:
    made = {
        "type": "function_call_output",
        "call_id": call.get("call_id") or call.get("id"),
        "output": output,
    }
    if call.get("caller") is not None:
        made["caller"] = call["caller"]
    return made
