"""``client.conversations`` and its ``items``."""

from __future__ import annotations

from . import _models, _requests
from ._options import omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Conversations:
    """``client.conversations``: with an asynchronous client, what its methods return is awaited."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def items(self) -> Items:
        return Items(self._client)

    def _send(self, method: str, path: str, body: Any, options: Any) -> Any:
        return self._client._perform(
            _requests.send(method, path, body, result=_models.Document, **options)
        )

    def create(self, *, items: Any = omit, metadata: Any = omit, **options: Any) -> Any:
        """Creates a conversation, with its first items."""
        body = _requests.given({"items": items, "metadata": metadata})
        return self._send("POST", "/conversations", body, options)

    def retrieve(self, conversation_id: str, **options: Any) -> Any:
        """Gets a conversation."""
        return self._send("GET", _path(conversation_id), None, options)

    def update(self, conversation_id: str, *, metadata: Any, **options: Any) -> Any:
        """Sets the metadata of a conversation."""
        return self._send("POST", _path(conversation_id), {"metadata": metadata}, options)

    def delete(self, conversation_id: str, **options: Any) -> Any:
        """Deletes a conversation, not its items."""
        return self._send("DELETE", _path(conversation_id), None, options)


class Items:
    """``client.conversations.items``"""

    def __init__(self, client: Any) -> None:
        self._client = client

    def _perform(self, request: Any) -> Any:
        return self._client._perform(request)

    def create(
        self, conversation_id: str, *, items: Any, include: Any = omit, **options: Any
    ) -> Any:
        """Adds items to a conversation."""
        path = _path(conversation_id, "items", query={"include": include})
        return self._perform(
            _requests.send("POST", path, {"items": items}, result=_models.Document, **options)
        )

    def retrieve(
        self, item_id: str, *, conversation_id: str, include: Any = omit, **options: Any
    ) -> Any:
        """Gets an item."""
        _requests.identifier(item_id, "item_id")
        path = _path(conversation_id, "items", item_id, query={"include": include})
        return self._perform(_requests.send("GET", path, result=_models.Item, **options))

    def list(
        self,
        conversation_id: str,
        *,
        after: Any = omit,
        include: Any = omit,
        limit: Any = omit,
        order: Any = omit,
        **parameters: Any,
    ) -> Any:
        """The items of a conversation: a page; iterating over it goes over all that follow."""
        options = _requests.call_options(parameters)
        query = {"include": include, "limit": limit, "order": order}

        def request(after: Any) -> Any:
            path = _path(conversation_id, "items", query={"after": after, **query})
            return _requests.send("GET", path, result=_models.Document, **options)

        return self._client._pages(self, request, after)

    def delete(self, item_id: str, *, conversation_id: str, **options: Any) -> Any:
        """Takes an item out of a conversation; the answer is the conversation."""
        _requests.identifier(item_id, "item_id")
        path = _path(conversation_id, "items", item_id)
        return self._perform(_requests.send("DELETE", path, result=_models.Document, **options))


def _path(conversation_id: str, *parts: str, query: Any = None) -> str:
    _requests.identifier(conversation_id, "conversation_id")
    return _requests.path("conversations", conversation_id, *parts, query=query)
