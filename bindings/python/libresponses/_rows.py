"""What ``map_rows`` of ``libresponses.dask``, ``.ray`` and ``.spark`` have in common.

A `Job` says what is asked for a row and what comes out of it. It is pickled, and works where it is
unpickled, with a client that is made there.
"""

from __future__ import annotations

import json
import threading
from hashlib import sha256

from . import _base, _cluster, _errors, _pace, _requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

# Rows that are worked on as one, where there is no other measure.
CHUNK = 1000

# What is said of an answer, beside the answer itself: name, and whether it is a number.
ABOUT = (
    ("status", False), ("id", False), ("request_id", False), ("attempts", True),
    ("input_tokens", True), ("output_tokens", True), ("total_tokens", True),
)  # fmt: skip


class RowError(_errors.OpenAIError):
    """A row that has no answer, where ``on_error="raise"``: ``row_id``, and ``error``."""

    def __init__(self, row_id: Any, error: Exception) -> None:
        super().__init__(f"row {row_id!r}: {described(error)}")
        self.row_id = row_id
        self.error = error

    def __reduce__(self) -> Any:
        return type(self), (self.row_id, self.error)


class Job:
    """What is asked for each row, and where its answer goes."""

    def __init__(
        self,
        dumps: Callable[[Any], bytes],
        *,
        request: Any,
        id_col: str,
        output_col: str = "response",
        error_col: str = "error",
        concurrency: int = 200,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        max_retries: int | None = None,
        on_error: str = "column",
        job_id: str | None = None,
        progress: Any = None,
        client: Any = None,
        as_json: bool = False,
    ) -> None:
        _check(request, id_col, concurrency, on_error, client, max_retries)
        # What goes to the workers is this text, so what it must not have is looked for here.
        with _base.without_keys():
            self._functions = dumps((request, client))
        self.id_col = id_col
        self.output_col = output_col
        self.error_col = error_col
        self.columns = {output_col: False, error_col: False}
        self.columns.update({f"{output_col}_{name}": is_number for name, is_number in ABOUT})
        self.concurrency = concurrency
        self.max_retries = max_retries
        self.raises = on_error == "raise"
        self.job_id = job_id or _random()
        self.as_json = as_json
        self.pace: Any = None
        self._progress = progress
        self._limits = requests_per_minute, tokens_per_minute
        self._made: Any = None

    def serve(self, host: str, workers: int) -> Job:
        """Serves one pace for all workers, where there is one."""
        told = _progress(self._progress)
        self._progress = None
        if told is not None or self._limits != (None, None):
            self.pace = _cluster.serve(_pace.Pace(*self._limits), host, workers, told)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": None, "_progress": None}

    def __dask_tokenize__(self) -> Any:
        return "libresponses", self.job_id, sha256(self._functions).hexdigest(), [*self.columns]

    def check_columns(self, columns: Iterable[Any]) -> None:
        """Raises where a column is missing, or there already."""
        there = [*columns]
        if self.id_col not in there:
            raise ValueError(f"id_col: there is no column {self.id_col!r} in {there}")
        for name in self.columns:
            if name in there:
                raise ValueError(
                    f"there is a column {name!r} already: choose another output_col or error_col"
                )

    def key(self, row_id: Any, body: Any) -> str:
        """The Idempotency-Key of a row: the same wherever, and however often, it is sent."""
        text = json.dumps(
            [self.job_id, row_id, json.loads(_requests.dumps(body))],
            sort_keys=True, separators=(",", ":"), default=str,
        )  # fmt: skip
        return "libresponses-" + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:48]

    def answers(self, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
        """The rows with their answers, in their order, some of them at a time."""
        part: list[dict[str, Any]] = []
        for row in rows:
            part.append(row if isinstance(row, dict) else _row(row))
            if len(part) == CHUNK:
                yield from self.answered(part)
                part = []
        yield from self.answered(part)

    def answered(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same rows with their answers."""
        found = self.values(rows)
        return [
            {**row, **{name: found[name][index] for name in self.columns}}
            for index, row in enumerate(rows)
        ]

    def values(self, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
        """What goes into each of the new columns."""
        columns: dict[str, list[Any]] = {name: [None] * len(rows) for name in self.columns}
        requests: list[dict[str, Any]] = []
        places: list[int] = []
        for place, row in enumerate(rows):
            try:
                requests.append(self._request(row))
                places.append(place)
            except Exception as problem:
                self._fail(columns, place, row, problem)
        done = _Done(self.pace)
        client = self._client()
        for outcome in client.responses.map(
            requests, concurrency=self.concurrency, ordered=False, pace=self.pace
        ):
            place = places[outcome.index]
            if outcome.error is not None:
                self._fail(columns, place, rows[place], outcome.error)
            else:
                self._fill(columns, place, outcome.response)
            done.step()
        done.close()
        return columns

    def _request(self, row: dict[str, Any]) -> dict[str, Any]:
        asked = self._functions_here()[0](row)
        if not isinstance(asked, dict):
            raise TypeError(f"request must return a dictionary, not {type(asked).__name__}")
        body = dict(asked)
        options = _requests.call_options(body)
        body = {**_requests.given(body), **(options.get("extra_body") or {})}
        options.setdefault("idempotency_key", self.key(row[self.id_col], body))
        if self.max_retries is not None:
            options.setdefault("max_retries", self.max_retries)
        return {**asked, **options}

    def _fill(self, columns: dict[str, list[Any]], place: int, response: Any) -> None:
        text = response.to_json(indent=None) if self.as_json else response.output_text
        usage = response.usage
        told = {
            "status": response.status,
            "id": response.id,
            "request_id": response._request_id,
            "attempts": response._attempts,
            **{name: getattr(usage, name, None) for name, _ in ABOUT[4:]},
        }
        columns[self.output_col][place] = text
        for name, value in told.items():
            columns[f"{self.output_col}_{name}"][place] = value

    def _fail(
        self, columns: dict[str, list[Any]], place: int, row: dict[str, Any], problem: Exception
    ) -> None:
        if self.raises:
            raise RowError(row.get(self.id_col), problem) from problem
        columns[self.error_col][place] = described(problem)
        columns[f"{self.output_col}_status"][place] = "error"
        for name, attribute in (
            ("id", "response_id"), ("request_id", "request_id"), ("attempts", "attempts"),
        ):  # fmt: skip
            columns[f"{self.output_col}_{name}"][place] = getattr(problem, attribute, None)

    def _functions_here(self) -> Any:
        if self._made is None:
            import pickle

            self._made = pickle.loads(self._functions)  # of this program, which sent it itself
        return self._made

    def _client(self) -> Any:
        """The client of this process: made of its environment, or by the program's function."""
        make = self._functions_here()[1]
        with _lock:
            key = self.job_id if make is not None else ""
            found = _clients.get(key)
            if found is None or found.is_closed():
                while len(_clients) > 8:
                    _clients.pop(next(iter(_clients))).close()
                found = _clients[key] = make() if make is not None else _default()
        return found


_clients: dict[str, Any] = {}
_lock = threading.Lock()


def _default() -> Any:
    from ._client import OpenAI

    return OpenAI()


class _Done:
    """Tells the driver how many are done, not too often."""

    def __init__(self, pace: Any) -> None:
        self._pace = pace
        self._count = 0

    def step(self) -> None:
        self._count += 1
        if self._count >= 50:
            self.close()

    def close(self) -> None:
        if self._pace is not None and self._count:
            self._pace.done(self._count)
        self._count = 0


def _check(
    request: Any, id_col: Any, concurrency: Any, on_error: Any, client: Any, retries: Any
) -> None:
    from ._base import BaseClient

    if not callable(request):
        raise TypeError(
            "request must be a function that makes of a row, a dictionary, the keyword arguments "
            f"of responses.create, not {type(request).__name__}"
        )
    if not isinstance(id_col, str) or not id_col:
        raise TypeError(
            "id_col must be the name of the column that tells rows apart: with it a row that is "
            "worked on twice has the same Idempotency-Key"
        )
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise ValueError(f"concurrency must be a whole number of at least 1, not {concurrency!r}")
    if on_error not in ("column", "raise"):
        raise ValueError(f"on_error must be 'column' or 'raise', not {on_error!r}")
    if retries is not None and (
        isinstance(retries, bool) or not isinstance(retries, int) or retries < 0
    ):
        raise ValueError(f"max_retries must be a whole number of at least 0, not {retries!r}")
    if isinstance(client, BaseClient):
        raise TypeError(_base.NO_KEYS)
    if client is not None and not callable(client):
        raise TypeError(
            "client must be a function that makes a client on the worker, such as "
            f"libresponses.OpenAI, not {type(client).__name__}"
        )


def _progress(told: Any) -> Any:
    if told is None or told is False:
        return None
    if callable(told):
        return told
    if told is not True:
        raise TypeError("progress must be a function of how many are done, or True")
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None
    bar = tqdm()
    return lambda done: bar.update(done - bar.n)


def _row(row: Any) -> dict[str, Any]:
    as_dictionary = getattr(row, "asDict", None)  # of a row of Spark
    if as_dictionary is not None:
        found: dict[str, Any] = as_dictionary(recursive=True)
        return found
    raise TypeError(f"a row must be a dictionary, not {type(row).__name__}")


def described(error: Exception) -> str:
    """An error as one text."""
    return f"{type(error).__name__}: {error}"


def _random() -> str:
    from uuid import uuid4

    return str(uuid4())


def frame(job: Job, part: Any) -> Any:
    """A frame of pandas with the new columns."""
    import pandas

    rows = part.to_dict("records")
    values = job.values(rows)
    made = part.copy(deep=False)
    for name, is_number in job.columns.items():
        kind = "Int64" if is_number else "object"
        made[name] = pandas.Series(values[name], index=part.index, dtype=kind)
    return made


def table(job: Job, part: Any) -> Any:
    """A table, or a batch, of Arrow with the new columns, as a table."""
    import pyarrow

    if isinstance(part, pyarrow.RecordBatch):
        part = pyarrow.Table.from_batches([part])
    values = job.values(part.to_pylist())
    for name, is_number in job.columns.items():
        kind = pyarrow.int64() if is_number else pyarrow.string()
        part = part.append_column(name, pyarrow.array(values[name], type=kind))
    return part


# What every `map_rows` says of its arguments.
ARGUMENTS = """
    ``request`` makes of a row, a dictionary, the keyword arguments of ``responses.create``; it may
    name others of a call, such as ``timeout``. ``id_col`` is the column that tells rows apart.

    The new columns are ``output_col``, the text of the answer, or with ``as_json=True`` all of it;
    ``error_col``, what went wrong, else None; and, behind the name of ``output_col``, ``_status``
    ("completed", "incomplete" or "error"), ``_id``, ``_request_id``, ``_attempts``,
    ``_input_tokens``, ``_output_tokens`` and ``_total_tokens``. With ``on_error="raise"`` the first
    row without an answer is a `RowError`.

    A row has the same Idempotency-Key wherever and however often it is sent: a hash of ``job_id``,
    its id and its body. Give a ``job_id`` for a program that may be begun again.

    ``concurrency`` is for each part that is worked on, ``requests_per_minute`` and
    ``tokens_per_minute`` are for all workers together. ``progress`` is called here with how many
    are done. The client is made on the worker: of its environment, or by the function ``client``.
    ``host`` is the address at which workers reach this process, where it is not found by itself.
"""


def documented(function: Any) -> Any:
    """Adds what all of them have in common to the documentation of a function."""
    function.__doc__ = (function.__doc__ or "") + ARGUMENTS
    return function
