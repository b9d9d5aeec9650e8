"""``client.responses.input_tokens``"""

from __future__ import annotations

from . import _models, _requests
from ._resource import Resource
from ._shown import Shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class InputTokens(Resource):
    """``client.responses.input_tokens``"""

    @Shown(
        "conversation input instructions model parallel_tool_calls personality "
        "previous_response_id reasoning text tool_choice tools truncation"
    )
    def count(self, **parameters: Any) -> Any:
        """How many tokens an input has, without creating a response."""
        options = _requests.call_options(parameters)
        return self._perform(
            _requests.Request(
                "count_input_tokens", "POST /responses/input_tokens",
                body=_requests.given(parameters), result=_models.InputTokenCountResponse, **options,
            )
        )  # fmt: skip
