"""Functions that are called with the events of a connection, by the type of the event."""

from __future__ import annotations

from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from typing_extensions import Self


class Handlers:
    """Those of one connection, each with whether it is called once."""

    def __init__(self) -> None:
        self._by_type: dict[str, list[tuple[Callable[..., Any], bool]]] = {}
        self._lock = allocate_lock()

    def add(self, event_type: str, handler: Callable[..., Any], once: bool) -> None:
        with self._lock:
            self._by_type.setdefault(event_type, []).append((handler, once))

    def remove(self, event_type: str, handler: Callable[..., Any]) -> None:
        with self._lock:
            found = self._by_type.get(event_type, [])
            for at, (one, _) in enumerate(found):
                if one == handler:
                    del found[at]
                    break

    def take(self, event_type: str) -> list[Callable[..., Any]]:
        """The functions to call for an event. Those for one time are gone then."""
        with self._lock:
            found = self._by_type.get(event_type)
            if not found:
                return []
            self._by_type[event_type] = [one for one in found if not one[1]]
            return [handler for handler, _ in found]


class Handled:
    """What has handlers: ``on``, ``off`` and ``once``."""

    _handlers: Handlers

    def on(self, event_type: str, handler: Callable[..., Any] | None = None) -> Any:
        """Has a function called with each event of a type, "event" for every type.

        ``connection.on("response.completed", handler)``, or a decorator,
        ``@connection.on("response.completed")``. `dispatch_events` calls them.
        """
        return self._added(event_type, handler, False)

    def once(self, event_type: str, handler: Callable[..., Any] | None = None) -> Any:
        """As `on`, for the next event of the type alone."""
        return self._added(event_type, handler, True)

    def off(self, event_type: str, handler: Callable[..., Any]) -> Self:
        """Takes a function out again."""
        self._handlers.remove(event_type, handler)
        return self

    def _added(self, event_type: str, handler: Callable[..., Any] | None, once: bool) -> Any:
        if handler is not None:
            self._handlers.add(event_type, handler, once)
            return self

        def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
            self._handlers.add(event_type, function, once)
            return function

        return decorator
