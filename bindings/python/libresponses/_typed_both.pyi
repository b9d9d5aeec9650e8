"""Classes that have a parameter for type checkers and editors, and at run time none."""

from collections.abc import Iterator
from typing import Any, Generic, overload
from typing import TypeVar as PlainTypeVar

from typing_extensions import TypeVar

from . import _answers, _models

Parsed = TypeVar("Parsed", covariant=True, default=Any)
Answer = TypeVar("Answer", covariant=True, default=Any)
Kind = PlainTypeVar("Kind")

class ParsedResponse(_models.Response, Generic[Parsed]):
    """A response of ``parse``, ``stream`` and ``run``."""

    @property
    def output_parsed(self) -> Parsed | None: ...

class RawResponse(_answers.RawResponse, Generic[Answer]):
    """An answer of ``with_raw_response``."""

    @overload
    def parse(self, *, to: None = None) -> Answer: ...
    @overload
    def parse(self, *, to: type[Kind]) -> Kind: ...
    @overload
    def parse(self, *, to: Any) -> Any: ...
    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]: ...
    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]: ...
    def iter_lines(self) -> Iterator[str]: ...
