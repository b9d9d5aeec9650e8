"""Several streams at once with asyncio, and one that is given up."""

import asyncio
import os

from libresponses import AsyncOpenAI

model = os.environ.get("RESPONSES_MODEL", "gpt-5")


async def ask(client: AsyncOpenAI, question: str) -> str:
    async with client.responses.stream(model=model, input=question) as stream:
        response = await stream.get_final_response()
    return response.output_text


async def main() -> None:
    async with AsyncOpenAI() as client:
        questions = [f"What is {number} times {number}?" for number in range(1, 6)]
        for answer in await asyncio.gather(*[ask(client, one) for one in questions]):
            print(answer)
        # Cancelling a task cancels its call.
        task = asyncio.ensure_future(ask(client, "Count to a million."))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
            fate = "there already"
        except asyncio.CancelledError:
            fate = "given up"
        print(f"[{len(questions)} answers, and one more that was {fate}]")


asyncio.run(main())
