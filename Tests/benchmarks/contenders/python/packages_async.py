"""The same packages with asyncio."""

from __future__ import annotations

import asyncio

from measure import DELTA, Measure, body, found


class AsyncPackage:
    def __init__(self, name: str, url: str) -> None:
        self.module = found(name)
        self.url = url
        self.measure = Measure()

    def stream(self, model: str, count: int) -> None:
        async def main() -> None:
            events = letters = 0
            client = self.module.AsyncOpenAI(base_url=self.url, api_key="sk-bench")
            self.measure.begin()
            async for event in await client.responses.create(**body(model, stream=True)):
                if event.type == DELTA:
                    events += 1
                    letters += len(event.delta)
            self.measure.end(events, letters)

        asyncio.run(main())

    def paced(self, model: str, count: int) -> None:
        async def main() -> None:
            client = self.module.AsyncOpenAI(base_url=self.url, api_key="sk-bench")

            async def one() -> int:
                events = 0
                async for event in await client.responses.create(**body(model, stream=True)):
                    if event.type == DELTA:
                        self.measure.paced(event.delta)
                        events += 1
                        if events == 10:
                            self.measure.stream_begun()
                return events

            self.measure.begin(count)
            self.measure.end(sum(await asyncio.gather(*[one() for _ in range(count)])))

        asyncio.run(main())
