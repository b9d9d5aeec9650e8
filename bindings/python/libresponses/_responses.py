"""``client.responses``: what each operation asks of the server.

Nothing waits here: the client does, and what it returns is a thing or something to await.
"""

from __future__ import annotations

from . import _models, _requests
from ._options import omit
from ._resource import Resource
from ._shown import Shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Generator, Iterable
    from typing import Any

    from ._input_items import InputItems
    from ._input_tokens import InputTokens


class Responses(Resource):
    """``client.responses``: with an asynchronous client, what its methods return is awaited."""

    def _create(
        self,
        *,
        input: Any = omit,
        model: Any = omit,
        stream: Any = omit,
        access_programs: Any = omit,
        background: Any = omit,
        background_options: Any = omit,
        context_management: Any = omit,
        conversation: Any = omit,
        image: Any = omit,
        include: Any = omit,
        instructions: Any = omit,
        max_output_tokens: Any = omit,
        max_tool_calls: Any = omit,
        metadata: Any = omit,
        moderation: Any = omit,
        parallel_tool_calls: Any = omit,
        previous_response_id: Any = omit,
        prompt: Any = omit,
        prompt_cache_key: Any = omit,
        prompt_cache_options: Any = omit,
        prompt_cache_retention: Any = omit,
        reasoning: Any = omit,
        safety_identifier: Any = omit,
        service_tier: Any = omit,
        store: Any = omit,
        stream_options: Any = omit,
        temperature: Any = omit,
        text: Any = omit,
        tool_choice: Any = omit,
        tools: Any = omit,
        top_logprobs: Any = omit,
        top_p: Any = omit,
        truncation: Any = omit,
        user: Any = omit,
        extra_headers: Any = None,
        extra_query: Any = None,
        extra_body: Any = None,
        timeout: Any = omit,
        max_retries: Any = omit,
        idempotency_key: Any = None,
        **others: Any,
    ) -> Any:
        """The parameters of `create`."""
        raise NotImplementedError

    @Shown("", like=_create)
    def create(self, **parameters: Any) -> Any:
        """Creates a response. With ``stream=True`` the answer is a stream of events.

        The parameters are those of the API, also those that this version has no name for.
        ``timeout`` is in seconds and limits the whole call. Transient failures are retried
        ``max_retries`` times, with the same ``idempotency_key``, which is made up where it is not
        given. Since 0.1.
        """
        options = _requests.call_options(parameters)
        body = _requests.given(parameters)
        if body.get("stream"):
            return self._stream(
                _requests.Request("create_stream", "POST /responses", body=body, **options)
            )
        return self._perform(_requests.Request("create", "POST /responses", body=body, **options))

    def retrieve(
        self,
        response_id: str,
        *,
        include: Any = omit,
        include_obfuscation: Any = omit,
        starting_after: Any = omit,
        stream: Any = omit,
        **options: Any,
    ) -> Any:
        """Gets a response. With ``stream=True`` the events of a background response, from its
        beginning or after ``starting_after``.
        """
        identifier = _requests.identifier(response_id, "response_id")
        name = f"GET /responses/{response_id}"
        options, others = _requests.call_options(options), options
        parameters = {"include": include, **others}
        if stream is True:
            parameters.update(
                include_obfuscation=include_obfuscation, starting_after=starting_after
            )
            arguments = [identifier, *_requests.query(parameters)]
            return self._stream(
                _requests.Request("get_stream", name, *arguments, has_body=False, **options)
            )
        arguments = [identifier, *_requests.query(parameters)]
        return self._perform(_requests.Request("get", name, *arguments, has_body=False, **options))

    def cancel(self, response_id: str, **options: Any) -> Any:
        """Ends a background response at the server; the answer is the response as it is then."""
        identifier = _requests.identifier(response_id, "response_id")
        name = f"POST /responses/{response_id}/cancel"
        return self._perform(
            _requests.Request("cancel", name, identifier, has_body=False, **options)
        )

    def delete(self, response_id: str, **options: Any) -> Any:
        """Deletes a response; the answer says which one."""
        identifier = _requests.identifier(response_id, "response_id")
        return self._perform(
            _requests.Request(
                "delete", f"DELETE /responses/{response_id}", identifier,
                result=_models.ResponseDeleted, has_body=False, **options,
            )
        )  # fmt: skip

    @Shown(
        "model image input instructions previous_response_id prompt_cache_key "
        "prompt_cache_options prompt_cache_retention service_tier"
    )
    def compact(self, **parameters: Any) -> Any:
        """Makes a long conversation short: its ``output`` is the input to go on with."""
        options = _requests.call_options(parameters)
        return self._perform(
            _requests.Request(
                "compact", "POST /responses/compact", body=_requests.given(parameters),
                result=_models.CompactedResponse, **options,
            )
        )  # fmt: skip

    def wait(self, response_id: str, *, timeout: float | None = None, **options: Any) -> Any:
        """Waits for a background response to end and returns it, whatever its status.

        ``timeout`` is in seconds; when it has passed that is `APITimeoutError`, and the response
        goes on at the server.
        """
        identifier = _requests.identifier(response_id, "response_id")
        limit = -1 if timeout is None else min(2**31 - 1, max(0, int(timeout * 1000)))
        name = f"GET /responses/{response_id}"
        return self._perform(
            _requests.Request("wait", name, identifier, limit, has_body=False, **options)
        )

    @Shown("text_format parse_as", like=_create)
    def parse(self, *, text_format: Any = omit, **parameters: Any) -> Any:
        """Creates a response whose text is an instance of ``text_format``: ``output_parsed``.

        ``text_format`` is a pydantic model, a dataclass, a TypedDict or a JSON schema.
        """
        from . import _structured

        steps = _structured.parse(text_format, parameters)
        if not self._mode:
            return self._client._drive(steps)
        return self._perform(next(steps), lambda response: last(steps, response))

    def run(
        self,
        *,
        tools: Any,
        max_steps: int = 20,
        text_format: Any = omit,
        on_event: Any = None,
        session: Any = None,
        **params: Any,
    ) -> Any:
        """Creates responses until the model calls no tool any more, and returns the last one.

        ``tools`` are Python functions with type hints, beside tools as the API has them. More than
        ``max_steps`` responses are a `ToolRunError`. What a function raises is told to the model,
        or raised with ``raise_tool_errors=True``. ``on_event`` is called with each event of each
        response, which is streamed then. A response that is not complete ends the run, and so does
        one with a call that none of the functions is for. ``session`` is a connection of `connect`:
        each response is a turn of it then, which sends nothing but what is new.
        """
        from . import _runs

        self._no_raw("run")
        client = self._client if session is None else _client_of(session, self._client._is_async)
        return client._drive(
            _runs.run(
                tools, max_steps, text_format, on_event, params,
                client._is_async, session is not None,
            )
        )  # fmt: skip

    @Shown("response_id starting_after text_format", like=_create, without="stream")
    def stream(
        self,
        *,
        response_id: Any = omit,
        starting_after: Any = omit,
        text_format: Any = omit,
        **parameters: Any,
    ) -> Any:
        """A context manager for the events of a new response, or of the one named
        ``response_id``, from its beginning or after ``starting_after``.
        """
        from . import _assembly

        self._no_raw("stream")
        return self._client._manager(
            *_assembly.prepared(response_id, starting_after, text_format, parameters)
        )

    def map(
        self,
        requests: Iterable[dict[str, Any]] | AsyncIterable[dict[str, Any]],
        *,
        concurrency: int = 200,
        ordered: bool = True,
        progress: Callable[[int, int | None], object] | bool | None = None,
        pace: Any = None,
    ) -> Any:
        """Creates many responses at once, on this thread, and yields an `Outcome` for each; with
        an asynchronous client, to ``async for``.

        ``requests`` are the keyword arguments of `create`, a dictionary each; they are taken from
        the iterable as there is room, by a thread of its own where it is no list or tuple, so that
        one that waits holds up no outcome. With an asynchronous client it may be an asynchronous
        iterable. What it raises is raised here, after the outcomes of what it gave.

        Outcomes come in the order of the requests, or, with ``ordered=False``, as they are ready.
        An `Outcome` has ``index``, ``request``, ``response`` and ``error``. ``progress`` is called
        with how many are done and how many there are, or True for a bar of tqdm, where that is
        installed. ``pace`` is a `Pace`, which several calls may share, or any object whose
        ``reserve(n)`` says in how many seconds n requests may begin; it is asked before a request
        is sent again as well, and ``timeout`` is then for each time that it is sent.
        """
        self._no_raw("map")
        return self._client._map(requests, concurrency, ordered, progress, pace)

    def connect(
        self,
        extra_query: Any = None,
        extra_headers: Any = None,
        websocket_connection_options: Any = None,
        on_reconnecting: Any = None,
        max_retries: Any = omit,
        initial_delay: Any = omit,
        max_delay: Any = omit,
        max_queue_size: int = 1_048_576,
    ) -> Any:
        """Opens a connection for many turns, the WebSocket mode of the API. To be entered:
        ``with client.responses.connect() as connection``.

        It has the options of this client, but for ``max_retries``, and the seconds of the first and
        the longest pause before one, ``initial_delay`` and ``max_delay``. A lost connection is made
        anew for the next turn. ``on_reconnecting`` is called when a turn was lost with it, which is
        no exception then, for those who read events.
        """
        from . import _session

        self._no_raw("connect")
        options = _session.open_options(
            websocket_connection_options or {}, max_retries, initial_delay, max_delay
        )
        request = _session.opening(extra_query, extra_headers, options)
        told = None
        if on_reconnecting is not None:
            attempts = 5 if max_retries is omit else max_retries
            told = _session.Reconnecting(
                on_reconnecting, request, extra_query, extra_headers, attempts
            )
        return self._client._connect(request, told, max_queue_size)

    @property
    def input_items(self) -> InputItems:
        from ._input_items import InputItems

        return InputItems(self._client, self._mode)

    @property
    def input_tokens(self) -> InputTokens:
        from ._input_tokens import InputTokens

        return InputTokens(self._client, self._mode)


def _client_of(session: Any, is_async: bool) -> Any:
    """The client whose calls are the turns of a connection."""
    client = getattr(session, "_client", None)
    if not hasattr(session, "connections") or getattr(client, "_is_async", None) is not is_async:
        kind = "AsyncResponsesConnection" if is_async else "ResponsesConnection"
        raise TypeError(
            f"session must be a {kind}, which entering responses.connect() gives, "
            f"not {type(session).__name__}"
        )
    return client


def last(steps: Generator[Any, Any, Any], answer: Any) -> Any:
    """What a generator makes of the answer to the only request that it had."""
    try:
        steps.send(answer)
    except StopIteration as end:
        return end.value
    raise AssertionError("one request was expected")
