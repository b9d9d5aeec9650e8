"""HTTP requests of another client as calls of the library, whose answers stay as they come.

``httpx.py`` makes transports of these for httpx and httpx2; nothing here imports either.
"""

from __future__ import annotations

import re
from ctypes import byref, c_size_t, string_at
from urllib.parse import unquote

from . import _constants, _engine, _errors, _options
from . import _library as lib
from ._call import RawCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, NoReturn

# What is behind the base URL, as the library divides it: the id of a response is one segment.
_ROUTE = re.compile(rb"^(?P<base>.*)/responses(?P<rest>(?:/[^/]+){0,2})/?$")
_DEEPER = {b"cancel", b"input_items"}
# The library says these itself: what it sends and takes it knows best.
_OWN = frozenset(
    "host content-length transfer-encoding connection accept accept-encoding content-type te"
    " expect keep-alive proxy-connection trailer upgrade".split()
)
# They are about the bytes on the wire; the library has taken these apart.
_OF_THE_WIRE = frozenset(
    "content-length transfer-encoding content-encoding connection keep-alive".split()
)


class Failed(Exception):
    """A call that has ended without a success: by an answer, or without one."""

    def __init__(self, status: int, error: int | None) -> None:
        quick = lib.quick
        self.status = status
        self.http_status: int = quick.responses_error_http_status(error)
        self.phase: str | None = _errors.PHASES.get(quick.responses_error_phase(error))
        self.lines = _field(error, _constants.ERROR_HEADERS)
        self.body = _field(error, _constants.ERROR_BODY)
        self.http_version = _field(error, _constants.ERROR_HTTP_VERSION)
        message = _field(error, _constants.ERROR_MESSAGE).decode("utf-8", "replace")
        super().__init__(message or lib.quick.responses_status_text(status).decode())
        quick.responses_error_free(error)


def _field(error: int | None, field: int) -> bytes:
    length = c_size_t()
    text: int | None = lib.quick.responses_error_field(error, field, byref(length))
    return string_at(text, length.value) if text else b""


class PassedOn(RawCall):
    """A call whose bytes are passed on, and whose errors are not exceptions of this package."""

    __slots__ = ()

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.hands = "bytes"

    def fail(self, status: int, error: int | None) -> NoReturn:
        """Raises what went wrong."""
        self.is_done = status not in (_constants.E_BUSY, _constants.E_FORKED)
        raise Failed(status, error)


class Head:
    """Status and headers of an answer."""

    __slots__ = ("headers", "http_version", "status")

    def __init__(self, status: int, lines: bytes, http_version: bytes) -> None:
        self.status = status
        self.http_version = http_version
        self.headers = [
            (name, value)
            for name, _, value in (line.partition(b": ") for line in lines.split(b"\n") if line)
            if name.lower().decode("latin-1") not in _OF_THE_WIRE
        ]

    @classmethod
    def of(cls, call: PassedOn) -> Head:
        """The head of a success, when it is there."""
        status, lines, _, http_version = call.head()
        return cls(status, lines, http_version)


class Exchange:
    """A request that the library can carry out: which operation, with which options.

    ``start`` is that of ``_requests.Request``, so that a ``Line`` starts it.
    """

    __slots__ = ("arguments", "headers", "is_stream", "name", "operation", "options")

    def __init__(
        self,
        method: str,
        origin: str,
        target: bytes,
        headers: Mapping[str, str],
        body: bytes,
        limits: Mapping[str, float | None],
    ) -> None:
        where, _, query = target.partition(b"?")
        route = _ROUTE.match(where)
        kind = headers.get("content-type", "application/json")
        if route is None or not kind.lower().startswith("application/json"):
            raise ValueError("no request of this API")
        rest = route["rest"].strip(b"/").split(b"/") if route["rest"] else []
        if len(rest) == 2 and rest[1] not in _DEEPER:
            raise ValueError("no request of this API")
        self.options: dict[str, str] = {
            "base_url": origin + (route["base"].decode("ascii") or "/"),
            "organization": "",
            "project": "",
        }
        if "connect" in limits:
            self.options["connect_timeout_ms"] = _options.milliseconds(limits["connect"])
        if "read" in limits:
            read = _options.milliseconds(limits["read"])
            self.options["first_event_timeout_ms"] = self.options["idle_timeout_ms"] = read
        self.headers: dict[str, str | None] = dict.fromkeys(_added_by_environment())
        self.headers.update((k, v) for k, v in headers.items() if k.lower() not in _OWN)
        self.name = f"{method} /responses"
        self._choose(method, rest, query.decode("ascii"), body)

    def _choose(self, method: str, rest: list[bytes], query: str, body: bytes) -> None:
        self.is_stream = False
        self.arguments: tuple[Any, ...]
        if method == "POST" and not rest:
            self.is_stream = _asks_for_stream(body)
            self.operation = "create_stream" if self.is_stream else "create"
            self.arguments = body, len(body)
        elif method == "GET" and len(rest) == 1 and "stream=true" in query.split("&"):
            self.is_stream = True
            self.operation = "get_stream"
            left, params = [], b"{}"
            for one in query.split("&"):
                name, _, value = one.partition("=")
                if name == "starting_after" and value.isdecimal():
                    params = b'{"starting_after":%d}' % int(value)
                elif one != "stream=true":
                    left.append(one)
            query = "&".join(left)
            self.arguments = unquote(rest[0].decode("ascii")).encode(), params, len(params)
        else:
            path = "/".join(["/responses", *(one.decode("ascii") for one in rest)])
            self.operation = "send"
            self.arguments = method.encode(), path.encode(), body or None, len(body)
        if query:
            self.options["default_query"] = query

    def start(self, client: int, settings: Any, source: Any = None) -> PassedOn:
        """Starts it on a client of the library."""
        derived = _engine.Derived(client)
        try:
            _options.set_all(derived.handle, self.options, self.headers)
            function = getattr(lib.blocking, f"responses_{self.operation}_start")
            base_url = self.options["base_url"]
            return PassedOn(self.name, base_url, None, function, derived.handle, *self.arguments)
        finally:
            derived.close()


def _asks_for_stream(body: bytes) -> bool:
    kind = lib.Int._type_()
    found = lib.quick.responses_json_get(body, len(body), b"/stream", byref(kind), None, None)
    if found not in (_constants.OK, _constants.E_RANGE):
        raise ValueError("no JSON")
    return found == _constants.OK and kind.value == _constants.JSON_TRUE


def _added_by_environment() -> Iterable[str]:
    """The headers that the library would add of its own, which are not this request's."""
    names = ["Authorization", *_options.STANDARD]
    lines = lib.environment("OPENAI_CUSTOM_HEADERS") or ""
    return [*names, *(line.partition(":")[0].strip() for line in lines.splitlines() if ":" in line)]


def settings(options: Mapping[str, Any], max_retries: int) -> _options.Settings:
    """Those of all calls of a transport. ``options`` are the library's, by their names."""
    made = _options.Settings()
    made.options = {
        "max_error_bytes": str(64 << 20),
        **_options.retries(max_retries),
        **{name: None if value is None else str(value) for name, value in options.items()},
        "raw": "1",
    }
    return made
