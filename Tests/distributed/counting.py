"""A server that counts requests, knows each key, and kills workers while they wait for it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Counting:
    """Answers a request with what it answered before, where its Idempotency-Key is the same.

    ``kills`` are counts of requests at which the process that sent the last one is killed: it says
    who it is in the header X-Worker, which `asking` sets. ``refusals`` requests are answered with
    429 first.
    """

    def __init__(self, kills: Iterable[int] = (), refusals: int = 0) -> None:
        self.keys: Counter[str] = Counter()
        self.workers: Counter[str] = Counter()
        self.killed: list[int] = []
        self.statuses: Counter[int] = Counter()
        self._kills = set(kills)
        self._refusals = refusals
        self._lock = threading.Lock()
        counting = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, made = counting.answer(body, self.headers)
                data = json.dumps(made).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("X-Request-Id", "req_1")
                if status == 429:
                    self.send_header("Retry-After-Ms", "50")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 512

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # the worker is gone

        self._server = Server(("127.0.0.1", 0), Request)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, body: dict[str, Any], headers: Any) -> tuple[int, Any]:
        status, made = self._answer(body, headers)
        with self._lock:
            self.statuses[status] += 1
        return status, made

    def _answer(self, body: dict[str, Any], headers: Any) -> tuple[int, Any]:
        worker = headers.get("x-worker", "")
        with self._lock:
            self.keys[headers["idempotency-key"]] += 1
            self.workers[worker] += 1
            count = sum(self.keys.values())
            is_kill = worker.isdigit() and any(at <= count for at in self._kills)
            if is_kill and int(worker) not in self.killed:
                self._kills.remove(min(self._kills))
                self.killed.append(int(worker))
                os.kill(int(worker), signal.SIGKILL)
            if self._refusals > 0:
                self._refusals -= 1
                return 429, {"error": {"message": "slow down"}}
        text = body["input"]
        if text == "refused":
            return 400, {"error": {"message": "no such thing"}}
        part = {"type": "output_text", "text": f"You said: {text}", "annotations": []}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [part]}
        return 200, {
            "id": f"resp_{text}",
            "object": "response",
            "status": "completed",
            "output": [message],
            "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        }


def asking(row: dict[str, Any]) -> dict[str, Any]:
    """What is asked for a row; a header says which process asks."""
    import os

    return {
        "model": "m",
        "input": row["text"],
        "extra_headers": {"X-Worker": str(os.getpid())},
    }


def rows(count: int) -> list[dict[str, Any]]:
    return [{"number": number, "text": f"n{number}"} for number in range(count)]


def check(found: list[dict[str, Any]], count: int) -> None:
    """All rows are there, each with its own answer."""
    assert [row["number"] for row in found] == list(range(count))
    for row in found:
        assert row["response"] == f"You said: n{row['number']}", row
        assert not isinstance(row["error"], str)
        assert row["response_status"] == "completed"
        assert row["response_id"] == f"resp_n{row['number']}"
        assert row["response_request_id"] == "req_1"
        assert int(row["response_total_tokens"]) == 3
        assert int(row["response_attempts"]) >= 1


def check_kills(found: list[dict[str, Any]], server: Counting, kills: int) -> None:
    """After ``kills`` every row has its answer, and was sent under one key."""
    count = len(found)
    check(sorted(found, key=lambda row: row["number"]), count)
    assert len(server.killed) == kills
    assert len(server.keys) == count
    again = sum(server.keys.values()) - count
    print(f"{count} rows, {kills} kills: {len(server.keys)} keys, {again} requests seen again")
