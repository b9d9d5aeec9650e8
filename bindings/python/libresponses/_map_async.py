"""``client.responses.map``: many calls at once."""

from __future__ import annotations

from ._asyncio import crowd as crowd_of
from ._intake import Intake, check
from ._outcomes import InOrder, Outcome, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
    from typing import Any


def run(
    client: Any,
    requests: Iterable[Any] | AsyncIterable[Any],
    concurrency: int,
    ordered: bool,
    progress: Callable[[int, int | None], object] | bool | None,
    pace: Any = None,
) -> AsyncIterator[Outcome]:
    """The outcomes of many requests, which are taken from the iterable as there is room."""
    # only async:
    check(requests, concurrency, pace, is_awaiting=True)
    # only sync:
    # | check(requests, concurrency, pace, is_awaiting=False)
    # end
    return _run(client, requests, concurrency, ordered, progress, pace)


async def _run(
    client: Any, requests: Any, concurrency: int, ordered: bool, progress: Any, pace: Any
) -> AsyncIterator[Outcome]:
    crowd = crowd_of(client)
    told = Progress(progress, requests)
    order = InOrder(ordered)
    source = None
    try:
        source = crowd.source(requests, concurrency)
        intake = Intake(client, source, concurrency, pace)
        while True:
            while (begun := intake.next()) is not None:
                crowd.begin(begun)
            if intake.is_over:
                break
            for outcome in await crowd.ready(intake.seconds()):
                if not intake.ended(outcome):
                    continue
                told.step()
                for found in order.add(outcome):
                    yield found
        if source.error is not None:
            raise source.error
    finally:
        if source is not None:
            source.close()
        told.close()
        crowd.close()
