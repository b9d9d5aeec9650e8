"""Every kind of misbehaviour over a WebSocket, seen from a plain socket."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from server import KEY, Sandbox
from socket_wire import BINARY, CLOSE, PING, PONG, TEXT, SocketFrame, SocketWire, is_last
from wire import Wire

EVENTS = 12  # of the answer to "Hello"


def after(sandbox: Sandbox, fault: str, text: str = "Hello") -> tuple[list[SocketFrame], str]:
    """What comes of one turn, and how the connection ends."""
    with SocketWire(sandbox.port, timeout=1).open(fault=fault) as wire:
        wire.create(text)
        return wire.rest()


def texts(frames: list[SocketFrame]) -> list[dict[str, Any]]:
    return [frame.json for frame in frames if frame.opcode == TEXT]


def turn_after_controls(wire: SocketWire) -> tuple[list[dict[str, Any]], list[int]]:
    """The events of a turn put together from fragments, and the opcodes of all frames."""
    events: list[dict[str, Any]] = []
    opcodes: list[int] = []
    message = b""
    while not events or not is_last(events[-1]):
        frame = wire.frame()
        opcodes.append(frame.opcode)
        if frame.opcode in (TEXT, 0):
            message = frame.payload if frame.opcode == TEXT else message + frame.payload
            if frame.final:
                events.append(json.loads(message))
                message = b""
    return events, opcodes


# The handshake.


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 426, 429, 500, 503])
def test_the_handshake_is_refused(sandbox: Sandbox, status: int) -> None:
    with SocketWire(sandbox.port).open(fault=f"status={status}; retry-after=7") as wire:
        assert (wire.status, wire.headers["retry-after"]) == (status, "7")
        assert "sec-websocket-accept" not in wire.headers
        assert "message" in json.loads(wire.read_body())["error"]


def test_shapes_of_the_refusal(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="status=503; error-body=html") as wire:
        assert b"<h1>503" in wire.read_body()


def test_it_heals(sandbox: Sandbox, tag: str) -> None:
    for status in (503, 503, 101):
        with SocketWire(sandbox.port).open(fault=f"status=503; times=2; tag={tag}") as wire:
            assert wire.status == status


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_no_answer_to_the_handshake(sandbox: Sandbox, how: str) -> None:
    with SocketWire(sandbox.port) as wire:
        wire.ask(fault=f"no-response={how}")
        with pytest.raises(EOFError if how == "fin" else ConnectionResetError):
            wire.read_head()


def test_silence(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port, timeout=0.3) as wire:
        wire.ask(fault="silent=handshake")
        with pytest.raises(TimeoutError):
            wire.read_head()
    with SocketWire(sandbox.port, timeout=0.3).open(fault="silent") as wire:
        wire.create()
        wire.send(PING, b"x")
        assert wire.frame().opcode == PONG
        assert wire.rest() == ([], "timeout")
    with SocketWire(sandbox.port, timeout=0.3).open(fault="silent; no-pong") as wire:
        wire.create()
        wire.send(PING, b"x")
        assert wire.rest() == ([], "timeout")


def test_a_late_handshake(sandbox: Sandbox) -> None:
    began = time.monotonic()
    with SocketWire(sandbox.port).open(fault="first-byte-delay=200") as wire:
        assert wire.status == 101
    assert time.monotonic() - began > 0.19


def test_headers_of_the_handshake(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="accept=wrong") as wire:
        assert wire.status == 101
        assert wire.headers["sec-websocket-accept"] != wire.expected_accept
    with SocketWire(sandbox.port).open(fault="accept=missing") as wire:
        assert "sec-websocket-accept" not in wire.headers
    with SocketWire(sandbox.port).open(fault="without-header=Upgrade+connection") as wire:
        assert not {"upgrade", "connection"} & set(wire.headers)
    extension = "with-header=Sec-WebSocket-Extensions: permessage-deflate"
    with SocketWire(sandbox.port).open(fault=extension) as wire:
        assert wire.headers["sec-websocket-extensions"] == "permessage-deflate"


# Where faults are asked for.


def test_in_the_query_and_in_metadata(sandbox: Sandbox, tag: str) -> None:
    spec = quote(f"cut-after-events=3; on=turn; skip=1; times=1; tag={tag}")
    with SocketWire(sandbox.port).open(f"/v1/responses?sandbox_fault={spec}") as wire:
        assert len(wire.turn_of("Hello")) == EVENTS
        wire.create()
        frames, ended = wire.rest()
        assert (len(frames), ended) == (3, "fin")
    with SocketWire(sandbox.port).open(f"/v1/responses?sandbox_fault={spec}") as wire:
        assert len(wire.turn_of("Hello")) == EVENTS
        assert len(wire.turn_of("Hello", fault="no-sequence")) == EVENTS
        assert "sequence_number" not in wire.turn_of("Hello", fault="no-sequence")[0]
        assert "sequence_number" in wire.turn_of("Hello")[0]
        assert wire.turn_of("Hello", fault="no-sequence; on=create")[0]["sequence_number"] == 0


def test_a_fault_of_the_handshake_holds_for_each_turn(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="drop-event=2") as wire:
        for _ in range(3):
            events = wire.turn_of("Hello")
            assert [event["sequence_number"] for event in events[:3]] == [0, 1, 3]


def test_unknown_faults(sandbox: Sandbox) -> None:
    for spec in ("unheard-of", "bad-frame=x", "close-code=70000", "close-at=x", "with-header=x"):
        with SocketWire(sandbox.port).open(fault=spec) as wire:
            assert wire.status == 400
            assert json.loads(wire.read_body())["error"]["code"] == "invalid_fault"
        with SocketWire(sandbox.port).open() as wire:
            (refused,) = wire.turn_of("Hello", fault=spec)
            assert refused["error"]["code"] == "invalid_fault"
            assert wire.turn_of("Hello")[-1]["type"] == "response.completed"


def test_faults_of_the_server(sandbox_binary: Path) -> None:
    options = ["--key", KEY, "--fault", "status=429; on=turn; times=1"]
    with Sandbox(sandbox_binary, *options) as faulty, SocketWire(faulty.port).open() as wire:
        assert wire.turn_of("Hello")[-1]["status"] == 429
        assert wire.turn_of("Hello")[-1]["type"] == "response.completed"


# Turns.


def test_turns_that_are_refused(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        (refused,) = wire.turn_of("Hello", fault="status=429; error-code=slow", stream_id="a")
        assert (refused["status"], refused["stream_id"]) == (429, "a")
        assert refused["error"]["code"] == "slow"


def test_turns_without_their_end(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        for fault, count in (("no-terminal", EVENTS - 1), ("end-after-events=4", 4)):
            wire.create("Hello", fault=fault)
            kinds = [wire.frame().json["type"] for _ in range(count)]
            assert (kinds[0], "response.completed" in kinds) == ("response.created", False)
            # The lane is free again.
            assert wire.turn_of("Hello")[0]["type"] == "response.created"


def test_a_turn_that_is_never_answered_holds_its_lane(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port, timeout=0.3).open() as wire:
        wire.create("Hello", fault="silent", stream_id="a")
        wire.create("Hello", stream_id="a")
        assert wire.turn_of("Hello", stream_id="b")[-1]["type"] == "response.completed"
        assert wire.rest() == ([], "timeout")


def test_a_turn_that_pauses(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.create("Hello", fault="stall-after-events=3; stall-ms=200", stream_id="a")
        wire.create("Hello", stream_id="b")
        lanes = [wire.frame().json["stream_id"] for _ in range(2 * EVENTS)]
    assert lanes == ["a"] * 3 + ["b"] * EVENTS + ["a"] * (EVENTS - 3)


def test_errors_in_the_middle(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        events = wire.turn_of("Hello", fault="error-at=4", stream_id="a")
        assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
        assert {event["stream_id"] for event in events} == {"a"}
        assert [event["sequence_number"] for event in events] == list(range(6))


def test_events_that_are_spoiled(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.create("Hello", fault="bad-json=3; bad-utf8=4; duplicate-event=5")
        frames = [wire.frame() for _ in range(EVENTS + 1)]
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            json.loads(frames[3].payload)
        with pytest.raises(UnicodeDecodeError):
            frames[4].payload.decode()
        assert frames[5].payload == frames[6].payload


def test_a_huge_event(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        wire.create("Hello", fault="big-event=20000000; big-event-at=2")
        assert [len(wire.frame().payload) for _ in range(3)][2] == 20_000_000


# Frames.


@pytest.mark.parametrize("fault", ["byte-per-write", "write-size=7", "event-per-write"])
def test_small_writes(sandbox: Sandbox, fault: str) -> None:
    with SocketWire(sandbox.port).open(fault=fault) as wire:
        assert len(wire.turn_of("Hello")) == EVENTS


@pytest.mark.parametrize("between", ["ping", "pong"])
@pytest.mark.parametrize("size", [1, 50])
def test_fragments(sandbox: Sandbox, between: str, size: int) -> None:
    with SocketWire(sandbox.port).open(fault=f"fragment={size}; between={between}") as wire:
        wire.create("Hello")
        events, opcodes = turn_after_controls(wire)
    assert len(events) == EVENTS
    assert opcodes.count(TEXT) == EVENTS
    assert opcodes.count(PING if between == "ping" else PONG) == opcodes.count(0) > EVENTS


def test_empty_frames(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="empty-frames") as wire:
        wire.create("Hello")
        frames = [wire.frame() for _ in range(3 * EVENTS)]
    for first, middle, last in zip(frames[::3], frames[1::3], frames[2::3]):
        assert (first.opcode, first.payload, first.final) == (TEXT, b"", False)
        assert (middle.opcode, middle.final) == (0, False)
        assert (last.opcode, last.payload, last.final) == (0, b"", True)


def test_floods(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="ping-flood=50; pongs=3") as wire:
        assert [wire.frame().opcode for _ in range(50)] == [PING] * 50
        wire.create("Hello")
        _, opcodes = turn_after_controls(wire)
    assert opcodes == ([PING] * 50 + [PONG] * 3 + [TEXT]) * EVENTS


def test_pings_by_the_clock(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="ping-every=20") as wire:
        assert [wire.frame().opcode for _ in range(3)] == [PING] * 3
        wire.send(PONG, b"ping 0")
        wire.create("Hello")
        assert len(turn_after_controls(wire)[0]) == EVENTS


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("masked", 0x81),
        ("opcode", 0x83),
        ("control-opcode", 0x8B),
        ("rsv", 0xC1),
        ("binary", 0x80 | BINARY),
        ("continuation", 0x80),
        ("nested", 0x01),
        ("fragmented-ping", PING),
        ("long-ping", 0x80 | PING),
        ("half-close", 0x80 | CLOSE),
        ("bad-close", 0x80 | CLOSE),
        ("close-utf8", 0x80 | CLOSE),
        ("long-length", 0x81),
        ("negative-length", 0x81),
        ("huge-length", 0x81),
        ("empty", 0x81),
        ("not-json", 0x81),
        ("not-object", 0x81),
        ("no-type", 0x81),
    ],
)
def test_frames_that_are_not_allowed(sandbox: Sandbox, kind: str, first: int) -> None:
    with SocketWire(sandbox.port).open(fault=f"bad-frame={kind}; bad-frame-at=1") as wire:
        wire.create("Hello")
        assert wire.frame().json["type"] == "response.created"
        while len(wire.buffer) < 16:
            wire.buffer += wire.socket.recv(100)
        second = wire.buffer[1]
        assert wire.buffer[0] == first
        payload = {
            "masked": second & 0x80,
            "long-ping": second == 126,
            "half-close": second == 1,
            "bad-close": wire.buffer[2:4] == b"\x03\xed",
            "close-utf8": wire.buffer[2:6] == b"\x03\xe8\xc3\x28",
            "long-length": wire.buffer[2:8] == bytes(6),
            "negative-length": wire.buffer[2:10] == b"\xff" * 8,
            "huge-length": wire.buffer[2:10] == b"\x40" + bytes(7),
            "empty": second == 0,
            "not-object": wire.buffer[2:5] == b"[1]",
        }
        assert payload.get(kind, True)


# Ends.


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize(
    ("fault", "events"),
    [("cut-after-events=0", 0), ("cut-after-events=5", 5), ("cut-at-end", EVENTS)],
)
def test_cuts_between_events(sandbox: Sandbox, fault: str, events: int, how: str) -> None:
    frames, ended = after(sandbox, f"{fault}; how={how}")
    assert (len(texts(frames)), ended) == (events, how)
    assert all(frame.opcode == TEXT for frame in frames)


def test_cuts_in_a_frame(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open() as wire:
        whole = len(json.dumps(wire.turn_of("Hello")[0], separators=(",", ":"))) + 4
    for fault, count, rest in (
        ("cut-at-byte=0", 0, 0),
        ("cut-at-byte=1", 0, 1),
        (f"cut-at-byte={whole}", 1, 0),
        (f"cut-at-byte={whole + 3}", 1, 3),
    ):
        with SocketWire(sandbox.port, timeout=1).open(fault=fault) as wire:
            wire.create("Hello")
            frames, ended = wire.rest()
            assert (len(frames), len(wire.buffer), ended) == (count, rest, "fin")
    with SocketWire(sandbox.port, timeout=1).open(fault="cut-in-event=2") as wire:
        wire.create("Hello")
        frames, ended = wire.rest()
        assert (len(frames), ended) == (2, "fin")
        assert len(wire.buffer) > 2


def test_stalls_in_a_frame(sandbox: Sandbox) -> None:
    for fault in ("stall-at-byte=9", "stall-in-event=2"):
        with SocketWire(sandbox.port, timeout=0.3).open(fault=fault) as wire:
            wire.create("Hello")
            frames, ended = wire.rest()
            assert (len(frames), ended) == (0 if "byte" in fault else 2, "timeout")
            # Nothing else gets through either.
            wire.send(PING, b"x")
            assert wire.rest() == ([], "timeout")
        with SocketWire(sandbox.port).open(fault=fault + "; stall-ms=100") as wire:
            wire.create("Hello")
            wire.send(PING, b"x")
            events, opcodes = turn_after_controls(wire)
            assert len(events) == EVENTS
            if PONG not in opcodes:
                assert wire.frame().opcode == PONG


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 1013, 4000])
@pytest.mark.parametrize(("when", "events"), [("open", 0), ("start", 0), ("5", 5), ("end", EVENTS)])
def test_close_codes(sandbox: Sandbox, code: int, when: str, events: int) -> None:
    fault = f"close-code={code}; close-reason=As asked; close-at={when}"
    with SocketWire(sandbox.port).open(fault=fault) as wire:
        if when != "open":
            wire.create("Hello")
        for _ in range(events):
            assert wire.frame().opcode == TEXT
        frame = wire.frame()
        assert (frame.opcode, frame.code, frame.payload[2:]) == (CLOSE, code, b"As asked")
        # Our answer, and then the end.
        wire.send(CLOSE, frame.payload[:2] if code != 1006 else b"")
        assert wire.rest() == ([], "fin")


def test_a_close_frame_without_a_code(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="close-code=none") as wire:
        frame = wire.frame()
        assert (frame.opcode, frame.payload) == (CLOSE, b"")


@pytest.mark.parametrize(("then", "ended"), [("now", "fin"), ("rst", "rst"), ("stay", "timeout")])
def test_what_follows_the_close_frame(sandbox: Sandbox, then: str, ended: str) -> None:
    with SocketWire(sandbox.port, timeout=0.5).open(
        fault=f"close-code=1001; close-then={then}"
    ) as wire:
        frames, end = wire.rest()
        assert ([frame.opcode for frame in frames], end) == ([CLOSE], ended)
        if then == "stay":
            wire.send(CLOSE, frames[0].payload)
            assert wire.rest() == ([], "timeout")


def test_a_client_that_does_not_answer_the_close_frame(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="close-code=1001") as wire:
        assert wire.frame().opcode == CLOSE
        assert wire.rest() == ([], "fin")  # after five seconds


def test_the_close_frame_of_the_client_is_ignored(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port, timeout=0.5).open(fault="ignore-close") as wire:
        wire.send(CLOSE, b"\x03\xe8")
        assert wire.rest() == ([], "timeout")


# The limit.


def test_the_limit_by_the_clock_and_in_a_turn(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(
        fault="limit-after-ms=200", headers={"X-Sandbox-Speed": "50"}
    ) as wire:
        wire.create("#long=100", stream_id="a")
        frames = [wire.frame()]
        while frames[-1].opcode != CLOSE:
            frames.append(wire.frame())
        wire.send(CLOSE, frames[-1].payload)
        assert wire.rest() == ([], "fin")
    *_, error, close = frames
    assert error.json["error"]["code"] == "websocket_connection_limit_reached"
    assert "stream_id" not in error.json
    assert (close.opcode, close.code) == (CLOSE, 1000)
    assert 3 < len(frames) < 30


def test_the_limit_by_turns(sandbox: Sandbox) -> None:
    fault = "limit-after-turns=2; close-code=1001; close-at=limit"
    with SocketWire(sandbox.port).open(fault=fault) as wire:
        for _ in range(2):
            assert wire.turn_of("Hello")[-1]["type"] == "response.completed"
        (error,) = wire.turn_of("Hello")
        assert error["error"]["code"] == "websocket_connection_limit_reached"
        assert wire.frame().code == 1001


# What becomes of the response.


@pytest.mark.parametrize("outlive", [False, True])
def test_a_response_whose_connection_ends(sandbox: Sandbox, outlive: bool) -> None:
    fault = "cut-after-events=5" + ("; outlive" if outlive else "")
    with SocketWire(sandbox.port).open(fault=fault, headers={"X-Sandbox-Speed": "50"}) as wire:
        wire.create("#long=20")
        frames, _ = wire.rest()
    path = "/v1/responses/" + frames[0].json["response"]["id"]
    with Wire(sandbox.port) as http:
        found = http.request("GET", path).json
        assert found["status"] == ("in_progress" if outlive else "cancelled")
        while found["status"] == "in_progress":
            time.sleep(0.02)
            found = http.request("GET", path).json
    assert found["status"] == ("completed" if outlive else "cancelled")
    assert found["id"] == frames[0].json["response"]["id"]
    if outlive:
        text = found["output"][0]["content"][0]["text"]
        assert len(text.split()) == 20


def test_a_response_that_is_not_stored_is_gone(sandbox: Sandbox) -> None:
    with SocketWire(sandbox.port).open(fault="cut-after-events=5; outlive") as wire:
        wire.create("Hello", store=False)
        frames, _ = wire.rest()
    with Wire(sandbox.port) as http:
        path = "/v1/responses/" + frames[0].json["response"]["id"]
        assert http.request("GET", path).status == 404


def test_the_log_of_a_session(sandbox_binary: Path) -> None:
    with Sandbox(sandbox_binary, "--key", KEY) as logged:
        with SocketWire(logged.port).open() as wire:
            wire.turn_of("Hello", stream_id="a")
            wire.turn_of("Hello", temperature=9)
            wire.send(CLOSE, b"\x03\xe8")
            wire.rest()
        with SocketWire(logged.port).open(fault="cut-after-events=1") as wire:
            wire.create("Hello")
            wire.rest()
        assert logged.stop() == 0
    lines = [" ".join(word for word in line.split() if word != "0") for line in logged.log]
    assert lines[0].startswith("GET /v1/responses 101 ")
    assert lines[1].startswith("WEBSOCKET /v1/responses stream_id=a 200 ")
    assert lines[1].endswith("12 events")
    assert lines[2].startswith("WEBSOCKET /v1/responses 400 ")
    assert lines[3].endswith("2 messages, closed 1000")
    assert lines[5].endswith("1 messages, cut")
    assert not [line for line in lines if KEY in line]
