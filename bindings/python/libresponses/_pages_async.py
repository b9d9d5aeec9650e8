"""Pages that follow one another, and iterating over all of them."""

from __future__ import annotations

from ._pagination import Maker, Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from typing import Any


class AsyncCursorPage(Page):
    # only async:
    """A page; ``async for`` goes on over the pages that follow."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    # only sync:
    # | """A page; iterating over it goes on over the pages that follow."""
    # end

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for page in self.iter_pages():
            for item in page._items:
                yield item

    async def iter_pages(self) -> AsyncIterator[AsyncCursorPage]:
        """This page and those that follow."""
        page = self
        while True:
            yield page
            if not page.has_next_page():
                break
            page = await page.get_next_page()
            if page._is_stuck:
                break
        page._check_end()

    async def get_next_page(self) -> AsyncCursorPage:
        """The page that follows."""
        after = self._expected_after()
        found: AsyncCursorPage = await pages(self._owner, self._request, after, self)
        return found


# only async:
class AsyncPageRequest:
    """What an asynchronous ``list`` returns: awaited it is a page, ``async for`` goes over all."""

    def __init__(self, perform: Any, request: Any) -> None:
        self._perform = perform
        self._request = request

    def __await__(self) -> Generator[Any, Any, AsyncCursorPage]:
        found: Generator[Any, Any, AsyncCursorPage] = self._perform(self._request).__await__()
        return found

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for item in await self:
            yield item


# only sync:
# | class ListPage(CursorPage):
# |     """A page that is a list of its own items, also when iterated over."""
# |
# |     def __iter__(self) -> Iterator[Any]:
# |         return iter(self._items)
# |
# |
# end
def pages(owner: Any, request: Callable[[Any], Any], after: Any, before: Page | None = None) -> Any:
    """The page after an item, and after a page."""
    made = request(after)
    made.result = Maker(AsyncCursorPage, owner._plain(), request, after, before)
    # only async:
    if not owner._mode:
        return AsyncPageRequest(owner._perform, made)
    # end
    return owner._perform(made)
