"""The same work with other clients: `peer.py CLIENT WORKLOAD PORT MODEL [COUNT]`.

Clients: openai, openai-async, httpx, aiohttp, pycurl. Workloads: stream, create, first. Prints one
line of JSON as the programs in C do. Ends with status 3 when the client is not installed.

The clients that know nothing of the API do what a program would do by hand: split lines and
`json.loads` the data of every event.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterable
from types import ModuleType
from typing import Any

HEADERS = {"Authorization": "Bearer sk-bench", "Content-Type": "application/json"}
DELTA = "response.output_text.delta"


class Measure:
    """CPU, wall clock and what was read."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()
        self.events = self.bytes = 0

    def text(self, text: str) -> None:
        self.events += 1
        self.bytes += len(text.encode())

    def line(self, line: str | bytes) -> None:
        """Takes one line of an event stream."""
        start: str | bytes = "data: " if isinstance(line, str) else b"data: "
        if line.startswith(start):  # type: ignore[arg-type]
            event = json.loads(line[6:])
            if event["type"] == DELTA:
                self.text(event["delta"])

    def end(self) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        line = {
            "cpu_us": int((time.process_time() - self.cpu) * 1e6),
            "wall_us": int((time.perf_counter() - self.wall) * 1e6),
            "events": self.events,
            "bytes": self.bytes,
            "peak_kb": usage.ru_maxrss,
        }
        print(json.dumps(line))


class First(Measure):
    """Ends the process with the first event, as the other programs do."""

    def line(self, line: str | bytes) -> None:
        if line:
            self.text("")

    def text(self, text: str) -> None:
        print(0, flush=True)
        os._exit(0)


def body(workload: str, model: str) -> dict[str, Any]:
    return {"model": model, "stream": workload != "create", "input": "Say hello."}


def found(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        sys.exit(3)


def take_openai(event: Any, measure: Measure) -> None:
    if isinstance(measure, First):
        measure.text("")
    elif event.type == DELTA:
        measure.text(event.delta)


def run_openai(url: str, workload: str, model: str, count: int, first: bool) -> None:
    client = found("openai").OpenAI(base_url=url, api_key="sk-bench")
    measure = First() if first else Measure()
    for _ in range(count):
        answer = client.responses.create(**body(workload, model))
        if workload == "create":
            measure.text(answer.output_text)
        else:
            for event in answer:
                take_openai(event, measure)
    measure.end()


def run_openai_async(url: str, workload: str, model: str, count: int, first: bool) -> None:
    openai = found("openai")

    async def run() -> None:
        client = openai.AsyncOpenAI(base_url=url, api_key="sk-bench")
        measure = First() if first else Measure()
        for _ in range(count):
            answer = await client.responses.create(**body(workload, model))
            if workload == "create":
                measure.text(answer.output_text)
            else:
                async for event in answer:
                    take_openai(event, measure)
        measure.end()

    asyncio.run(run())


def run_httpx(url: str, workload: str, model: str, count: int, first: bool) -> None:
    try:
        httpx = importlib.import_module("httpx")
    except ImportError:
        httpx = found("httpx2")
    with httpx.Client(headers=HEADERS) as client:
        measure = First() if first else Measure()
        for _ in range(count):
            if workload == "create":
                answer = client.post(url + "/responses", json=body(workload, model)).json()
                measure.text(answer["id"])
                continue
            request = body(workload, model)
            with client.stream("POST", url + "/responses", json=request) as stream:
                for line in stream.iter_lines():
                    measure.line(line)
        measure.end()


def run_aiohttp(url: str, workload: str, model: str, count: int, first: bool) -> None:
    aiohttp = found("aiohttp")

    async def run() -> None:
        async with aiohttp.ClientSession(headers=HEADERS) as session:
            measure = First() if first else Measure()
            for _ in range(count):
                request = body(workload, model)
                async with session.post(url + "/responses", json=request) as answer:
                    if workload == "create":
                        measure.text((await answer.json())["id"])
                        continue
                    async for line in answer.content:
                        measure.line(line)
            measure.end()

    asyncio.run(run())


def run_pycurl(url: str, workload: str, model: str, count: int, first: bool) -> None:
    pycurl = found("pycurl")
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url + "/responses")
    handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in HEADERS.items()])
    handle.setopt(pycurl.POSTFIELDS, json.dumps(body(workload, model)))
    measure = First() if first else Measure()
    rest = b""

    def take(data: bytes) -> None:
        nonlocal rest
        lines: Iterable[bytes]
        *lines, rest = (rest + data).split(b"\n")
        if workload != "create":
            for line in lines:
                measure.line(line)

    handle.setopt(pycurl.WRITEFUNCTION, take)
    for _ in range(count):
        handle.perform()
        if workload == "create":
            measure.text(json.loads(rest)["id"])
            rest = b""
    measure.end()


CLIENTS = {
    "openai": run_openai,
    "openai-async": run_openai_async,
    "httpx": run_httpx,
    "aiohttp": run_aiohttp,
    "pycurl": run_pycurl,
}


def main() -> None:
    client, workload, port, model = sys.argv[1:5]
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    CLIENTS[client](f"http://127.0.0.1:{port}/v1", workload, model, count, workload == "first")


if __name__ == "__main__":
    main()
