"""``client.responses.map``: many calls at once."""

from __future__ import annotations

from ._asyncio import crowd as crowd_of
from ._outcomes import InOrder, Outcome, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from typing import Any


def run(
    client: Any,
    requests: Iterable[Any],
    concurrency: int,
    ordered: bool,
    progress: Callable[[int, int | None], object] | bool | None,
) -> AsyncIterator[Outcome]:
    """The outcomes of many requests, which are taken from the iterable as there is room."""
    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    return _run(client, requests, concurrency, ordered, progress)


async def _run(
    client: Any, requests: Iterable[Any], concurrency: int, ordered: bool, progress: Any
) -> AsyncIterator[Outcome]:
    crowd = crowd_of(client)
    told = Progress(progress, requests)
    order = InOrder(ordered)
    source = enumerate(requests)
    has_more = True
    waiting = 0
    try:
        while True:
            while has_more and waiting < concurrency:
                try:
                    index, parameters = next(source)
                except StopIteration:
                    has_more = False
                    break
                crowd.begin(Outcome(index, parameters))
                waiting += 1
            if not waiting:
                break
            for outcome in await crowd.ready():
                waiting -= 1
                told.step()
                for found in order.add(outcome):
                    yield found
    finally:
        told.close()
        crowd.close()
