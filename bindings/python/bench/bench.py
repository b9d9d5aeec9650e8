"""Measures the binding beside the ``openai`` package and a loop of pycurl and json.

usage: python bench/bench.py [EVENTS]

Needs the server of OPENAI_BASE_URL to be the sandbox (``make bench`` starts one), and measures
``openai`` and ``pycurl`` where they are installed. Every line is a process of its own, best of
three; CPU is user and system time of the process, without the server's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any, Callable

MODEL = "sandbox"


def libresponses_stream(events: int) -> int:
    from libresponses import OpenAI

    size = 0
    for event in OpenAI().responses.create(model=MODEL, input=f"#long={events}", stream=True):
        if event.type == "response.output_text.delta":
            size += len(event.delta)
    return size


def libresponses_helper(events: int) -> int:
    from libresponses import OpenAI

    size = 0
    with OpenAI().responses.stream(model=MODEL, input=f"#long={events}") as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                size += len(event.delta)
    return size


def libresponses_async(events: int) -> int:
    import asyncio

    from libresponses import AsyncOpenAI

    async def main() -> int:
        size = 0
        async for event in await AsyncOpenAI().responses.create(
            model=MODEL, input=f"#long={events}", stream=True
        ):
            if event.type == "response.output_text.delta":
                size += len(event.delta)
        return size

    return asyncio.run(main())


def openai_stream(events: int) -> int:
    from openai import OpenAI

    size = 0
    for event in OpenAI().responses.create(model=MODEL, input=f"#long={events}", stream=True):
        if event.type == "response.output_text.delta":
            size += len(event.delta)
    return size


def openai_helper(events: int) -> int:
    from openai import OpenAI

    size = 0
    with OpenAI().responses.stream(model=MODEL, input=f"#long={events}") as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                size += len(event.delta)
    return size


def pycurl_stream(events: int) -> int:
    """What a careful person writes by hand."""
    import pycurl

    size = 0
    buffer = bytearray()

    def take(data: bytes) -> None:
        nonlocal size, buffer
        buffer += data
        parts = buffer.split(b"\n\n")
        buffer = parts.pop()
        for part in parts:
            for line in part.split(b"\n"):
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "response.output_text.delta":
                        size += len(event["delta"])

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, os.environ["OPENAI_BASE_URL"] + "/responses")
    curl.setopt(
        pycurl.HTTPHEADER,
        [
            "Content-Type: application/json",
            f"Authorization: Bearer {os.environ['OPENAI_API_KEY']}",
        ],
    )
    body = {"model": MODEL, "input": f"#long={events}", "stream": True}
    curl.setopt(pycurl.POSTFIELDS, json.dumps(body))
    curl.setopt(pycurl.WRITEFUNCTION, take)
    curl.perform()
    curl.close()
    return size


def libresponses_paced(streams: int) -> int:
    """Paced streams in one thread: 50 events a second for two seconds each."""
    import asyncio

    from libresponses import AsyncOpenAI

    client = AsyncOpenAI()

    async def one() -> int:
        count = 0
        async for event in await client.responses.create(
            model=MODEL, input="#long=92", stream=True, extra_headers={"X-Sandbox-Speed": "50"}
        ):
            count += event.type == "response.output_text.delta"
        return count

    async def main() -> int:
        return sum(await asyncio.gather(*[one() for _ in range(streams)]))

    return asyncio.run(main())


def openai_paced(streams: int) -> int:
    import asyncio

    from openai import AsyncOpenAI

    client = AsyncOpenAI()

    async def one() -> int:
        count = 0
        async for event in await client.responses.create(
            model=MODEL, input="#long=92", stream=True, extra_headers={"X-Sandbox-Speed": "50"}
        ):
            count += event.type == "response.output_text.delta"
        return count

    async def main() -> int:
        return sum(await asyncio.gather(*[one() for _ in range(streams)]))

    return asyncio.run(main())


def libresponses_first(_: int) -> int:
    from libresponses import OpenAI

    for event in OpenAI().responses.create(model=MODEL, input="Hi", stream=True):
        return len(event.type)
    return 0


def openai_first(_: int) -> int:
    from openai import OpenAI

    for event in OpenAI().responses.create(model=MODEL, input="Hi", stream=True):
        return len(event.type)
    return 0


def libresponses_map(requests: int) -> int:
    from libresponses import OpenAI

    asked = [{"model": MODEL, "input": f"n{i}"} for i in range(requests)]
    return sum(len(one.unwrap().output_text) for one in OpenAI().responses.map(asked))


def one(name: str, argument: int) -> None:
    """Runs one measurement and prints its figures."""
    function: Callable[[int], int] = globals()[name]
    begun = time.perf_counter()
    before = time.process_time()
    result = function(argument)
    print(
        json.dumps(
            {
                "result": result,
                "wall": time.perf_counter() - begun,
                "cpu": time.process_time() - before,
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def measured(name: str, argument: int) -> dict[str, Any] | None:
    """The best of three runs; None when what it needs is not installed."""
    found = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, __file__, name, str(argument)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            if "ModuleNotFoundError" in done.stderr:
                return None
            sys.exit(done.stderr)
        found.append(json.loads(done.stdout))
    return {key: min(one[key] for one in found) for key in found[0]}


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    few = max(1000, events // 10)
    print(f"Python {sys.version.split()[0]}; events {events}, for openai {few}\n")
    print("reading .type and .delta of every event         CPU us/event   MB resident")
    costs = {}
    for name, count in [
        ("libresponses_stream", events),
        ("libresponses_helper", events),
        ("libresponses_async", events),
        ("pycurl_stream", events),
        ("openai_stream", few),
        ("openai_helper", few),
    ]:
        found = measured(name, count)
        # What import and connection cost is not the events' cost.
        base = measured(name, 1)
        if found is None or base is None:
            print(f"  {name:44} not installed")
            continue
        costs[name] = (found["cpu"] - base["cpu"]) / count * 1e6
        print(f"  {name:44} {costs[name]:12.2f} {found['rss']:13.0f}")
    for name in ("openai_stream", "openai_helper", "pycurl_stream"):
        if name in costs:
            ours = "helper" if name == "openai_helper" else "stream"
            ratio = costs[name] / costs[f"libresponses_{ours}"]
            print(f"  {name + ' / libresponses_' + ours:44} {ratio:12.1f}")
    print("\nimport, client and first event                     wall ms   MB resident")
    times = {}
    for name in ("libresponses_first", "openai_first"):
        found = measured(name, 0)
        if found is None:
            continue
        times[name] = found["wall"]
        print(f"  {name:44} {found['wall'] * 1000:12.1f} {found['rss']:13.0f}")
    if len(times) == 2:
        ratio = times["openai_first"] / times["libresponses_first"]
        print(f"  {'openai / libresponses':44} {ratio:12.1f}")
    print("\n500 streams of 100 events in 2 s, one thread         CPU s   wall s")
    for name in ("libresponses_paced", "openai_paced"):
        found = measured(name, 500)
        if found is not None:
            print(f"  {name:44} {found['cpu']:12.2f} {found['wall']:8.2f}")
    found = measured("libresponses_map", 5000)
    if found is not None:
        rate = 5000 / found["wall"]
        print(
            f"\n5,000 requests by map, 200 at once: {rate:,.0f} a second, {found['cpu']:.2f} s CPU"
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        main()
