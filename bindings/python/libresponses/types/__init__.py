"""Classes of what the server sends, by the names that the ``openai`` package has for them."""

from __future__ import annotations

from . import conversations as conversations
from . import responses as responses
from .responses import Response as Response
