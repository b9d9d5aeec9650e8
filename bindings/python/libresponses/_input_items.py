"""``client.responses.input_items``"""

from __future__ import annotations

from . import _models, _requests
from ._options import omit
from ._resource import Resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class InputItems(Resource):
    """``client.responses.input_items``"""

    def _request(self, response_id: str, parameters: dict[str, Any]) -> Any:
        options = _requests.call_options(parameters)
        identifier = _requests.identifier(response_id, "response_id")
        limit = parameters.get("limit")
        if isinstance(limit, int) and not 1 <= limit <= 100:  # of which the server says what it is
            path = _requests.path("responses", response_id, "input_items", query=parameters)
            return _requests.send("GET", path, **options)
        return _requests.Request(
            "list_input_items",
            f"GET /responses/{response_id}/input_items",
            identifier,
            *_requests.query(parameters),
            result=_models.Document,
            has_body=False,
            **options,
        )

    def list(
        self,
        response_id: str,
        *,
        after: Any = omit,
        include: Any = omit,
        limit: Any = omit,
        order: Any = omit,
        **options: Any,
    ) -> Any:
        """What went into a response: a page; iterating over it goes over all that follow, too."""

        def request(after: Any) -> Any:
            return self._request(
                response_id,
                {"after": after, "include": include, "limit": limit, "order": order, **options},
            )

        return self._client._pages(self, request, after)
