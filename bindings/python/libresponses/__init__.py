"""The Responses API, fast and light: ``from libresponses import OpenAI``.

What the ``openai`` package offers for the Responses API, over libresponses: streams that never lose
an event and resume by themselves, deadlines, cancellation, and no dependency at run time.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import responses as responses
    from . import types as types
    from ._attempts import Attempt as Attempt
    from ._azure import AzureOpenAI as AzureOpenAI
    from ._azure_async import AsyncAzureOpenAI as AsyncAzureOpenAI
    from ._client import OpenAI as OpenAI
    from ._client_async import AsyncClient as AsyncClient
    from ._client_async import AsyncOpenAI as AsyncOpenAI
    from ._connection import ResponsesConnection as ResponsesConnection
    from ._connection_async import AsyncResponsesConnection as AsyncResponsesConnection
    from ._decoding import Decoder as Decoder
    from ._decoding import decode as decode
    from ._errors import APIConnectionError as APIConnectionError
    from ._errors import APIError as APIError
    from ._errors import APIResponseValidationError as APIResponseValidationError
    from ._errors import APIStatusError as APIStatusError
    from ._errors import APITimeoutError as APITimeoutError
    from ._errors import AuthenticationError as AuthenticationError
    from ._errors import BadRequestError as BadRequestError
    from ._errors import BusyError as BusyError
    from ._errors import ClosedError as ClosedError
    from ._errors import ConflictError as ConflictError
    from ._errors import ContentFilterFinishReasonError as ContentFilterFinishReasonError
    from ._errors import ForkedError as ForkedError
    from ._errors import InternalServerError as InternalServerError
    from ._errors import InvalidArgumentError as InvalidArgumentError
    from ._errors import InvalidWebhookSignatureError as InvalidWebhookSignatureError
    from ._errors import LengthFinishReasonError as LengthFinishReasonError
    from ._errors import NotFoundError as NotFoundError
    from ._errors import OpenAIError as OpenAIError
    from ._errors import OutOfMemoryError as OutOfMemoryError
    from ._errors import PermissionDeniedError as PermissionDeniedError
    from ._errors import RateLimitError as RateLimitError
    from ._errors import RequestCancelledError as RequestCancelledError
    from ._errors import ResponseFailedError as ResponseFailedError
    from ._errors import ResponseTooLargeError as ResponseTooLargeError
    from ._errors import StreamTruncatedError as StreamTruncatedError
    from ._errors import ToolRunError as ToolRunError
    from ._errors import UnprocessableEntityError as UnprocessableEntityError
    from ._errors import UnsupportedError as UnsupportedError
    from ._errors import WebSocketQueueFullError as WebSocketQueueFullError
    from ._events import Event as Event
    from ._library import build_info as build_info
    from ._library import version as version
    from ._models import Model as Model
    from ._models import Response as Response
    from ._options import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
    from ._options import NOT_GIVEN as NOT_GIVEN
    from ._options import NotGiven as NotGiven
    from ._options import Omit as Omit
    from ._options import Timeout as Timeout
    from ._options import not_given as not_given
    from ._options import omit as omit
    from ._outcomes import Outcome as Outcome
    from ._pace import Pace as Pace
    from ._tools import function_tool as function_tool
    from ._tools import pydantic_function_tool as pydantic_function_tool
    from ._tools import pydantic_responses_function_tool as pydantic_responses_function_tool
    from ._typed import ResponseStream as ResponseStream
    from ._typed import Stream as Stream
    from ._typed_async import AsyncStream as AsyncStream

# Where each public name lives; its module is imported when the name is first used.
_PLACES = {
    "_attempts": "Attempt",
    "_azure": "AzureOpenAI",
    "_azure_async": "AsyncAzureOpenAI",
    "_client": "OpenAI",
    "_client_async": "AsyncClient AsyncOpenAI",
    "_connection": "ResponsesConnection",
    "_connection_async": "AsyncResponsesConnection",
    "_decoding": "Decoder decode",
    "_errors": """
        APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError
        AuthenticationError BadRequestError BusyError ClosedError ConflictError
        ContentFilterFinishReasonError ForkedError InternalServerError InvalidArgumentError
        InvalidWebhookSignatureError LengthFinishReasonError NotFoundError OpenAIError
        OutOfMemoryError PermissionDeniedError RateLimitError RequestCancelledError
        ResponseFailedError ResponseTooLargeError StreamTruncatedError ToolRunError
        UnprocessableEntityError UnsupportedError WebSocketQueueFullError
    """,
    "_events": "Event",
    "_library": "build_info version",
    "_models": "Model Response",
    "_options": "DEFAULT_MAX_RETRIES NOT_GIVEN NotGiven Omit Timeout not_given omit",
    "_outcomes": "Outcome",
    "_pace": "Pace",
    "_stream": "ResponseStream Stream",
    "_stream_async": "AsyncStream",
    "_tools": "function_tool pydantic_function_tool pydantic_responses_function_tool",
}
_HOMES = {name: home for home, names in _PLACES.items() for name in names.split()}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    home = name if name in ("responses", "types") else _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # `importlib` takes longer to import than this.
    module = __import__(f"{__name__}.{home}", fromlist=["__name__"])
    value = globals()[name] = module if home == name else getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
