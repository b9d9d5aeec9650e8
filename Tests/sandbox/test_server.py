"""The server as a program and as an HTTP server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from server import KEY, Sandbox
from wire import Wire


def test_starts_and_stops(sandbox_binary: Path) -> None:
    server = Sandbox(sandbox_binary)
    assert server.base_url == f"http://127.0.0.1:{server.port}/v1"
    with Wire(server.port) as wire:
        assert wire.create().status == 200
        wire.send("POST", "/v1/responses", {"model": "sandbox", "input": "x", "stream": True},
                  fault="stall-after-events=2")  # fmt: skip
        while b"in_progress" not in wire.buffer:
            wire._fill()
        # A stream in the middle does not keep the server from stopping.
        assert server.stop() == 0
    assert server.log[0].startswith("POST /v1/responses 200 ")
    with server:
        pass


def test_every_request_is_one_line_of_the_log(sandbox_binary: Path) -> None:
    faults = ["", "status=500", "cut-at-byte=10", "cut-after-events=2; how=rst", "no-response=rst"]
    with Sandbox(sandbox_binary) as server:
        for fault in faults:
            for stream in (False, True):
                with Wire(server.port) as wire:
                    wire.create("Hello", stream=stream, fault=fault)
        with Wire(server.port) as wire:
            wire.create("#nothing", body={"previous_response_id": "resp_1"})
        with Wire(server.port, timeout=0.2) as wire:
            wire.create(stream=True, fault="stall-after-events=3")
        with Wire(server.port, timeout=0.2) as wire:
            wire.create(fault="stall-at-byte=3")
        assert server.stop() == 0
    cuts = [line for line in server.log if line.endswith("cut")]
    assert len(server.log) == 2 * len(faults) + 3
    assert len(cuts) == 3
    assert sum(line.endswith("client left") for line in server.log) == 2


def test_the_program_of_the_documentation(sandbox_binary: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs/sandbox.md"
    (program,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    shown = program.replace("build/bin/responses-sandbox", str(sandbox_binary))
    subprocess.run([sys.executable, "-c", shown], check=True, timeout=30)


def test_the_documentation_names_every_fault_and_behaviour(sandbox_binary: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/sandbox.md").read_text()
    shown = subprocess.run([sandbox_binary, "--help"], capture_output=True, text=True, check=True)
    names = re.findall(r"^  ([a-z][a-z0-9-]+)", shown.stdout, re.MULTILINE)
    assert len(names) > 80
    assert [name for name in names if name not in page] == []


def test_help_names_everything(sandbox_binary: Path) -> None:
    shown = subprocess.run([sandbox_binary, "--help"], capture_output=True, text=True, check=True)
    options = ["--port", "--key", "--speed", "--background-speed", "--queue-ms", "--seed"]
    for word in [*options, "--fault", "times=", "cut-after-events", "parallel-calls", "#word"]:
        assert word in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 110


@pytest.mark.parametrize(
    "options", [["--nonsense"], ["--port", "x"], ["--port"], ["--fault", "x=1"], ["--speed", "-1"]]
)
def test_wrong_options(sandbox_binary: Path, options: list[str]) -> None:
    shown = subprocess.run([sandbox_binary, *options], capture_output=True, text=True)
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert "--help" in shown.stderr


def test_a_port_in_use(sandbox: Sandbox, sandbox_binary: Path) -> None:
    shown = subprocess.run(
        [sandbox_binary, "--port", str(sandbox.port)], capture_output=True, text=True
    )
    assert shown.returncode == 1
    assert "bind" in shown.stderr


def test_keeps_the_connection(wire: Wire) -> None:
    ports = set()
    for number in range(10):
        assert wire.create(stream=number % 2 == 0, headers={"X-Sandbox-Tag": "keep"}).status == 200
        assert wire.create(body={"model": "x"}).status == 400
    for request in wire.request("GET", "/sandbox/requests?tag=keep").json["data"]:
        ports.add(request["remote_port"])
    assert ports == {wire.socket.getsockname()[1]}


def test_pipelined_requests_are_answered_in_order(wire: Wire) -> None:
    for number in range(5):
        body = {"model": "sandbox", "input": f"number {number}"}
        wire.send("POST", "/v1/responses", body)
    for number in range(5):
        text = wire.receive().json["output"][0]["content"][0]["text"]
        assert text == f"You said: number {number}"


def test_headers_of_an_answer(wire: Wire) -> None:
    headers = wire.create(headers={"OpenAI-Organization": "org-x"}).headers
    assert headers["x-request-id"].startswith("req_")
    assert len(headers["x-request-id"]) == 36
    assert headers["openai-version"] == "2020-10-01"
    assert headers["openai-organization"] == "org-x"
    assert int(headers["openai-processing-ms"]) >= 0
    for kind in ("requests", "tokens"):
        assert int(headers[f"x-ratelimit-limit-{kind}"]) > 0
        assert int(headers[f"x-ratelimit-remaining-{kind}"]) > 0
        assert headers[f"x-ratelimit-reset-{kind}"]
    streamed = wire.create(stream=True).headers
    assert streamed["cache-control"] == "no-cache"
    assert streamed["transfer-encoding"] == "chunked"


def test_expect_continue(wire: Wire) -> None:
    body = json.dumps({"model": "sandbox", "input": "x" * 100}).encode()
    wire.send("POST", "/v1/responses", b"", headers={
        "Content-Length": str(len(body)), "Expect": "100-continue"})  # fmt: skip
    assert wire._line() == b"HTTP/1.1 100 Continue"
    assert wire._line() == b""
    wire.socket.sendall(body)
    assert wire.receive().status == 200


def test_chunked_request(wire: Wire) -> None:
    body = json.dumps({"model": "sandbox", "input": "Hello"}).encode()
    head = (
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n\r\n"
    )
    # Byte by byte, with an extension and a trailer.
    chunks = b"".join(b"1;x=y\r\n%c\r\n" % byte for byte in body)
    for byte in head.encode() + chunks + b"0\r\nTrailer: x\r\n\r\n":
        wire.socket.sendall(bytes([byte]))
    assert wire.receive().status == 200


def test_large_request(wire: Wire) -> None:
    text = "word " * 2_000_000
    answer = wire.create(text, body={"store": False})
    assert answer.status == 200
    assert answer.json["output"][0]["content"][0]["text"] == "You said: " + text


def test_http_1_0(sandbox: Sandbox) -> None:
    with Wire(sandbox.port) as wire:
        answer = wire.create(stream=True, version="1.0")
    assert answer.headers["connection"] == "close"
    assert "transfer-encoding" not in answer.headers
    assert answer.types[-1] == "response.completed"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, 431),
    ],
)
def test_what_is_no_request(sandbox: Sandbox, request_bytes: bytes, status: int) -> None:
    with Wire(sandbox.port) as wire:
        wire.socket.sendall(request_bytes)
        answer = wire.receive()
        assert answer.status == status
        assert answer.headers["connection"] == "close"


def test_introspection(sandbox: Sandbox, wire: Wire, tag: str) -> None:
    headers = {"Idempotency-Key": "key-1", "X-Stainless-Retry-Count": "2"}
    wire.create("look", fault=f"status=503; times=1; tag={tag}", headers=headers)
    wire.create("again", headers={"X-Sandbox-Tag": tag})
    with Wire(sandbox.port) as other:
        listed = other.request("GET", f"/sandbox/requests?tag={tag}", key=None).json
    first, second = listed["data"]
    assert listed["total"] == 2
    assert (first["method"], first["path"]) == ("POST", "/v1/responses")
    assert first["headers"]["idempotency-key"] == "key-1"
    assert first["headers"]["x-stainless-retry-count"] == "2"
    assert first["remote_port"] == second["remote_port"] == wire.socket.getsockname()[1]
    assert first["body"]["input"] == "look"
    assert second["request_id"].startswith("req_")
    last = wire.request("GET", f"/sandbox/requests?tag={tag}&limit=1").json["data"]
    assert last == [second]
    assert wire.request("POST", f"/sandbox/reset?tag={tag}").status == 200
    assert wire.request("GET", f"/sandbox/requests?tag={tag}").json["data"] == []
    # The count of the fault starts anew as well.
    assert wire.create(fault=f"status=503; times=1; tag={tag}").status == 503
    assert wire.request("GET", "/sandbox/health").json == {"status": "ok"}
    names = [fault["name"] for fault in wire.request("GET", "/sandbox/faults").json]
    assert "cut-after-events" in names


def test_reset_forgets_everything(sandbox_binary: Path) -> None:
    with Sandbox(sandbox_binary) as server, Wire(server.port) as wire:
        first = wire.create().json["id"]
        assert wire.request("POST", "/sandbox/reset").status == 200
        assert wire.request("GET", f"/v1/responses/{first}").status == 404
        # Ids start from the beginning, too.
        assert wire.create().json["id"] == first


def test_five_hundred_paced_streams(sandbox: Sandbox) -> None:
    wires = [Wire(sandbox.port, timeout=30) for _ in range(500)]
    body = {"model": "sandbox", "input": "#long=20", "stream": True}
    for wire in wires:
        wire.send("POST", "/v1/responses", body, headers={"X-Sandbox-Speed": "50"})
    for wire in wires:
        answer = wire.receive()
        assert answer.ended == "complete"
        assert len(answer.frames) == 28
        wire.socket.close()


def resident_bytes(sandbox: Sandbox) -> int:
    status = Path(f"/proc/{sandbox.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def test_a_slow_reader_stops_the_server_from_writing(sandbox_binary: Path) -> None:
    with Sandbox(sandbox_binary) as server, Wire(server.port) as wire:
        body = {"model": "sandbox", "input": "#long=100000", "stream": True}
        wire.send("POST", "/v1/responses", body)
        with Wire(server.port) as other:
            for _ in range(20):
                assert other.create().status == 200
                time.sleep(0.01)
        # It has not left out anything, nor kept all of it ready: that would be 28 MB.
        assert resident_bytes(server) < 24 << 20
        answer = wire.receive()
    assert answer.ended == "complete"
    assert answer.body.count(b"\nevent: ") == 100_007


def test_many_who_leave(sandbox: Sandbox) -> None:
    def descriptors() -> int:
        return len(list(Path(f"/proc/{sandbox.process.pid}/fd").iterdir()))

    before = descriptors()
    body: dict[str, Any] = {"model": "sandbox", "input": "#long=5000", "stream": True}
    for _ in range(100):
        with Wire(sandbox.port) as wire:
            wire.send("POST", "/v1/responses", body, headers={"X-Sandbox-Speed": "100"})
            wire._fill()
    for _ in range(100):
        if descriptors() <= before:
            break
        time.sleep(0.02)
    assert descriptors() <= before
