"""The sandbox, and a server that answers what a test says."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any


class Sandbox:
    """Starts the sandbox on a free port, reads its base URL, ends it with SIGTERM."""

    def __init__(self, binary: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [str(binary), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()

    def requests(self, tag: str) -> list[dict[str, Any]]:
        url = self.base_url.replace("/v1", f"/sandbox/requests?tag={tag}&limit=1000")
        with urllib.request.urlopen(url, timeout=20) as answer:
            found = json.load(answer)["data"]
        assert isinstance(found, list)
        return found

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(
    body: bytes | str | dict[str, Any],
    status: int = 200,
    kind: str = "application/json",
    **headers: str,
) -> bytes:
    """An answer of HTTP; a dict is written as JSON."""
    if isinstance(body, dict):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def response(text: str, **more: Any) -> dict[str, Any]:
    """A response of the API with one message."""
    return {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "model": "m",
        "output": [
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
            }
        ],
        "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
        **more,
    }


def stream(*events: dict[str, Any]) -> bytes:
    """An answer of events, which are numbered; the connection ends with it."""
    text = "".join(
        f"data: {json.dumps({'sequence_number': number, **event})}\n\n"
        for number, event in enumerate(events)
    )
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return head.encode() + text.encode()


def streamed(*deltas: str, **more: Any) -> bytes:
    """A stream of one message."""
    whole = response("".join(deltas), **more)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    item = {**whole["output"][0], "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    return stream(
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **place, "part": part},
        *({"type": "response.output_text.delta", **place, "delta": delta} for delta in deltas),
        {"type": "response.completed", "response": whole},
    )


@dataclass
class Scripted:
    """Gives each request to a function, and sends what that returns. Bytes that say how long they
    are keep the connection; others end it. None ends it without an answer."""

    respond: Callable[[Request], bytes | None]
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while True:
                try:
                    request = self.read(reader)
                    if request is None:
                        return
                    with self.lock:
                        self.requests.append(request)
                    sent = self.respond(request)
                    if sent is None:
                        return
                    connection.sendall(sent)
                    if b"content-length" not in sent[:2000].lower():
                        return
                except OSError:
                    return

    @staticmethod
    def read(reader: Any) -> Request | None:
        first = reader.readline().decode().split()
        if len(first) != 3:
            return None
        headers = {}
        while line := reader.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        return Request(first[0], first[1], headers, body)

    def close(self) -> None:
        self.listener.close()
