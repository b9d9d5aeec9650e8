"""How fast requests are sent: `Pace`."""

from __future__ import annotations

import re
from _thread import allocate_lock
from math import isfinite
from time import monotonic

from . import _errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Pacing(Protocol):
        """What ``map`` asks when it may send: a `Pace`, or an object of the program."""

        def reserve(self, n: int, /) -> float:
            """Takes room for ``n`` requests. In how many seconds the first of them may be sent."""


# How much time is made up for, where nobody asked for a while.
CATCH_UP_S = 1.0

# The longest that one answer's x-ratelimit-* hold up others: what they count may be a day.
LONGEST_S = 60.0

# Tokens of an answer before there has been one.
OUTPUT_TOKENS = 256.0

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|)")


class Pace:
    """How many requests and tokens a minute are sent, evenly, by all who share this object.

    Any number of `map` calls, clients and threads of one process may. None is no limit of its own.
    A smaller limit that the server names in ``x-ratelimit-limit-*`` is kept as well. Once the
    server says that nothing is left, nothing is sent until there is, and so it is while a
    ``Retry-After`` lasts. Tokens are estimated before they are known, and made good afterwards.
    """

    def __init__(
        self,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
    ) -> None:
        self.requests_per_minute = _limit("requests_per_minute", requests_per_minute)
        self.tokens_per_minute = _limit("tokens_per_minute", tokens_per_minute)
        self._lock = allocate_lock()
        self._requests = _Rate(self.requests_per_minute)
        self._tokens = _Rate(self.tokens_per_minute)
        self._held_until = 0.0
        self._output = OUTPUT_TOKENS  # of a usual answer

    @property
    def counts_tokens(self) -> bool:
        """Whether there is a limit of tokens."""
        return self._tokens.per_minute is not None

    @property
    def limit(self) -> float | None:
        """Requests a minute, as it is with what the server said."""
        return self._requests.per_minute

    def reserve(self, n: int = 1, tokens: float = 0) -> float:
        """Takes room for ``n`` requests. In how many seconds the first of them may be sent."""
        with self._lock:
            now = monotonic()
            waits = self._requests.take(n, now), self._tokens.take(tokens, now)
            return max(0.0, self._held_until - now, *waits)

    def spend(self, tokens: float) -> None:
        """Counts tokens that were not reserved, or, below 0, that were and are not needed."""
        with self._lock:
            self._tokens.move(tokens)

    def hold(self, seconds: float) -> None:
        """Holds all requests up for so long."""
        with self._lock:
            self._held_until = max(self._held_until, monotonic() + seconds)

    def held(self) -> float:
        """For how many seconds requests are held up, also those that have their room."""
        return max(0.0, self._held_until - monotonic())

    def heed(self, headers: Any) -> None:
        """Follows the ``x-ratelimit-*`` of an answer."""
        for name, rate in (("requests", self._requests), ("tokens", self._tokens)):
            limit = _number(headers.get(f"x-ratelimit-limit-{name}"))
            if not limit:
                continue
            with self._lock:
                if rate.per_minute is None or limit < rate.per_minute:
                    rate.per_minute = limit
            left = _number(headers.get(f"x-ratelimit-remaining-{name}"))
            reset = duration(headers.get(f"x-ratelimit-reset-{name}"))
            if left is not None and reset is not None and left <= limit / 100:
                self.hold(_pause(limit, left, reset))

    def estimate(self, size: int, most: Any) -> float:
        """Tokens of a request of so many bytes, whose answer has at most ``most`` tokens."""
        output = min(self._output, most) if isinstance(most, int) else self._output
        return size / 4 + output

    def learn(self, output: float) -> None:
        """Takes note of how many tokens an answer had."""
        self._output += (output - self._output) / 8

    def __reduce__(self) -> Any:
        raise TypeError(
            "a Pace counts the requests of one process, and cannot be pickled; map_rows() of "
            "libresponses.dask, .ray and .spark takes requests_per_minute and tokens_per_minute"
        )

    def __repr__(self) -> str:
        return (
            f"Pace(requests_per_minute={self.requests_per_minute}, "
            f"tokens_per_minute={self.tokens_per_minute})"
        )


class _Rate:
    """So many a minute, one behind the other with the same distance."""

    def __init__(self, per_minute: float | None) -> None:
        self.per_minute = per_minute
        self._next: float | None = None  # when the next one may go

    def take(self, amount: float, now: float) -> float:
        """Takes room; in how many seconds it is there."""
        if self.per_minute is None or not amount:
            return 0.0
        at = now if self._next is None else max(self._next, now - CATCH_UP_S)
        self._next = at + amount * 60 / self.per_minute
        return at - now

    def move(self, amount: float) -> None:
        if self.per_minute is not None and self._next is not None:
            self._next += amount * 60 / self.per_minute


def _limit(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _errors.InvalidArgumentError(
            f"{name}: expected a number above 0, or None for no limit, not {type(value).__name__}"
        )
    if not isfinite(value) or value <= 0:
        raise _errors.InvalidArgumentError(
            f"{name}: expected a number above 0, or None for no limit, not {value}"
        )
    return value


def _number(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if isfinite(found) and found >= 0 else None


def duration(text: str | None) -> float | None:
    """Seconds of ``6m0s``, ``120ms`` or ``2.5``; None for anything else."""
    found, at = 0.0, 0
    text = (text or "").strip()
    while at < len(text):
        part = _DURATION.match(text, at)
        if part is None:
            return None
        found += float(part[1]) * _UNITS[part[2]]
        at = part.end()
    return found if text and isfinite(found) else None


def _pause(limit: float, left: float, reset: float) -> float:
    """For how long to send nothing, where next to nothing is left."""
    # ``reset`` is when all of the limit is there again. A bucket that is filled all the time has
    # room for one long before that; one that is filled each minute, or second, has none.
    is_bucket = reset >= 0.9 * 60 * (1 - left / limit)
    return min(LONGEST_S, reset / limit if is_bucket else reset)
