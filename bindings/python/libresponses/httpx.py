"""The official SDK, and whatever is built on it, over the library's engine.

    client = openai.OpenAI(http_client=libresponses.httpx.client())

Requests to ``/responses`` and below go out through libresponses: they are retried with one
idempotency key, streams of background responses are resumed without a seam, and every phase has a
limit. Everything else passes on to the transport that the HTTP package itself has.

openai 3.x is made on httpx2, 2.x on httpx. `client`, `async_client`, `Transport` and
`AsyncTransport` are made for the one that the installed openai asks for, or, without openai, for
httpx2 where it is installed, and else for httpx. `of` gives the same four for either.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _asyncio, _blocking, _constants, _errors
from ._transport import Exchange, Failed, Head, settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx2

    Client = httpx2.Client
    AsyncClient = httpx2.AsyncClient

__all__ = ["AsyncTransport", "Transport", "async_client", "client", "of"]


class Package(NamedTuple):
    """What this module has, for one HTTP package."""

    Transport: Any
    AsyncTransport: Any
    client: Any
    async_client: Any


@cache
def of(package: ModuleType) -> Package:
    """The transports and clients of this module for ``httpx`` or ``httpx2``, which is given."""
    made = _Made(package)
    return Package(made.Transport, made.AsyncTransport, made.client, made.async_client)


def _package() -> ModuleType:
    """The HTTP package that the installed openai is made on, or the newer one that is there."""
    from importlib import import_module, metadata

    names = ["httpx2", "httpx"]
    try:
        told = metadata.requires("openai") or []
    except metadata.PackageNotFoundError:
        told = []
    # What goes with an extra is not what it is made on: openai 2.54 can use httpx2.
    needs = [one for one in told if "extra ==" not in one]
    if needs and not any(one.startswith("httpx2") for one in needs):
        names.reverse()
    for name in names:
        try:
            return import_module(name)
        except ImportError as problem:
            if problem.name != name:
                raise
    raise ImportError("libresponses.httpx needs httpx2 or httpx: pip install 'libresponses[httpx]'")


def _exchange(request: Any, body: bytes) -> Exchange | None:
    """The request as one of the library's; None when it is for the package's own transport."""
    url = request.url
    if url.scheme not in ("http", "https"):
        return None
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    try:
        return Exchange(
            request.method,
            origin,
            url.raw_path,
            request.headers,
            body,
            request.extensions.get("timeout") or {},
        )
    except ValueError:
        return None


class _Translator:
    """What the library says, in the terms of an HTTP package."""

    def __init__(self, package: Any, for_openai: bool) -> None:
        self._package = package
        self._for_openai = for_openai

    def answer(self, request: Any, head: Head, stream: Any) -> Any:
        headers = head.headers
        if self._for_openai and head.status >= 400:
            # The library has retried already.
            headers = [one for one in headers if one[0].lower() != b"x-should-retry"]
            headers.append((b"x-should-retry", b"false"))
        # A body that is no stream is read at once, and then there is no `elapsed`.
        return self._package.Response(
            head.status,
            headers=headers,
            stream=stream,
            request=request,
            extensions={"http_version": head.http_version or b"HTTP/1.1"},
        )

    def refused(self, request: Any, failed: Failed) -> Any:
        """The answer with which a call failed. Raises when there was none."""
        if failed.http_status < 300:
            problem = self._without_answer(request, failed)
            raise problem from problem.__cause__
        head = Head(failed.http_status, failed.lines, failed.http_version)
        return self.answer(request, head, self._package.ByteStream(failed.body))

    def _without_answer(self, request: Any, failed: Failed) -> Exception:
        broken = self.broken(request, failed)
        if not self._for_openai or not isinstance(broken, self._package.RequestError):
            return broken
        # These the SDK passes on; those of the package it would retry, with another key.
        import openai

        made: Exception
        if isinstance(broken, self._package.TimeoutException):
            made = openai.APITimeoutError(request=request)
        else:
            made = openai.APIConnectionError(message=str(failed), request=request)
        made.__cause__ = broken
        return made

    def broken(self, request: Any, failed: Failed) -> Exception:
        """The exception for a call that ended without an answer, or in the middle of one."""
        package, phase = self._package, failed.phase
        if failed.status in _OURS:
            return _errors.from_library(failed.status, None)
        is_connecting = phase in ("lookup", "connect", "tls")
        if failed.status == _constants.E_TIMEOUT:
            kind = package.ReadTimeout
            if is_connecting:
                kind = package.ConnectTimeout
            elif phase == "sending":
                kind = package.WriteTimeout
        elif failed.status in (_constants.E_NETWORK, _constants.E_TLS):
            kind = package.ReadError
            if is_connecting:
                kind = package.ConnectError
            elif phase == "sending":
                kind = package.WriteError
            elif phase == "waiting":
                kind = package.RemoteProtocolError
        elif failed.status == _constants.E_CANCELLED:
            kind = package.ReadError
        else:
            kind = package.RemoteProtocolError
        made: Exception = kind(str(failed), request=request)
        return made


# They are this program's own, and no network has a part in them.
_OURS = frozenset({_constants.E_NOMEM, _constants.E_FORKED, _constants.E_BUSY})


def _is_told(failed: Failed) -> bool:
    """The stream itself told of it, and whoever reads it knows."""
    return failed.status == _constants.E_API


class _Fallback:
    """The package's own transports, by the proxy of the environment, as its clients choose them."""

    def __init__(self, given: Any, make: Any) -> None:
        self._given = given
        self._make = make
        self._made: dict[str | None, Any] = {}

    def of(self, url: Any) -> Any:
        if self._given is not None:
            return self._given
        proxy = _proxy(url)
        found = self._made.get(proxy)
        if found is None:
            found = self._made[proxy] = self._make() if proxy is None else self._make(proxy=proxy)
        return found

    def all(self) -> list[Any]:
        return [one for one in (self._given, *self._made.values()) if one is not None]


def _proxy(url: Any) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or proxy_bypass(url.netloc.decode("ascii")):
        return None
    return found if "://" in found else "http://" + found


class _Made:
    """The classes and functions for one package."""

    def __init__(self, package: Any) -> None:
        self.package = package
        self.Transport = _transport(package)
        self.AsyncTransport = _async_transport(package)

    def client(self, *, max_retries: int = 2, **options: Any) -> Any:
        transport = self.Transport(max_retries=max_retries, for_openai=True, **options)
        return self.package.Client(transport=transport, follow_redirects=True)

    def async_client(self, *, max_retries: int = 2, **options: Any) -> Any:
        transport = self.AsyncTransport(max_retries=max_retries, for_openai=True, **options)
        return self.package.AsyncClient(transport=transport, follow_redirects=True)


def _transport(package: Any) -> Any:
    class Body(package.SyncByteStream):  # type: ignore[misc]
        def __init__(self, reading: Any, request: Any, translator: _Translator) -> None:
            self._reading = reading
            self._request = request
            self._translator = translator

        def __iter__(self) -> Iterator[bytes]:
            try:
                while (batch := self._reading.next()) is not None:
                    yield from filter(None, batch)
            except Failed as failed:
                if not _is_told(failed):
                    raise self._translator.broken(self._request, failed) from None
            except _errors.ClosedError as problem:
                raise package.ReadError(str(problem), request=self._request) from None

        def close(self) -> None:
            self._reading.close()

    class Transport(package.BaseTransport):  # type: ignore[misc]
        """A transport for requests to ``/responses``, and ``other`` for the rest.

        ``options`` are those of the library, by their names: ``resume_attempts=0``. Without
        ``for_openai`` failures are the package's exceptions and nobody but the caller retries.
        """

        def __init__(
            self,
            *,
            other: Any = None,
            max_retries: int = 0,
            for_openai: bool = False,
            **options: Any,
        ) -> None:
            self._line = _blocking.Line(settings(options, max_retries))
            self._line.open()
            self._translator = _Translator(package, for_openai)
            self._fallback = _Fallback(other, package.HTTPTransport)

        def handle_request(self, request: Any) -> Any:
            exchange = _exchange(request, request.read())
            reading = None
            if exchange is not None:
                # What the library refuses to send, the server may refuse itself.
                with suppress(_errors.InvalidArgumentError):
                    reading = self._line.start(exchange)  # type: ignore[arg-type]
            if exchange is None or reading is None:
                return self._fallback.of(request.url).handle_request(request)
            try:
                reading.begin()
                head = Head.of(reading.call)
                if exchange.is_stream:
                    stream = Body(reading, request, self._translator)
                    return self._translator.answer(request, head, stream)
                parts: list[bytes] = []
                while (batch := reading.next()) is not None:
                    parts += batch
                reading.close()
                return self._translator.answer(request, head, package.ByteStream(b"".join(parts)))
            except Failed as failed:
                reading.close()
                return self._translator.refused(request, failed)
            except BaseException:
                reading.close()
                raise

        def close(self) -> None:
            self._line.close()
            for one in self._fallback.all():
                one.close()

    return Transport


def _async_transport(package: Any) -> Any:
    class Body(package.AsyncByteStream):  # type: ignore[misc]
        def __init__(self, reading: Any, request: Any, translator: _Translator) -> None:
            self._reading = reading
            self._request = request
            self._translator = translator

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                while (batch := await self._reading.next()) is not None:
                    for one in batch:
                        if one:
                            yield one
            except Failed as failed:
                if not _is_told(failed):
                    raise self._translator.broken(self._request, failed) from None
            except _errors.ClosedError as problem:
                raise package.ReadError(str(problem), request=self._request) from None

        async def aclose(self) -> None:
            self._reading.close()

    class AsyncTransport(package.AsyncBaseTransport):  # type: ignore[misc]
        """As `Transport`, for asyncio and trio. One may be used in several event loops."""

        def __init__(
            self,
            *,
            other: Any = None,
            max_retries: int = 0,
            for_openai: bool = False,
            **options: Any,
        ) -> None:
            self._line = _asyncio.Line(settings(options, max_retries))
            self._line.open()
            self._translator = _Translator(package, for_openai)
            self._fallback = _Fallback(other, package.AsyncHTTPTransport)

        async def handle_async_request(self, request: Any) -> Any:
            exchange = _exchange(request, await request.aread())
            reading = None
            if exchange is not None:
                # What the library refuses to send, the server may refuse itself.
                with suppress(_errors.InvalidArgumentError):
                    reading = self._line.start(exchange)  # type: ignore[arg-type]
            if exchange is None or reading is None:
                return await self._fallback.of(request.url).handle_async_request(request)
            try:
                await reading.begin()
                head = Head.of(reading.call)  # type: ignore[arg-type]
                if exchange.is_stream:
                    stream = Body(reading, request, self._translator)
                    return self._translator.answer(request, head, stream)
                parts: list[bytes] = []
                while (batch := await reading.next()) is not None:
                    parts += batch  # type: ignore[arg-type]
                reading.close()
                return self._translator.answer(request, head, package.ByteStream(b"".join(parts)))
            except Failed as failed:
                reading.close()
                return self._translator.refused(request, failed)
            except BaseException:
                reading.close()
                raise

        async def aclose(self) -> None:
            self._line.close()
            for one in self._fallback.all():
                await one.aclose()

    return AsyncTransport


if TYPE_CHECKING:

    class Transport(httpx2.BaseTransport):
        def __init__(
            self,
            *,
            other: httpx2.BaseTransport | None = None,
            max_retries: int = 0,
            for_openai: bool = False,
            **options: str | float | None,
        ) -> None: ...

    class AsyncTransport(httpx2.AsyncBaseTransport):
        def __init__(
            self,
            *,
            other: httpx2.AsyncBaseTransport | None = None,
            max_retries: int = 0,
            for_openai: bool = False,
            **options: str | float | None,
        ) -> None: ...


def client(*, max_retries: int = 2, **options: str | float | None) -> Client:
    """A client for ``openai.OpenAI(http_client=...)``.

    The library retries, up to ``max_retries`` times for each request; the SDK's own number does not
    count for requests to ``/responses``. ``options`` are those of the library, by their names.
    """
    made: Client = of(_package()).client(max_retries=max_retries, **options)
    return made


def async_client(*, max_retries: int = 2, **options: str | float | None) -> AsyncClient:
    """The same for ``openai.AsyncOpenAI``."""
    made: AsyncClient = of(_package()).async_client(max_retries=max_retries, **options)
    return made


def __getattr__(name: str) -> Any:
    if name in ("Transport", "AsyncTransport"):
        found = getattr(of(_package()), name)
        setattr(sys.modules[__name__], name, found)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
