"""``client.responses.input_tokens``"""

from __future__ import annotations

from . import _models, _requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._responses import Responses


class InputTokens:
    """``client.responses.input_tokens``"""

    def __init__(self, owner: Responses) -> None:
        self._owner = owner

    def count(self, **parameters: Any) -> Any:
        """How many tokens an input has, without creating a response."""
        options = _requests.call_options(parameters)
        return self._owner._perform(
            _requests.Request(
                "count_input_tokens", "POST /responses/input_tokens",
                body=_requests.given(parameters), result=_models.InputTokenCountResponse, **options,
            )
        )  # fmt: skip

    @property
    def with_raw_response(self) -> Any:
        return type(self)(self._owner._with_mode("raw"))
