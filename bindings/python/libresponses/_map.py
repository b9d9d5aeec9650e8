# Made from _map_async.py by tools/twins.py: do not edit.

"""``client.responses.map``: many calls at once."""

from __future__ import annotations

from ._blocking import crowd as crowd_of
from ._intake import Intake, check
from ._outcomes import InOrder, Outcome, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


def run(
    client: Any,
    requests: Iterable[Any] | Iterable[Any],
    concurrency: int,
    ordered: bool,
    progress: Callable[[int, int | None], object] | bool | None,
    pace: Any = None,
) -> Iterator[Outcome]:
    """The outcomes of many requests, which are taken from the iterable as there is room."""
    check(requests, concurrency, pace, is_awaiting=False)
    return _run(client, requests, concurrency, ordered, progress, pace)


def _run(
    client: Any, requests: Any, concurrency: int, ordered: bool, progress: Any, pace: Any
) -> Iterator[Outcome]:
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
            for outcome in crowd.ready(intake.seconds()):
                if not intake.ended(outcome):
                    continue
                told.step()
                yield from order.add(outcome)
        if source.error is not None:
            raise source.error
    finally:
        if source is not None:
            source.close()
        told.close()
        crowd.close()
