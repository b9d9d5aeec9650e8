"""Connections, and the clients of the library that use them; what a fork does to them.

An `Engine` is one client of the library with its connections and its descriptor. Every client of
this package, ``with_options`` copies too, derives a `Handle` from one: options of its own, shared
connections. A child process finds its parent's engine by its process id, closes its copies of the
descriptors, and opens one of its own.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from os import getpid

from . import _errors, _options
from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._options import Settings

_lock = allocate_lock()


def _after_fork() -> None:
    """Another thread of the parent may have held the lock; nobody does here."""
    global _lock
    _lock = allocate_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def lock() -> Any:
    """The lock under which clients are opened."""
    return _lock


class Owned:
    """A client of the library, freed once, with its owner."""

    __slots__ = ("__weakref__", "handle", "pid")

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.pid = getpid()

    def close(self) -> None:
        """Frees it. In a child, that closes the child's copies of the descriptors, no more."""
        handle, self.handle = self.handle, 0
        if handle:
            lib.quick.responses_client_free(handle)

    def __del__(self) -> None:
        if getpid is not None and self.pid == getpid():
            self.close()


class Engine(Owned):
    """Connections and a descriptor."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(_options.new_handle())


class Handle(Owned):
    """Options of one client, over the connections of an engine."""

    __slots__ = ("engine",)

    def __init__(self, engine: Engine, settings: Settings) -> None:
        super().__init__(_options.derived_handle(engine.handle))
        self.engine = engine
        try:
            settings.apply(self.handle)
            if os.environ.get("OPENAI_LOG"):
                from . import _log

                _log.attach(self.handle, os.environ["OPENAI_LOG"])
        except BaseException:
            self.close()
            raise


class Connections:
    """The engine that a client and its copies share, opened anew in a child process."""

    __slots__ = ("_engine", "is_closed")

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self.is_closed = False

    def engine(self) -> Engine:
        engine = self._engine
        if engine is not None and engine.pid == getpid():
            return engine
        if self.is_closed:
            raise _errors.ClosedError("the client is closed")
        with _lock:
            engine = self._engine
            if engine is None or engine.pid != getpid():
                inherited, self._engine = engine, Engine()
                if inherited is not None:
                    inherited.close()
            return self._engine  # type: ignore[return-value]

    def close(self) -> None:
        self.is_closed = True
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
