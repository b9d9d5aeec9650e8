from typing import List

from pydantic import BaseModel

from libresponses import OpenAI


class Step(BaseModel):
    explanation: str
    output: str


class MathResponse(BaseModel):
    steps: List[Step]
    final_answer: str


client = OpenAI()

with client.responses.stream(
    input="solve 8x + 31 = 2",
    model="gpt-4o-2024-08-06",
    text_format=MathResponse,
) as stream:
    for event in stream:
        if "output_text" in event.type:
            print(event)

    final_response = stream.get_final_response()
    for item in final_response.output:
        if item.type == "message":
            for content in item.content:
                if content.type == "output_text" and content.parsed:
                    print("answer:", content.parsed.final_answer)
                    break
