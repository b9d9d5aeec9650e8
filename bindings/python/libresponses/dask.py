"""Responses for the rows of a Dask bag or dataframe: `map_rows`.

Needs ``dask``: ``pip install libresponses[dask]``. docs/distributed.md says how it works.
"""

from __future__ import annotations

from functools import partial

from ._cluster import address_towards
from ._rows import Job, RowError, documented, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal

__all__ = ["RowError", "map_rows"]


@documented
def map_rows(
    data: Any,
    request: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    id_col: str,
    output_col: str = "response",
    error_col: str = "error",
    concurrency: int = 200,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    max_retries: int | None = None,
    on_error: Literal["column", "raise"] = "column",
    job_id: str | None = None,
    progress: Callable[[int], object] | bool | None = None,
    client: Callable[[], Any] | None = None,
    as_json: bool = False,
    host: str | None = None,
) -> Any:
    """A bag of dictionaries, or a dataframe, with an answer for each row; made when Dask does."""
    from cloudpickle import dumps  # comes with Dask

    job = Job(
        dumps, request=request, id_col=id_col, output_col=output_col, error_col=error_col,
        concurrency=concurrency, requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute, max_retries=max_retries, on_error=on_error,
        job_id=job_id, progress=progress, client=client, as_json=as_json,
    )  # fmt: skip
    is_frame = hasattr(data, "columns")
    if not hasattr(data, "map_partitions"):
        raise TypeError(f"data must be a bag or a dataframe of Dask, not {type(data).__name__}")
    if is_frame:
        job.check_columns(data.columns)
    here, workers = _where()
    job.serve(host or here, workers)
    if is_frame:
        return data.map_partitions(partial(frame, job), meta=_meta(job, data))
    return data.map_partitions(partial(_answers, job))


def _answers(job: Job, rows: Any) -> list[dict[str, Any]]:
    return list(job.answers(rows))


def _meta(job: Job, data: Any) -> Any:
    import pandas

    made = data._meta.copy()
    for name, is_number in job.columns.items():
        made[name] = pandas.Series([], dtype="Int64" if is_number else "object")
    return made


def _where() -> tuple[str, int]:
    """The address at which workers reach this process, and how many there are."""
    import sys

    distributed = sys.modules.get("distributed")  # where there is a cluster, it is there
    try:
        client = None if distributed is None else distributed.default_client()
    except ValueError:
        client = None
    if client is None:
        return "127.0.0.1", 1
    from urllib.parse import urlsplit

    found = urlsplit(client.scheduler.address)
    try:
        told = client.scheduler_info(n_workers=-1)
    except TypeError:  # of before 2025
        told = client.scheduler_info()
    is_remote = found.scheme in ("tcp", "tls", "ws", "wss") and found.hostname
    here = address_towards(found.hostname or "") if is_remote else "127.0.0.1"
    return here, len(told.get("workers") or "1")
