"""Packages for this API: openai and libresponses, which have the same classes and methods."""

from __future__ import annotations

from measure import DELTA, Measure, body, first_event, found


class Package:
    def __init__(self, name: str, url: str) -> None:
        self.responses = found(name).OpenAI(base_url=url, api_key="sk-bench").responses
        self.measure = Measure()

    def stream(self, model: str, count: int) -> None:
        events = letters = 0
        self.measure.begin()
        for event in self.responses.create(**body(model, stream=True)):
            if event.type == DELTA:
                events += 1
                letters += len(event.delta)
        self.measure.end(events, letters)

    def helper(self, model: str, count: int) -> None:
        events = letters = 0
        self.measure.begin()
        with self.responses.stream(model=model, input="Say hello.") as stream:
            for event in stream:
                if event.type == DELTA:
                    events += 1
                    letters += len(event.delta)
        self.measure.end(events, letters)

    def first(self, model: str, count: int) -> None:
        for event in self.responses.create(**body(model, stream=True)):
            assert event.type
            first_event()

    def create(self, model: str, count: int) -> None:
        letters = 0
        self.responses.create(**body(model, stream=False))
        self.measure.begin()
        for _ in range(count):
            letters += len(self.responses.create(**body(model, stream=False)).output_text)
        self.measure.end(count, letters)

    def image(self, model: str, count: int) -> None:
        self.measure.begin()
        response = self.responses.create(**body(model, stream=False))
        self.measure.end(1, len(response.output[0].result))
