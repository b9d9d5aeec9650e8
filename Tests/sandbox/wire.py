"""HTTP over a plain socket: shows what a client library would hide."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from server import KEY


@dataclass
class Answer:
    """What came back, and how it ended: complete, fin, rst, or timeout."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: str = "complete"
    reads: list[int] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def frames(self) -> list[Frame]:
        return parse_frames(self.body)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(frame.data) for frame in self.frames if frame.data != "[DONE]"]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


@dataclass
class Frame:
    """One dispatched server-sent event."""

    event: str
    data: str


def parse_frames(body: bytes) -> list[Frame]:
    """The WHATWG rules: any line ending, comments dropped, an unfinished last block dropped."""
    text = body.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    frames: list[Frame] = []
    event = ""
    data: list[str] = []
    for line in text.split("\n")[:-1]:
        if not line:
            if data:
                frames.append(Frame(event, "\n".join(data)))
            event, data = "", []
            continue
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return frames


class Wire:
    """One connection, used for one request after the other."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""
        self.reads: list[int] = []

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        fault: str | None = None,
        key: str | None = KEY,
        headers: dict[str, str] | None = None,
        version: str = "1.1",
    ) -> None:
        payload = b"" if body is None else body if isinstance(body, bytes) else _encode(body)
        lines = {"Host": "127.0.0.1", "Content-Length": str(len(payload))}
        if key is not None:
            lines["Authorization"] = f"Bearer {key}"
        if payload:
            lines["Content-Type"] = "application/json"
        if fault is not None:
            lines["X-Sandbox-Fault"] = fault
        lines.update(headers or {})
        head = f"{method} {path} HTTP/{version}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(head.encode() + b"\r\n" + payload)

    def request(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        self.send(method, path, body, **options)
        return self.receive()

    def create(self, text: str = "Hello", *, stream: bool = False, **options: Any) -> Answer:
        """A create request; members of the body beside the usual ones go into `body`."""
        body = {"model": "sandbox", "input": text, "stream": stream, **options.pop("body", {})}
        return self.request("POST", "/v1/responses", body, **options)

    # What comes back.

    def receive(self) -> Answer:
        self.reads = []
        answer = Answer(reads=self.reads)
        try:
            self._read_head(answer)
            if answer.headers.get("transfer-encoding") == "chunked":
                self._read_chunks(answer)
            elif "content-length" in answer.headers:
                self._read_counted(answer, int(answer.headers["content-length"]))
            else:
                self._read_to_end(answer)
        except ConnectionResetError:
            answer.ended = "rst"
        except TimeoutError:
            answer.ended = "timeout"
        except EOFError:
            answer.ended = "fin"
        return answer

    def _fill(self) -> None:
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise EOFError
        self.reads.append(len(piece))
        self.buffer += piece

    def _line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            self._fill()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def _read_head(self, answer: Answer) -> None:
        answer.status = int(self._line().split(b" ")[1])
        while line := self._line().decode():
            name, _, value = line.partition(":")
            answer.headers[name.lower()] = value.strip()

    def _read_counted(self, answer: Answer, length: int) -> None:
        pieces, missing = [], length
        try:
            while missing:
                if not self.buffer:
                    self._fill()
                piece, self.buffer = self.buffer[:missing], self.buffer[missing:]
                pieces.append(piece)
                missing -= len(piece)
        finally:
            answer.body += b"".join(pieces)

    def _read_chunks(self, answer: Answer) -> None:
        while size := int(self._line(), 16):
            self._read_counted(answer, size)
            assert self._line() == b""
        assert self._line() == b""

    def _read_to_end(self, answer: Answer) -> None:
        try:
            while True:
                answer.body, self.buffer = answer.body + self.buffer, b""
                self._fill()
        except EOFError:
            pass


def _encode(body: Any) -> bytes:
    return json.dumps(body).encode()
