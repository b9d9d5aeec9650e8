"""What ``inspect.signature`` and editors show of methods that take any keywords.

A function with forty parameters spends more on those that were not given than on the rest.
"""

from __future__ import annotations

from ._options import omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def declared(
    self: Any,
    *,
    extra_headers: Any = None,
    extra_query: Any = None,
    extra_body: Any = None,
    timeout: Any = omit,
    max_retries: Any = omit,
    idempotency_key: Any = None,
    **others: Any,
) -> Any:
    """What every call takes."""
    raise NotImplementedError


class Shown:
    """Shows a method with parameters of some names, and with those of another one.

    The signature is made when it is asked for.
    """

    def __init__(self, names: str, like: Callable[..., Any] = declared, without: str = "") -> None:
        self._names = names.split()
        self._like = like
        self._without = without

    def __call__(self, function: Any) -> Any:
        function.__wrapped__ = self  # where `inspect.signature` looks
        return function

    @property
    def __signature__(self) -> Any:
        from inspect import Parameter, signature

        kind = Parameter.KEYWORD_ONLY
        whole = signature(self._like)
        found = {name: one for name, one in whole.parameters.items() if name != self._without}
        for name in self._names:
            found.setdefault(name, Parameter(name, kind, default=omit, annotation="Any"))
        return whole.replace(parameters=sorted(found.values(), key=lambda one: one.kind))
