import libresponses as openai
from libresponses import OpenAI

client = OpenAI(max_retries=0)

try:
    client.responses.create(model="gpt-4o", input=17)
except openai.APIConnectionError as e:
    print("The server could not be reached")
    print(e.__cause__)  # an underlying Exception, likely raised within httpx.
except openai.RateLimitError as e:
    print("A 429 status code was received; we should back off a bit.")
except openai.APIStatusError as e:
    print("Another non-200-range status code was received")
    print(e.status_code)
    print(e.response)
    print(e.request_id)
