"""Page through what went into a response."""

import os

from libresponses import OpenAI

client = OpenAI()
response = client.responses.create(
    model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
    input=[{"role": "user", "content": f"Number {number}."} for number in range(1, 8)],
)

first = client.responses.input_items.list(response.id, limit=3, order="asc")
pages = items = 0
for page in first.iter_pages():
    pages += 1
    print("page", pages)
    for item in page.data:
        items += 1
        # A list of parts, or at some servers text; some kinds of items have none.
        content = getattr(item, "content", None) or item.type
        print(" ", content if isinstance(content, str) else content[0].text)

# Iterating over a page goes on over the pages that follow.
assert len(list(first)) == items
print(f"[{items} items on {pages} pages]")
