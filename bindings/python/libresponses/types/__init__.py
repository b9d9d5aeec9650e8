"""Classes of what the server sends, by the names that the ``openai`` package has for them."""

from __future__ import annotations

from .responses import Response as Response
