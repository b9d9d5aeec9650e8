# Made from _connection_async.py by tools/twins.py: do not edit.

"""``responses.connect()``: many turns over one connection, the WebSocket mode of the API.

The names are those of the ``openai`` package: `send`, `recv`, ``connection.response.create`` and so
on send events and read what comes, whichever turn it belongs to. Beside them there is what
``client.responses`` has: `create`, `stream`, `parse` and `run` make one turn and give its response.
"""

from __future__ import annotations

from . import _errors, _events, _handlers, _requests, _session
from ._links import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._events import Event
    from ._links import Link
    from ._signatures_session import ConnectionEvents, ConnectionTurns
else:

    class ConnectionTurns:
        """Turns, as ``client.responses`` has them."""

        def create(self, **params):
            """Makes a turn and returns its response, or with ``stream=True`` a `Stream`."""
            return self._client.responses.create(**params)

        def stream(self, **params):
            """A context manager for the events of a turn, as ``client.responses.stream()``."""
            return self._client.responses.stream(**params)

        def parse(self, **params):
            """Makes a turn whose text is an instance of ``text_format``."""
            return self._client.responses.parse(**params)

        def run(self, **params):
            """As ``client.responses.run(session=connection)``."""
            return self._client.responses.run(session=self, **params)

    class ConnectionEvents:
        """Events that are sent; nothing that answers them is waited for."""

        def create(self, **params):
            """Sends ``response.create``; the parameters are those of ``client.responses.create``,
            and ``stream_id`` and ``generate``.
            """
            event = {"type": _session.CREATE, **_requests.given(params)}
            self._connection.send(event)

        def steer(self, *, input, previous_response_id):
            """Sends ``response.steer``: more input for the response that is being made."""
            event = {"type": "response.steer", "input": input}
            self._connection.send({**event, "previous_response_id": previous_response_id})


class ResponsesConnectionManager(_handlers.Handled):
    """The context manager that ``responses.connect()`` returns: entering it opens the connection.

    `enter` does that too, for a connection that is closed with its ``close()``.
    """

    def __init__(
        self,
        client: Any,
        request: _requests.Request,
        reconnecting: _session.Reconnecting | None,
        max_queue_size: int,
    ) -> None:
        self._client = client
        self._request = request
        self._reconnecting = reconnecting
        self._queue = _session.Queue(max_queue_size)
        self._handlers = _handlers.Handlers()
        self._connection: ResponsesConnection | None = None

    def send(self, event: Any) -> None:
        """Sends an event as soon as the connection is open."""
        self._queue.add(event)

    def __enter__(self) -> ResponsesConnection:
        client = self._client
        link = opened(client._line, client._settings, self._request)
        connection = ResponsesConnection(client, link, self._handlers, self._reconnecting)
        try:
            for event in self._queue.take():
                connection.send(event)
        except BaseException:
            link.close()
            raise
        self._connection = connection
        self._handlers = _handlers.Handlers()
        return connection

    enter = __enter__

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Received:
    """The events of a connection, until it is closed."""

    def __init__(self, connection: ResponsesConnection) -> None:
        self._connection = connection

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        event = self._connection._next()
        if event is None:
            raise StopIteration
        return event


class ResponsesResponseResource(ConnectionEvents):
    """``connection.response``."""

    def __init__(self, connection: ResponsesConnection) -> None:
        self._connection = connection


class ResponsesConnection(ConnectionTurns, _handlers.Handled):
    """A connection over which turn after turn is sent; made by ``responses.connect()``.

    When it is lost, the next turn makes another by itself. The server has then forgotten what it
    does not store, and `connections` has grown.
    """

    def __init__(
        self,
        client: Any,
        link: Link,
        handlers: _handlers.Handlers,
        reconnecting: _session.Reconnecting | None,
    ) -> None:
        # A client whose line is the session; what makes no response goes over that of the other.
        self._client = client.__class__.__new__(client.__class__)
        self._client.__dict__.update(client._state(), _line=link)
        self._link = link
        self._handlers = handlers
        self._reconnecting = reconnecting

    # Events, as the ``openai`` package has them.

    @property
    def response(self) -> ResponsesResponseResource:
        """``connection.response.create(...)`` and ``steer(...)`` send an event each."""
        return ResponsesResponseResource(self)

    def send(self, event: Any) -> None:
        """Sends an event of the client: a dictionary or a model, with its ``type``."""
        data = _requests.dumps(event)
        self._link.tell(_session.event_of(event), data)

    def send_raw(self, data: bytes | str) -> None:
        """Sends an event that is JSON already."""
        text = data.encode() if isinstance(data, str) else bytes(data)
        self._link.tell(_session.event_of(text), text)

    def recv(self) -> Event:
        """Waits for the next event of the turns that `send` and ``response`` have begun.

        What the server refuses is an event, "error". A turn that was lost with its connection, or
        that reached a time limit, is an exception; the other turns go on, and may be read on.
        """
        event = self._next()
        if event is None:
            raise _errors.ClosedError("this connection is closed")
        return event

    def recv_bytes(self) -> bytes:
        """As `recv`; the event's JSON, for `parse_event`."""
        return (self.recv())._json

    def parse_event(self, data: str | bytes) -> Event:
        """An event from its JSON."""
        return _events.from_json(data.encode() if isinstance(data, str) else data)

    def __iter__(self) -> Iterator[Event]:
        """The events, as `recv` has them, until the connection is closed."""
        return Received(self)

    def _next(self) -> Event | None:
        while True:
            try:
                return self._link.next()
            except _errors.APIConnectionError as problem:
                reconnecting = self._reconnecting
                if reconnecting is None or isinstance(problem, _errors.APITimeoutError):
                    raise
                goes_on, request = reconnecting.ask(self._link.connections)
                if not goes_on:
                    self.close()
                    raise
                if request is not None:
                    self._link.renew(request)

    def dispatch_events(self) -> None:
        """Calls the functions of `on` with each event, until the connection is closed.

        An event "error" that no function is for is an `OpenAIError`.
        """
        for event in self:
            specific = self._handlers.take(event.type)
            general = self._handlers.take("event")
            if event.type == "error" and not specific and not general:
                raise _errors.OpenAIError(f"WebSocket error: {event}")
            for handler in [*specific, *general]:
                told = handler(event)
                if hasattr(told, "__await__"):
                    told.close()
                    raise TypeError("a handler that is awaited needs AsyncOpenAI")

    @property
    def connections(self) -> int:
        """How many connections were made: 1, and one more for each that was lost and was needed."""
        return self._link.connections

    @property
    def is_closed(self) -> bool:
        return self._link.is_closed

    def close(self, *, code: int = 1000, reason: str = "") -> None:
        """Closes the connection and ends its turns. Again is fine.

        The server is told the code 1000, whatever ``code`` and ``reason`` are.
        """
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
