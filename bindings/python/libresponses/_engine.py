"""Connections, and the clients of the library that use them; what a fork does to them.

An `Engine` is one client of the library with its connections and its descriptor. Every client of
this package, ``with_options`` copies too, derives a `Handle` from one: options of its own, shared
connections. Clients whose connections are alike share an engine, which goes with the last of them.
A child process finds its parent's engine by its process id, closes its copies of the descriptors,
and opens one of its own.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from ctypes import byref, c_void_p
from os import getpid
from weakref import WeakKeyDictionary, WeakValueDictionary

from . import _certificates, _options
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


_free = lib.quick.responses_client_free


class Owned:
    """A client of the library, freed once, with its owner; or what else is freed so."""

    __slots__ = ("__weakref__", "_place", "pid")

    def __init__(self, make: Any, *arguments: Any) -> None:
        # The library writes the handle to where the finalizer looks: an exception of a signal
        # between the two, or a failure, leaves nothing behind.
        self.pid = getpid()
        self._place = c_void_p()
        error = c_void_p()
        status = make(*arguments, byref(self._place), byref(error))
        _options.check(status, error)

    @property
    def handle(self) -> int:
        """The library's handle, 0 when it is closed."""
        return self._place.value or 0

    def close(self) -> None:
        """Frees it. In a child, that closes the child's copies of the descriptors, no more."""
        place = self._place
        handle = place.value
        place.value = None
        if handle:
            self._release(handle)

    def _release(self, handle: int) -> None:
        _free(handle)

    def __del__(self) -> None:
        # Names of the module are None when the interpreter ends.
        if hasattr(self, "_place") and _free is not None and self.pid == getpid():
            self.close()


class Engine(Owned):
    """Connections and a descriptor."""

    __slots__ = ("_replays",)

    def __init__(self) -> None:
        super().__init__(lib.blocking.responses_client_new)
        # Those that a client and its copies are derived from, by the file that they replay.
        self._replays: WeakKeyDictionary[Any, dict[str, Derived]] | None = None
        file = _certificates.fallback()
        # A library that was installed by others may be older, and knows no such option.
        if file and "ca_fallback_file" in _options.names():
            _options.set_all(self.handle, {"ca_fallback_file": file}, {})

    def base(self, settings: Settings) -> int:
        """The library's handle to derive a client from: copies that replay use up one file."""
        file = settings.options.get("replay_file")
        if not file:
            return self.handle
        if self._replays is None:
            self._replays = WeakKeyDictionary()
        files = self._replays.setdefault(settings.family, {})
        if file not in files:
            replaying = Derived(self.handle)
            _options.set_all(replaying.handle, {"replay_file": file}, {})
            files[file] = replaying
        return files[file].handle


_shared: WeakValueDictionary[Any, Engine] = WeakValueDictionary()


def shared(like: Any) -> Engine:
    """The engine of the clients of this process whose connections are alike. The lock is held."""
    key = getpid(), like
    engine = _shared.get(key)
    if engine is None:
        engine = _shared[key] = Engine()
    return engine


class Derived(Owned):
    """Options of their own, over the connections of another client."""

    __slots__ = ()

    def __init__(self, handle: int) -> None:
        super().__init__(lib.quick.responses_client_derive, handle)


class Handle(Derived):
    """Options of one client, over the connections of an engine."""

    __slots__ = ("engine",)

    def __init__(self, engine: Engine, settings: Settings) -> None:
        super().__init__(engine.base(settings))
        self.engine = engine
        try:
            settings.apply(self.handle)
            level = lib.environment("OPENAI_LOG")
            if level:
                from . import _log

                _log.attach(self.handle, level)
        except BaseException:
            self.close()
            raise
