"""Responses for the rows of a Spark DataFrame or RDD: `map_rows`.

Needs PySpark, and pyarrow for DataFrames: ``pip install libresponses[spark]``. docs/distributed.md
says how it works.
"""

from __future__ import annotations

from functools import partial

from ._rows import Job, RowError, documented, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
    """A DataFrame, or an RDD of dictionaries, with an answer for each row; made when Spark does."""
    from pyspark.cloudpickle import dumps

    job = Job(
        dumps, request=request, id_col=id_col, output_col=output_col, error_col=error_col,
        concurrency=concurrency, requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute, max_retries=max_retries, on_error=on_error,
        job_id=job_id, progress=progress, client=client, as_json=as_json,
    )  # fmt: skip
    is_frame = hasattr(data, "mapInArrow")
    if not is_frame and not hasattr(data, "mapPartitions"):
        raise TypeError(f"data must be a DataFrame or an RDD of Spark, not {type(data).__name__}")
    if is_frame:
        job.check_columns(data.columns)
    here, workers = _where(data)
    job.serve(host or here, workers)
    if is_frame:
        return data.mapInArrow(partial(_batches, job), _schema(job, data))
    return data.mapPartitions(job.answers)


def _batches(job: Job, batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        yield from table(job, batch).to_batches()


def _schema(job: Job, data: Any) -> Any:
    from pyspark.sql.types import LongType, StringType, StructField, StructType

    made = [
        StructField(name, LongType() if is_number else StringType())
        for name, is_number in job.columns.items()
    ]
    return StructType([*data.schema.fields, *made])


def _where(data: Any) -> tuple[str, int]:
    """The address at which workers reach this process, and how many there are."""
    try:
        context = data.sparkSession.sparkContext if hasattr(data, "sparkSession") else data.context
        master = str(context.master)
        host = context.getConf().get("spark.driver.host")
    except Exception:  # Spark Connect has none: the driver is another process
        return "127.0.0.1", 1
    is_local = master.startswith("local")
    return "127.0.0.1" if is_local or not host else host, context.defaultParallelism
