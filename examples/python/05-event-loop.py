"""A stream beside other work, in one thread and without ever waiting for it.

asyncio is the loop here, and a clock is the other work.
"""

import asyncio
import os

from libresponses import AsyncOpenAI

ticks = 0


async def clock() -> None:
    global ticks
    while True:
        await asyncio.sleep(0.01)
        ticks += 1


async def main() -> None:
    other_work = asyncio.ensure_future(clock())
    async with AsyncOpenAI() as client:
        stream = await client.responses.create(
            model=os.environ.get("RESPONSES_MODEL", "gpt-5"),
            input="What is an event loop?",
            stream=True,
        )
        async for event in stream:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
        response = await stream.get_final_response()
    other_work.cancel()
    print(f"\n[{response.status}, and the clock ticked {ticks} times meanwhile]")


asyncio.run(main())
