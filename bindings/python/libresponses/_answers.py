"""Answers with what HTTP says of them, for ``with_raw_response`` and ``with_streaming_response``.

Nothing waits here. The names are those of the ``openai`` package and of httpx.
"""

from __future__ import annotations

from time import monotonic

from . import _errors, _models, _options, _requests
from ._http import URL, Headers, HTTPRequestInfo, HTTPResponseInfo, url
from ._library import version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from typing import Any

    from ._call import Head


_HTTP_PACKAGES = ("httpx", "httpx2")


class SentRequest(HTTPRequestInfo):
    """The request of an answer, put together anew when it is looked at.

    Its headers are those that the client and the call ask for; the library adds ``host``,
    ``accept-encoding``, ``content-length`` and an ``idempotency-key``.
    """

    def __init__(self, client: Any, request: _requests.Request) -> None:
        self._settings = client._settings
        self._request = request
        self.method = request.name.partition(" ")[0]

    def __getattr__(self, name: str) -> Any:
        if name == "url":
            made: Any = self._url()
        elif name == "headers":
            made = self._headers()
        elif name == "content":
            body = self._request.body
            made = b"" if body is None else _requests.dumps(body)
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__[name] = made
        return made

    def _url(self) -> URL:
        query = {**self._settings.query, **(self._request.query or {})}
        told = _options.encoded({**query, **_requests.asked(self._request)})
        return url(
            self._settings.options.get("base_url") or "", self._request.name.partition(" ")[2], told
        )

    def _headers(self) -> Headers:
        options = self._settings.options
        is_stream = self._request.operation.endswith("_stream")
        made = Headers()
        made.set("accept", "text/event-stream" if is_stream else "application/json")
        if self._request.body is not None:
            made.set("content-type", "application/json")
        key = options.get("api_key")
        header = options.get("auth_header") or "authorization"
        if key:
            made.set(header, f"Bearer {key}" if header.lower() == "authorization" else key)
        for name in ("organization", "project"):
            if options.get(name):
                made.set(f"openai-{name}", options[name])
        made.set("user-agent", options.get("user_agent") or f"libresponses/{version()}")
        for headers in (_options.STANDARD, self._settings.headers, self._request.headers or {}):
            for name, value in headers.items():
                if value is None or isinstance(value, _options.Omit):
                    made.pop(name.lower(), None)
                else:
                    made.set(name, _options.text(value))
        return made


class HTTPResponse(HTTPResponseInfo):
    """What HTTP says of the answer of a call, which may be under way still."""

    def __init__(
        self,
        request: HTTPRequestInfo,
        reading: Any,
        head: Head,
        began: float,
    ) -> None:
        status, lines, self.attempts, version = head
        super().__init__(status, Headers(lines.decode("utf-8", "replace")))
        self.http_version = version.decode()
        self.request = request
        self._reading = reading
        self._body: bytes | None = None
        self._began = began

    def end(self) -> None:
        """Says that the answer is closed now."""
        if self._reading is not None:
            self._reading = None
            self._elapsed = monotonic() - self._began

    def close(self) -> None:
        """Ends the call and frees what it holds. Again is fine."""
        reading = self._reading
        if reading is not None:
            reading.close()
        self.end()

    async def aclose(self) -> None:
        """As `close`; nothing is waited for."""
        self.close()

    async def aread(self) -> bytes:
        """As `read`; nothing is waited for."""
        return self.content

    def take(self, body: bytes) -> None:
        """Has the body, which is all that was to come."""
        self._body = body
        self.close()

    @property
    def is_closed(self) -> bool:  # type: ignore[override]
        """Whether all of it was read, or reading it was given up."""
        if self._reading is not None and not self._reading.call:
            self.end()
        return self._reading is None

    @property
    def is_stream_consumed(self) -> bool:  # type: ignore[override]
        return self._body is not None

    @property
    def elapsed(self) -> timedelta:
        """How long it took, from the first attempt to the end of the answer."""
        if not self.is_closed:
            raise RuntimeError(
                "'.elapsed' may only be accessed after the response has been read or closed."
            )
        return super().elapsed

    @property
    def content(self) -> bytes:
        if self._body is None:
            raise _errors.ClosedError("the answer was not read; `read()` does")
        return self._body


class BaseAPIResponse:
    """An answer before anybody has looked into it: what both kinds have in common."""

    def __init__(
        self,
        request: _requests.Request,
        http_response: HTTPResponse,
        finish: Callable[[Any], Any] | None,
    ) -> None:
        self._request = request
        self._finish = finish
        self._parsed: dict[Any, Any] = {}
        self.http_response = http_response

    @property
    def headers(self) -> Headers:
        found: Any = self.http_response.headers
        return found  # type: ignore[no-any-return]

    @property
    def status_code(self) -> int:
        return self.http_response.status_code

    @property
    def http_request(self) -> HTTPRequestInfo:
        """The request that was answered: ``method``, ``url``, ``headers``, ``content``."""
        return self.http_response.request

    @property
    def url(self) -> URL:
        return self.http_response.request.url

    @property
    def method(self) -> str:
        return self.http_response.request.method

    @property
    def http_version(self) -> str:
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """How long it took, from the first attempt to the end of the answer. Until then it is a
        RuntimeError.
        """
        return self.http_response.elapsed

    @property
    def is_closed(self) -> bool:
        """Whether all of the answer was read, or reading it was given up."""
        return self.http_response.is_closed

    @property
    def retries_taken(self) -> int:
        """How often the request was sent again, 0 when the first attempt was answered."""
        return max(0, self.http_response.attempts - 1)

    @property
    def request_id(self) -> str | None:
        found = self.headers.get("x-request-id")
        return None if found is None else str(found)

    @property
    def is_success(self) -> bool:
        return self.http_response.is_success

    def _decoded(self, body: bytes, to: Any) -> Any:
        """The answer as what the call gives, or as a type that was asked for."""
        if to not in self._parsed:
            self._parsed[to] = self._answer(body) if to is None else converted(body, to)
        return self._parsed[to]

    def _answer(self, body: bytes) -> Any:
        kind = self.headers.get("content-type", "").partition(";")[0].strip()
        try:
            if not kind.endswith("json"):
                _models.loads(body)
            made = self._request.result._from_json(body)
        except ValueError:
            if not kind.endswith("json"):
                return self.http_response.text
            raise
        made.__dict__.update(
            _request_id=self.request_id,
            _http_status=self.status_code,
            _attempts=self.http_response.attempts,
        )
        return made if self._finish is None else self._finish(made)

    def __repr__(self) -> str:
        reason = self.http_response.reason_phrase
        return f"<{type(self).__name__} [{self.status_code} {reason}]>"


class RawResponse(BaseAPIResponse):
    """What ``with_raw_response`` answers with: all of the answer, and its status and headers.

    ``parse()`` gives what the call gives without it: for a stream the stream, which is read then.
    """

    def __init__(
        self,
        request: _requests.Request,
        http_response: HTTPResponse,
        finish: Callable[[Any], Any] | None,
        stream: Any = None,
    ) -> None:
        super().__init__(request, http_response, finish)
        self._stream = stream

    def parse(self, *, to: Any = None) -> Any:
        """The answer as what the call gives, or as the type ``to``."""
        if self._stream is not None:
            return streamed(self._stream, to)
        return self._decoded(self.content, to)

    def cast(self, kind: Any) -> Any:
        """The answer as a type; for the ``Response`` of an HTTP package, what is here of it."""
        is_http = isinstance(kind, type) and kind.__module__.partition(".")[0] in _HTTP_PACKAGES
        return self.http_response if is_http else self.parse(to=kind)

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return self.http_response.content

    @property
    def text(self) -> str:
        return self.http_response.text

    def json(self) -> Any:
        return self.http_response.json()

    def read(self) -> bytes:
        return self.http_response.read()

    def write_to_file(self, file: Any) -> None:
        """Writes the body to a file of that path."""
        with open(file, "wb") as out:  # noqa: PTH123 - pathlib takes long to import
            out.write(self.content)

    def iter_bytes(self, chunk_size: int | None = None) -> Any:
        return self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Any:
        return self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Any:
        return self.http_response.iter_lines()

    def close(self) -> None:
        """There is nothing to close: the answer is here. A stream is closed by itself."""


def streamed(stream: Any, to: Any) -> Any:
    """A stream, as itself or as the class of streams that was asked for."""
    kind = getattr(to, "__origin__", to)
    if kind is not None and not (isinstance(kind, type) and isinstance(stream, kind)):
        raise TypeError(f"Expected custom parse type to be {type(stream).__name__}")
    return stream


def converted(body: bytes, to: Any) -> Any:
    """A body as a type: text, bytes, a number, JSON, a model, a dataclass, any type hint."""
    if to is bytes:
        return body
    if to is type(None):
        return None
    text = body.decode("utf-8", "replace")
    if to in (str, int, float):
        return to(text)
    if to is bool:
        return text.strip().lower() == "true"
    if isinstance(to, type) and issubclass(to, _models.Model):
        return to._from_json(body) if issubclass(to, _models.Answer) else to(_models.loads(body))
    if isinstance(to, type) and hasattr(to, "model_validate_json"):
        return to.model_validate_json(text)
    from . import _schema

    value = _models.loads(body)
    if to is object or getattr(to, "__origin__", to) in (dict, list):
        return value
    return _schema.convert(value, to)
