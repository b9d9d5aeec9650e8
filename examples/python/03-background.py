"""Work that goes on at the server: wait for it, cancel it, look at it, delete it."""

import os

from libresponses import OpenAI

client = OpenAI()
model = os.environ.get("RESPONSES_MODEL", "gpt-5")

response = client.responses.create(model=model, input="Count to ten.", background=True)
print("created     ", response.status)
# There are servers that ignore `background` and answer at once.
if response.status in ("queued", "in_progress"):
    response = client.responses.wait(response.id, timeout=120)
print("answer      ", response.output_text)
print("ended       ", response.status)
print("deleted     ", client.responses.delete(response.id).deleted)

response = client.responses.create(model=model, input="Count to a million.", background=True)
print("created     ", response.status)
if response.status in ("queued", "in_progress"):
    print("cancelled   ", client.responses.cancel(response.id).status)
for item in client.responses.input_items.list(response.id):
    # A list of parts, or at some servers text.
    print("its input   ", item.content if isinstance(item.content, str) else item.content[0].text)
print("deleted     ", client.responses.delete(response.id).deleted)
