"""Print an answer while it is written.

The loop ends after the last event; a stream that breaks off is an exception, never a short answer.
"""

import os

from libresponses import OpenAI

client = OpenAI()
stream = client.responses.create(
    model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
    input="Tell me a story in three sentences.",
    stream=True,
)
events = 0
for event in stream:
    events += 1
    if event.type == "response.output_text.delta":
        print(event.delta, end="", flush=True)
    elif event.type == "response.output_text.done":
        print()

response = stream.get_final_response()
print(f"[{response.id} is {response.status} after {events} events]")
