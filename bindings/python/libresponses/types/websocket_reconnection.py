"""What ``on_reconnecting`` of ``responses.connect()`` is told, and what it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypedDict


class ReconnectingEvent(NamedTuple):
    """A connection was lost with a turn. The next turn makes another, at once.

    ``close_code`` is 1006 whatever the reason was, as the library does not tell it.
    """

    attempt: int
    max_attempts: int
    delay: float
    close_code: int
    extra_query: Mapping[str, Any]
    extra_headers: Mapping[str, Any]


class ReconnectingOverrides(TypedDict, total=False):
    """What the next connection is made with; or ``abort``, and there is none."""

    extra_query: Mapping[str, Any]
    extra_headers: Mapping[str, Any]
    abort: bool
