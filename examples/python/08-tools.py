"""Python functions as tools: the model asks for them, and is told what they return."""

import os
from typing import Annotated

from libresponses import OpenAI

called: list[str] = []


def get_weather(city: Annotated[str, "The name of a city"]) -> dict[str, object]:
    """Tells the weather of a city."""
    called.append(city)
    return {"city": city, "sky": "clear", "celsius": 21}


def get_time(zone: str = "UTC") -> str:
    """Tells the time in a time zone."""
    called.append(zone)
    return "12:00"


response = OpenAI().responses.run(
    model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
    input="What is the weather in Paris?",
    tools=[get_weather, get_time],
    max_steps=5,
)
print(response.output_text)
print(f"[{response.status} after {len(called)} calls]")
