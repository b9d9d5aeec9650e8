"""Keys that a function of the program gives: the library asks before each attempt of a call."""

from __future__ import annotations

from ctypes import c_void_p
from itertools import count
from weakref import WeakValueDictionary

from . import _errors, _options
from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_answer = lib.quick.responses_key_request_answer
_free = lib.blocking.responses_key_request_free
_set = lib.quick.responses_client_set_key_callback

_numbers = count(1)


class Source:
    """Where one call has its keys from. The call keeps it.

    A function that waits must not hold up others: ``spawn`` calls it beside them, where greenlets
    wait, and ``schedule`` runs a coroutine that it returns, in an event loop.
    """

    __slots__ = ("__weakref__", "_provider", "_schedule", "_spawn", "error", "number")

    def __init__(
        self,
        provider: Callable[[], Any],
        spawn: Callable[[Callable[[], None]], object] | None = None,
        schedule: Callable[[Any], object] | None = None,
    ) -> None:
        self._provider = provider
        self._spawn = spawn
        self._schedule = schedule
        self.error: BaseException | None = None
        self.number = next(_numbers)
        _sources[self.number] = self

    def attach(self, client: int) -> None:
        """Has the calls of a client of the library ask here."""
        _set(client, _callback, c_void_p(self.number))

    def ask(self, request: int) -> bool:
        """Answers a request for a key. False when the answer comes later."""
        if self._spawn is not None:
            self._spawn(lambda: self._apart(request))
            return False
        return self._fetch(request)

    def _apart(self, request: int) -> None:
        if self._fetch(request):
            _free(request)

    def _fetch(self, request: int) -> bool:
        try:
            key = self._provider()
            if hasattr(key, "__await__"):
                if self._schedule is None:
                    if hasattr(key, "close"):
                        key.close()
                    raise TypeError("api_key: a function that is awaited needs AsyncOpenAI")
                self._schedule(self._awaited(request, key))
                return False
            self._give(request, key)
        except BaseException as problem:
            self.error = problem
        return True

    async def _awaited(self, request: int, key: Any) -> None:
        try:
            self._give(request, await key)
        except Exception as problem:
            self.error = problem
        finally:
            _free(request)

    def _give(self, request: int, key: Any) -> None:
        text = _options.native(_options.key_text(key), "api_key")
        error = c_void_p()
        status = _answer(request, text, len(text), error)
        if status < 0:
            raise _errors.from_library(status, error.value)


_sources: WeakValueDictionary[int, Source] = WeakValueDictionary()


def _on_request(request: int, number: int | None) -> None:
    is_done = True
    try:
        source = _sources.get(number or 0)
        is_done = source is None or source.ask(request)
    finally:
        # Without an answer the call ends; whatever was raised here is in the source.
        if is_done:
            _free(request)


_callback = lib.KeyCallback(_on_request)


def source(settings: Any, reactor: Any = None) -> Source | None:
    """The source for a call of a client with these settings, where a function gives its keys."""
    provider = settings.api_key_provider
    if provider is None:
        return None
    if reactor is None:
        return Source(provider)
    return Source(provider, reactor.spawn, reactor.schedule)
