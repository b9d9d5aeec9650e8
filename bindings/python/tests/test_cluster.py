"""One pace for processes on many machines: the service, and what goes wrong on the way to it."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import threading
from typing import Any

import pytest
from conftest import script

from libresponses import Pace, _cluster
from libresponses._http import Headers


@pytest.fixture(autouse=True)
def nothing_served(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server of the test's own."""
    monkeypatch.setattr(_cluster, "_servers", {})
    monkeypatch.setattr(_cluster, "_served", {})
    yield
    for server in _cluster._servers.values():
        server.shutdown()
        server.server_close()


class Noted(Pace):
    """A pace that notes what it is asked."""

    def __init__(self, *limits: Any) -> None:
        super().__init__(*limits)
        self.asked: list[Any] = []

    def reserve(self, n: int = 1, tokens: float = 0) -> float:
        self.asked.append((n, tokens))
        return super().reserve(n, tokens)

    def heed(self, headers: Any) -> None:
        self.asked.append(dict(headers))
        super().heed(headers)


def another(pace: Any) -> Any:
    """The same pace in what would be another process."""
    _cluster._here.clear()
    return pickle.loads(pickle.dumps(pace))


def done(*paces: Any) -> None:
    for pace in paces:
        if pace._link is not None:
            pace._link.close()
            pace._link = None
    _cluster._here.clear()


def test_processes_share_it() -> None:
    pace = Noted(60)
    served = _cluster.serve(pace, "127.0.0.1", 2, None)
    one, two = another(served), another(served)
    waits = [one.reserve(), two.reserve(), one.reserve(), two.reserve()]
    assert [round(wait) for wait in waits] == [0, 1, 2, 3]
    assert pace.asked == [(1, 0.0)] * 4
    done(one, two)


def test_leases() -> None:
    """Where there is much, room is taken for many at once; never for longer than half a second."""
    pace = Noted(60_000)
    one = another(_cluster.serve(pace, "127.0.0.1", 1, None))
    for _ in range(60):
        one.reserve()
    assert pace.asked == [(20, 0.0)] * 3
    slow = Noted(600)
    two = another(_cluster.serve(slow, "127.0.0.1", 1, None))
    for _ in range(10):
        two.reserve()
    assert slow.asked == [(5, 0.0)] * 2
    done(one, two)


def test_tokens_are_reserved_each_time() -> None:
    pace = Noted(None, 6000)
    one = another(_cluster.serve(pace, "127.0.0.1", 1, None))
    assert one.counts_tokens
    assert round(one.reserve(1, 200)) == 0
    one.spend(100)
    assert round(one.reserve(1, 1)) == 3
    assert one.estimate(400, None) == 100 + 256
    one.learn(0)
    assert one.estimate(400, None) < 356
    done(one)


def test_a_hold_is_for_all() -> None:
    pace = Pace(6_000_000)
    served = _cluster.serve(pace, "127.0.0.1", 2, None)
    one, two = another(served), another(served)
    one.reserve()
    one.hold(30)
    assert one.held() > 20
    assert pace.held() > 20
    assert two.reserve() > 20
    assert two.held() > 20
    done(one, two)


def test_what_the_server_says_is_handed_on_where_it_is_new() -> None:
    pace = Noted(6000)
    one = another(_cluster.serve(pace, "127.0.0.1", 1, None))
    names = [f"x-ratelimit-{name}-requests" for name in ("limit", "remaining", "reset")]
    for values in (60, 50, "10s"), (60, 49, "11s"), (60, 0, "12s"):
        one.heed(Headers("\n".join(f"{name}: {value}" for name, value in zip(names, values))))
    assert [told[names[1]] for told in pace.asked] == ["50", "0"]
    assert pace.limit == 60
    assert pace.held() > 5
    done(one)


def test_progress() -> None:
    told: list[int] = []
    served = _cluster.serve(Pace(), "127.0.0.1", 1, told.append)
    one, two = another(served), another(served)
    one.done(5)
    two.done(7)
    assert told == [5, 12]
    done(one, two)


def test_progress_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []

    def failing(done: int) -> None:
        told.append(done)
        raise LookupError

    one = another(_cluster.serve(Pace(), "127.0.0.1", 1, failing))
    one.done(5)
    one.done(7)
    assert told == [5]
    assert "not called again" in caplog.text
    assert one._link is not None  # and the service is still there
    done(one)


def asked(served: Any, *lines: bytes) -> list[bytes]:
    """What the service says to somebody who sends these lines."""
    host, port = served._state[:2]
    with socket.create_connection((host, port), timeout=30) as link, link.makefile("rwb") as file:
        found = [file.readline()]
        for line in lines:
            try:
                file.write(line)
                file.flush()
            except OSError:
                break
            found.append(file.readline())
    return [one for one in found if one]


def test_who_has_no_token_learns_nothing() -> None:
    pace = Noted(60)
    served = _cluster.serve(pace, "127.0.0.1", 1, None)
    name = served._state[2]
    reserve = b'{"do":"reserve","n":1}\n'
    for first in (
        json.dumps({"pace": name, "proof": "0" * 64}).encode() + b"\n",
        json.dumps({"pace": name, "proof": ""}).encode() + b"\n",
        json.dumps({"pace": "none", "proof": "0" * 64}).encode() + b"\n",
        reserve,
        b"[]\n",
        b"\xff\n",
        b"x" * 5000 + b"\n",
        b'{"pace":' + b"[" * 3000 + b"\n",
    ):
        assert len(asked(served, first, reserve)) == 1  # the nonce
    # An answer to another connection's nonce is none.
    nonce = json.loads(asked(served)[0])["nonce"]
    proof = _cluster._proof(served._state[3], nonce)
    stolen = json.dumps({"pace": name, "proof": proof}).encode() + b"\n"
    assert len(asked(served, stolen, reserve)) == 1
    assert pace.asked == []
    one = another(served)
    assert one.reserve() == 0  # and others are not disturbed
    done(one)


def test_the_token_is_not_shown() -> None:
    served = _cluster.serve(Pace(60), "127.0.0.1", 1, None)
    assert served._state[3].hex() not in repr(served)
    assert repr(served._state[3]) not in repr(served)


def test_its_share_where_the_service_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    served = _cluster.serve(Pace(120), "127.0.0.1", 4, None)
    one = another(served)
    one.reserve()
    (server,) = _cluster._servers.values()
    server.shutdown()
    server.server_close()
    one._link.close()
    one._link = None
    with caplog.at_level(logging.WARNING, "libresponses"):
        waits = [one.reserve() for _ in range(3)]
    assert [round(wait) for wait in waits] == [0, 2, 4]  # a fourth of two a second
    assert "share" in caplog.text
    one.hold(1)
    one.spend(5)
    one.done(1)
    assert one.held() > 0
    _cluster._servers.clear()
    done(one)


def test_it_is_reached_again() -> None:
    """A connection that was lost is made anew."""
    pace = Noted(60_000)
    one = another(_cluster.serve(pace, "127.0.0.1", 1, None))
    one.reserve()
    one._slots.clear()
    one._link.close()
    one.reserve()
    assert len(pace.asked) == 2
    done(one)


def test_threads() -> None:
    pace = Noted(6_000_000)
    one = another(_cluster.serve(pace, "127.0.0.1", 1, None))
    threads = [
        threading.Thread(target=lambda: [one.reserve() for _ in range(100)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(n for n, _ in pace.asked) == 800
    done(one)


def test_a_fork() -> None:
    found = script(
        """
import os, pickle
from libresponses import Pace, _cluster
pace = Pace(60_000)
one = pickle.loads(pickle.dumps(_cluster.serve(pace, "127.0.0.1", 1, None)))
one.reserve()
child = os.fork()
if not child:
    one._slots.clear()
    one.reserve()
    os._exit(0 if one._own is None else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
for _ in range(50):
    one.reserve()
assert one._own is None
"""
    )
    assert found.returncode == 0, found.stderr


def test_an_address() -> None:
    assert _cluster.address_towards("127.0.0.1") == "127.0.0.1"
    assert _cluster.address_towards("256.256.256.256") == "127.0.0.1"
