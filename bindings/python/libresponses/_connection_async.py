"""``responses.connect()``: many turns over one connection, the WebSocket mode of the API.

The names are those of the ``openai`` package: `send`, `recv`, ``connection.response.create`` and so
on send events and read what comes, whichever turn it belongs to. Beside them there is what
``client.responses`` has: `create`, `stream`, `parse` and `run` make one turn and give its response.
"""

from __future__ import annotations

from . import _errors, _events, _handlers, _requests, _session
from ._links_async import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._events import Event
    from ._links_async import AsyncLink
    from ._signatures_session_async import AsyncConnectionEvents, AsyncConnectionTurns
else:

    class AsyncConnectionTurns:
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

    class AsyncConnectionEvents:
        """Events that are sent; nothing that answers them is waited for."""

        async def create(self, **params):
            """Sends ``response.create``; the parameters are those of ``client.responses.create``,
            and ``stream_id`` and ``generate``.
            """
            event = {"type": _session.CREATE, **_requests.given(params)}
            await self._connection.send(event)

        async def steer(self, *, input, previous_response_id):
            """Sends ``response.steer``: more input for the response that is being made."""
            event = {"type": "response.steer", "input": input}
            await self._connection.send({**event, "previous_response_id": previous_response_id})


class AsyncResponsesConnectionManager(_handlers.Handled):
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
        self._connection: AsyncResponsesConnection | None = None

    def send(self, event: Any) -> None:
        """Sends an event as soon as the connection is open."""
        self._queue.add(event)

    async def __aenter__(self) -> AsyncResponsesConnection:
        client = self._client
        link = await opened(client._line, client._settings, self._request)
        connection = AsyncResponsesConnection(client, link, self._handlers, self._reconnecting)
        try:
            for event in self._queue.take():
                await connection.send(event)
        except BaseException:
            link.close()
            raise
        self._connection = connection
        self._handlers = _handlers.Handlers()
        return connection

    enter = __aenter__

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class AsyncReceived:
    """The events of a connection, until it is closed."""

    def __init__(self, connection: AsyncResponsesConnection) -> None:
        self._connection = connection

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        event = await self._connection._next()
        if event is None:
            # only async:
            raise StopAsyncIteration
            # only sync:
            # | raise StopIteration
            # end
        return event


class AsyncResponsesResponseResource(AsyncConnectionEvents):
    """``connection.response``."""

    def __init__(self, connection: AsyncResponsesConnection) -> None:
        self._connection = connection


class AsyncResponsesConnection(AsyncConnectionTurns, _handlers.Handled):
    """A connection over which turn after turn is sent; made by ``responses.connect()``.

    When it is lost, the next turn makes another by itself. The server has then forgotten what it
    does not store, and `connections` has grown.
    """

    def __init__(
        self,
        client: Any,
        link: AsyncLink,
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
    def response(self) -> AsyncResponsesResponseResource:
        """``connection.response.create(...)`` and ``steer(...)`` send an event each."""
        return AsyncResponsesResponseResource(self)

    async def send(self, event: Any) -> None:
        """Sends an event of the client: a dictionary or a model, with its ``type``."""
        data = _requests.dumps(event)
        self._link.tell(_session.event_of(event), data)

    async def send_raw(self, data: bytes | str) -> None:
        """Sends an event that is JSON already."""
        text = data.encode() if isinstance(data, str) else bytes(data)
        self._link.tell(_session.event_of(text), text)

    async def recv(self) -> Event:
        """Waits for the next event of the turns that `send` and ``response`` have begun.

        What the server refuses is an event, "error". A turn that was lost with its connection, or
        that reached a time limit, is an exception; the other turns go on, and may be read on.
        """
        event = await self._next()
        if event is None:
            raise _errors.ClosedError("this connection is closed")
        return event

    async def recv_bytes(self) -> bytes:
        """As `recv`; the event's JSON, for `parse_event`."""
        return (await self.recv())._json

    def parse_event(self, data: str | bytes) -> Event:
        """An event from its JSON."""
        return _events.from_json(data.encode() if isinstance(data, str) else data)

    def __aiter__(self) -> AsyncIterator[Event]:
        """The events, as `recv` has them, until the connection is closed."""
        return AsyncReceived(self)

    async def _next(self) -> Event | None:
        while True:
            try:
                return await self._link.next()
            except _errors.APIConnectionError as problem:
                reconnecting = self._reconnecting
                if reconnecting is None or isinstance(problem, _errors.APITimeoutError):
                    raise
                goes_on, request = reconnecting.ask(self._link.connections)
                if not goes_on:
                    await self.close()
                    raise
                if request is not None:
                    await self._link.renew(request)

    async def dispatch_events(self) -> None:
        """Calls the functions of `on` with each event, until the connection is closed.

        An event "error" that no function is for is an `OpenAIError`.
        """
        async for event in self:
            specific = self._handlers.take(event.type)
            general = self._handlers.take("event")
            if event.type == "error" and not specific and not general:
                raise _errors.OpenAIError(f"WebSocket error: {event}")
            for handler in [*specific, *general]:
                told = handler(event)
                # only async:
                if hasattr(told, "__await__"):
                    await told
                # only sync:
                # | if hasattr(told, "__await__"):
                # |     told.close()
                # |     raise TypeError("a handler that is awaited needs AsyncOpenAI")
                # end

    @property
    def connections(self) -> int:
        """How many connections were made: 1, and one more for each that was lost and was needed."""
        return self._link.connections

    @property
    def is_closed(self) -> bool:
        return self._link.is_closed

    async def close(self, *, code: int = 1000, reason: str = "") -> None:
        """Closes the connection and ends its turns. Again is fine.

        The server is told the code 1000, whatever ``code`` and ``reason`` are.
        """
        self._link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
