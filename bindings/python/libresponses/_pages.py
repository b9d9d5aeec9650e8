# Made from _pages_async.py by tools/twins.py: do not edit.

"""Pages that follow one another, and iterating over all of them."""

from __future__ import annotations

from ._pagination import Maker, Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class CursorPage(Page):
    """A page; iterating over it goes on over the pages that follow."""

    def __iter__(self) -> Iterator[Any]:
        for page in self.iter_pages():
            yield from page._items

    def iter_pages(self) -> Iterator[CursorPage]:
        """This page and those that follow."""
        page = self
        while True:
            yield page
            if not page.has_next_page():
                break
            page = page.get_next_page()
            if page._is_stuck:
                break
        page._check_end()

    def get_next_page(self) -> CursorPage:
        """The page that follows."""
        after = self._expected_after()
        found: CursorPage = pages(self._owner, self._request, after, self)
        return found


class ListPage(CursorPage):
    """A page that is a list of its own items, also when iterated over."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)


def pages(owner: Any, request: Callable[[Any], Any], after: Any, before: Page | None = None) -> Any:
    """The page after an item, and after a page."""
    made = request(after)
    made.result = Maker(CursorPage, owner._plain(), request, after, before)
    return owner._perform(made)
