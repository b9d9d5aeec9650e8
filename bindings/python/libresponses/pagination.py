"""Classes of pages, by the names of ``openai.pagination``."""

from __future__ import annotations

from ._pages import CursorPage as CursorPage
from ._pages_async import AsyncCursorPage as AsyncCursorPage

SyncCursorPage = SyncConversationCursorPage = CursorPage
AsyncConversationCursorPage = AsyncCursorPage
