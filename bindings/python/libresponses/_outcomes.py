"""What becomes of each of many requests: ``client.responses.map``."""

from __future__ import annotations

from . import _requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._intake import Tried
    from ._models import Response


class Outcome:
    """What became of one request: ``response`` or ``error``, with ``index`` and ``request``.

    ``request`` is what was handed to ``map``, and ``index`` its place there.
    """

    __slots__ = ("_asked", "error", "index", "request", "response", "tried")

    def __init__(
        self, index: int, request: Any, response: Any = None, error: Exception | None = None
    ) -> None:
        self.index = index
        self.request = request
        self.response: Response | None = response
        self.error = error
        self.tried: Tried | None = None
        self._asked: _requests.Request | None = None

    def asked(self) -> _requests.Request:
        """What is asked of the server: ``request``, or what its parameters of `create` mean."""
        if self._asked is None:
            is_made = isinstance(self.request, _requests.Request)
            self._asked = self.request if is_made else self._made()
        return self._asked

    def heard(self, call: Any) -> None:
        """Notes what the answer said in its headers, where somebody wants to know."""
        self._asked = None if self.tried is None else self._asked
        if self.tried is not None and self.error is None:
            self.tried.headers = call.head()[1]

    def _made(self) -> _requests.Request:
        given = dict(self.request)
        options = _requests.call_options(given)
        body = _requests.given(given)
        body.pop("stream", None)
        return _requests.Request("create", "POST /responses", body=body, **options)

    def __reduce__(self) -> Any:
        return Outcome, (self.index, self.request, self.response, self.error)

    def unwrap(self) -> Response:
        """The response; raises the error when there is one."""
        if self.error is not None:
            raise self.error
        assert self.response is not None
        return self.response

    def __repr__(self) -> str:
        told = f"response={self.response!r}" if self.error is None else f"error={self.error!r}"
        return f"Outcome({self.index}, {told})"


class Progress:
    """Tells somebody how far it is: a function, or a bar of tqdm."""

    def __init__(self, told: Any, requests: Any) -> None:
        self.done = 0
        try:
            self.total: int | None = len(requests)
        except TypeError:
            self.total = None
        self.tell = told if callable(told) else None
        self.bar: Any = None
        if told is True:
            try:
                from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
            except ImportError:
                return
            self.bar = tqdm(total=self.total)

    def step(self) -> None:
        self.done += 1
        if self.tell is not None:
            self.tell(self.done, self.total)
        if self.bar is not None:
            self.bar.update()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


class InOrder:
    """Holds outcomes back until it is their turn."""

    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered
        self.turn = 0
        self.held: dict[int, Outcome] = {}

    def add(self, outcome: Outcome) -> list[Outcome]:
        """The outcomes whose turn it is now."""
        if not self.ordered:
            return [outcome]
        self.held[outcome.index] = outcome
        found = []
        while self.turn in self.held:
            found.append(self.held.pop(self.turn))
            self.turn += 1
        return found
