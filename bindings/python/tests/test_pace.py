"""`Pace`: when a request may be sent."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import pytest

from libresponses import InvalidArgumentError, Pace, _pace
from libresponses._http import Headers


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Clock:
        now = 1000.0

    monkeypatch.setattr(_pace, "monotonic", lambda: Clock.now)
    return Clock


def test_requests_go_evenly(clock: Any) -> None:
    pace = Pace(requests_per_minute=120)
    assert [pace.reserve() for _ in range(4)] == [0, 0.5, 1.0, 1.5]
    assert pace.reserve(20) == 2.0
    assert pace.reserve() == 12.0
    clock.now += 12.25
    assert pace.reserve() == 0.25


def test_what_was_not_used_is_made_up_for_a_little(clock: Any) -> None:
    pace = Pace(requests_per_minute=600)
    pace.reserve()
    clock.now += 3600
    waits = [pace.reserve() for _ in range(12)]
    assert waits[:10] == [0] * 10 or max(waits[:10]) == 0
    assert waits[11] == pytest.approx(0.1)


def test_tokens(clock: Any) -> None:
    pace = Pace(tokens_per_minute=60_000)
    assert pace.counts_tokens
    assert pace.reserve(1, 2000) == 0
    assert pace.reserve(1, 500) == 2.0
    pace.spend(1500)
    assert pace.reserve(1, 1) == 4.0
    pace.spend(-2000)
    assert pace.reserve(1, 1) == pytest.approx(2.001)
    assert not Pace(requests_per_minute=1).counts_tokens


def test_no_limit(clock: Any) -> None:
    pace = Pace()
    assert [pace.reserve(100, 1e9) for _ in range(3)] == [0, 0, 0]


def test_a_hold_is_for_all(clock: Any) -> None:
    pace = Pace()
    pace.hold(5)
    pace.hold(2)
    assert pace.reserve() == pace.held() == 5
    clock.now += 5
    assert pace.reserve() == pace.held() == 0


def told(limit: Any, left: Any, reset: str, what: str = "requests") -> Headers:
    return Headers(
        f"x-ratelimit-limit-{what}: {limit}\nx-ratelimit-remaining-{what}: {left}\n"
        f"x-ratelimit-reset-{what}: {reset}\n"
    )


def test_a_smaller_limit_of_the_server_is_kept(clock: Any) -> None:
    pace = Pace(requests_per_minute=6000)
    pace.heed(told(60, 59, "1s"))
    assert [pace.reserve() for _ in range(3)] == [0, 1, 2]
    pace.heed(told(1000, 999, "1s"))  # a larger one does not count
    assert pace.reserve() == 3
    free = Pace()
    free.heed(told(600, 599, "100ms", "tokens"))
    assert [free.reserve(1, 10) for _ in range(2)] == [0, 1]


@pytest.mark.parametrize(
    ("limit", "left", "reset", "held"),
    [
        (60, 30, "30s", 0),
        (60, 0, "1m0s", 1),  # a bucket: one more is there long before all are
        (60, 0, "12s", 12),  # a window
        (60, 0, "250ms", 0.25),
        (10_000, 0, "8m20s", 0.05),
        (1, 0, "24h", 60),
        (60, 0, "", 0),
        (60, 0, "soon", 0),
        ("many", 0, "1s", 0),
        (60, "nan", "1s", 0),
        (60, -1, "1s", 0),
        (0, 0, "1s", 0),
    ],
)
def test_nothing_is_sent_where_nothing_is_left(
    clock: Any, limit: Any, left: Any, reset: str, held: float
) -> None:
    pace = Pace()
    pace.heed(told(limit, left, reset))
    assert pace.held() == pytest.approx(held)


def test_durations() -> None:
    for text, seconds in (
        ("1s", 1), ("6m0s", 360), ("120ms", 0.12), ("1h2m3s", 3723), ("2.5", 2.5), (" 1s ", 1),
        ("1d", 86400), ("", None), ("x", None), ("1s-", None), ("1e400s", None), (None, None),
        ("9" * 400, None),
    ):  # fmt: skip
        assert _pace.duration(text) == seconds


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "5", True])
def test_wrong_limits(value: Any) -> None:
    for name in ("requests_per_minute", "tokens_per_minute"):
        with pytest.raises(InvalidArgumentError, match=f"{name}: expected a number above 0"):
            Pace(**{name: value})


def test_threads_share_it(clock: Any) -> None:
    pace = Pace(requests_per_minute=60)
    waits: list[float] = []

    def take() -> None:
        waits.extend(pace.reserve() for _ in range(100))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == list(range(800))


def test_it_stays_in_its_process() -> None:
    with pytest.raises(TypeError, match=r"libresponses\.dask"):
        pickle.dumps(Pace())
    assert repr(Pace(5, 6.5)) == "Pace(requests_per_minute=5, tokens_per_minute=6.5)"
