"""Pages of a list.

A page behaves as a list of its own items: ``len``, index, truth. As with the ``openai`` package,
iterating over one goes on over the pages that follow; ``page.data`` is this page alone.
"""

from __future__ import annotations

from . import _errors, _models
from ._http import Headers, HTTPResponseInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Page(_models.Answer):
    """One page: ``data``, ``has_more``, ``first_id``, ``last_id``."""

    _optional = frozenset({"has_more", "first_id", "last_id", "object"})
    _owner: Any = None
    _request: Any = None
    _after: Any = None
    _round: tuple[Any, int] = (None, 0)

    if TYPE_CHECKING:
        data: list[Any]
        has_more: bool | None
        first_id: str | None
        last_id: str | None

    @classmethod
    def __class_getitem__(cls, kind: Any) -> Any:
        """``SyncCursorPage[Kind]``, in annotations."""
        from types import GenericAlias

        return GenericAlias(cls, kind)

    @property
    def _items(self) -> list[Any]:
        return list(self.data) if self._data.get("data") else []

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return bool(self._items)

    def __getitem__(self, index: Any) -> Any:
        return super().__getitem__(index) if isinstance(index, str) else self._items[index]

    def __contains__(self, item: object) -> bool:
        return item in self._data if isinstance(item, str) else item in self._items

    def __reversed__(self) -> Iterator[Any]:
        return iter(self._items[::-1])

    @property
    def _cursor(self) -> str | None:
        """What the page ends with: ``last_id``, or where a server leaves that out the id of the
        last item.
        """
        last = self.last_id
        if not isinstance(last, str) or not last:
            items = self._items
            last = getattr(items[-1], "id", None) if items else None
        return last if isinstance(last, str) and last else None

    @property
    def _is_stuck(self) -> bool:
        """Whether it ends where it was to begin, as the server ignores ``after``, or where the page
        before that is kept did, as the pages go in a circle.
        """
        if self.has_more is False or not isinstance(self._after, str):
            return False
        return self._cursor in (self._after, self._round[0])

    @property
    def _next_round(self) -> tuple[Any, int]:
        """For the next page: what one page ended with, and how many came. After R. P. Brent (1980)
        one that is changed after 1, 3, 7 pages and so on finds each circle.
        """
        kept, count = self._round
        count += 1
        return (kept if count & (count + 1) else self._cursor, count)

    @property
    def _next_after(self) -> str | None:
        """What the next page comes after; None when there is none."""
        # A server that does not say whether there is more is asked until it has nothing.
        says = self.has_more if isinstance(self.has_more, bool) else bool(self._items)
        if self._is_stuck or not says:
            return None
        return self._cursor

    def has_next_page(self) -> bool:
        """Whether the server has more, and the page says where it goes on."""
        return self._next_after is not None

    def next_page_info(self) -> Any:
        """What the next page is asked for with, None when there is none."""
        after = self._next_after
        return None if after is None else _models.Model({"params": {"after": after}})

    def _check_end(self) -> None:
        """Raises when the last page that can be had says that there is more."""
        if self.has_more is not True:
            return
        raise _errors.APIResponseValidationError(
            HTTPResponseInfo(self._http_status or 200, Headers()),
            self.to_dict(),
            message="has_more is true, but the page has no last_id and no item with an id"
            if not self._is_stuck
            else "the server ignores the parameter after: the next page ends with the same item"
            if self._after == self._cursor
            else "the pages go in a circle: two of them end with the same item",
        )

    def _expected_after(self) -> str:
        """What the next page comes after, where it is an error that there is none."""
        after = self._next_after
        if after is None:
            raise RuntimeError(
                "No next page expected; please check `.has_next_page()` before calling "
                "`.get_next_page()`."
            )
        return after

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r}, has_more={self.has_more!r})"


class Maker:
    """Makes pages that know how to get the next one."""

    def __init__(
        self, kind: type[Page], owner: Any, request: Any, after: Any, before: Page | None = None
    ) -> None:
        self._kind = kind
        self._about = {"_owner": owner, "_request": request, "_after": after}
        if before is not None:
            self._about["_round"] = before._next_round

    def _from_json(self, text: bytes) -> Page:
        made: Page = self._kind._from_json(text)
        made.__dict__.update(self._about)
        return made
