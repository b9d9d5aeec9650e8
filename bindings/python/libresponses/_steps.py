"""What a routine of several steps asks its client for, beside a `Request`.

``responses.run()`` is a generator of such steps; the client takes them, and waits as it does.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._assembly import Assembly
    from ._requests import Request


class Streamed:
    """A streamed request: its events go to a function, and its response is the answer."""

    __slots__ = ("assembly", "on_event", "request")

    def __init__(
        self, request: Request, assembly: Assembly, on_event: Callable[[Any], Any]
    ) -> None:
        self.request = request
        self.assembly = assembly
        self.on_event = on_event


class Together:
    """Things to await at the same time. The answer is what each came to, or its exception.

    With ``is_raising`` the first exception ends the others and is raised.
    """

    __slots__ = ("awaitables", "is_raising")

    def __init__(self, awaitables: list[Any], is_raising: bool) -> None:
        self.awaitables = awaitables
        self.is_raising = is_raising

    def close(self) -> None:
        """Lets go of what was never awaited."""
        for one in self.awaitables:
            close = getattr(one, "close", None) or getattr(one, "cancel", None)
            if close is not None:
                close()
