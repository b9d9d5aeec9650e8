"""What HTTP says of a request and of its answer: headers, URLs, and both as objects.

The names are those of httpx, which programs for the ``openai`` package find there.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta
    from typing import Any

# Their values are keys: they are there, and not shown.
_HIDDEN = frozenset({"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"})


class Headers(dict):  # type: ignore[type-arg]
    """Headers by name, in any case; made of lines ``name: value``."""

    def __init__(self, lines: str = "") -> None:
        super().__init__()
        for line in lines.splitlines():
            name, _, value = line.partition(":")
            key = name.strip().lower()
            value = value.strip()
            dict.__setitem__(self, key, f"{self[key]}, {value}" if key in self else value)

    def __getitem__(self, name: str) -> str:
        return str(super().__getitem__(name.lower()))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)

    def set(self, name: str, value: str) -> None:
        """Sets a header, in place of one with this name."""
        dict.__setitem__(self, name.lower(), value)

    def __reduce__(self) -> Any:
        return Headers, ("\n".join(f"{name}: {value}" for name, value in self.items()),)

    def __repr__(self) -> str:
        shown = {name: "[secure]" if name in _HIDDEN else value for name, value in self.items()}
        return f"Headers({shown!r})"


class URL(str):
    """A URL: text, with its parts as attributes."""

    __slots__ = ()

    def _part(self, name: str) -> Any:
        from urllib.parse import urlsplit

        return getattr(urlsplit(self), name)

    @property
    def scheme(self) -> str:
        return str(self._part("scheme"))

    @property
    def host(self) -> str:
        return str(self._part("hostname") or "")

    @property
    def port(self) -> int | None:
        found: int | None = self._part("port")
        return found

    @property
    def path(self) -> str:
        return str(self._part("path"))

    @property
    def query(self) -> bytes:
        return str(self._part("query")).encode()

    @property
    def params(self) -> dict[str, str]:
        """The query by name."""
        from urllib.parse import parse_qsl

        return dict(parse_qsl(self._part("query"), keep_blank_values=True))


def url(base_url: str, path: str, query: str = "") -> URL:
    """Where a request goes: a path below the base URL, which may have a query of its own."""
    base, _, own = base_url.partition("#")[0].partition("?")
    path, _, told = path.partition("?")
    queries = "&".join(one for one in (own, told, query) if one)
    made = base.rstrip("/") + path
    return URL(f"{made}?{queries}" if queries else made)


def public_url(base_url: str, path: str) -> URL:
    """The same for messages and logs, without the base URL's query: that may be a secret."""
    return url(base_url.partition("#")[0].partition("?")[0], path)


class HTTPRequestInfo:
    """A request: ``method``, ``url``, ``headers``, ``content``, as far as they are known."""

    def __init__(
        self, method: str = "", url: str = "", headers: Headers | None = None, content: bytes = b""
    ) -> None:
        self.method = method
        self.url = URL(url)
        self.headers = Headers() if headers is None else headers
        self.content = content

    def read(self) -> bytes:
        return self.content

    def __repr__(self) -> str:
        return f"<Request({self.method!r}, {str(self.url)!r})>"


class HTTPResponseInfo:
    """An answer that has been read: ``status_code``, ``headers``, ``text``, ``json()``, ``request``
    and so on.
    """

    is_closed = True
    http_version = ""
    is_stream_consumed = True
    _elapsed: float | None = None

    def __init__(
        self, status_code: int, headers: Mapping[str, str], text: str | bytes = b""
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self._content = text.encode() if isinstance(text, str) else text
        self.request = HTTPRequestInfo()

    @property
    def content(self) -> bytes:
        return self._content

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def url(self) -> URL:
        return self.request.url

    @property
    def reason_phrase(self) -> str:
        from http.client import responses

        return responses.get(self.status_code, "")

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def is_error(self) -> bool:
        return self.status_code >= 400

    @property
    def elapsed(self) -> timedelta:
        """How long it took, from the first attempt to the end of the answer."""
        from datetime import timedelta

        if self._elapsed is None:
            raise RuntimeError("'.elapsed' may only be accessed after the response has been read")
        return timedelta(seconds=self._elapsed)

    def json(self) -> Any:
        import json

        return json.loads(self.text.lstrip("\ufeff"))

    def read(self) -> bytes:
        return self.content

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return pieces(self.content, chunk_size)

    iter_raw = iter_bytes

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        return pieces(self.text, chunk_size)

    def iter_lines(self) -> Iterator[str]:
        return iter(lines(self.text))

    def close(self) -> None:
        """There is nothing to close: the answer is here."""

    def raise_for_status(self) -> HTTPResponseInfo:
        """Raises nothing: a status of 400 or more was raised by the call."""
        return self

    def __repr__(self) -> str:
        reason = self.reason_phrase
        return f"<Response [{self.status_code}{' ' + reason if reason else ''}]>"


def lines(text: str) -> list[str]:
    """The lines of a body: JSON has some of the characters at which ``splitlines`` splits."""
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return found if found[-1] else found[:-1]


def pieces(whole: Any, size: int | None) -> Iterator[Any]:
    """Bytes or text in pieces of a size, or in one."""
    step = size or max(1, len(whole))
    for at in range(0, len(whole), step):
        yield whole[at : at + step]


class Repieced:
    """Puts pieces of any size together to pieces of one size. With none they stay as they are."""

    def __init__(self, size: int | None) -> None:
        self.size = size
        self.held = b""

    def add(self, piece: bytes) -> list[bytes]:
        """The pieces that are whole now."""
        if self.size is None:
            return [piece] if piece else []
        self.held += piece
        whole = len(self.held) - len(self.held) % self.size
        found = list(pieces(self.held[:whole], self.size)) if whole else []
        self.held = self.held[whole:]
        return found

    def rest(self) -> list[bytes]:
        """What is left at the end."""
        return [self.held] if self.held else []
