"""Ask a question, print the answer.

RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
"""

import os

from libresponses import OpenAI

client = OpenAI()
response = client.responses.create(
    model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
    input="Why is the sky blue? One sentence.",
)
print(response.output_text)
tokens = response.usage.total_tokens if response.usage else "unknown"
print(f"[{response.id} is {response.status}, {tokens} tokens]")
