"""One answer and two streams, over HTTP/1.1 and HTTP/2, for the tests of wheels.

usage: program.py [error WORD]

With `error` the calls must fail, and the message must have the word in it.
"""

from __future__ import annotations

import json
import sys

try:
    from libresponses import (  # type: ignore[import-not-found] # an installed one
        APIConnectionError,
        OpenAI,
        _library,
    )
except ImportError as problem:
    if sys.argv[1:2] != ["error"] or sys.argv[2] not in str(problem):
        raise
    print("refused:", str(problem).splitlines()[-1].strip())
    sys.exit()


def answers(version: str) -> None:
    with OpenAI(max_retries=0, timeout=30, options={"http_version": version}) as client:
        text = client.responses.create(model="any", input="Hello").output_text
        assert text == "Hello, world!", text
        parts = [
            event.delta
            for event in client.responses.create(model="any", input="Hello", stream=True)
            if event.type == "response.output_text.delta"
        ]
        assert len(parts) > 1, parts


def main() -> None:
    if sys.argv[1:2] == ["error"]:
        try:
            answers("1.1")
        except APIConnectionError as problem:
            reason = f"{problem} {problem.__cause__ or ''}"
            assert sys.argv[2] in reason, reason
            print("refused:", problem)
            return
        raise SystemExit("it was trusted")
    answers("1.1")
    answers("2")
    built = json.loads(_library.build_info())
    assert all(built["features"].values()), built
    print("answered, by", built["curl"], built["tls"], "in", _library.library.path)


main()
