"""Many requests at the same time, on one thread.

The argument is another number of requests than 500.
"""

import os
import sys

from libresponses import OpenAI

count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
model = os.environ.get("RESPONSES_MODEL", "gpt-5")
requests = [{"model": model, "input": f"Who is number {number}?"} for number in range(count)]

completed = 0
for outcome in OpenAI().responses.map(requests, concurrency=200, ordered=False):
    if outcome.response is None:
        print(f"number {outcome.index}: {outcome.error}", file=sys.stderr)
    else:
        completed += outcome.response.status == "completed"

print(f"{completed} of {count} responses completed")
sys.exit(completed != count)
