"""A server that counts what it is asked, and that has limits of requests and tokens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Bucket:
    """It fills all the time, as that of the API does."""

    def __init__(self, limit: float, minute: float) -> None:
        self.limit, self.rate = limit, limit / minute
        self.level, self.at = limit, time.monotonic()

    def fill(self) -> None:
        now = time.monotonic()
        self.level = min(self.limit, self.level + (now - self.at) * self.rate)
        self.at = now

    def reset(self) -> float:
        return (self.limit - self.level) / self.rate

    def wait(self, cost: float) -> float:
        return (cost - self.level) / self.rate


class Window:
    """It is renewed as a whole, once in each minute."""

    def __init__(self, limit: float, minute: float) -> None:
        self.limit, self.minute = limit, minute
        self.level, self.began = limit, time.monotonic()

    def fill(self) -> None:
        now = time.monotonic()
        if now - self.began >= self.minute:
            self.began += (now - self.began) // self.minute * self.minute
            self.level = self.limit

    def reset(self) -> float:
        return self.began + self.minute - time.monotonic()

    def wait(self, cost: float) -> float:
        return self.reset()


@dataclass
class Counting:
    """`answers` may give (status, body) for the body of a request, or None for the usual answer."""

    latency: float = 0.0
    requests: Bucket | Window | None = None
    tokens: Bucket | Window | None = None
    answers: Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None] | None = None
    names_limits: bool = True
    seen: Counter[str] = field(default_factory=Counter)
    inputs: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    flying: int = 0
    most: int = 0
    times: list[float] = field(default_factory=list)

    def __enter__(self) -> Counting:
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(20)

    def run(self, started: threading.Event) -> None:
        async def main() -> None:
            self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=2000)
            self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            started.set()
            await self.stop.wait()
            server.close()

        with contextlib.suppress(RuntimeError):
            asyncio.run(main())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.flying += 1
                self.most = max(self.most, self.flying)
                try:
                    answer = await self.answer(headers, body)
                finally:
                    self.flying -= 1
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def answer(self, headers: dict[str, str], body: dict[str, Any]) -> bytes:
        self.seen[headers["idempotency-key"]] += 1
        self.inputs[str(body.get("input"))] += 1
        self.times.append(time.monotonic())
        used = len(json.dumps(body)) / 4 + 20
        extra, refusal = self.spend(used)
        if self.latency:
            await asyncio.sleep(self.latency)
        if refusal is not None:
            self.refused += 1
            error = {
                "message": "Rate limit reached",
                "type": "requests",
                "code": "rate_limit_exceeded",
            }
            return self.http(429, {"error": error}, extra | refusal)
        other = self.answers(body) if self.answers is not None else None
        if other is not None:
            return self.http(other[0], other[1], extra)
        message = {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": f"A: {body.get('input')}"}],
        }
        usage = {"input_tokens": int(used - 20), "output_tokens": 20, "total_tokens": int(used)}
        whole = {"id": "resp_1", "status": "completed", "output": [message], "usage": usage}
        return self.http(200, whole, extra)

    def spend(self, used: float) -> tuple[dict[str, str], dict[str, str] | None]:
        extra, wait = {}, 0.0
        limits = [("requests", self.requests, 1.0), ("tokens", self.tokens, used)]
        for _, limit, cost in limits:
            if limit is not None:
                limit.fill()
                if limit.level < cost:
                    wait = max(wait, limit.wait(cost))
        for name, limit, cost in limits:
            if limit is None:
                continue
            if wait == 0:
                limit.level -= cost
            if self.names_limits:
                extra[f"x-ratelimit-limit-{name}"] = str(int(limit.limit))
                extra[f"x-ratelimit-remaining-{name}"] = str(int(limit.level))
                extra[f"x-ratelimit-reset-{name}"] = f"{limit.reset() * 1000:.0f}ms"
        if wait == 0:
            return extra, None
        return extra, {"retry-after-ms": str(math.ceil(wait * 1000))}

    @staticmethod
    def http(status: int, body: dict[str, Any], extra: dict[str, str]) -> bytes:
        text = json.dumps(body).encode()
        lines = [
            f"HTTP/1.1 {status} Whatever",
            "Content-Type: application/json",
            f"Content-Length: {len(text)}",
            "x-request-id: req_1",
            *(f"{name}: {value}" for name, value in extra.items()),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + text
