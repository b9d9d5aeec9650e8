"""What came of each attempt: a function of the program is told, and so is a tracer.

docs/observation.md says when.
"""

from __future__ import annotations

import sys
from ctypes import byref, c_size_t, c_void_p, string_at
from itertools import count
from weakref import WeakValueDictionary

from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_set = lib.quick.responses_client_set_attempt_callback
_json = lib.quick.responses_attempt_json
_response = lib.quick.responses_attempt_response
_response_json = lib.quick.responses_response_json

_numbers = count(1)


class _Shown:
    __slots__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={getattr(self, name)!r}" for name in self.__slots__ if name != "json"
        )
        return f"{type(self).__name__}({shown})"


class Times(_Shown):
    """In seconds since the attempt began; None for what did not happen."""

    __slots__ = (
        "connect", "first_byte", "first_event", "last_event", "lookup", "sent", "tls", "total",
    )  # fmt: skip

    def __init__(self, told: Mapping[str, int | None]) -> None:
        self.lookup = _seconds(told["lookup"])
        self.connect = _seconds(told["connect"])
        self.tls = _seconds(told["tls"])
        self.sent = _seconds(told["sent"])
        self.first_byte = _seconds(told["first_byte"])
        self.first_event = _seconds(told["first_event"])
        self.last_event = _seconds(told["last_event"])
        self.total = _seconds(told["total"])


class Tokens(_Shown):
    """The response's usage; None for what it does not say."""

    __slots__ = ("cached", "input", "output", "reasoning", "total")

    def __init__(self, told: Mapping[str, int | None]) -> None:
        self.input = told["input"]
        self.cached = told["cached"]
        self.output = told["output"]
        self.reasoning = told["reasoning"]
        self.total = told["total"]


class RateLimit(_Shown):
    """How many in a window, how many are left, and in how many seconds the limit is whole again."""

    __slots__ = ("limit", "remaining", "reset")

    def __init__(self, told: Mapping[str, int | None]) -> None:
        self.limit = told["limit"]
        self.remaining = told["remaining"]
        self.reset = _seconds(told["reset_ms"], 1e-3)


def _seconds(number: int | None, scale: float = 1e-6) -> float | None:
    return None if number is None else number * scale


class Attempt(_Shown):
    """One request on the wire that has ended, and what follows it.

    ``status`` is a name of the C library, "RESPONSES_OK" or "RESPONSES_E_...", and that of the call
    where it `is_last`. ``attempt`` is 0 when a call ended while none was under way. Texts and
    numbers are None where they are not known.
    """

    __slots__ = (
        "attempt", "bytes_received", "bytes_sent", "conversation", "events", "host", "http_status",
        "http_version", "json", "method", "next", "operation", "path", "pause", "phase", "port",
        "previous_response_id", "reason", "request_id", "request_limit", "request_model",
        "response_id", "response_model", "retry_after", "reused", "status", "times", "token_limit",
        "tokens",
    )  # fmt: skip

    def __init__(self, json: str) -> None:
        from json import loads

        told: dict[str, Any] = loads(json)
        self.json = json
        self.attempt: int = told["attempt"]
        self.operation: str = told["operation"]
        self.method: str | None = told["method"]
        self.path: str = told["path"]
        self.host: str = told["host"]
        self.port: int = told["port"]
        self.http_version: str | None = told["http_version"]
        self.http_status: int | None = told["http_status"]
        self.status: str = told["status"]
        self.reason: str | None = told["reason"]
        self.next: str = told["next"]
        self.pause: float = told["pause_ms"] / 1000
        self.phase: str = told["phase"]
        self.retry_after = _seconds(told["retry_after_ms"], 1e-3)
        self.reused: bool = told["reused"]
        self.times = Times(told["times_us"])
        self.bytes_sent: int = told["bytes"]["sent"]
        self.bytes_received: int = told["bytes"]["received"]
        self.events: int = told["events"]
        self.request_limit = RateLimit(told["rate_limits"]["requests"])
        self.token_limit = RateLimit(told["rate_limits"]["tokens"])
        self.tokens = Tokens(told["tokens"])
        self.request_model: str | None = told["request_model"]
        self.previous_response_id: str | None = told["previous_response_id"]
        self.conversation: str | None = told["conversation"]
        self.response_model: str | None = told["response_model"]
        self.response_id: str | None = told["response_id"]
        self.request_id: str | None = told["request_id"]

    @property
    def is_last(self) -> bool:
        """Whether the call has ended with it. Every call that was started has one such."""
        return self.next == "end"


class Observer:
    """Who is told of the attempts of some calls. Their client has it, and each call."""

    __slots__ = ("__weakref__", "_function", "_number")

    def __init__(self, function: Callable[[Attempt], object] | None) -> None:
        self._function = function
        self._number = next(_numbers)
        _observers[self._number] = self

    def attach(self, client: int) -> None:
        """Has the calls of a client of the library tell here."""
        _set(client, _callback, c_void_p(self._number))

    def told(self, attempt: Attempt, handle: int) -> None:
        """An attempt has ended; ``handle`` is the library's, for now."""
        if self._function is not None:
            self._function(attempt)


_observers: WeakValueDictionary[int, Observer] = WeakValueDictionary()


def response_json(handle: int) -> bytes:
    """The response that came of an attempt, while that is told."""
    response = _response(handle)
    return _copied(_response_json, response) if response else b""


def _copied(function: Any, handle: int) -> bytes:
    length = c_size_t()
    address = function(handle, byref(length))
    return string_at(address, length.value) if address else b""


def _on_attempt(handle: int, number: int | None) -> None:
    try:
        observer = _observers.get(number or 0)
        if observer is not None:
            observer.told(Attempt(_copied(_json, handle).decode("utf-8", "replace")), handle)
    except Exception:  # there is nobody above to hand it to, and the call goes on
        sys.excepthook(*sys.exc_info())


_callback = lib.AttemptCallback(_on_attempt)


class Watched(Observer):
    """One call that a tracer watches: what is sent with it, and who is told of its attempts."""

    __slots__ = ("_other", "headers")

    def __init__(self, headers: Mapping[str, str], other: Observer | None) -> None:
        super().__init__(None)
        self.headers = headers
        self._other = other

    def told(self, attempt: Attempt, handle: int) -> None:
        if self._other is not None:
            self._other.told(attempt, handle)

    def not_begun(self, problem: BaseException) -> None:
        """The call was not started after all."""


# Asked for each call, where somebody traces: a function of the request and the settings, which
# gives a `Watched`, or None.
watching: Callable[[Any, Any], Watched | None] | None = None
