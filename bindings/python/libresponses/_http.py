"""Headers of an answer, and answers as ``with_raw_response`` gives them."""

from __future__ import annotations

from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Headers(dict):  # type: ignore[type-arg]
    """Headers by name, in any case."""

    def __init__(self) -> None:
        super().__init__()

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return str(value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class AnswerHeaders(Headers):
    """Headers of an answer, looked up in the library: by name, and what was looked up is listed."""

    def __init__(self, response: int) -> None:
        super().__init__()
        self._response = response

    def get(self, name: str, default: Any = None) -> Any:
        found = super().get(name)
        if found is None and self._response:
            value = lib.quick.responses_response_header(self._response, name.encode())
            if value is not None:
                found = value.decode("utf-8", "replace")
                self[name] = found
        return default if found is None else found

    def __del__(self) -> None:
        response, self._response = self._response, 0
        if response:
            lib.quick.responses_response_free(response)


class RawResponse:
    """An answer with its headers, before anybody has looked into it.

    ``parse()`` gives what the call gives without ``with_raw_response``; ``headers``,
    ``status_code``, ``request_id``, ``text``, ``content`` and ``json()`` are the answer's.
    It is also the context manager of ``with_streaming_response``.
    """

    def __init__(self, parsed: Any, headers: AnswerHeaders, status_code: int, body: bytes) -> None:
        self._parsed = parsed
        self.headers = headers
        self.status_code = status_code
        self.content = body

    @property
    def http_response(self) -> RawResponse:
        return self

    @property
    def request_id(self) -> str | None:
        found = self.headers.get("x-request-id")
        return None if found is None else str(found)

    @property
    def retries_taken(self) -> int:
        attempts: int = getattr(self._parsed, "_attempts", 1)
        return max(0, attempts - 1)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        import json

        return json.loads(self.content)

    def read(self) -> bytes:
        return self.content

    def parse(self) -> Any:
        return self._parsed

    def __repr__(self) -> str:
        return f"<RawResponse [{self.status_code}] {len(self.content)} bytes>"
