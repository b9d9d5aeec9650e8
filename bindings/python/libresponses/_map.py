"""``client.responses.map``: many calls at once, on one thread."""

from __future__ import annotations

from . import _requests
from ._loop import Reactor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from typing import Any

    from ._models import Response


class Outcome:
    """What became of one request: ``response`` or ``error``, with ``index`` and ``request``."""

    __slots__ = ("error", "index", "request", "response")

    def __init__(
        self, index: int, request: Any, response: Any = None, error: Exception | None = None
    ) -> None:
        self.index = index
        self.request = request
        self.response: Response | None = response
        self.error = error

    def unwrap(self) -> Response:
        """The response; raises the error when there is one."""
        if self.error is not None:
            raise self.error
        assert self.response is not None
        return self.response

    def __repr__(self) -> str:
        told = f"response={self.response!r}" if self.error is None else f"error={self.error!r}"
        return f"Outcome({self.index}, {told})"


class Progress:
    """Tells somebody how far it is: a function, or a bar of tqdm."""

    def __init__(self, told: Any, requests: Any) -> None:
        self.done = 0
        try:
            self.total: int | None = len(requests)
        except TypeError:
            self.total = None
        self.tell = told if callable(told) else None
        self.bar: Any = None
        if told is True:
            try:
                from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
            except ImportError:
                return
            self.bar = tqdm(total=self.total)

    def step(self) -> None:
        self.done += 1
        if self.tell is not None:
            self.tell(self.done, self.total)
        if self.bar is not None:
            self.bar.update()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


class InOrder:
    """Holds outcomes back until it is their turn."""

    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered
        self.turn = 0
        self.held: dict[int, Outcome] = {}

    def add(self, outcome: Outcome) -> list[Outcome]:
        """The outcomes whose turn it is now."""
        if not self.ordered:
            return [outcome]
        self.held[outcome.index] = outcome
        found = []
        while self.turn in self.held:
            found.append(self.held.pop(self.turn))
            self.turn += 1
        return found


def request_of(parameters: Any) -> _requests.Request:
    """The request that a dictionary of parameters of `create` asks for."""
    if isinstance(parameters, _requests.Request):
        return parameters
    from ._resources import call_options

    given = dict(parameters)
    options = call_options(given)
    body = _requests.given(given)
    body.pop("stream", None)
    return _requests.Request("create", "POST /responses", body=body, **options)


def run(
    client: Any,
    requests: Iterable[Any],
    concurrency: int,
    ordered: bool,
    progress: Callable[[int, int | None], object] | bool | None,
) -> Iterator[Outcome]:
    """The outcomes of many requests, on connections of their own."""
    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    return _run(client, requests, concurrency, ordered, progress)


def _run(
    client: Any, requests: Iterable[Any], concurrency: int, ordered: bool, progress: Any
) -> Iterator[Outcome]:
    import select

    from ._client import key_text

    reactor = Reactor()
    handle = reactor.handle(client._settings)
    provider = client._settings.api_key_provider
    poll = select.poll()
    poll.register(reactor.fd, select.POLLIN)
    told = Progress(progress, requests)
    order = InOrder(ordered)
    waiting: dict[int, Outcome] = {}
    source = enumerate(requests)
    has_more = True
    try:
        while has_more or waiting:
            ready = []
            while has_more and len(waiting) < concurrency:
                try:
                    index, parameters = next(source)
                except StopIteration:
                    has_more = False
                    break
                outcome = Outcome(index, parameters)
                try:
                    request = outcome.request = request_of(parameters)
                    key = key_text(provider()) if provider is not None else None
                    call = request.start(handle.handle, client._settings.query, key)
                except Exception as problem:
                    outcome.error = problem
                    ready.append(outcome)
                    continue
                waiting[reactor.add(call).key] = outcome
            if waiting and not ready:
                poll.poll(100)
            for running in reactor.collect():
                if not running.is_done:
                    continue
                outcome = waiting.pop(running.key)
                reactor.remove(running)
                if running.error is None:
                    outcome.response = running.call.answer(outcome.request.result)
                elif isinstance(running.error, Exception):
                    outcome.error = running.error
                running.call.close()
                ready.append(outcome)
            for outcome in ready:
                told.step()
                if isinstance(outcome.request, _requests.Request):
                    outcome.request = outcome.request.body
                yield from order.add(outcome)
    finally:
        told.close()
        for running in list(reactor.running.values()):
            running.call.close()
        handle.close()
        reactor.engine.close()


async def run_async(
    client: Any,
    requests: Iterable[Any],
    concurrency: int,
    ordered: bool,
    progress: Callable[[int, int | None], object] | bool | None,
) -> AsyncIterator[Outcome]:
    """The same for asyncio."""
    import asyncio

    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    done: asyncio.Queue[Outcome] = asyncio.Queue()
    tasks: set[Any] = set()

    async def one(outcome: Outcome) -> None:
        try:
            outcome.response = await client._perform(request_of(outcome.request))
        except Exception as problem:
            outcome.error = problem
        done.put_nowait(outcome)

    told = Progress(progress, requests)
    order = InOrder(ordered)
    source = enumerate(requests)
    has_more = True
    waiting = 0
    try:
        while has_more or waiting:
            while has_more and waiting < concurrency:
                try:
                    index, parameters = next(source)
                except StopIteration:
                    has_more = False
                    break
                task = asyncio.ensure_future(one(Outcome(index, parameters)))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                waiting += 1
            if not waiting:
                break
            outcome = await done.get()
            waiting -= 1
            told.step()
            for found in order.add(outcome):
                yield found
    finally:
        told.close()
        for task in list(tasks):
            task.cancel()
