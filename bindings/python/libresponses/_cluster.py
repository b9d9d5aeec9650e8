"""One pace for processes on many machines: a service of the program that begins the work.

Lines of JSON go over TCP. Who connects proves that it has a token, without sending it; the token is
in what the program hands to its workers.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
import socket
import socketserver
import threading
from collections import deque
from time import monotonic

from ._pace import CATCH_UP_S, Pace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_logger = logging.getLogger("libresponses")

# Requests that a process takes room for at once, and for how many seconds at most.
LEASE = 20
LEASE_S = 0.5

ANSWER_S = 5.0  # the longest that a process waits for the service
AGAIN_S = 30.0  # and how long it then goes at its own share
LONGEST_LINE = 4096


class Shared:
    """A pace of this process, and how far the work is that goes at it."""

    def __init__(self, pace: Pace, progress: Callable[[int], object] | None) -> None:
        self.pace = pace
        self.progress = progress
        self.token = secrets.token_bytes(32)
        self._done = 0
        self._lock = threading.Lock()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What a process is told that asks for something."""
        pace = self.pace
        kind = asked["do"]
        if kind == "reserve":
            # Little at a time where there is little, so that all have their share of it.
            per_second = (pace.limit or 1e9) / 60
            n = max(1, min(int(asked["n"]), int(per_second * LEASE_S)))
            wait = pace.reserve(n, float(asked.get("tokens", 0)))
            return {"wait": wait, "n": n, "step": 1 / per_second, "held": pace.held()}
        if kind == "hold":
            pace.hold(float(asked["seconds"]))
        elif kind == "spend":
            pace.spend(float(asked["tokens"]))
        elif kind == "heed":
            pace.heed({str(name): str(value) for name, value in asked["headers"].items()})
        elif kind == "done":
            self._tell(int(asked["n"]))
        return {}

    def _tell(self, n: int) -> None:
        with self._lock:
            self._done += n
            try:
                if self.progress is not None:
                    self.progress(self._done)
            except Exception:  # of the program; the work goes on
                self.progress = None
                _logger.exception("progress: the function has failed and is not called again")


class _Handler(socketserver.StreamRequestHandler):
    timeout = ANSWER_S
    disable_nagle_algorithm = True

    def handle(self) -> None:
        nonce = secrets.token_hex(16)
        self.say({"nonce": nonce})
        who = self.line()
        shared = _served.get(str(who.get("pace")))
        # Compared in any case, so that no time tells whether there is such a pace.
        token = shared.token if shared is not None else secrets.token_bytes(32)
        if not hmac.compare_digest(_proof(token, nonce), str(who.get("proof"))) or shared is None:
            return
        self.say({})
        self.connection.settimeout(None)
        # A machine that is gone says nothing: the system finds out.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        while True:
            self.say(shared.answer(self.line()))

    def say(self, told: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(told).encode() + b"\n")

    def line(self) -> dict[str, Any]:
        text = self.rfile.readline(LONGEST_LINE)
        if not text.endswith(b"\n"):
            raise EOFError
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # it went away, or is none of ours


_served: dict[str, Shared] = {}
_servers: dict[tuple[int, str], _Server] = {}
_lock = threading.Lock()


def serve(
    pace: Pace, host: str, share: int, progress: Callable[[int], object] | None
) -> ClusterPace:
    """Serves a pace at an address of this machine, for as long as this process lives."""
    with _lock:
        server = _servers.get((os.getpid(), host))
        if server is None:
            server = _servers[os.getpid(), host] = _Server((host, 0), _Handler)
            threading.Thread(
                target=server.serve_forever, name="libresponses.pace", daemon=True
            ).start()
        name = secrets.token_hex(8)
        shared = _served[name] = Shared(pace, progress)
    port = server.server_address[1]
    limits = pace.requests_per_minute, pace.tokens_per_minute
    return ClusterPace(host, port, name, shared.token, limits, share)


def _proof(token: bytes, nonce: str) -> str:
    return hmac.new(token, nonce.encode(), "sha256").hexdigest()


class ClusterPace:
    """The pace of a service, in a process that works for it: pickled, and the same in all threads.

    Where the service cannot be reached, it is that share of the limits which falls to one of
    ``share`` processes.
    """

    def __init__(
        self, host: str, port: int, name: str, token: bytes, limits: Any, share: int
    ) -> None:
        self._state = host, port, name, token, limits, max(1, share)
        self.counts_tokens = limits[1] is not None
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._link: Any = None
        self._slots: deque[float] = deque()
        self._held_until = 0.0
        self._own: Pace | None = None
        self._own_until = 0.0
        self._told: dict[str, str] = {}

    def __reduce__(self) -> Any:
        return _same, self._state

    def reserve(self, n: int = 1, tokens: float = 0) -> float:
        """Takes room for ``n`` requests. In how many seconds the first of them may be sent."""
        with self._lock:
            if self._own is not None and monotonic() < self._own_until:
                return self._own.reserve(n, tokens)
            if n != 1 or self.counts_tokens:
                told = self._ask({"do": "reserve", "n": n, "tokens": tokens})
                return self._alone().reserve(n, tokens) if told is None else float(told["wait"])
            now = monotonic()
            while self._slots and self._slots[0] < now - CATCH_UP_S:
                self._slots.popleft()
            if not self._slots:
                told = self._ask({"do": "reserve", "n": LEASE})
                if told is None:
                    return self._alone().reserve(n, tokens)
                first = monotonic() + told["wait"]
                self._slots.extend(first + one * told["step"] for one in range(told["n"]))
                self._held_until = max(self._held_until, monotonic() + told["held"])
            return max(0.0, self._slots.popleft() - monotonic())

    def hold(self, seconds: float) -> None:
        """Holds all requests up for so long, those of all processes."""
        with self._lock:
            self._held_until = max(self._held_until, monotonic() + seconds)
            self._slots.clear()
            self._ask({"do": "hold", "seconds": seconds})

    def held(self) -> float:
        """For how many seconds requests are held up, also those that have their room."""
        return max(0.0, self._held_until - monotonic())

    def heed(self, headers: Any) -> None:
        """Hands on what a server says of its limits, where that is new, or nothing is left."""
        for what in ("requests", "tokens"):
            limit = headers.get(f"x-ratelimit-limit-{what}")
            if limit is None:
                continue
            names = [f"x-ratelimit-{one}-{what}" for one in ("limit", "remaining", "reset")]
            told = {name: headers.get(name) for name in names if headers.get(name) is not None}
            with self._lock:
                if self._told.get(what) == limit and not _is_low(limit, told.get(names[1])):
                    continue
                self._told[what] = limit
                self._ask({"do": "heed", "headers": told})

    def spend(self, tokens: float) -> None:
        """Counts tokens that were not reserved, or, below 0, that were and are not needed."""
        with self._lock:
            if self._ask({"do": "spend", "tokens": tokens}) is None and self._own is not None:
                self._own.spend(tokens)

    def estimate(self, size: int, most: Any) -> float:
        return self._estimates.estimate(size, most)

    def learn(self, output: float) -> None:
        self._estimates.learn(output)

    @property
    def _estimates(self) -> Pace:
        if self._own is None:
            self._alone(0)
        assert self._own is not None
        return self._own

    def done(self, n: int) -> None:
        """Tells the service that so many are done."""
        with self._lock:
            self._ask({"do": "done", "n": n})

    def _alone(self, seconds: float = AGAIN_S) -> Pace:
        """The share of this process."""
        if self._own is None:
            share = self._state[5]
            limits = [None if one is None else one / share for one in self._state[4]]
            self._own = Pace(*limits)
        if seconds:
            _logger.warning("the pace of the cluster cannot be reached: going at a share of it")
            self._own_until = monotonic() + seconds
        return self._own

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """What the service answers; None where it cannot be reached."""
        if monotonic() < self._own_until:
            return None
        if self._pid != os.getpid():
            self._pid, self._link = os.getpid(), None
            self._slots.clear()
        for _ in range(2):  # a connection that has been idle may be gone
            is_new = self._link is None
            try:
                if is_new:
                    self._link = self._connect()
                return self._exchange(self._link, asked)
            except (OSError, ValueError, EOFError):
                self._link = None
                if is_new:
                    return None
        return None

    def _connect(self) -> Any:
        host, port, name, token = self._state[:4]
        made = socket.create_connection((host, port), timeout=ANSWER_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with made:  # the file has it open for as long as it is needed
            link = made.makefile("rwb")
        nonce = self._line(link)["nonce"]
        self._exchange(link, {"pace": name, "proof": _proof(token, nonce)})
        return link

    def _exchange(self, link: Any, asked: dict[str, Any]) -> dict[str, Any]:
        link.write(json.dumps(asked).encode() + b"\n")
        link.flush()
        return self._line(link)

    def _line(self, link: Any) -> dict[str, Any]:
        text = link.readline(LONGEST_LINE)
        if not text.endswith(b"\n"):
            raise EOFError
        found: dict[str, Any] = json.loads(text)
        return found


def _is_low(limit: str, left: str | None) -> bool:
    try:
        return left is not None and float(left) <= float(limit) / 100
    except ValueError:
        return False


_here: dict[str, ClusterPace] = {}


def _same(host: str, port: int, name: str, token: bytes, limits: Any, share: int) -> ClusterPace:
    """The one of this process, whose threads share its connection and its lease."""
    with _lock:
        while len(_here) > 100:
            del _here[next(iter(_here))]
        found = _here.get(name)
        if found is None:
            found = _here[name] = ClusterPace(host, port, name, token, limits, share)
        return found


def address_towards(host: str) -> str:
    """The address of this machine that another one sees; loopback where that is this one."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))  # sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
