"""What the clients have in common: their settings, and copies of them."""

from __future__ import annotations

from _thread import _local as local

from . import _errors, _options
from . import _library as lib
from ._options import Omit, Settings, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from typing_extensions import Self

DEFAULT_BASE_URL = "https://api.openai.com/v1"


class BaseClient:
    """Settings of a client, and its handles in the library.

    ``options`` are options of the library by name, as ``include/responses.h`` lists them:
    ``{"proxy": "...", "ca_file": "...", "idle_timeout_ms": 60000}``. ``on_attempt`` is a function
    that is told of every `Attempt` of a call when it has ended.
    """

    api_key: str
    organization: str | None
    project: str | None
    base_url: str
    timeout: Any
    max_retries: int
    _is_async: bool
    _line: Any

    def __init__(
        self,
        *,
        api_key: str | Callable[[], Any] | None = None,
        organization: str | None = None,
        project: str | None = None,
        webhook_secret: str | None = None,
        base_url: Any = None,
        timeout: Any = omit,
        max_retries: int = _options.DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, Any] | None = None,
        default_query: Mapping[str, Any] | None = None,
        http_client: None = None,
        options: Mapping[str, Any] | None = None,
        on_attempt: Callable[[Any], object] | None = None,
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
            if found is None and (options or {}).get("replay_file"):
                found = ""  # nothing is sent
            if found is None:
                raise _errors.OpenAIError(
                    "The api_key client option must be set either by passing api_key to the "
                    "client or by setting the OPENAI_API_KEY environment variable"
                )
            self.api_key = _options.key_text(found)
        self.organization = environ("OPENAI_ORG_ID") if organization is None else organization
        self.project = environ("OPENAI_PROJECT_ID") if project is None else project
        self.webhook_secret = webhook_secret or environ("OPENAI_WEBHOOK_SECRET")
        self.base_url = str(base_url or environ("OPENAI_BASE_URL") or DEFAULT_BASE_URL)
        self.timeout = settings.timeout = timeout
        self.max_retries = max_retries
        settings.observe(_options.function(on_attempt, "on_attempt"))
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

    def __getattr__(self, name: str) -> Any:
        # Made when they are first asked for, as most programs need one of them.
        if name == "responses":
            from ._responses import Responses as Made
        elif name == "conversations":
            from ._conversations import Conversations as Made  # type: ignore[assignment]
        elif name == "files":
            from ._files import Files as Made  # type: ignore[assignment]
        elif name == "containers":
            from ._files import Containers as Made  # type: ignore[assignment]
        elif name == "webhooks":
            from ._webhooks import Webhooks as Made  # type: ignore[assignment]
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        # With another object of the same client: two that have each other are freed late.
        same = self.__class__.__new__(self.__class__)
        same.__dict__.update(self._state(), _line=self._line)
        made: Any = Made(same)
        self.__dict__[name] = made
        return made

    @property
    def with_raw_response(self) -> Any:
        """The resources; their methods answer with headers, status and ``parse()``."""
        return _resources(self, "raw")

    @property
    def with_streaming_response(self) -> Any:
        """The resources; their methods give a context manager, whose answer is read in it."""
        return _resources(self, "streaming")

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
        on_attempt: Any = omit,
    ) -> Self:
        """A client with some options changed, over the same connections. Cheap."""
        if http_client is not None:
            raise _errors.InvalidArgumentError("http_client cannot be used; see `options`")
        made = self.__class__.__new__(self.__class__)
        made.__dict__.update(self._state())
        settings = made._settings = self._settings.copy()
        changed: dict[str, str | None] = {}
        if callable(api_key):
            settings.api_key_provider, made.api_key = api_key, ""
        elif api_key is not None:
            settings.api_key_provider, made.api_key = None, _options.key_text(api_key)
            changed["api_key"] = api_key or None
        if organization is not None:
            changed["organization"] = made.organization = organization
        if project is not None:
            changed["project"] = made.project = project
        if base_url is not None:
            changed["base_url"] = made.base_url = str(base_url)
        if not isinstance(on_attempt, Omit):
            settings.observe(_options.function(on_attempt, "on_attempt"))
        if webhook_secret is not None:
            made.webhook_secret = webhook_secret
        if not isinstance(timeout, Omit):
            made.timeout = settings.timeout = timeout
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
        made._line = self._line.copy(settings)
        return made

    with_options = copy

    @property
    def default_headers(self) -> dict[str, Any]:
        return dict(self._settings.headers)

    @property
    def default_query(self) -> dict[str, Any]:
        return dict(self._settings.query)

    def _state(self) -> dict[str, Any]:
        """What a copy has, and a pickle: all but what belongs to one object alone."""
        state = dict(self.__dict__)
        for name in ("responses", "conversations", "files", "containers", "webhooks", "_line"):
            state.pop(name, None)
        return state

    def __getstate__(self) -> dict[str, Any]:
        if getattr(_pickling, "is_without_keys", False):
            from pickle import PicklingError

            raise PicklingError(NO_KEYS)
        return self._state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __repr__(self) -> str:
        # Without what stands before the host or behind the path: either may be a secret.
        scheme, _, rest = self.base_url.partition("://")
        host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
        shown = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
        return f"{type(self).__name__}(base_url={shown!r})"


NO_KEYS = (
    "a client cannot be sent to the workers, as it would carry its key in what is sent: it is made "
    "there, of the environment of each, or by a function that is given as client="
)
_pickling = local()


class without_keys:
    """Within this block, a client that is pickled in this thread is an error."""

    def __enter__(self) -> None:
        _pickling.is_without_keys = True

    def __exit__(self, *_: object) -> None:
        _pickling.is_without_keys = False


def _resources(client: Any, mode: str) -> Any:
    from ._resource import Resources

    return Resources(client, mode)


def _option(value: Any) -> str | None:
    return None if value is None else _options.text(int(value) if value in (True, False) else value)


def _no_timeouts(options: Mapping[str, Any]) -> dict[str, None]:
    names = _options.timeouts(None)
    return {name: None for name in names if name in options}
