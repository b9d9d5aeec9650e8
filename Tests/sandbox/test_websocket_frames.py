"""The handshake and the frames, from a plain socket: what RFC 6455 asks of a server."""

from __future__ import annotations

import json
import struct

import pytest
from server import Sandbox
from socket_wire import BINARY, CLOSE, PING, PONG, TEXT, SocketWire, encoded

CREATE = json.dumps({"type": "response.create", "model": "sandbox", "input": "Hello"}).encode()


def close_of(wire: SocketWire) -> int | None:
    """The code with which the server closes, behind which nothing comes but the end."""
    frames, ended = wire.rest()
    assert ended == "fin"
    assert [frame.opcode for frame in frames[-1:]] == [CLOSE]
    assert all(not frame.masked and not frame.reserved for frame in frames)
    return frames[-1].code


# The handshake.


def test_the_handshake(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        assert wire.status == 101
        assert wire.headers["upgrade"].lower() == "websocket"
        assert wire.headers["connection"].lower() == "upgrade"
        assert wire.headers["sec-websocket-accept"] == wire.expected_accept
        assert "sec-websocket-extensions" not in wire.headers
        assert wire.turn_of("Hello")[-1]["type"] == "response.completed"


def test_the_example_of_the_rfc(sandbox: Sandbox) -> None:
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    with SocketWire(sandbox.port).open(headers=key) as wire:
        assert wire.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_nothing_is_chosen_of_what_is_offered(sandbox: Sandbox) -> None:
    offers = {"Sec-WebSocket-Extensions": "permessage-deflate", "Sec-WebSocket-Protocol": "chat"}
    with SocketWire(sandbox.port).open(headers=offers) as wire:
        assert wire.status == 101
        assert not {"sec-websocket-extensions", "sec-websocket-protocol"} & set(wire.headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Connection": "keep-alive"}, 400),
        ({"Connection": None}, 400),
        ({"Sec-WebSocket-Version": None}, 426),
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Key": None}, 400),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}, 400),
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Upgrade": None}, 405),
        ({"Upgrade": "h2c"}, 405),
    ],
)
def test_handshakes_that_are_refused(
    sandbox: Sandbox, headers: dict[str, str | None], status: int
) -> None:
    with SocketWire(sandbox.port).open(headers=headers) as wire:
        assert wire.status == status
        assert set(json.loads(wire.read_body())["error"]) == {"message", "type", "param", "code"}
        if status == 426:
            assert wire.headers["sec-websocket-version"] == "13"
        # The connection is one of HTTP still.
        wire.headers = {}
        assert wire.open().status == 101
        assert wire.turn_of("Hello")[-1]["type"] == "response.completed"


def test_other_paths_have_no_websocket(sandbox: Sandbox) -> None:
    for path in ("/v1/models", "/v1/responses/resp_1", "/v1/nothing"):
        with SocketWire(sandbox.port).open(path) as wire:
            assert wire.status in (200, 404)


def test_frames_in_the_segment_of_the_handshake(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(behind=encoded(TEXT, CREATE)) as wire:
        assert wire.turn()[-1]["type"] == "response.completed"
    frame = encoded(TEXT, CREATE)
    with SocketWire(sandbox.port).open(behind=frame[:7]) as wire:
        wire.socket.sendall(frame[7:])
        assert wire.turn()[-1]["type"] == "response.completed"


# What a client may do.


@pytest.mark.parametrize("size", [1, 7, 100])
def test_fragments_with_control_frames_between(sandbox: Sandbox, size: int) -> None:
    pieces = [CREATE[at : at + size] for at in range(0, len(CREATE), size)]
    with SocketWire(sandbox.port).open() as wire:
        for index, piece in enumerate(pieces):
            wire.send(TEXT if index == 0 else 0, piece, final=False)
            wire.send(PING, str(index).encode())
        wire.send(0, b"")
        for index in range(len(pieces)):
            pong = wire.frame()
            assert (pong.opcode, pong.payload) == (PONG, str(index).encode())
        assert wire.turn()[-1]["type"] == "response.completed"


def test_byte_by_byte(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        for byte in encoded(TEXT, CREATE):
            wire.socket.sendall(bytes([byte]))
        assert wire.turn()[-1]["type"] == "response.completed"


@pytest.mark.parametrize("length", [0, 1, 125])
def test_pings(sandbox: Sandbox, length: int) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.send(PING, b"x" * length)
        pong = wire.frame()
        assert (pong.opcode, pong.payload) == (PONG, b"x" * length)
        wire.send(PONG, b"nobody asked")
        assert wire.turn_of("Hello")[-1]["type"] == "response.completed"


@pytest.mark.parametrize("length", [125, 126, 127, 65535, 65536, 300_000])
def test_every_form_of_length(sandbox: Sandbox, length: int) -> None:
    text = "x" * (length - len(CREATE) + len("Hello"))
    with SocketWire(sandbox.port).open() as wire:
        message = CREATE.replace(b"Hello", text.encode())
        assert len(message) == length
        wire.send(TEXT, message)
        response = wire.turn()[-1]["response"]
        assert response["output"][0]["content"][0]["text"] == "You said: " + text


def test_utf8_cut_between_frames(sandbox: Sandbox) -> None:
    message = CREATE.replace(b"Hello", "日本 \N{GRINNING FACE}".encode())
    at = message.index("本".encode()) + 1
    with SocketWire(sandbox.port).open() as wire:
        wire.send(TEXT, message[:at], final=False)
        wire.send(0, message[at:])
        response = wire.turn()[-1]["response"]
        assert response["output"][0]["content"][0]["text"] == "You said: 日本 \N{GRINNING FACE}"


@pytest.mark.parametrize("code", [None, 1000, 1001, 1011, 3000, 4999])
def test_the_client_closes(sandbox: Sandbox, code: int | None) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.send(CLOSE, b"" if code is None else struct.pack(">H", code) + b"bye")
        frames, ended = wire.rest()
        assert ended == "fin"
        assert [(frame.opcode, frame.code) for frame in frames] == [(CLOSE, code)]


def test_the_client_closes_in_a_turn(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(headers={"X-Sandbox-Speed": "20"}) as wire:
        wire.create("#long=100")
        assert wire.frame().json["type"] == "response.created"
        wire.send(CLOSE, struct.pack(">H", 1000))
        assert close_of(wire) == 1000


# What it may not do.


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (encoded(TEXT, CREATE, masked=False), 1002),
        (encoded(TEXT, CREATE, reserved=4), 1002),
        (encoded(TEXT, CREATE, reserved=1), 1002),
        (encoded(3, CREATE), 1002),
        (encoded(11, b""), 1002),
        (encoded(0, CREATE), 1002),
        (encoded(TEXT, b"{", final=False) + encoded(TEXT, b"}"), 1002),
        (encoded(PING, b"", final=False), 1002),
        (encoded(PING, b"x" * 126), 1002),
        (bytes([0x81, 0x80 | 126, 0, 5, 0, 0, 0, 0]) + b"12345", 1002),
        (bytes([0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0]) + b"12345", 1002),
        (bytes([0x81, 0xFF]) + b"\xff" * 8 + b"mask", 1009),
        (bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 40) + b"mask", 1009),
        (encoded(BINARY, CREATE), 1003),
        (encoded(TEXT, b"\xc3\x28"), 1007),
        (encoded(TEXT, b"\xed\xa0\x80"), 1007),
        (encoded(TEXT, b"\xe6\x97", final=False) + encoded(0, b""), 1007),
        (encoded(CLOSE, b"\x03"), 1002),
        (encoded(CLOSE, struct.pack(">H", 1005)), 1002),
        (encoded(CLOSE, struct.pack(">H", 999)), 1002),
        (encoded(CLOSE, struct.pack(">H", 5000)), 1002),
        (encoded(CLOSE, struct.pack(">H", 1000) + b"\xff"), 1007),
    ],
)
def test_clients_that_break_the_protocol(sandbox: Sandbox, frames: bytes, code: int) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.socket.sendall(frames)
        assert close_of(wire) == code


def test_nothing_is_done_behind_a_close_frame(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.socket.sendall(encoded(CLOSE, b"") + encoded(TEXT, CREATE) + encoded(PING, b""))
        frames, ended = wire.rest()
        assert ([frame.opcode for frame in frames], ended) == ([CLOSE], "fin")


def test_a_client_that_only_sends(sandbox: Sandbox) -> None:
    """Pings without end, whose pongs nobody reads, do not fill the server's memory."""
    with SocketWire(sandbox.port, timeout=1) as wire:
        wire.open()
        flood = encoded(PING, b"x" * 125) * 1000
        with pytest.raises(TimeoutError):
            for _ in range(500):
                wire.socket.sendall(flood)
    with SocketWire(sandbox.port).open() as other:
        assert other.turn_of("Hello")[-1]["type"] == "response.completed"


def test_clients_that_leave(sandbox: Sandbox) -> None:
    """In each state, by FIN and by RST; the server goes on."""
    hard = struct.pack("ii", 1, 0)
    for fault in (None, "silent", "silent=handshake", "stall-at-byte=50", "fragment=1"):
        for reset in (False, True):
            with SocketWire(sandbox.port) as wire:
                wire.ask(fault=fault, headers={"X-Sandbox-Speed": "100"})
                if fault != "silent=handshake":
                    wire.read_head()
                    wire.create("#long=50")
                    wire.create("#long=50", stream_id="b")
                    wire.create("#long=50", stream_id="b")
                if fault not in ("silent", "silent=handshake"):
                    wire.socket.recv(100)
                if reset:
                    wire.socket.setsockopt(1, 13, hard)  # SOL_SOCKET, SO_LINGER
    with SocketWire(sandbox.port).open() as wire:
        assert wire.turn_of("Hello")[-1]["type"] == "response.completed"
