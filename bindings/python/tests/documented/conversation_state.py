from libresponses import OpenAI

client = OpenAI()

history = [{"role": "user", "content": "tell me a joke"}]

response = client.responses.create(model="gpt-4o-mini", input=history, store=False)

print(response.output_text)

# Add the response to the conversation
history += [{"role": el.role, "content": el.content} for el in response.output]

history.append({"role": "user", "content": "tell me another"})

second_response = client.responses.create(model="gpt-4o-mini", input=history, store=False)

print(second_response.output_text)

third = client.responses.create(
    model="gpt-4o-mini",
    previous_response_id=client.responses.create(model="gpt-4o-mini", input="Hi").id,
    input=[{"role": "user", "content": "explain why this is funny."}],
)
print(third.output_text)
