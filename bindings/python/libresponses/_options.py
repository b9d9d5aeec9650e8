"""Options of clients and calls, as they are given in Python and as the library wants them."""

from __future__ import annotations

from ctypes import byref, c_void_p

from . import _attempts, _errors
from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_set = lib.quick.responses_client_set
_set_header = lib.quick.responses_client_set_header


DEFAULT_MAX_RETRIES = 2


class _Kind(type):
    """Takes the marks of the ``openai`` package for ours: frameworks pass them on to any client."""

    def __instancecheck__(cls, value: object) -> bool:
        kind = type(value)
        if kind.__name__ not in ("Omit", "NotGiven"):
            return False
        return kind is cls or kind.__module__.partition(".")[0] == "openai"


class Omit(metaclass=_Kind):
    """Says "leave it out": as a parameter it is not sent, as a header it is taken out."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "omit"


NotGiven = Omit
omit: Any = Omit()  # may stand for any parameter
NOT_GIVEN = not_given = omit


class Timeout:
    """Time limits in seconds; None is no limit.

    ``total`` is for all of a call with its retries, ``connect`` for name lookup, connection and
    TLS, ``read`` from sending to the first event or the answer, and between two events. The first
    argument stands for ``connect`` and ``read`` where they are not given, as with httpx.
    ``write`` and ``pool`` are accepted and mean nothing.
    """

    def __init__(
        self,
        timeout: float | Omit | None = omit,
        *,
        total: float | Omit | None = omit,
        connect: float | Omit | None = omit,
        read: float | Omit | None = omit,
        write: float | Omit | None = omit,
        pool: float | Omit | None = omit,
    ) -> None:
        self.total = total
        self.connect = timeout if isinstance(connect, Omit) else connect
        self.read = timeout if isinstance(read, Omit) else read
        self.write = write
        self.pool = pool

    def __repr__(self) -> str:
        return f"Timeout(total={self.total}, connect={self.connect}, read={self.read})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeout) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def milliseconds(seconds: float | None) -> str:
    """Seconds as the library's milliseconds; no limit is 0, and the shortest limit is 1."""
    if seconds is None or seconds == float("inf"):
        return "0"
    if isinstance(seconds, str) or seconds != seconds:
        raise _errors.InvalidArgumentError("a timeout is a number of seconds, or None for no limit")
    if seconds < 0:
        raise _errors.InvalidArgumentError(f"a timeout cannot be negative: {seconds}")
    return str(max(1, int(seconds * 1000)))


def timeouts(timeout: Any) -> dict[str, str]:
    """The library's options for a ``timeout`` of a client or call: seconds, None, or a `Timeout`.

    A number limits all of a call, with its retries; None lifts every limit. httpx's ``Timeout``
    counts as one of ours.
    """
    if isinstance(timeout, Omit):
        return {}
    if timeout is None:
        names = "timeout_ms connect_timeout_ms first_event_timeout_ms idle_timeout_ms"
        return dict.fromkeys([*names.split(), "completion_grace_ms"], "0")
    if isinstance(timeout, (int, float)):
        return {"timeout_ms": milliseconds(timeout)}
    if not any(hasattr(timeout, name) for name in ("total", "connect", "read")):
        raise _errors.InvalidArgumentError(
            "timeout: expected seconds, None or a Timeout, not " + type(timeout).__name__
        )
    found = {}
    for name, options in (
        ("total", ["timeout_ms"]),
        ("connect", ["connect_timeout_ms"]),
        ("read", ["first_event_timeout_ms", "idle_timeout_ms"]),
    ):
        value = getattr(timeout, name, omit)
        if not isinstance(value, Omit):
            for option in options:
                found[option] = milliseconds(value)
    return found


def is_nothing(timeout: Any) -> bool:
    """Whether this leaves no time at all, so that nothing is sent."""
    return bool(getattr(timeout, "total", timeout) == 0)


def retries(max_retries: Any) -> dict[str, str]:
    """The library's option for ``max_retries``."""
    if isinstance(max_retries, Omit):
        return {}
    if max_retries is None or isinstance(max_retries, bool):
        raise TypeError(
            "max_retries cannot be None. If you want to disable retries, pass `0`; "
            "if you want the default behavior, pass `libresponses.DEFAULT_MAX_RETRIES`"
        )
    if not isinstance(max_retries, (int, float)) or max_retries != max_retries or max_retries < 0:
        raise _errors.InvalidArgumentError("`max_retries` must be a non-negative integer")
    return {"max_retries": str(int(min(max_retries, 100)))}


def pairs(query: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Names and values of a query: ``a[]=1`` for lists, ``a[b]=1`` for objects, None left out."""
    found = []
    for name, value in query.items():
        key = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(value, Omit) or value is None:
            continue
        if isinstance(value, (list, tuple)):
            found += [(key + "[]", text(inner)) for inner in value if inner is not None]
        elif isinstance(value, dict):
            found += pairs(value, key)
        else:
            found.append((key, text(value)))
    return found


def text(value: Any) -> str:
    """A value as a query or header has it."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)


def encoded(query: Mapping[str, Any]) -> str:
    """A query as it stands in a URL."""
    from urllib.parse import quote

    return "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs(query)
    )


def key_text(value: Any) -> str:
    """A key, which is text; what else it is is not shown."""
    if not isinstance(value, str):
        raise _errors.InvalidArgumentError(
            f"api_key: expected text or a function, not {type(value).__name__}"
        )
    return value


# What every request says of itself: gateways count their clients by it.
STANDARD = {"X-Stainless-Lang": "python"}


_OF_CONNECTIONS = (
    "base_url", "proxy", "no_proxy", "ca_file", "ca_path", "ca_fallback_file", "client_cert",
    "client_key", "tls_verify", "http_version", "tcp_keepalive_ms",
)  # fmt: skip
_OF_DEFAULTS = (
    "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID",
    "OPENAI_CUSTOM_HEADERS", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip


class Family:
    """What a client and its copies have in common: the recordings that they use up, for one."""


class Settings:
    """What a client was given, in a form that can be pickled."""

    _GIVEN = ("api_key_provider", "family", "headers", "on_attempt", "options", "query", "timeout")
    __slots__ = (*_GIVEN, "observer")

    def __init__(self) -> None:
        self.options: dict[str, str | None] = {}
        self.headers: dict[str, str | None] = {}
        self.query: dict[str, Any] = {}
        self.api_key_provider: Any = None
        self.observe(None)
        self.timeout: Any = omit
        self.family = Family()

    def __getstate__(self) -> Any:
        return [getattr(self, name) for name in self._GIVEN]

    def __setstate__(self, state: Any) -> None:
        for name, value in zip(self._GIVEN, state):
            setattr(self, name, value)
        self.observe(self.on_attempt)

    def observe(self, function: Any) -> None:
        """A function is told of every attempt."""
        self.on_attempt = function
        self.observer = None if function is None else _attempts.Observer(function)

    def copy(self) -> Settings:
        made = Settings()
        made.options = dict(self.options)
        made.headers = dict(self.headers)
        made.query = dict(self.query)
        made.api_key_provider = self.api_key_provider
        made.on_attempt, made.observer = self.on_attempt, self.observer
        made.timeout = self.timeout
        made.family = self.family
        return made

    def connections(self) -> Any:
        """What clients have in common that may share connections.

        The variables that the library has its defaults from count as well, as they are now.
        """
        options = self.options
        return (
            *[options.get(name) for name in _OF_CONNECTIONS],
            *[lib.environment(name) for name in _OF_DEFAULTS],
        )

    def apply(self, handle: int) -> None:
        """Sets everything on a client of the library."""
        options = self.options
        if options.get("replay_file"):  # the client that this one is derived from has it
            options = {name: value for name, value in options.items() if name != "replay_file"}
        set_all(handle, options, {**STANDARD, **self.headers})
        if self.query:
            set_all(handle, {"default_query": encoded(self.query)}, {})
        if self.observer is not None:
            self.observer.attach(handle)


def function(given: Any, name: str) -> Any:
    """A function, or None for none."""
    if given is None or callable(given):
        return given
    raise _errors.InvalidArgumentError(
        f"{name}: expected a function or None, not {type(given).__name__}"
    )


def check(status: int, error: c_void_p) -> None:
    """Raises when a function of the library has failed."""
    if status < 0:
        raise _errors.from_library(status, error.value)


def set_all(handle: int, options: Mapping[str, Any], headers: Mapping[str, Any]) -> None:
    """Sets options and headers on a client of the library; None puts a default back."""
    error = c_void_p()
    for name, value in options.items():
        if name not in names():
            # The name is not shown: it may be a value that went astray.
            raise _errors.InvalidArgumentError(
                f"options: no option has this name; the options are {', '.join(sorted(names()))}"
            )
        where = f"option {name!r}"
        data = None if value is None else native(str(value), where)
        try:
            check(_set(handle, name.encode(), data, byref(error)), error)
        except _errors.InvalidArgumentError as problem:
            if name in str(problem):
                raise
            raise _errors.InvalidArgumentError(f"{where}: {problem}") from None
    for name, value in headers.items():
        data = None
        if value is not None and not isinstance(value, Omit):
            data = native(text(value), "the value of a header")
        named = native(name, "the name of a header")
        check(_set_header(handle, named, data, byref(error)), error)


_names: frozenset[str] = frozenset()


def names() -> frozenset[str]:
    """The options that the library has."""
    global _names
    if not _names:
        found: list[str] = []
        while name := lib.quick.responses_option_name(len(found)):
            found.append(name.decode())
        _names = frozenset(found)
    return _names


def native(value: Any, what: str) -> bytes:
    """Text as the library wants it. Messages do not show it: it may be a key."""
    if not isinstance(value, str):
        raise _errors.InvalidArgumentError(f"{what}: expected text, not {type(value).__name__}")
    if "\0" in value:
        raise _errors.InvalidArgumentError(f"{what}: text must not contain NUL")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise _errors.InvalidArgumentError(
            f"{what}: text must not contain half a surrogate pair"
        ) from None
