"""``client.conversations`` and its ``items``."""

from __future__ import annotations

from . import _models, _requests
from ._options import omit
from ._resource import Resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Conversations(Resource):
    """``client.conversations``: with an asynchronous client, what its methods return is awaited."""

    @property
    def items(self) -> Items:
        return Items(self._client, self._mode)

    def _send(
        self, method: str, path: str, body: Any, options: Any, kind: Any = _models.Conversation
    ) -> Any:
        return self._perform(_requests.send(method, path, body, result=kind, **options))

    def create(self, *, items: Any = omit, metadata: Any = omit, **others: Any) -> Any:
        """Creates a conversation, with its first items."""
        options = _requests.call_options(others)
        body = _requests.given({"items": items, "metadata": metadata, **others})
        return self._send("POST", "/conversations", body, options)

    def retrieve(self, conversation_id: str, **others: Any) -> Any:
        """Gets a conversation."""
        options = _requests.call_options(others)
        return self._send("GET", _path(conversation_id, query=others), None, options)

    def update(self, conversation_id: str, *, metadata: Any, **others: Any) -> Any:
        """Sets the metadata of a conversation."""
        options = _requests.call_options(others)
        body = _requests.given({"metadata": metadata, **others})
        return self._send("POST", _path(conversation_id), body, options)

    def delete(self, conversation_id: str, **others: Any) -> Any:
        """Deletes a conversation, not its items."""
        options = _requests.call_options(others)
        path = _path(conversation_id, query=others)
        return self._send("DELETE", path, None, options, _models.ConversationDeletedResource)


class Items(Resource):
    """``client.conversations.items``"""

    def create(
        self, conversation_id: str, *, items: Any, include: Any = omit, **others: Any
    ) -> Any:
        """Adds items to a conversation."""
        options = _requests.call_options(others)
        path = _path(conversation_id, "items", query={"include": include})
        body = _requests.given({"items": items, **others})
        return self._perform(
            _requests.send("POST", path, body, result=_models.ConversationItemList, **options)
        )

    def retrieve(
        self, item_id: str, *, conversation_id: str, include: Any = omit, **others: Any
    ) -> Any:
        """Gets an item."""
        options = _requests.call_options(others)
        parent = _parent(conversation_id)
        _requests.identifier(item_id, "item_id")
        path = _path(parent, "items", item_id, query={"include": include, **others})
        return self._perform(_requests.send("GET", path, result=_models.Item, **options))

    def list(
        self,
        conversation_id: str,
        *,
        after: Any = omit,
        include: Any = omit,
        limit: Any = omit,
        order: Any = omit,
        **others: Any,
    ) -> Any:
        """The items of a conversation: a page; iterating over it goes over all that follow."""
        options = _requests.call_options(others)
        query = {"include": include, "limit": limit, "order": order, **others}

        def request(after: Any) -> Any:
            path = _path(conversation_id, "items", query={"after": after, **query})
            return _requests.send("GET", path, result=_models.Document, **options)

        return self._client._pages(self, request, after)

    def delete(self, item_id: str, *, conversation_id: str, **others: Any) -> Any:
        """Takes an item out of a conversation; the answer is the conversation."""
        options = _requests.call_options(others)
        parent = _parent(conversation_id)
        _requests.identifier(item_id, "item_id")
        path = _path(parent, "items", item_id, query=others)
        return self._perform(_requests.send("DELETE", path, result=_models.Conversation, **options))


def _parent(conversation_id: str) -> str:
    _requests.identifier(conversation_id, "conversation_id")
    return conversation_id


def _path(conversation_id: str, *parts: str, query: Any = None) -> str:
    return _requests.path("conversations", _parent(conversation_id), *parts, query=query)
