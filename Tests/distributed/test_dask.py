"""`libresponses.dask` on a cluster of two processes."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Iterator
from typing import Any

import libresponses
import pytest
from counting import Counting, asking, check, check_kills, rows
from libresponses._rows import RowError

pytest.importorskip("dask.bag")
distributed = pytest.importorskip("distributed")

import dask.bag  # noqa: E402
from libresponses.dask import map_rows  # noqa: E402


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as made,
        distributed.Client(made) as client,
    ):
        yield client


def of_here(server: Counting) -> Any:
    """A function that makes a client for a server: what the workers' environment would say."""
    return functools.partial(libresponses.OpenAI, base_url=server.base_url)


def bag(count: int, parts: int = 8) -> Any:
    return dask.bag.from_sequence(rows(count), npartitions=parts)


def test_a_bag(cluster: Any) -> None:
    with Counting() as server:
        found = map_rows(bag(200), asking, id_col="number", client=of_here(server)).compute()
        check(found, 200)
        assert len(server.keys) == 200
        assert len(server.workers) == 2


def test_a_dataframe(cluster: Any) -> None:
    pandas = pytest.importorskip("pandas")
    dataframe = pytest.importorskip("dask.dataframe")
    data = dataframe.from_pandas(pandas.DataFrame(rows(200)), npartitions=4)
    with Counting() as server:
        made = map_rows(data, asking, id_col="number", client=of_here(server))
        found = made.compute()
        assert [*made.columns] == [*found.columns]
        check(found.to_dict("records"), 200)
        assert str(found.dtypes["response_attempts"]) == "Int64"
        with pytest.raises(ValueError, match="no column 'missing'"):
            map_rows(data, asking, id_col="missing")
        with pytest.raises(ValueError, match="there is a column 'text' already"):
            map_rows(data, asking, id_col="number", output_col="text")


def test_errors(cluster: Any) -> None:
    some = [*rows(3), {"number": 3, "text": "refused"}, {"number": 4}]
    data = dask.bag.from_sequence(some, npartitions=2)
    with Counting() as server:
        make = of_here(server)
        found = map_rows(data, asking, id_col="number", client=make).compute()
        assert [row["error"] and row["error"].partition(":")[0] for row in found] == [
            None, None, None, "BadRequestError", "KeyError",
        ]  # fmt: skip
        assert [row["response_status"] for row in found] == ["completed"] * 3 + ["error"] * 2
        assert found[3]["response"] is None
        failing = map_rows(data, asking, id_col="number", client=make, on_error="raise")
        with pytest.raises(RowError) as raised:
            failing.compute()
        assert raised.value.row_id in (3, 4)


def test_three_kills(cluster: Any) -> None:
    """Workers are killed with requests in flight: all rows have answers, and one key each."""
    with Counting(kills=(300, 900, 1500)) as server:
        found = map_rows(bag(2000), asking, id_col="number", client=of_here(server)).compute()
        check_kills(found, server, 3)


def test_the_same_job_has_the_same_keys(cluster: Any) -> None:
    with Counting() as server:
        for parts in 2, 5:
            made = map_rows(
                bag(50, parts), asking, id_col="number", client=of_here(server), job_id="job-7"
            )
            check(made.compute(), 50)
        assert len(server.keys) == 50
        check(map_rows(bag(50), asking, id_col="number", client=of_here(server)).compute(), 50)
        assert len(server.keys) == 100


def test_one_pace_for_all(cluster: Any) -> None:
    told: list[int] = []
    with Counting(refusals=5) as server:
        found = map_rows(
            bag(300), asking, id_col="number", client=of_here(server), concurrency=20,
            requests_per_minute=60_000, progress=told.append,
        ).compute()  # fmt: skip
        check(found, 300)
        assert server.statuses == {200: 300, 429: 5}
        assert sum(int(row["response_attempts"]) for row in found) == 305
        assert len(server.keys) == 300
    assert told[-1] == 300


def test_no_key_in_the_graph(cluster: Any) -> None:
    """Neither as an argument nor in what the function of the program has."""
    client = libresponses.OpenAI()
    with pytest.raises(TypeError, match="it is made there"):
        map_rows(bag(1), asking, id_col="number", client=client)  # type: ignore[arg-type]
    with pytest.raises(pickle.PicklingError, match="it is made there"):
        map_rows(bag(1), lambda row: {"model": client.api_key}, id_col="number")
    made = map_rows(bag(1), asking, id_col="number", requests_per_minute=100)
    from cloudpickle import dumps

    assert b"sk-only-in" not in dumps(dict(made.__dask_graph__()))
    pickle.dumps(client)  # as multiprocessing does, which still works
    client.close()


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_without_a_cluster(scheduler: str) -> None:
    with Counting() as server:
        made = map_rows(
            bag(50), asking, id_col="number", client=of_here(server), requests_per_minute=600_000
        )
        check(made.compute(scheduler=scheduler), 50)


def test_what_is_no_collection() -> None:
    with pytest.raises(TypeError, match="a bag or a dataframe of Dask, not list"):
        map_rows([], asking, id_col="number")
