"""What tasks of trio wait with."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_modules = sys.modules


class Trio:
    """Tasks of one run of trio."""

    def __init__(self, token: Any) -> None:
        import trio

        self.place = token
        self.readable: Callable[[int], Any] = trio.lowlevel.wait_readable
        self.Event: Callable[[], Any] = trio.Event

    def schedule(self, coroutine: Any) -> None:
        """Runs a coroutine beside all tasks."""
        import trio

        trio.lowlevel.spawn_system_task(_itself, coroutine)

    def beside(self, function: Callable[[], Any]) -> Callable[[], object]:
        """Runs a coroutine function beside all tasks. What ends it."""
        import trio

        scope = trio.CancelScope()

        async def run() -> None:
            with scope:
                await function()

        trio.lowlevel.spawn_system_task(run)
        return scope.cancel

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        """Calls a function after so long."""
        import trio

        async def wait() -> None:
            await trio.sleep(seconds)
            function()

        trio.lowlevel.spawn_system_task(wait)

    def epoll(self) -> Any:
        import select

        return select.epoll()


async def _itself(coroutine: Any) -> None:
    await coroutine


def token() -> Any:
    """The run that this thread is in. None when it is in none."""
    trio = _modules.get("trio")
    if trio is None:
        return None
    try:
        return trio.lowlevel.current_trio_token()
    except RuntimeError:
        return None


async def together(awaitables: list[Any], is_raising: bool) -> list[Any]:
    """As that of ``_asyncio``."""
    import trio

    found: list[Any] = [None] * len(awaitables)
    first: list[Exception] = []

    async def one(place: int, awaitable: Any) -> None:
        try:
            found[place] = await awaitable
        except Exception as problem:
            found[place] = problem
            if is_raising:
                first.append(problem)
                nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for place, awaitable in enumerate(awaitables):
            nursery.start_soon(one, place, awaitable)
    if first:
        raise first[0]
    return found
