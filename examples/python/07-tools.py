"""A function that the model may call.

Its name, docstring and type hints are what the model is told. `run` makes the calls and sends back
what they came to, until there is a text.
"""

import os
from typing import Literal

from libresponses import OpenAI

called: list[str] = []


def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """The weather of a city today."""
    called.append(city)
    print(f"get_weather: {city}")
    return f"21 degrees in {city}"


# A call with arguments that do not fit, or are no JSON, is answered with an error for the model.
response = OpenAI().responses.run(
    model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
    input="How is the weather in Paris and in Rome?",
    tools=[get_weather],
    max_steps=5,
)
print(response.output_text)
print(f"[{response.status}, get_weather was called {len(called)} times]")
