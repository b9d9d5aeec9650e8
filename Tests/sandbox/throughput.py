"""Measures the sandbox: events a second on one core, and how punctual paced streams are.

Run by hand, never by the tests: `python Tests/sandbox/throughput.py [BINARY]`.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
import time
from pathlib import Path

from server import KEY, Sandbox
from wire import Wire

ROOT = Path(__file__).resolve().parents[2]
END = b"0\r\n\r\n"


def pin(sandbox: Sandbox) -> None:
    """One core for the server, the others for us, where there are others."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(sandbox.process.pid, cores[:1])
    os.sched_setaffinity(0, cores[1:] or cores)


def start(port: int, words: int, **headers: str) -> socket.socket:
    wire = Wire(port, timeout=60)
    body = {"model": "sandbox", "input": f"#long={words}", "stream": True, "store": False}
    wire.send(
        "POST", "/v1/responses", body, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    return wire.socket


def unpaced(port: int, connections: int, words: int, **headers: str) -> float:
    """Events a second over all connections."""
    begin = time.perf_counter()
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        selector.register(start(port, words, **headers), selectors.EVENT_READ)
    tails: dict[int, bytes] = {}
    while selector.get_map():
        for key, _ in selector.select():
            stream = key.fileobj
            assert isinstance(stream, socket.socket)
            data = stream.recv(1 << 20)
            tails[key.fd] = (tails.get(key.fd, b"") + data)[-5:]
            if not data or tails[key.fd] == END:
                assert tails[key.fd] == END
                selector.unregister(stream)
                stream.close()
    return connections * (words + 8) / (time.perf_counter() - begin)


def paced(port: int, connections: int, words: int, speed: int) -> list[float]:
    """How many seconds after its time each event arrived, over all connections."""
    selector = selectors.DefaultSelector()
    begun, counts, late = {}, {}, []
    for _ in range(connections):
        opened = start(port, words, X_Sandbox_Speed=str(speed))
        begun[opened.fileno()] = time.perf_counter()
        counts[opened.fileno()] = 0
        selector.register(opened, selectors.EVENT_READ)
    while selector.get_map():
        for key, _ in selector.select():
            stream = key.fileobj
            assert isinstance(stream, socket.socket)
            data = stream.recv(1 << 20)
            now = time.perf_counter()
            for _ in range(data.count(b"event: ")):
                late.append(now - begun[key.fd] - counts[key.fd] / speed)
                counts[key.fd] += 1
            if not data or data.endswith(END):
                selector.unregister(stream)
                stream.close()
    return sorted(late)


def main() -> None:
    binary = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/bin/responses-sandbox"
    with Sandbox(binary, "--key", KEY) as sandbox:
        pin(sandbox)
        for connections, words in [(1, 500_000), (10, 50_000), (500, 2_000)]:
            rate = unpaced(sandbox.port, connections, words)
            print(f"{connections:4} connections, batched         {rate:12,.0f} events/s")
        for connections, words in [(1, 100_000), (10, 20_000)]:
            rate = unpaced(sandbox.port, connections, words, X_Sandbox_Fault="event-per-write")
            print(f"{connections:4} connections, event per write {rate:12,.0f} events/s")
        late = paced(sandbox.port, 500, 92, 50)
        for share in (0.5, 0.99, 1.0):
            value = late[min(len(late) - 1, int(len(late) * share))] * 1000
            print(
                f" 500 streams at 50 events/s: {share:4.0%} of events at most {value:6.2f} ms late"
            )


if __name__ == "__main__":
    main()
