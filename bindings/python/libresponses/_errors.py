"""Exceptions: the names, the tree and the attributes of the ``openai`` package, and a few more.

The root of all is `OpenAIError`. Beside what the ``openai`` package has, every exception of a call
knows ``response_id``, ``last_sequence`` (a cursor from which a background stream can be read on),
``partial_response`` (what had arrived of it), ``retry_after`` (seconds, what the server asked for),
``attempts`` (how often the request was sent), ``history`` (what became of each attempt) and
``phase`` (how far the last one came).
"""

from __future__ import annotations

from ctypes import byref, c_size_t, string_at

from . import _constants
from . import _library as lib
from ._http import Headers, HTTPRequestInfo, HTTPResponseInfo, public_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._models import Response


class OpenAIError(Exception):
    """The root of all exceptions of this package.

    ``library_status`` is the number that the C interface has for it, RESPONSES_E_..., and None for
    what the library has no part in.
    """

    library_status: int | None = None


class InvalidArgumentError(OpenAIError, ValueError):
    """An argument or option is wrong; the message says what is accepted."""


class UnsupportedError(OpenAIError, NotImplementedError):
    """This build of the library cannot do that."""


class OutOfMemoryError(OpenAIError, MemoryError):
    """There is not enough memory for the answer."""


class ForkedError(OpenAIError, RuntimeError):
    """A child process used a stream that its parent started. Start a new one in the child."""


class ClosedError(OpenAIError, ValueError):
    """The client or stream was closed."""


class BusyError(OpenAIError, RuntimeError):
    """Two threads read the same stream at the same time."""


class ToolRunError(OpenAIError, RuntimeError):
    """The model still calls tools after the maximum number of steps.

    ``response`` is the last one of the model.
    """

    def __init__(self, message: str, response: Any = None) -> None:
        super().__init__(message)
        self.response = response

    def __reduce__(self) -> Any:
        return type(self), (str(self), self.response)


class WebSocketQueueFullError(OpenAIError):
    """More events were sent before the connection was open than it keeps: ``max_queue_size``."""


class APIError(OpenAIError):
    """A failure of the network, of the server, or in its answer.

    ``body`` is the server's ``error`` object, or all of the answer when it has none.
    """

    message: str
    request: HTTPRequestInfo
    body: object | None
    code: str | None = None
    param: str | None = None
    type: str | None = None

    request_id: str | None = None
    response_id: str | None = None
    last_sequence: int | None = None
    partial_response: Response | None = None
    retry_after: float | None = None
    is_retryable: bool = False
    attempts: int = 0
    phase: str | None = None  # "lookup", "connect", "tls", "sending", "waiting", "reading"
    history: tuple[Any, ...] | list[Any] = ()

    def __init__(
        self,
        message: str = "",
        request: HTTPRequestInfo | None = None,
        *,
        body: object | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.request = request or HTTPRequestInfo()
        self.body = body
        if isinstance(body, dict):
            code = body.get("code")
            self.code = None if code is None else str(code)
            self.param = body.get("param")
            self.type = body.get("type")

    def __reduce__(self) -> Any:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: Any, arguments: Any, state: Any) -> Any:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(state)
    return error


class APIConnectionError(APIError):
    """The network failed: name lookup, connection, TLS, or a broken connection."""

    def __init__(
        self,
        *,
        message: str = "Connection error.",
        request: HTTPRequestInfo | None = None,
        body: object | None = None,
    ) -> None:
        super().__init__(message, request, body=body)


class APITimeoutError(APIConnectionError):
    """One of the time limits was reached; the message says which."""

    def __init__(
        self,
        request: HTTPRequestInfo | None = None,
        *,
        message: str = "Request timed out.",
        body: object | None = None,
    ) -> None:
        super().__init__(message=message, request=request, body=body)


class StreamTruncatedError(APIConnectionError):
    """The stream ended before its terminal event. ``partial_response`` has what arrived."""


class RequestCancelledError(APIError):
    """This program cancelled the call."""


class ResponseTooLargeError(APIError):
    """The answer is larger than one of the ``max_...`` options allows."""


class ResponseFailedError(APIError):
    """The server reported a failure within a stream: ``response.failed`` or ``error``.

    ``partial_response`` is what had arrived.
    """


class APIResponseValidationError(APIError):
    """The server sent broken HTTP, or something other than the expected JSON."""

    response: HTTPResponseInfo
    status_code: int

    def __init__(
        self,
        response: HTTPResponseInfo,
        body: object | None,
        *,
        message: str | None = None,
    ) -> None:
        super().__init__(
            message or "Data returned by API invalid for expected schema.",
            response.request,
            body=body,
        )
        self.response = response
        self.status_code = response.status_code


class APIStatusError(APIError):
    """The server answered with a status of 400 or more."""

    response: HTTPResponseInfo
    status_code: int

    def __init__(self, message: str, *, response: HTTPResponseInfo, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code
        self.request_id = response.headers.get("x-request-id")


class BadRequestError(APIStatusError):
    """400"""


class AuthenticationError(APIStatusError):
    """401"""


class PermissionDeniedError(APIStatusError):
    """403"""


class NotFoundError(APIStatusError):
    """404"""


class ConflictError(APIStatusError):
    """409"""


class UnprocessableEntityError(APIStatusError):
    """422"""


class RateLimitError(APIStatusError):
    """429"""


class InternalServerError(APIStatusError):
    """500 and above"""


class LengthFinishReasonError(OpenAIError):
    """The answer was cut at the length limit, so that it cannot be parsed."""

    def __init__(self, *, completion: Any = None) -> None:
        super().__init__("Could not parse response content as the length limit was reached")
        self.completion = completion


class ContentFilterFinishReasonError(OpenAIError):
    """The answer was stopped by the content filter, so that it cannot be parsed."""

    def __init__(self, *, completion: Any = None) -> None:
        super().__init__(
            "Could not parse response content as the request was rejected by the content filter"
        )
        self.completion = completion


class InvalidWebhookSignatureError(OpenAIError, ValueError):
    """The signature of a webhook is not that of its payload."""


_BY_HTTP_STATUS = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

_PLAIN: dict[int, type[OpenAIError]] = {
    _constants.E_INVALID: InvalidArgumentError,
    _constants.E_RANGE: InvalidArgumentError,
    _constants.E_NOMEM: OutOfMemoryError,
    _constants.E_BUSY: BusyError,
    _constants.E_FORKED: ForkedError,
    _constants.E_UNSUPPORTED: UnsupportedError,
    _constants.E_INTERNAL: OpenAIError,
    _constants.E_USER: OpenAIError,
}


PHASES = {
    _constants.PHASE_LOOKUP: "lookup",
    _constants.PHASE_CONNECT: "connect",
    _constants.PHASE_TLS: "tls",
    _constants.PHASE_SENDING: "sending",
    _constants.PHASE_WAITING: "waiting",
    _constants.PHASE_READING: "reading",
}


def _field(error: int, field: int) -> str:
    length = c_size_t()
    text = lib.quick.responses_error_field(error, field, byref(length))
    return string_at(text, length.value).decode("utf-8", "replace") if text else ""


def _decoded(text: str) -> Any:
    """JSON as what it means, anything else as the text it is."""
    if not text:
        return None
    try:
        import json  # what failed may be that no descriptor is left, and then this fails as well

        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError, OSError, ImportError):
        return text


def from_library(
    status: int, error: int | None, request: str = "", base_url: str = ""
) -> OpenAIError:
    """The exception for an error of the library, which is freed here.

    ``error`` may be missing; then the status alone says what went wrong. ``request`` is a method
    and a path below ``base_url``.
    """
    if not error:
        text = lib.quick.responses_status_text(status).decode()
        kind = _PLAIN.get(status, OpenAIError)
        if status == _constants.E_CANCELLED:
            kind = RequestCancelledError
        plain = kind(text)
        plain.library_status = status
        return plain
    try:
        made = _made(status, error, request, base_url)
        made.library_status = status
        if isinstance(made, APIError):
            _annotate(made, error)
        return made
    finally:
        lib.quick.responses_error_free(error)


def _made(status: int, error: int, request: str, base_url: str) -> OpenAIError:
    message = _field(error, _constants.ERROR_MESSAGE)
    plain = _PLAIN.get(status)
    if plain is not None:
        return plain(message)
    method, _, path = request.partition(" ")
    info = HTTPRequestInfo(method, public_url(base_url, path))
    if status == _constants.E_TIMEOUT:
        return APITimeoutError(info, message=message)
    if status in (_constants.E_NETWORK, _constants.E_TLS):
        return APIConnectionError(message=message, request=info)
    text = _field(error, _constants.ERROR_BODY)
    body = _decoded(text)
    if isinstance(body, dict):
        inner = body.get("error")
        if not inner and isinstance(body.get("response"), dict):
            inner = body["response"].get("error")
        said: object = inner or body
    else:
        said = body
    if status == _constants.E_TRUNCATED:
        return StreamTruncatedError(message=message, request=info)
    if status == _constants.E_CANCELLED:
        return RequestCancelledError(message, info)
    if status == _constants.E_LIMIT:
        return ResponseTooLargeError(message, info, body=said)
    http_status = lib.quick.responses_error_http_status(error)
    response = HTTPResponseInfo(http_status, Headers(_field(error, _constants.ERROR_HEADERS)), text)
    response.request = info
    if status == _constants.E_API and http_status >= 400:
        kind = _BY_HTTP_STATUS.get(http_status)
        if kind is None:
            kind = InternalServerError if http_status >= 500 else APIStatusError
        reason = said.get("message") if isinstance(said, dict) else None
        if not isinstance(reason, str) or not reason:
            reason = _reason(message, http_status)
        line = f"Error code: {http_status}"
        return kind(f"{line} - {reason}" if reason else line, response=response, body=said)
    if status == _constants.E_API:
        return ResponseFailedError(message, info, body=said)
    return APIResponseValidationError(response, said, message=message)


def _reason(message: str, http_status: int) -> str:
    """What the library found in a body of any other shape: ``detail``, a string, a page's title."""
    before, _, reason = message.partition(": ")
    if before.split(" ")[:2] != ["HTTP", str(http_status)]:
        return message
    return "" if reason == "the server gave no reason" else reason


def _annotate(made: APIError, error: int) -> None:
    quick = lib.quick
    made.code = made.code or _field(error, _constants.ERROR_CODE) or None
    made.type = made.type or _field(error, _constants.ERROR_TYPE) or None
    made.param = made.param or _field(error, _constants.ERROR_PARAM) or None
    made.request_id = _field(error, _constants.ERROR_REQUEST_ID) or None
    made.response_id = _field(error, _constants.ERROR_RESPONSE_ID) or None
    made.is_retryable = bool(quick.responses_error_is_retryable(error))
    made.attempts = quick.responses_error_attempts(error)
    made.phase = PHASES.get(quick.responses_error_phase(error))
    wait = quick.responses_error_retry_after_ms(error)
    made.retry_after = None if wait < 0 else wait / 1000
    last = quick.responses_error_last_sequence(error)
    made.last_sequence = None if last < 0 else last
    history = _field(error, _constants.ERROR_HISTORY)
    tried = _decoded(history) if history != "[]" else None
    made.history = tried if isinstance(tried, list) else []
