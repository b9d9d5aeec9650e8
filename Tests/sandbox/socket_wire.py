"""RFC 6455 over a plain socket: shows frames, and sends what a client library would refuse to."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from server import KEY

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class SocketFrame:
    """One frame as it came."""

    opcode: int
    payload: bytes
    final: bool = True
    reserved: int = 0
    masked: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.payload)

    @property
    def code(self) -> int | None:
        """Of a close frame."""
        return struct.unpack(">H", self.payload[:2])[0] if len(self.payload) > 1 else None


def encoded(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    masked: bool = True,
    reserved: int = 0,
) -> bytes:
    """A frame of a client."""
    mask = os.urandom(4) if masked else b""
    length = len(payload)
    bit = 0x80 if masked else 0
    if length < 126:
        size = bytes([bit | length])
    elif length < 1 << 16:
        size = bytes([bit | 126]) + struct.pack(">H", length)
    else:
        size = bytes([bit | 127]) + struct.pack(">Q", length)
    first = (0x80 if final else 0) | reserved << 4 | opcode
    return bytes([first]) + size + mask + (_applied(mask, payload) if masked else payload)


def _applied(mask: bytes, payload: bytes) -> bytes:
    return bytes(byte ^ mask[index & 3] for index, byte in enumerate(payload))


class SocketWire:
    """One connection that says Upgrade."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""
        self.taken = b""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.key = ""

    def __enter__(self) -> SocketWire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    # The handshake.

    def ask(
        self,
        path: str = "/v1/responses",
        *,
        fault: str | None = None,
        headers: dict[str, str | None] | None = None,
        behind: bytes = b"",
    ) -> None:
        """Sends the handshake; a header that is None is left out."""
        self.key = base64.b64encode(os.urandom(16)).decode()
        lines: dict[str, str | None] = {
            "Host": "127.0.0.1",
            "Authorization": f"Bearer {KEY}",
            "Connection": "keep-alive, Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": self.key,
            "X-Sandbox-Fault": fault,
            **(headers or {}),
        }
        head = f"GET {path} HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in lines.items() if value is not None
        )
        self.socket.sendall(head.encode() + b"\r\n" + behind)

    def open(self, path: str = "/v1/responses", **options: Any) -> SocketWire:
        """The handshake and its answer."""
        self.ask(path, **options)
        self.read_head()
        return self

    def read_head(self) -> None:
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split(" ")[1])
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def read_body(self) -> bytes:
        """Of a handshake that is refused."""
        return self._take(int(self.headers["content-length"]))

    @property
    def expected_accept(self) -> str:
        return base64.b64encode(hashlib.sha1((self.key + _MAGIC).encode()).digest()).decode()

    # Frames.

    def send(self, opcode: int, payload: bytes = b"", **options: Any) -> None:
        self.socket.sendall(encoded(opcode, payload, **options))

    def send_event(self, event: dict[str, Any]) -> None:
        self.send(TEXT, json.dumps(event).encode())

    def create(self, text: Any = "Hello", fault: str | None = None, **members: Any) -> None:
        """A turn; the fault is that of the turn alone."""
        event = {"type": "response.create", "model": "sandbox", "input": text, **members}
        if fault is not None:
            event["metadata"] = {"sandbox_fault": fault}
        self.send_event(event)

    def frame(self) -> SocketFrame:
        """The next frame; EOFError, ConnectionResetError or TimeoutError when there is none.

        The bytes of one that is not complete stay in the buffer.
        """
        self.taken = b""
        try:
            return self._frame()
        except BaseException:
            self.buffer = self.taken + self.buffer
            raise

    def _frame(self) -> SocketFrame:
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._take(8))[0]
        mask = self._take(4) if second & 0x80 else b""
        payload = self._take(length)
        return SocketFrame(
            opcode=first & 0x0F,
            payload=_applied(mask, payload) if mask else payload,
            final=bool(first & 0x80),
            reserved=first >> 4 & 7,
            masked=bool(mask),
        )

    def turn(self) -> list[dict[str, Any]]:
        """The events of one turn, each of which is one text frame."""
        events: list[dict[str, Any]] = []
        while True:
            frame = self.frame()
            assert (frame.opcode, frame.final, frame.masked) == (TEXT, True, False)
            events.append(frame.json)
            if is_last(events[-1]):
                return events

    def turn_of(self, text: str, **options: Any) -> list[dict[str, Any]]:
        self.create(text, **options)
        return self.turn()

    def rest(self) -> tuple[list[SocketFrame], str]:
        """All frames that are still to come, and how it ended: fin, rst or timeout."""
        frames: list[SocketFrame] = []
        try:
            while True:
                frames.append(self.frame())
        except ConnectionResetError:
            return frames, "rst"
        except TimeoutError:
            return frames, "timeout"
        except EOFError:
            return frames, "fin"

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._fill()
        piece, self.buffer = self.buffer[:count], self.buffer[count:]
        self.taken += piece
        return piece

    def _fill(self) -> None:
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise EOFError
        self.buffer += piece


def is_last(event: dict[str, Any]) -> bool:
    """Whether a turn ends with this event."""
    return event["type"] in (
        "response.completed",
        "response.failed",
        "response.incomplete",
    ) or (event["type"] == "error" and "sequence_number" not in event)
