"""The same work with clients in Python: `client.py CLIENT WORKLOAD PORT MODEL [COUNT]`.

    stream   one stream, type and delta of every event
    helper   the same by the helper stream() of a package
    first    ends after the first event
    create   COUNT answers, one after the other, the text of each
    image    one answer, the image in it
    paced    COUNT streams at once in one thread

Prints one line of JSON as the programs in C do. Ends with status 3 when the client is not
installed.
"""

from __future__ import annotations

import importlib
import sys

# A module, a class in it, and what that is made of besides the server's URL.
CLIENTS = {
    "openai": ("packages", "Package", ["openai"]),
    "openai, async": ("packages_async", "AsyncPackage", ["openai"]),
    "libresponses": ("packages", "Package", ["libresponses"]),
    "libresponses, async": ("packages_async", "AsyncPackage", ["libresponses"]),
    "httpx": ("by_hand", "Httpx", []),
    "pycurl": ("by_hand", "Pycurl", []),
    "aiohttp": ("by_hand_async", "Aiohttp", []),
}


def main() -> None:
    client, workload, port, model = sys.argv[1:5]
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    module, kind, arguments = CLIENTS[client]
    made = getattr(importlib.import_module(module), kind)
    getattr(made(*arguments, f"http://127.0.0.1:{port}/v1"), workload)(model, count)


if __name__ == "__main__":
    main()
