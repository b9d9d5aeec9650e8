from libresponses import OpenAI

client = OpenAI()
id = None
with client.responses.create(
    input="solve 8x + 31 = 2",
    model="gpt-4o-2024-08-06",
    background=True,
    stream=True,
) as stream:
    for event in stream:
        if event.type == "response.created":
            id = event.response.id
        if "output_text" in event.type:
            print(event)
        if event.sequence_number == 5:
            break

print("Interrupted. Continuing...")

assert id is not None
with client.responses.retrieve(
    response_id=id,
    stream=True,
    starting_after=5,
) as stream:
    for event in stream:
        assert event.sequence_number > 5
        if "output_text" in event.type:
            print(event)
