"""`libresponses.ray` on a local Ray with two actors."""

from __future__ import annotations

import functools
import os
import pickle
from collections.abc import Iterator
from typing import Any

import libresponses
import pytest
from counting import Counting, asking, check, check_kills, rows

ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")

from libresponses._rows import RowError  # noqa: E402
from libresponses.ray import map_rows  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(
        num_cpus=4, include_dashboard=False, log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": os.environ["PYTHONPATH"]}},
    )  # fmt: skip
    yield
    ray.shutdown()


def data(count: int) -> Any:
    return ray.data.from_items(rows(count), override_num_blocks=8)


def of_here(server: Counting) -> Any:
    return functools.partial(libresponses.OpenAI, base_url=server.base_url)


def taken(dataset: Any) -> list[dict[str, Any]]:
    return sorted(dataset.take_all(), key=lambda row: row["number"])


def test_a_dataset() -> None:
    with Counting() as server:
        made = map_rows(
            data(400), asking, id_col="number", client=of_here(server), workers=2, batch_size=50
        )
        check(taken(made), 400)
        assert len(server.keys) == 400
        assert len(server.workers) == 2


def test_errors() -> None:
    some = ray.data.from_items([*rows(3), {"number": 3, "text": "refused"}])
    with Counting() as server:
        make = of_here(server)
        found = taken(map_rows(some, asking, id_col="number", client=make))
        assert found[3]["error"].startswith("BadRequestError")
        assert [row["response_status"] for row in found] == ["completed"] * 3 + ["error"]
        with pytest.raises(Exception, match="row 3: BadRequestError"):
            map_rows(some, asking, id_col="number", client=make, on_error="raise").take_all()
    assert RowError(3, ValueError("x")).row_id == 3


def test_three_kills() -> None:
    with Counting(kills=(300, 900, 1500)) as server:
        made = map_rows(
            data(2000), asking, id_col="number", client=of_here(server), workers=2, batch_size=250
        )
        check_kills(taken(made), server, 3)


def test_one_pace_for_all() -> None:
    told: list[int] = []
    with Counting(refusals=5) as server:
        made = map_rows(
            data(300), asking, id_col="number", client=of_here(server), workers=2, batch_size=50,
            requests_per_minute=60_000, progress=told.append,
        )  # fmt: skip
        check(taken(made), 300)
        assert server.statuses == {200: 300, 429: 5}
    assert told[-1] == 300


def test_no_key_goes_to_the_workers() -> None:
    client = libresponses.OpenAI()
    with pytest.raises(TypeError, match="it is made there"):
        map_rows(data(1), asking, id_col="number", client=client)  # type: ignore[arg-type]
    with pytest.raises(pickle.PicklingError, match="it is made there"):
        map_rows(data(1), lambda row: {"model": client.api_key}, id_col="number")
    client.close()


def test_what_is_no_dataset() -> None:
    with pytest.raises(TypeError, match=r"a ray\.data\.Dataset, not list"):
        map_rows([], asking, id_col="number")
