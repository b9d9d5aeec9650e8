"""What is asked of the server: one `Request` for each call, and how it is started."""

from __future__ import annotations

from ctypes import c_size_t, c_void_p

from . import _attempts, _engine, _errors, _models, _options
from . import _library as lib
from ._call import Call, RawCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from . import _keys

_address = c_void_p.from_param
_UNTIL_NUL = c_size_t.from_param(c_size_t(-1).value)  # RESPONSES_NTS; no JSON has a NUL

# Operations that take nothing but a body.
_PLAIN = ("create", "create_stream")

# Operations of requests that start themselves: `_uploads`.
_FILES = ("upload", "download")

_starts: dict[str, Any] = {}


def _start(operation: str) -> Any:
    """The function of the library that starts an operation."""
    name = f"responses_{operation}_start"
    is_plain = operation in _PLAIN
    function = lib.bare(lib.blocking, name) if is_plain else getattr(lib.blocking, name)
    _starts[operation] = function
    return function


class Request:
    """One call to be: which operation, with what, with which options, and what comes out of it."""

    __slots__ = (
        "arguments", "body", "extra_body", "headers", "method", "name", "operation", "options",
        "query", "result", "timeout",
    )  # fmt: skip

    def __init__(
        self,
        operation: str,
        name: str,
        *arguments: Any,
        body: Mapping[str, Any] | None = None,
        result: Any = _models.Response,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Any = None,
        timeout: Any = _options.omit,
        max_retries: Any = _options.omit,
        idempotency_key: Any = None,
        has_body: bool = True,
    ) -> None:
        self.operation = operation
        self.name = name
        self.arguments = arguments
        self.body = body
        self.result = result
        self.headers = extra_headers
        if idempotency_key is not None and not isinstance(idempotency_key, _options.Omit):
            self.headers = keyed(idempotency_key, extra_headers)
        self.query = extra_query
        self.extra_body = extra_body
        self.timeout = timeout
        self.options: dict[str, str] = {}
        if timeout is not _options.omit or max_retries is not _options.omit:
            self.options = {**_options.timeouts(timeout), **_options.retries(max_retries)}
        if extra_body is not None and has_body:
            if not isinstance(extra_body, dict):
                raise TypeError("extra_body must be a dictionary")
            self.body = {**(body or {}), **extra_body}

    def start(
        self, client: int, settings: _options.Settings, source: _keys.Source | None = None
    ) -> Call:
        """Starts it on a client of the library, with the options that are this call's own."""
        limit = settings.timeout if self.timeout is _options.omit else self.timeout
        if limit is not _options.omit and _options.is_nothing(limit):
            raise _errors.APITimeoutError(message="timeout=0: there is no time to send the request")
        watching = _attempts.watching
        watched = None if watching is None else watching(self, settings)
        if watched is None:
            return self._start(client, settings, source, None)
        try:
            return self._start(client, settings, source, watched)
        except BaseException as problem:
            watched.not_begun(problem)
            raise

    def _start(
        self,
        client: int,
        settings: _options.Settings,
        source: _keys.Source | None,
        watched: _attempts.Watched | None,
    ) -> Call:
        observer = settings.observer if watched is None else watched
        derived = None
        if self.options or self.headers or self.query or source is not None or watched is not None:
            derived = _engine.Derived(client)
            client = derived.handle
        try:
            if derived is not None:
                headers = self.headers or {}
                if watched is not None:
                    headers = {**watched.headers, **headers}
                    watched.attach(client)
                _options.set_all(client, self.options, headers)
                if self.query:
                    query = _options.encoded({**settings.query, **self.query})
                    _options.set_all(client, {"default_query": query}, {})
                if source is not None:
                    source.attach(client)
            base_url = settings.options.get("base_url") or ""
            kind = RawCall if "raw" in self.options else Call
            if self.operation in _FILES:
                return self.begin(kind, base_url, source, client)
            function = _starts.get(self.operation) or _start(self.operation)
            if self.operation in _PLAIN:
                data, at = dumps(self.body), _address(client)
                call = kind(self.name, base_url, source, function, at, data, _UNTIL_NUL)
            else:
                arguments = list(self.arguments)
                if self.body is not None:
                    data = dumps(self.body)
                    arguments += [data, len(data)]
                call = kind(self.name, base_url, source, function, client, *arguments)
            if observer is not None:
                call.observer = observer
            return call
        finally:
            if derived is not None:
                derived.close()

    def begin(self, kind: Any, base_url: str, source: Any, client: int) -> Call:
        """Starts a call with the options that are set on a client, for what is more than JSON."""
        raise NotImplementedError


_CALL_OPTIONS = frozenset(
    {"extra_headers", "extra_query", "extra_body", "timeout", "max_retries", "idempotency_key"}
)


def keyed(key: Any, headers: Mapping[str, Any] | None) -> dict[str, Any]:
    """Headers with an Idempotency-Key. One that they have already is the one that is sent."""
    if not isinstance(key, str) or not key:
        shown = "empty text" if key == "" else type(key).__name__
        raise _errors.InvalidArgumentError(
            f"idempotency_key: expected text that is the same for the same request, not {shown}"
        )
    return {KEY: key, **(headers or {})}


KEY = "Idempotency-Key"


def call_options(parameters: dict[str, Any]) -> dict[str, Any]:
    """Takes the options of a call out of its parameters."""
    if _CALL_OPTIONS.isdisjoint(parameters):
        return {}
    return {name: parameters.pop(name) for name in _CALL_OPTIONS if name in parameters}


# Of these no value says "leave it out", which is quicker to see than what a value is instead.
_SENT = frozenset({str, int, float, bool, list, dict, tuple, type(None)})


def given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were given."""
    if _SENT.issuperset(map(type, parameters.values())):
        return dict(parameters)
    kind = _options.Omit
    return {name: value for name, value in parameters.items() if not isinstance(value, kind)}


_encode: Any = None


def _encoder() -> Any:
    """What writes JSON: compact, UTF-8 when it is encoded."""
    global _encode
    from json import JSONEncoder, encoder

    _encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain).encode
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return _encode
    careful = _encode
    # JSONEncoder makes one of these for each value. This one looks for no circles, which need a
    # note of each object: they are a RecursionError, and then what does look for them says so.
    write = make(
        None, plain, encoder.encode_basestring, None, ":", ",", False, False, True
    )  # fmt: skip

    def encode(value: Any) -> Any:
        try:
            return "".join(write(value, 0))
        except RecursionError:
            return careful(value)

    _encode = encode
    return encode


def dumps(value: Any) -> bytes:
    """JSON as it goes to the server: compact, UTF-8. Models of any kind become objects."""
    try:
        made: bytes = (_encode or _encoder())(value).encode()
        return made
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, but an escape
        import json

        return json.dumps(value, separators=(",", ":"), default=plain).encode()
    except (TypeError, ValueError) as problem:
        words = f"a parameter cannot be sent as JSON: {problem}"
        raise _errors.InvalidArgumentError(words) from problem


def plain(value: Any) -> Any:
    """What JSON has no form for, as something that it has one for."""
    if isinstance(value, _models.Model):
        return _models.plain(value)
    if isinstance(value, _options.Omit):
        return None
    dump = getattr(value, "model_dump", None)
    if dump is not None and not isinstance(value, type):
        return dump(mode="json", by_alias=True, exclude_unset=True)
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        import dataclasses

        return dataclasses.asdict(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        import base64

        return base64.b64encode(value).decode()
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    try:
        return list(value)
    except TypeError:
        raise TypeError(f"{type(value).__name__} has no JSON") from None


def identifier(value: Any, name: str) -> bytes:
    """An id as the library wants it. An empty one is an error before anything is sent."""
    if not isinstance(value, str) or not value:
        shown = repr(value) if value is None or value == "" else type(value).__name__
        raise _errors.InvalidArgumentError(
            f"Expected a non-empty value for `{name}` but received {shown}"
        )
    return _options.native(value, f"`{name}`")


def query(parameters: Mapping[str, Any]) -> list[Any]:
    """Query parameters as the two arguments that the library takes them in."""
    found = given(parameters)
    found = {name: value for name, value in found.items() if value is not None}
    if not found:
        return [None, 0]
    data = dumps(found)
    return [data, len(data)]


def asked(request: Request) -> dict[str, Any]:
    """The query parameters of a request that the library has an operation for."""
    if request.operation not in ("get", "get_stream", "list_input_items"):
        return {}
    found: dict[str, Any] = _models.loads(request.arguments[1] or b"{}")
    return {**found, "stream": True} if request.operation == "get_stream" else found


def path(*parts: str, query: Mapping[str, Any] | None = None) -> str:
    """A path below the base URL, with its query; what is between the slashes is quoted."""
    from urllib.parse import quote

    made = "/" + "/".join(quote(part, safe="") for part in parts)
    told = _options.encoded(given(query or {}))
    return f"{made}?{told}" if told else made


def send(method: str, where: str, body: Mapping[str, Any] | None = None, **options: Any) -> Request:
    """A request for an endpoint that the library has no operation for."""
    method = method.upper()
    if body is None and not options.get("extra_body"):
        arguments: Iterable[Any] = (method.encode(), _options.native(where, "path"), None, 0)
    else:
        body = body or {}
        arguments = (method.encode(), _options.native(where, "path"))
    return Request("send", f"{method} {where}", *arguments, body=body, **options)


# Members of ``options``, and the keywords that stand for them.
_NAMES = {
    "headers": "extra_headers",
    "params": "extra_query",
    "extra_json": "extra_body",
    "timeout": "timeout",
    "max_retries": "max_retries",
    "idempotency_key": "idempotency_key",
}


def by_hand(method: str, where: str, body: Any, given: dict[str, Any]) -> Request:
    """A request for any endpoint with the keywords of ``client.get`` and its like, which are those
    of every call, or ``options``, where the ``openai`` package has them.
    """
    told = dict(given.pop("options", None) or {})
    if told.get("follow_redirects") in (None, False):  # none are followed
        told.pop("follow_redirects", None)
    unknown = (set(told) - set(_NAMES)) | (set(given) - _CALL_OPTIONS)
    if unknown:
        raise TypeError(
            f"{', '.join(map(repr, sorted(unknown)))}: expected cast_to, body, "
            f"{', '.join(sorted(_CALL_OPTIONS))}, or options with {', '.join(sorted(_NAMES))}"
        )
    for name, value in told.items():
        given.setdefault(_NAMES[name], value)
    return send(method, where, body, result=_models.Document, **given)
