"""A function that the model may call, over one connection.

As 07-tools, but each round is a turn of a session: it sends what is new, with the id of the
response before, over a connection that is there already, and the answer is printed while it is
written. Nothing is stored at the server (`store=False`); the connection remembers the response
before.
"""

import os
from typing import Literal

from libresponses import Event, OpenAI

turns = 0


def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """The weather of a city today."""
    print(f"get_weather: {city}")
    return f"21 degrees in {city}"


def on_event(event: Event) -> None:
    global turns
    if event.type == "response.created":
        turns += 1
    elif event.type == "response.output_text.delta":
        print(event.delta, end="", flush=True)
    elif event.type == "response.output_text.done":
        print()


with OpenAI() as client, client.responses.connect() as connection:
    # The same loop as in 07-tools: `session` says where its requests go.
    response = client.responses.run(
        session=connection,
        model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
        input="How is the weather in Paris and in Rome?",
        store=False,
        tools=[get_weather],
        max_steps=5,
        on_event=on_event,
    )
    print(f"[{response.status}, turns: {turns}, connections: {connection.connections}]")
