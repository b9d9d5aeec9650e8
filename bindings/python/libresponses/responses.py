"""The Responses API as functions of this module, on a client that is made at first use.

``libresponses.responses.create(...)`` and every other method of ``client.responses`` work here, and
a few functions more. The client is made from the environment, or from ``libresponses.api_key`` and
``libresponses.base_url`` where these are set before.
"""

from __future__ import annotations

from typing import Any

from . import _errors, _map, _pages, _pagination, _requests
from ._client import OpenAI
from ._models import Response, ResponseDeleted
from ._options import omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    # What `__getattr__` gives, for type checkers.
    _methods = OpenAI().responses
    create = _methods.create
    retrieve = _methods.retrieve
    cancel = _methods.cancel
    delete = _methods.delete
    compact = _methods.compact
    parse = _methods.parse
    stream = _methods.stream
    wait = _methods.wait
    run = _methods.run
    map = _methods.map
    connect = _methods.connect
    input_items = _methods.input_items
    input_tokens = _methods.input_tokens
    with_raw_response = _methods.with_raw_response
    with_streaming_response = _methods.with_streaming_response

_client: OpenAI | None = None


def default_client() -> OpenAI:
    """The client that the functions of this module use."""
    global _client
    if _client is None or _client.is_closed():
        import libresponses

        told = vars(libresponses)
        names = "api_key organization project base_url timeout max_retries default_headers"
        given = {name: told[name] for name in names.split() if name in told}
        _client = OpenAI(**given)
    return _client


def delete_response(response_id: str) -> ResponseDeleted:
    """Deletes a response; printing the result shows what was deleted."""
    return default_client().responses.delete(response_id)


def cancel_response(response_id: str) -> Response:
    """Ends a background response at the server."""
    return default_client().responses.cancel(response_id)


def _items(
    response_id: str,
    after: Any,
    include: Any,
    limit: Any,
    order: Any,
    before: _pagination.Page | None = None,
) -> _requests.Request:
    query = {"include": include, "limit": limit, "order": order}

    def request(after: Any) -> _requests.Request:
        made = _requests.Request(
            "list_input_items",
            f"GET /responses/{response_id}/input_items",
            _requests.identifier(response_id, "response_id"),
            *_requests.query({"after": after, **query}),
            has_body=False,
        )
        made.result = _pagination.Maker(
            _pages.ListPage, default_client().responses, request, after, before
        )
        return made

    return request(after)


def list_input_items(
    response_id: str,
    after: str | None = None,
    include: list[str] | None = None,
    limit: int = 20,
    order: str = "desc",
) -> _pages.ListPage:
    """One page of what went into a response: a list, with ``has_more`` and `get_next_page`."""
    found: _pages.ListPage = default_client()._perform(
        _items(response_id, after, include, limit, order)
    )
    return found


def get_all_input_items(response_id: str, include: list[str] | None = None) -> list[Any]:
    """All of what went into a response, in its order."""
    first = list_input_items(response_id, include=include, limit=100, order="asc")
    return [item for page in first.iter_pages() for item in page._items]


def process_response_batch(response_ids: list[str], concurrency: int = 50) -> list[dict[str, Any]]:
    """What went into each of many responses, asked for at the same time.

    One dictionary for each id, in their order: ``response_id`` with ``items``, or with ``error``
    and ``exception`` when that one failed.
    """
    ids = list(response_ids)
    results: list[dict[str, Any]] = [{"response_id": one} for one in ids]
    unread: list[tuple[int, Any]] = [(index, None) for index in range(len(ids))]
    client = default_client()
    while unread:
        requests = []
        asked = []
        for index, before in unread:
            after = None if before is None else before._next_after
            try:
                requests.append(_items(ids[index], after, omit, 100, "asc", before))
                asked.append(index)
            except _errors.OpenAIError as problem:
                results[index].update(error=str(problem), exception=problem)
        unread = []
        for outcome in _map.run(client, requests, concurrency, True, None):
            index = asked[outcome.index]
            result = results[index]
            if outcome.error is not None:
                result.pop("items", None)
                result.update(error=str(outcome.error), exception=outcome.error)
                continue
            page: Any = outcome.response
            result.setdefault("items", []).extend(() if page._is_stuck else page)
            if page.has_next_page():
                unread.append((index, page))
                continue
            try:
                page._check_end()
            except _errors.OpenAIError as problem:
                result.pop("items", None)
                result.update(error=str(problem), exception=problem)
    return results


def __getattr__(name: str) -> Any:
    if name[0] == "_":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(default_client().responses, name)
