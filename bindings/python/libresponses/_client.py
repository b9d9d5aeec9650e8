"""The clients: `OpenAI`, and what it has in common with `AsyncOpenAI`."""

from __future__ import annotations

from . import DEFAULT_MAX_RETRIES, _engine, _errors, _options
from . import _library as lib
from ._options import Omit, Settings, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._call import Call
    from ._requests import Request
    from ._signatures import Conversations, Responses

DEFAULT_BASE_URL = "https://api.openai.com/v1"


class BaseClient:
    """Settings of a client, and its handles in the library.

    ``options`` are options of the library by name, as ``include/responses.h`` lists them:
    ``{"proxy": "...", "ca_file": "...", "idle_timeout_ms": 60000}``.
    """

    api_key: str
    organization: str | None
    project: str | None
    base_url: str
    timeout: Any
    max_retries: int

    def __init__(
        self,
        *,
        api_key: str | Callable[[], Any] | None = None,
        organization: str | None = None,
        project: str | None = None,
        webhook_secret: str | None = None,
        base_url: Any = None,
        timeout: Any = omit,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, Any] | None = None,
        default_query: Mapping[str, Any] | None = None,
        http_client: None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        if http_client is not None:
            raise _errors.InvalidArgumentError(
                "http_client cannot be used: libresponses has its own transport. Proxies, "
                "certificates and the like are `options`, e.g. options={'proxy': '...'}"
            )
        environ = lib.environment
        settings = Settings()
        self._settings = settings
        if callable(api_key):
            settings.api_key_provider = api_key
            self.api_key = ""
        else:
            found = environ("OPENAI_API_KEY") if api_key is None else api_key
            if found is None:
                raise _errors.OpenAIError(
                    "The api_key client option must be set either by passing api_key to the "
                    "client or by setting the OPENAI_API_KEY environment variable"
                )
            self.api_key = key_text(found)
        self.organization = environ("OPENAI_ORG_ID") if organization is None else organization
        self.project = environ("OPENAI_PROJECT_ID") if project is None else project
        self.webhook_secret = webhook_secret or environ("OPENAI_WEBHOOK_SECRET")
        self.base_url = str(base_url or environ("OPENAI_BASE_URL") or DEFAULT_BASE_URL)
        self.timeout = timeout
        self.max_retries = max_retries
        settings.headers = dict(default_headers or {})
        settings.query = dict(default_query or {})
        settings.options = {
            "api_key": self.api_key or None,
            "base_url": self.base_url,
            "organization": self.organization,
            "project": self.project,
            **_options.timeouts(timeout),
            **_options.retries(max_retries),
            **{name: _option(value) for name, value in (options or {}).items()},
        }
        self._open()

    def _open(self) -> None:
        raise NotImplementedError

    def copy(
        self,
        *,
        api_key: Any = None,
        organization: str | None = None,
        project: str | None = None,
        webhook_secret: str | None = None,
        base_url: Any = None,
        timeout: Any = omit,
        max_retries: Any = omit,
        default_headers: Mapping[str, Any] | None = None,
        set_default_headers: Mapping[str, Any] | None = None,
        default_query: Mapping[str, Any] | None = None,
        set_default_query: Mapping[str, Any] | None = None,
        http_client: None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Self:
        """A client with some options changed, over the same connections. Cheap."""
        if http_client is not None:
            raise _errors.InvalidArgumentError("http_client cannot be used; see `options`")
        made = self.__class__.__new__(self.__class__)
        made.__dict__.update(self.__dict__)
        made._forget()
        settings = made._settings = self._settings.copy()
        changed: dict[str, str | None] = {}
        if callable(api_key):
            settings.api_key_provider, made.api_key = api_key, ""
        elif api_key is not None:
            settings.api_key_provider, made.api_key = None, key_text(api_key)
            changed["api_key"] = api_key or None
        if organization is not None:
            changed["organization"] = made.organization = organization
        if project is not None:
            changed["project"] = made.project = project
        if base_url is not None:
            changed["base_url"] = made.base_url = str(base_url)
        if webhook_secret is not None:
            made.webhook_secret = webhook_secret
        if not isinstance(timeout, Omit):
            made.timeout = timeout
            changed.update({**_no_timeouts(settings.options), **_options.timeouts(timeout)})
        if not isinstance(max_retries, Omit):
            made.max_retries = max_retries
            changed.update(_options.retries(max_retries))
        changed.update({name: _option(value) for name, value in (options or {}).items()})
        settings.options.update(changed)
        if set_default_headers is not None:
            settings.headers = dict(set_default_headers)
        settings.headers.update(default_headers or {})
        if set_default_query is not None:
            settings.query = dict(set_default_query)
        settings.query.update(default_query or {})
        return made

    with_options = copy

    def _forget(self) -> None:
        """Takes away what belongs to one object alone, for a copy or a pickle."""
        for name in ("responses", "conversations", "_handle"):
            self.__dict__.pop(name, None)

    @property
    def default_headers(self) -> dict[str, Any]:
        return dict(self._settings.headers)

    @property
    def default_query(self) -> dict[str, Any]:
        return dict(self._settings.query)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("responses", "conversations", "_handle", "_connections", "_loops"):
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __repr__(self) -> str:
        # Without what stands before the host or behind the path: either may be a secret.
        scheme, _, rest = self.base_url.partition("://")
        host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
        shown = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
        return f"{type(self).__name__}(base_url={shown!r})"


def key_text(value: Any) -> str:
    """A key, which is text; what else it is is not shown."""
    if not isinstance(value, str):
        raise _errors.InvalidArgumentError(
            f"api_key: expected text or a function, not {type(value).__name__}"
        )
    return value


def _option(value: Any) -> str | None:
    return None if value is None else _options.text(int(value) if value in (True, False) else value)


def _no_timeouts(options: Mapping[str, Any]) -> dict[str, None]:
    names = _options.timeouts(None)
    return {name: None for name in names if name in options}


class OpenAI(BaseClient):
    """A client of the Responses API.

    Takes the arguments of the ``openai`` package's client, and ``options``. May be used from any
    number of threads, after a fork, and pickled. ``timeout`` is in seconds and limits a whole call
    with its retries.
    """

    _connections: _engine.Connections
    responses: Responses
    conversations: Conversations

    def _open(self) -> None:
        self._connections = _engine.Connections()
        try:
            self._client()
        except BaseException:
            self._connections.close()
            raise

    def __getattr__(self, name: str) -> Any:
        # Made when they are first asked for, as most programs need one of them.
        if name == "responses":
            from ._resources import Responses

            made: Any = Responses(self)
        elif name == "conversations":
            from ._conversations import Conversations

            made = Conversations(self)
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__[name] = made
        return made

    def _client(self) -> int:
        """The client of the library, opened anew in a child process."""
        engine = self._connections.engine()
        handle = self.__dict__.get("_handle")
        if handle is None or handle.engine is not engine:
            with _engine.lock():
                handle = self.__dict__.get("_handle")
                if handle is None or handle.engine is not engine:
                    handle = self.__dict__["_handle"] = _engine.Handle(engine, self._settings)
        found: int = handle.handle
        if not found:
            raise _errors.ClosedError("the client is closed")
        return found

    def _start(self, request: Request) -> Call:
        provider = self._settings.api_key_provider
        key = key_text(provider()) if provider is not None else None
        try:
            return request.start(self._client(), self._settings.query, key)
        except _errors.InvalidArgumentError:
            if self.is_closed():  # by another thread, since it was looked at
                raise _errors.ClosedError("the client is closed") from None
            raise

    def _perform(self, request: Request) -> Any:
        """Makes a call and waits for its outcome."""
        return self._finish(request, lambda call: call.answer(request.result))

    def _finish(self, request: Request, answer: Callable[[Call], Any]) -> Any:
        call = self._start(request)
        try:
            call.wait()
            while not call.finish():
                call.wait()
            return answer(call)
        finally:
            call.close()

    def _drive(self, routine: Any) -> Any:
        """Runs a generator that yields requests and gets their answers."""
        try:
            request = next(routine)
            while True:
                try:
                    if hasattr(request, "__await__"):
                        request.close()
                        raise TypeError("coroutines need AsyncOpenAI")
                    answer = self._perform(request)
                except Exception as problem:
                    request = routine.throw(problem)
                else:
                    request = routine.send(answer)
        except StopIteration as end:
            return end.value

    def is_closed(self) -> bool:
        return self._connections.is_closed

    def close(self) -> None:
        """Closes the connections, also those of copies. Streams that are under way go on."""
        handle = self.__dict__.pop("_handle", None)
        if handle is not None:
            handle.close()
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Any other endpoint below base_url.

    def get(self, path: str, **options: Any) -> Any:
        """GET of any path below ``base_url``; the answer as a `Model`."""
        return self._send("GET", path, None, options)

    def post(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """POST of any path below ``base_url``."""
        return self._send("POST", path, body, options)

    def put(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """PUT of any path below ``base_url``."""
        return self._send("PUT", path, body, options)

    def patch(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """PATCH of any path below ``base_url``."""
        return self._send("PATCH", path, body, options)

    def delete(self, path: str, *, body: Any = None, **options: Any) -> Any:
        """DELETE of any path below ``base_url``."""
        return self._send("DELETE", path, body, options)

    def _send(self, method: str, path: str, body: Any, options: dict[str, Any]) -> Any:
        from ._models import Document
        from ._requests import send

        options.pop("cast_to", None)
        return self._perform(send(method, path, body, result=Document, **options))
