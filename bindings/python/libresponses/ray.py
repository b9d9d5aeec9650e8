"""Responses for the rows of a dataset of Ray Data: `map_rows`.

Needs Ray: ``pip install libresponses[ray]``. docs/distributed.md says how it works.
"""

from __future__ import annotations

from inspect import signature

from ._rows import CHUNK, Job, RowError, documented, table

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
    workers: int | None = None,
    batch_size: int = CHUNK,
) -> Any:
    """A dataset with an answer for each row; made when Ray does.

    ``workers`` are the actors that make the calls, one for each node where it is not given. Each
    keeps its client, and works on ``batch_size`` rows at a time. One that dies is begun again.
    """
    import ray
    from ray.cloudpickle import dumps

    job = Job(
        dumps, request=request, id_col=id_col, output_col=output_col, error_col=error_col,
        concurrency=concurrency, requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute, max_retries=max_retries, on_error=on_error,
        job_id=job_id, progress=progress, client=client, as_json=as_json,
    )  # fmt: skip
    if not isinstance(data, ray.data.Dataset):
        raise TypeError(f"data must be a ray.data.Dataset, not {type(data).__name__}")
    schema = data.schema(fetch_if_missing=False)
    if schema is not None:
        job.check_columns(schema.names)
    if workers is None:
        workers = max(1, sum(bool(node.get("Alive")) for node in ray.nodes()))
    job.serve(host or ray.util.get_node_ip_address(), workers)
    # Without these a batch whose actor has died ends all of it. Newer versions of Ray set them
    # themselves, and warn of arguments that they do not name.
    again = {"max_restarts": -1, "max_task_retries": -1}
    if "max_calls" in signature(data.map_batches).parameters:
        again = {}
    return data.map_batches(
        Worker,
        fn_constructor_args=(job,),
        batch_format="pyarrow",
        batch_size=batch_size,
        compute=ray.data.ActorPoolStrategy(size=workers),
        **again,
    )


class Worker:
    """An actor: what it works with is in its process, from one batch to the next."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __call__(self, batch: Any) -> Any:
        return table(self.job, batch)
