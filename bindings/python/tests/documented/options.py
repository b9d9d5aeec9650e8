from libresponses import OpenAI

client = OpenAI(timeout=20.0, max_retries=0, default_headers={"X-Default": "1"})

# Override per-request:
response = client.with_options(timeout=5.0, max_retries=5).responses.create(
    model="gpt-4o",
    input="How can I list all files in a directory using Python?",
)
print(response._request_id)

raw = client.responses.with_raw_response.create(model="gpt-4o", input="Say this is a test")
print(raw.headers.get("x-request-id"))
print(raw.parse().output_text)

with client.responses.with_streaming_response.create(
    model="gpt-4o", input="Say this is a test"
) as streamed:
    print(streamed.headers.get("x-request-id"))

    for line in streamed.iter_lines():
        print(line)
