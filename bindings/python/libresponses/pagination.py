"""Classes of pages, by the names of ``openai.pagination``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typed import CursorPage as CursorPage
    from ._typed_async import AsyncCursorPage as AsyncCursorPage
else:
    from ._pages import CursorPage as CursorPage
    from ._pages_async import AsyncCursorPage as AsyncCursorPage

# A type checker takes only a single assignment for the name of a type.
SyncCursorPage = CursorPage
SyncConversationCursorPage = CursorPage
AsyncConversationCursorPage = AsyncCursorPage
