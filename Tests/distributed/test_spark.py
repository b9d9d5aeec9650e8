"""`libresponses.spark` on a local Spark with two processes, whose tasks may fail three times."""

from __future__ import annotations

import functools
import os
import pickle
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import libresponses
import pytest
from counting import Counting, asking, check, check_kills, rows

pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("there is no Java", allow_module_level=True)

from libresponses.spark import map_rows


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    made = (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "250")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()


def frame(session: Any, count: int, parts: int = 8) -> Any:
    return session.createDataFrame(rows(count), "number long, text string").repartition(
        parts, "number"
    )


def of_here(server: Counting) -> Any:
    return functools.partial(libresponses.OpenAI, base_url=server.base_url)


def taken(data: Any) -> list[dict[str, Any]]:
    return sorted((row.asDict() for row in data.collect()), key=lambda row: row["number"])


def test_a_dataframe(session: Any) -> None:
    with Counting() as server:
        made = map_rows(frame(session, 200), asking, id_col="number", client=of_here(server))
        check(taken(made), 200)
        assert len(server.keys) == 200
        with pytest.raises(ValueError, match="no column 'missing'"):
            map_rows(frame(session, 1), asking, id_col="missing")


def test_an_rdd(session: Any) -> None:
    with Counting() as server:
        data = session.sparkContext.parallelize(rows(100), 4)
        made = map_rows(data, asking, id_col="number", client=of_here(server))
        check(sorted(made.collect(), key=lambda row: row["number"]), 100)
        of_rows = frame(session, 10).rdd
        made = map_rows(of_rows, asking, id_col="number", client=of_here(server))
        check(sorted(made.collect(), key=lambda row: row["number"]), 10)


def test_errors(session: Any) -> None:
    some = session.createDataFrame([*rows(3), {"number": 3, "text": "refused"}])
    with Counting() as server:
        make = of_here(server)
        found = taken(map_rows(some, asking, id_col="number", client=make))
        assert found[3]["error"].startswith("BadRequestError")
        assert found[3]["response"] is None
        with pytest.raises(Exception, match="row 3: BadRequestError"):
            map_rows(some, asking, id_col="number", client=make, on_error="raise").collect()


def test_three_kills(session: Any) -> None:
    with Counting(kills=(300, 900, 1500)) as server:
        made = map_rows(frame(session, 2000), asking, id_col="number", client=of_here(server))
        check_kills(taken(made), server, 3)


def test_one_pace_for_all(session: Any) -> None:
    told: list[int] = []
    with Counting(refusals=5) as server:
        made = map_rows(
            frame(session, 300), asking, id_col="number", client=of_here(server),
            requests_per_minute=60_000, progress=told.append,
        )  # fmt: skip
        check(taken(made), 300)
        assert server.statuses == {200: 300, 429: 5}
    assert told[-1] == 300


def test_no_key_goes_to_the_workers(session: Any) -> None:
    client = libresponses.OpenAI()
    data = frame(session, 1)
    with pytest.raises(TypeError, match="it is made there"):
        map_rows(data, asking, id_col="number", client=client)  # type: ignore[arg-type]
    with pytest.raises(pickle.PicklingError, match="it is made there"):
        map_rows(data, lambda row: {"model": client.api_key}, id_col="number")
    client.close()


def test_what_is_no_frame() -> None:
    with pytest.raises(TypeError, match="a DataFrame or an RDD of Spark, not list"):
        map_rows([], asking, id_col="number")
