"""Where ``client.responses.map`` has its requests from, and when it begins them."""

from __future__ import annotations

import os
from _thread import allocate_lock
from collections import deque
from heapq import heappop, heappush
from time import monotonic

from . import _errors, _requests
from ._http import Headers
from ._outcomes import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

NOTHING: Any = object()  # what a source has at the moment

# A server that asks for a longer pause is not asked again.
LONGEST_PAUSE_S = 120.0


class Listed:
    """Requests that are all there."""

    error: BaseException | None = None

    def __init__(self, requests: Iterable[Any]) -> None:
        self._left = iter(requests)
        self.is_over = False

    def take(self) -> Any:
        """The next request, or `NOTHING`."""
        for one in self._left:
            return one
        self.is_over = True
        return NOTHING

    def give_room(self) -> None:
        """One that was taken is done."""

    def close(self) -> None:
        """No more is wanted."""


class Read:
    """Requests that another thread takes from an iterable: one that waits holds up nobody.

    It has taken at most ``room`` more than are done. ``wake`` is called when there is one to take.
    """

    def __init__(self, requests: Iterable[Any], room: int, wake: Callable[[], None]) -> None:
        from contextvars import copy_context
        from threading import Semaphore, Thread

        self.error: BaseException | None = None
        self._items: deque[Any] = deque()
        self._room = Semaphore(room)
        self._wake = wake
        self._has_ended = self._is_left = False
        read = copy_context().run, (self._read, iter(requests))
        Thread(target=read[0], args=read[1], name="libresponses.map", daemon=True).start()

    def _read(self, source: Any) -> None:
        try:
            while True:
                self._room.acquire()
                if self._is_left:
                    return
                self._items.append(next(source))
                self._wake()
        except StopIteration:
            pass
        except BaseException as problem:  # of the program; who takes is told
            self.error = problem
        self._has_ended = True
        self._wake()

    @property
    def is_over(self) -> bool:
        return self._has_ended and not self._items

    def take(self) -> Any:
        try:
            return self._items.popleft()
        except IndexError:
            return NOTHING

    def give_room(self) -> None:
        self._room.release()

    def close(self) -> None:
        self._is_left = True
        self._wake = _nobody
        self._room.release()


def _nobody() -> None:
    pass


class Awaited:
    """Requests that a task takes from an asynchronous iterable.

    ``begin`` runs a coroutine function beside others, and returns what ends it.
    """

    def __init__(
        self,
        requests: Any,
        room: int,
        wake: Callable[[], None],
        event: Callable[[], Any],
        begin: Callable[[Any], Callable[[], object]],
    ) -> None:
        self.error: BaseException | None = None
        self._source = requests.__aiter__()
        self._items: deque[Any] = deque()
        self._room = room
        self._wake = wake
        self._event = event
        self._waiting: Any = None
        self._has_ended = False
        self._end = begin(self._read)

    async def _read(self) -> None:
        try:
            while True:
                while not self._room:
                    self._waiting = self._event()
                    await self._waiting.wait()
                self._room -= 1
                self._items.append(await self._source.__anext__())
                self._wake()
        except StopAsyncIteration:
            pass
        except Exception as problem:
            self.error = problem
        self._has_ended = True
        self._wake()

    @property
    def is_over(self) -> bool:
        return self._has_ended and not self._items

    def take(self) -> Any:
        return self._items.popleft() if self._items else NOTHING

    def give_room(self) -> None:
        self._room += 1
        if self._waiting is not None:
            self._waiting.set()

    def close(self) -> None:
        self._wake = _nobody
        self._end()


def is_listed(requests: Any) -> bool:
    """Whether all of them are there, so that nobody waits for one."""
    return isinstance(requests, (list, tuple, deque))


def source(requests: Any, room: int, wake: Callable[[], None]) -> Any:
    """What takes requests from an iterable."""
    return Listed(requests) if is_listed(requests) else Read(requests, room, wake)


def check(requests: Any, concurrency: int, pace: Any, is_awaiting: bool) -> None:
    """Raises what is wrong with the arguments of ``map``."""
    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    if not hasattr(requests, "__iter__"):
        is_awaited = hasattr(requests, "__aiter__")
        if is_awaited and not is_awaiting:
            raise TypeError("requests: an asynchronous iterable needs AsyncOpenAI")
        if not is_awaited:
            raise TypeError(f"requests must be an iterable, not {type(requests).__name__}")
    if pace is not None and not callable(getattr(pace, "reserve", None)):
        raise TypeError(
            "pace must be a Pace, or have reserve(n), which says in how many seconds n requests "
            f"may begin; {type(pace).__name__} has not"
        )


class Bell:
    """A descriptor that any thread may make readable."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self.fd, self._far = os.pipe()
        self._is_rung = self._is_closed = False

    def ring(self) -> None:
        with self._lock:
            if not self._is_rung and not self._is_closed:
                self._is_rung = True
                os.write(self._far, b"\0")

    def hush(self) -> None:
        with self._lock:
            if self._is_rung:
                self._is_rung = False
                os.read(self.fd, 1)

    def close(self) -> None:
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                os.close(self.fd)
                os.close(self._far)


class Intake:
    """Which call begins next, and when.

    With a pace, that is also asked before a request is sent again: the library sends each once.
    """

    def __init__(self, client: Any, source: Any, concurrency: int, pace: Any) -> None:
        self._settings = client._settings
        self._source = source
        self._concurrency = concurrency
        self._pace = pace
        self._counts_tokens = getattr(pace, "counts_tokens", False)
        self._count = 0
        self._waiting = 0  # begun, or with a time to begin
        self._next: tuple[float, Outcome] | None = None
        self._again: list[tuple[float, int, Outcome]] = []

    @property
    def is_over(self) -> bool:
        """All that there was has an outcome."""
        return not self._waiting and bool(self._source.is_over)

    def next(self) -> Outcome | None:
        """The outcome to be whose call begins now; None when it is not yet time for any."""
        if self._pace is None:
            return self._new()
        now = monotonic()
        if self._next is None:
            outcome = self._due(now) or self._new()
            if outcome is None:
                return None
            self._next = now + self._reserve(outcome), outcome
        at, outcome = self._next
        held = getattr(self._pace, "held", None)
        if held is not None:
            at = max(at, now + held())
        self._next = None if at <= now else (at, outcome)
        return outcome if at <= now else None

    def seconds(self) -> float | None:
        """How long until the next one begins, where that is a matter of time."""
        if self._next is not None:
            return max(0.0, self._next[0] - monotonic())
        return max(0.0, self._again[0][0] - monotonic()) if self._again else None

    def ended(self, outcome: Outcome) -> bool:
        """Takes note of the end of a call. False when it is to be made again."""
        if self._pace is not None and self._is_again(outcome):
            return False
        self._waiting -= 1
        self._source.give_room()
        return True

    def _new(self) -> Outcome | None:
        if self._waiting >= self._concurrency:
            return None
        asked = self._source.take()
        if asked is NOTHING:
            return None
        self._waiting += 1
        self._count += 1
        return Outcome(self._count - 1, asked)

    def _due(self, now: float) -> Outcome | None:
        return heappop(self._again)[2] if self._again and self._again[0][0] <= now else None

    def _reserve(self, outcome: Outcome) -> float:
        try:
            tried = outcome.tried or self._first_time(outcome)
        except Exception:  # so it is when the call begins, and then it is the outcome
            return 0.0
        seconds = (
            self._pace.reserve(1, tried.tokens) if self._counts_tokens else self._pace.reserve(1)
        )
        if not seconds >= 0:  # nor is nan
            raise ValueError(f"pace: reserve() must return seconds of at least 0, not {seconds!r}")
        return float(seconds)

    def _first_time(self, outcome: Outcome) -> Tried:
        request = outcome.asked()
        tried = outcome.tried = Tried(self._option(request, "max_retries", 2))
        if self._counts_tokens:
            body = request.body or {}
            size = len(_requests.dumps(body))
            tried.tokens = self._pace.estimate(size, body.get("max_output_tokens"))
        request.options = {**request.options, "max_retries": "0"}
        headers = request.headers or {}
        if not any(name.lower() == _requests.KEY.lower() for name in headers):
            request.headers = _requests.keyed(_random_key(), headers)
        return tried

    def _option(self, request: Any, name: str, default: int) -> int:
        told = request.options.get(name) or self._settings.options.get(name)
        try:
            return default if told is None else int(told)
        except ValueError:
            return default

    def _is_again(self, outcome: Outcome) -> bool:
        tried, error = outcome.tried, outcome.error
        if tried is None:
            return False
        tried.count += 1
        headers: Any = {}
        if tried.headers:
            headers = Headers(tried.headers.decode("utf-8", "replace"))
        elif isinstance(error, _errors.APIStatusError):
            headers = error.response.headers
        heed = getattr(self._pace, "heed", None)
        if heed is not None and headers:
            heed(headers)
        if self._counts_tokens:
            self._settle(tried, outcome.response)
        if outcome.response is not None:
            outcome.response._attempts = tried.count
        if not isinstance(error, _errors.APIError):
            return False
        error.attempts = tried.count
        pause = error.retry_after
        if pause is None:
            pause = self._backoff(outcome, tried.count)
        if pause > LONGEST_PAUSE_S or not error.is_retryable:
            return False
        status = getattr(error, "status_code", None)
        hold = getattr(self._pace, "hold", None)
        if hold is not None and (
            status == 429 or (status == 503 and error.retry_after is not None)
        ):
            hold(pause)
        if tried.count > tried.most:
            return False
        outcome.error = None
        tried.headers = b""
        heappush(self._again, (monotonic() + pause, outcome.index, outcome))
        return True

    def _settle(self, tried: Tried, response: Any) -> None:
        """Makes good what was estimated. What is refused takes no tokens."""
        usage = getattr(response, "usage", None)
        used = getattr(usage, "total_tokens", None)
        output = getattr(usage, "output_tokens", None)
        if isinstance(output, int):
            self._pace.learn(output)
        if response is None or isinstance(used, int):
            self._pace.spend((used or 0) - tried.tokens)

    def _backoff(self, outcome: Outcome, count: int) -> float:
        from random import random

        request = outcome.asked()
        least = self._option(request, "retry_min_ms", 500)
        most = self._option(request, "retry_max_ms", 8000)
        return min(most, least * 2.0 ** min(count - 1, 30)) / 1000 * (1 - random() / 4)


class Tried:
    """How often a request was sent, and what its last answer said."""

    __slots__ = ("count", "headers", "most", "tokens")

    def __init__(self, retries: int) -> None:
        self.count = 0
        self.most = retries
        self.tokens = 0.0
        self.headers = b""


def _random_key() -> str:
    from uuid import uuid4

    return f"libresponses-{uuid4()}"
