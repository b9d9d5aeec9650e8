"""Clients that know nothing of the API, and what a careful person does by hand to use it:
split lines and `json.loads` the data of every event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from measure import DELTA, Measure, body, first_event, found

HEADERS = {"Authorization": "Bearer sk-bench", "Content-Type": "application/json"}


class Events:
    """The events in the bytes of a stream."""

    def __init__(self) -> None:
        self.rest = b""

    def take(self, data: bytes) -> Iterator[Any]:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


def output_text(answer: Any) -> str:
    text: str = answer["output"][0]["content"][0]["text"]
    return text


class Httpx:
    def __init__(self, url: str) -> None:
        self.url = url + "/responses"
        self.client = found("httpx", "httpx2").Client(headers=HEADERS)
        self.measure = Measure()

    def stream(self, model: str, count: int) -> None:
        events = letters = 0
        self.measure.begin()
        for event in self.events(model):
            if event["type"] == DELTA:
                events += 1
                letters += len(event["delta"])
        self.measure.end(events, letters)

    def events(self, model: str) -> Iterator[Any]:
        reader = Events()
        with self.client.stream("POST", self.url, json=body(model, stream=True)) as answer:
            for data in answer.iter_bytes():
                yield from reader.take(data)

    def first(self, model: str, count: int) -> None:
        for _ in self.events(model):
            first_event()

    def answer(self, model: str) -> Any:
        return self.client.post(self.url, json=body(model, stream=False)).json()

    def create(self, model: str, count: int) -> None:
        letters = 0
        self.answer(model)
        self.measure.begin()
        for _ in range(count):
            letters += len(output_text(self.answer(model)))
        self.measure.end(count, letters)

    def image(self, model: str, count: int) -> None:
        self.measure.begin()
        self.measure.end(1, len(self.answer(model)["output"][0]["result"]))


class Pycurl:
    def __init__(self, url: str) -> None:
        pycurl = found("pycurl")
        self.pycurl = pycurl
        self.handle = pycurl.Curl()
        self.handle.setopt(pycurl.URL, url + "/responses")
        headers = [f"{name}: {value}" for name, value in HEADERS.items()]
        self.handle.setopt(pycurl.HTTPHEADER, headers)
        self.measure = Measure()

    def ask(self, model: str, take: Any, *, stream: bool) -> None:
        self.handle.setopt(self.pycurl.POSTFIELDS, json.dumps(body(model, stream=stream)))
        self.handle.setopt(self.pycurl.WRITEFUNCTION, take)
        self.handle.perform()

    def stream(self, model: str, count: int) -> None:
        events = letters = 0
        reader = Events()

        def take(data: bytes) -> None:
            nonlocal events, letters
            for event in reader.take(data):
                if event["type"] == DELTA:
                    events += 1
                    letters += len(event["delta"])

        self.measure.begin()
        self.ask(model, take, stream=True)
        self.measure.end(events, letters)

    def first(self, model: str, count: int) -> None:
        reader = Events()

        def take(data: bytes) -> None:
            for _ in reader.take(data):
                first_event()

        self.ask(model, take, stream=True)

    def answer(self, model: str) -> Any:
        parts: list[bytes] = []
        self.ask(model, parts.append, stream=False)
        return json.loads(b"".join(parts))

    def create(self, model: str, count: int) -> None:
        letters = 0
        self.answer(model)
        self.measure.begin()
        for _ in range(count):
            letters += len(output_text(self.answer(model)))
        self.measure.end(count, letters)

    def image(self, model: str, count: int) -> None:
        self.measure.begin()
        self.measure.end(1, len(self.answer(model)["output"][0]["result"]))
