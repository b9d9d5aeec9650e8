"""A batch with the openai package under asyncio: requests from a file, answers into another.

batch_openai.py BASE_URL IN.jsonl OUT.jsonl CONCURRENCY
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

try:
    from openai import AsyncOpenAI
except ImportError:
    sys.exit(3)


async def main(base_url: str, source: str, target: str, concurrency: int) -> None:
    client = AsyncOpenAI(base_url=base_url, api_key="any", timeout=60)
    allowed = asyncio.Semaphore(concurrency)
    with Path(source).open() as lines, Path(target).open("w") as out:

        async def one(request: dict[str, Any]) -> None:
            try:
                response = await client.responses.create(**request["body"])
                out.write(
                    json.dumps({"custom_id": request["custom_id"], "body": response.to_dict()})
                    + "\n"
                )
            finally:
                allowed.release()

        async with asyncio.TaskGroup() as group:
            for line in lines:
                await allowed.acquire()
                group.create_task(one(json.loads(line)))


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
