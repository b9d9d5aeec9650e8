"""Lanes of a connection, each read by itself, by the names of the ``openai`` package."""

from __future__ import annotations

from .._lane import LaneClosedError as LaneClosedError
from .._lane import ResponsesWebSocketBufferError as ResponsesWebSocketBufferError
from .._lane import ResponsesWebSocketError as ResponsesWebSocketError
from .._lane import ResponsesWebSocketLimits as ResponsesWebSocketLimits
from .._lanes import ResponsesWebSocketLane as ResponsesWebSocketLane
from .._lanes import ResponsesWebSocketSession as ResponsesWebSocketSession
from .._lanes_async import AsyncResponsesWebSocketLane as AsyncResponsesWebSocketLane
from .._lanes_async import AsyncResponsesWebSocketSession as AsyncResponsesWebSocketSession
