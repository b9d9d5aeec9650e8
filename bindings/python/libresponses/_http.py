"""Headers of an answer, and answers as ``with_raw_response`` gives them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Headers(dict):  # type: ignore[type-arg]
    """Headers by name, in any case; made of lines ``name: value``."""

    def __init__(self, lines: str = "") -> None:
        super().__init__()
        for line in lines.splitlines():
            name, _, value = line.partition(":")
            key = name.strip().lower()
            value = value.strip()
            dict.__setitem__(self, key, f"{self[key]}, {value}" if key in self else value)

    def __getitem__(self, name: str) -> str:
        return str(super().__getitem__(name.lower()))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)

    def __reduce__(self) -> Any:
        return Headers, ("\n".join(f"{name}: {value}" for name, value in self.items()),)


class RawResponse:
    """An answer with its headers, before anybody has looked into it.

    ``parse()`` gives what the call gives without ``with_raw_response``; ``headers``,
    ``status_code``, ``request_id``, ``text``, ``content`` and ``json()`` are the answer's.
    It is also the context manager of ``with_streaming_response``.
    """

    def __init__(self, parsed: Any, headers: Headers, status_code: int, body: bytes) -> None:
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

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        size = chunk_size or 65536
        for at in range(0, len(self.content), size):
            yield self.content[at : at + size]

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        size = chunk_size or 65536
        for at in range(0, len(self.text), size):
            yield self.text[at : at + size]

    def iter_lines(self) -> Iterator[str]:
        yield from self.text.splitlines()

    def close(self) -> None:
        """There is nothing to close: the answer is here."""

    def parse(self) -> Any:
        return self._parsed

    def __repr__(self) -> str:
        return f"<RawResponse [{self.status_code}] {len(self.content)} bytes>"
