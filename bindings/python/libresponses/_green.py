"""What greenlets wait with: gevent or eventlet, where one of them has patched the sockets."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Gevent:
    """Greenlets of gevent, in the hub of one thread."""

    def __init__(self, hub: Any) -> None:
        from gevent import event, socket, spawn  # type: ignore[import-untyped, unused-ignore]

        self.place = hub
        self.readable: Callable[[int], object] = socket.wait_read
        self.Event: Callable[[], Any] = event.Event
        self.spawn: Callable[[Callable[[], None]], object] = spawn

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        from gevent import spawn_later

        spawn_later(seconds, function)

    def epoll(self) -> Any:
        from gevent.monkey import get_original  # type: ignore[import-untyped, unused-ignore]

        return get_original("select", "epoll")()


class Eventlet:
    """Green threads of eventlet, in the hub of one thread."""

    def __init__(self, hub: Any) -> None:
        from eventlet import spawn_n  # type: ignore[import-untyped, unused-ignore]

        self.place = hub
        self.spawn: Callable[[Callable[[], None]], object] = spawn_n

    def readable(self, fd: int) -> None:
        from eventlet.hubs import trampoline  # type: ignore[import-untyped, unused-ignore]

        trampoline(fd, read=True)

    def Event(self) -> Any:
        return _EventletEvent()

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        from eventlet import spawn_after  # type: ignore[import-untyped, unused-ignore]

        spawn_after(seconds, function)

    def epoll(self) -> Any:
        from eventlet.patcher import original  # type: ignore[import-untyped, unused-ignore]

        return original("select").epoll()


class _EventletEvent:
    def __init__(self) -> None:
        from eventlet.event import Event  # type: ignore[import-untyped, unused-ignore]

        self._event = Event()

    def set(self) -> None:
        if not self._event.ready():
            self._event.send()

    def wait(self) -> None:
        self._event.wait()


_modules = sys.modules
_known: dict[int, Any] = {}  # what was made for a hub


def current() -> Any:
    """How the greenlets of this thread wait. None in a program whose threads are threads."""
    if "gevent.monkey" in _modules and _modules["gevent.monkey"].is_module_patched("socket"):
        return _made(Gevent, _modules["gevent"].get_hub())
    if "eventlet.patcher" in _modules and _modules["eventlet.patcher"].is_monkey_patched("socket"):
        return _made(Eventlet, _modules["eventlet.hubs"].get_hub())
    return None


def _made(kind: Any, hub: Any) -> Any:
    found = _known.get(id(hub))
    if found is None or found.place is not hub:
        if len(_known) > 100:  # of threads that have ended, most of them
            _known.clear()
        found = _known[id(hub)] = kind(hub)
    return found
