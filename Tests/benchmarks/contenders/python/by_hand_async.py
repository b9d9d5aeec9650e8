"""What is done by hand, with asyncio."""

from __future__ import annotations

import asyncio
from typing import Any

from by_hand import HEADERS, Events, output_text
from measure import DELTA, Measure, body, first_event, found


class Aiohttp:
    def __init__(self, url: str) -> None:
        self.url = url + "/responses"
        self.aiohttp = found("aiohttp")
        self.measure = Measure()

    def session(self) -> Any:
        # As many connections as there are streams; the default is 100.
        connector = self.aiohttp.TCPConnector(limit=0)
        return self.aiohttp.ClientSession(headers=HEADERS, connector=connector)

    def stream(self, model: str, count: int) -> None:
        async def main() -> None:
            events = letters = 0
            reader = Events()
            async with self.session() as session:
                self.measure.begin()
                async with session.post(self.url, json=body(model, stream=True)) as answer:
                    async for data in answer.content.iter_any():
                        for event in reader.take(data):
                            if event["type"] == DELTA:
                                events += 1
                                letters += len(event["delta"])
                self.measure.end(events, letters)

        asyncio.run(main())

    def paced(self, model: str, count: int) -> None:
        async def one(session: Any) -> int:
            events = 0
            reader = Events()
            async with session.post(self.url, json=body(model, stream=True)) as answer:
                async for data in answer.content.iter_any():
                    for event in reader.take(data):
                        if event["type"] == DELTA:
                            self.measure.paced(event["delta"])
                            events += 1
                            if events == 10:
                                self.measure.stream_begun()
            return events

        async def main() -> None:
            async with self.session() as session:
                self.measure.begin(count)
                events = await asyncio.gather(*[one(session) for _ in range(count)])
                self.measure.end(sum(events))

        asyncio.run(main())

    def first(self, model: str, count: int) -> None:
        async def main() -> None:
            reader = Events()
            async with (
                self.session() as session,
                session.post(self.url, json=body(model, stream=True)) as answer,
            ):
                async for data in answer.content.iter_any():
                    for _ in reader.take(data):
                        first_event()

        asyncio.run(main())

    def create(self, model: str, count: int) -> None:
        async def main() -> None:
            letters = 0
            async with self.session() as session:
                for number in range(count + 1):
                    if number == 1:
                        self.measure.begin()
                    async with session.post(self.url, json=body(model, stream=False)) as answer:
                        text = output_text(await answer.json())
                        letters += len(text) if number else 0
            self.measure.end(count, letters)

        asyncio.run(main())

    def image(self, model: str, count: int) -> None:
        async def main() -> None:
            async with self.session() as session:
                self.measure.begin()
                async with session.post(self.url, json=body(model, stream=False)) as answer:
                    self.measure.end(1, len((await answer.json())["output"][0]["result"]))

        asyncio.run(main())
