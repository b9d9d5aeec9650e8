"""Answers as Python values: here a dataclass; a pydantic model or a TypedDict do as well."""

import os
from dataclasses import dataclass

from libresponses import OpenAI


@dataclass
class Event:
    """An entry of a calendar."""

    name: str
    date: str
    participants: list[str]


response = OpenAI().responses.parse(
    model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
    input="Alice and Bob go to a science fair on Friday.",
    text_format=Event,
)
event = response.output_parsed
if event is None:  # the model refused, or called a tool
    print(response.output)
else:
    print(event)
    print(f"[{type(event).__name__} with {len(event.participants)} participants]")
