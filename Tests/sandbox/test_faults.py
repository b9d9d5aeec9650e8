"""Every kind of misbehaviour, seen from a plain socket."""

from __future__ import annotations

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from server import KEY, Sandbox
from wire import Answer, Wire

PLAIN = 13  # events of the answer to "Hello there"


def stream(wire: Wire, fault: str, text: str = "Hello there", **options: Any) -> Answer:
    return wire.create(text, stream=True, fault=fault, **options)


# Whole answers.


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529]
)
def test_status(wire: Wire, status: int) -> None:
    for asked in (False, True):
        answer = wire.create(stream=asked, fault=f"status={status}")
        assert answer.status == status
        assert set(answer.json["error"]) == {"message", "type", "param", "code"}


def test_redirects_and_answers_without_a_body(wire: Wire) -> None:
    moved = wire.create(fault="status=307")
    assert (moved.status, moved.headers["location"]) == (307, "/v1/responses?redirected=1")
    assert wire.create(fault="status=204").body == b""
    assert wire.create().status == 200


def test_retry_after(wire: Wire) -> None:
    def headers(fault: str) -> dict[str, str]:
        return wire.create(fault=f"status=429; {fault}").headers

    assert headers("retry-after=7")["retry-after"] == "7"
    assert headers("retry-after-ms=12.5")["retry-after-ms"] == "12.5"
    assert headers("should-retry=false")["x-should-retry"] == "false"
    soon = parsedate_to_datetime(headers("retry-after=date:30")["retry-after"]).timestamp()
    assert 20 < soon - time.time() < 40
    assert headers("retry-after=far")["retry-after"] == "Thu, 31 Dec 2099 23:59:59 GMT"
    assert "retry-after" not in headers("error-code=x")


def test_error_fields(wire: Wire) -> None:
    fault = "status=429; error-code=insufficient_quota; error-type=insufficient_quota"
    answer = wire.create(fault=fault + "; error-message=Pay first")
    assert answer.json["error"] == {
        "message": "Pay first",
        "type": "insufficient_quota",
        "param": None,
        "code": "insufficient_quota",
    }


def test_error_bodies(wire: Wire) -> None:
    def answer(shape: str) -> Answer:
        return wire.create(fault=f"status=500; error-body={shape}")

    assert answer("html").headers["content-type"] == "text/html"
    assert answer("html").body.startswith(b"<html>")
    assert answer("empty").body == b""
    assert isinstance(answer("string").json["error"], str)
    assert isinstance(answer("detail").json["detail"], list)
    assert answer("integer-code").json["error"]["code"] == 500
    with pytest.raises(ValueError):
        json.loads(answer("broken").body)


def test_times_and_then_well_again(wire: Wire, tag: str) -> None:
    fault = f"status=503; times=2; tag={tag}"
    assert [wire.create(fault=fault).status for _ in range(4)] == [503, 503, 200, 200]
    other = f"status=503; times=2; tag={tag}-other"
    assert [wire.create(fault=other).status for _ in range(3)] == [503, 503, 200]


def test_skip(wire: Wire, tag: str) -> None:
    fault = f"status=503; skip=1; times=1; tag={tag}"
    assert [wire.create(fault=fault).status for _ in range(3)] == [200, 503, 200]


def test_several_wishes_one_after_the_other(wire: Wire, tag: str) -> None:
    fault = f"status=503; times=1; tag={tag}, status=429; times=2; tag={tag}"
    assert [wire.create(fault=fault).status for _ in range(3)] == [429, 429, 200]


def test_only_on_some_routes(wire: Wire, tag: str) -> None:
    fault = f"status=503; on=get+delete; times=1; tag={tag}"
    made = wire.create(fault=fault)
    assert made.status == 200
    path = f"/v1/responses/{made.json['id']}"
    assert wire.request("GET", path, fault=fault).status == 503
    assert wire.request("GET", path, fault=fault).status == 200
    assert wire.request("DELETE", path, fault=fault).status == 200


@pytest.mark.parametrize(
    "fault", ["nonsense", "status=x", "cut-after-events", "how=maybe", "on=nowhere", "times=x"]
)
def test_faults_that_are_none(wire: Wire, fault: str) -> None:
    answer = wire.create(fault=fault)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "invalid_fault"


def test_late_first_byte(wire: Wire) -> None:
    start = time.monotonic()
    wire.send("POST", "/v1/responses", {"model": "sandbox", "input": "x"},
              fault="first-byte-delay=200")  # fmt: skip
    wire.socket.settimeout(0.1)
    assert wire.receive().ended == "timeout"
    wire.socket.settimeout(5)
    assert wire.receive().status == 200
    assert time.monotonic() - start >= 0.2


def test_late_first_event(wire: Wire) -> None:
    wire.send("POST", "/v1/responses", {"model": "sandbox", "input": "x", "stream": True},
              fault="first-event-delay=200")  # fmt: skip
    start = time.monotonic()
    while b"\r\n\r\n" not in wire.buffer:
        wire._fill()
    assert b"response.created" not in wire.buffer
    assert wire.receive().types[-1] == "response.completed"
    assert time.monotonic() - start >= 0.15


@pytest.mark.parametrize("ending", ["fin", "rst"])
@pytest.mark.parametrize("asked", [False, True])
def test_no_response_although_it_was_made(sandbox: Sandbox, ending: str, asked: bool) -> None:
    with Wire(sandbox.port) as wire:
        answer = wire.create(stream=asked, fault=f"no-response={ending}")
    assert (answer.status, answer.ended) == (0, ending)


def test_close_after_the_answer(sandbox: Sandbox) -> None:
    with Wire(sandbox.port) as wire:
        answer = wire.create(fault="close")
        assert (answer.status, answer.ended) == (200, "complete")
        assert answer.headers["connection"] == "close"
        assert wire.socket.recv(1) == b""


def test_wrong_content_type(wire: Wire) -> None:
    assert stream(wire, "content-type=text/html").headers["content-type"] == "text/html"


# Cuts and stalls.


@pytest.mark.parametrize("ending", ["fin", "rst"])
@pytest.mark.parametrize("count", [0, 1, 5, PLAIN])
def test_cut_after_events(sandbox: Sandbox, ending: str, count: int) -> None:
    with Wire(sandbox.port) as wire:
        answer = stream(wire, f"cut-after-events={count}; how={ending}")
    assert answer.ended == ending
    assert len(answer.frames) == count


@pytest.mark.parametrize("ending", ["fin", "rst"])
@pytest.mark.parametrize("count", [0, 1, 300, 1400])
@pytest.mark.parametrize("asked", [False, True])
def test_cut_at_byte(sandbox: Sandbox, ending: str, count: int, asked: bool) -> None:
    with Wire(sandbox.port) as wire:
        answer = wire.create("#long=100", stream=asked, fault=f"cut-at-byte={count}; how={ending}")
    assert answer.status == 200
    assert answer.ended == ending
    assert len(answer.body) == count


def test_stall_for_ever(sandbox: Sandbox) -> None:
    with Wire(sandbox.port, timeout=0.3) as wire:
        answer = stream(wire, "stall-after-events=5")
    assert answer.ended == "timeout"
    assert len(answer.frames) == 5


@pytest.mark.parametrize("fault", ["stall-after-events=5", "stall-at-byte=1500"])
def test_stall_and_go_on(wire: Wire, fault: str) -> None:
    start = time.monotonic()
    answer = stream(wire, f"{fault}; stall-ms=200")
    assert time.monotonic() - start >= 0.2
    assert answer.ended == "complete"
    assert len(answer.frames) == PLAIN


def test_a_json_body_stalls(sandbox: Sandbox) -> None:
    with Wire(sandbox.port, timeout=0.3) as wire:
        answer = wire.create(fault="stall-at-byte=100")
    assert (answer.ended, len(answer.body)) == ("timeout", 100)


def test_faults_apply_to_a_resumed_stream(wire: Wire, sandbox: Sandbox, tag: str) -> None:
    made = wire.create("#long=20", stream=True, body={"background": True},
                       headers={"X-Sandbox-Speed": "0"}).events  # fmt: skip
    path = f"/v1/responses/{made[0]['response']['id']}?stream=true&starting_after="
    fault = f"cut-after-events=4; how=rst; on=resume; times=2; tag={tag}"
    last, events = 3, list(made[:4])
    for expected in ("rst", "rst", "complete"):
        with Wire(sandbox.port) as other:
            answer = other.request("GET", path + str(last), fault=fault)
        assert answer.ended == expected
        events += answer.events
        last = events[-1]["sequence_number"]
    assert events == made


# Streams.


def test_clean_end_without_a_terminal_event(wire: Wire) -> None:
    answer = stream(wire, "no-terminal")
    assert answer.ended == "complete"
    assert len(answer.frames) == PLAIN - 1
    assert answer.types[-1] == "response.output_item.done"
    assert len(stream(wire, "end-after-events=3").frames) == 3


def test_duplicated_and_missing_events(wire: Wire) -> None:
    answer = stream(wire, "duplicate-event=4+6; drop-event=5")
    numbers = [event["sequence_number"] for event in answer.events]
    assert numbers == [0, 1, 2, 3, 4, 4, 6, 6, *range(7, PLAIN)]


def test_bad_json(wire: Wire) -> None:
    frames = stream(wire, "bad-json=4").frames
    assert len(frames) == PLAIN
    for number, frame in enumerate(frames):
        if number == 4:
            with pytest.raises(ValueError):
                json.loads(frame.data)
        else:
            json.loads(frame.data)
    answer = wire.create(fault="bad-json")
    assert (answer.status, answer.ended) == (200, "complete")
    with pytest.raises(ValueError):
        json.loads(answer.body)


def test_bad_utf8(wire: Wire) -> None:
    with pytest.raises(UnicodeDecodeError):
        stream(wire, "bad-utf8=4").body.decode()


@pytest.mark.parametrize("size", [100_000, 64 * 1024 * 1024])
def test_big_event(wire: Wire, size: int) -> None:
    fault = "big-event" if size > 100_000 else f"big-event={size}; big-event-at=5"
    frames = stream(wire, fault).frames
    assert len(frames) == PLAIN
    big = frames[4 if size > 100_000 else 5]
    assert len(big.data) == size
    assert json.loads(big.data)["type"] == "response.output_text.delta"


def test_a_huge_delta(wire: Wire) -> None:
    events = stream(wire, "", text="#huge=3000000").events
    delta = next(event for event in events if event["type"] == "response.output_text.delta")
    assert len(delta["delta"]) == 3_000_000


@pytest.mark.parametrize("at", [0, 2, 6])
@pytest.mark.parametrize("shape", ["nested", "flat"])
def test_error_events(wire: Wire, at: int, shape: str) -> None:
    fault = f"error-at={at}; error-shape={shape}; error-code=rate_limit_exceeded"
    events = stream(wire, fault).events
    assert [event["sequence_number"] for event in events] == list(range(at + 2))
    error, failed = events[at:]
    assert error["type"] == "error"
    fields = error["error"] if shape == "nested" else error
    assert fields["code"] == "rate_limit_exceeded"
    assert ("error" in error) == (shape == "nested")
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"


def test_error_events_at_other_places(wire: Wire) -> None:
    assert stream(wire, "error-at=2; error-then=nothing").types[-1] == "error"
    before = stream(wire, "error-at=2; error-then=before").events
    assert [event["type"] for event in before[-2:]] == ["response.failed", "error"]
    assert before[-2]["response"]["error"] is None


def test_body_stays_open(sandbox: Sandbox) -> None:
    with Wire(sandbox.port, timeout=0.3) as wire:
        answer = stream(wire, "stay-open")
    assert answer.ended == "timeout"
    assert answer.types[-1] == "response.completed"
    with Wire(sandbox.port) as wire:
        assert stream(wire, "stay-open=100").ended == "complete"


def test_keepalive_events_take_a_number(wire: Wire) -> None:
    events = stream(wire, "keepalive-every=3").events
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events].count("keepalive") == (PLAIN - 1) // 3
    assert events[3] == {"type": "keepalive", "sequence_number": 3}
    assert events[-1]["type"] == "response.completed"


# Framing.


def test_line_endings(wire: Wire) -> None:
    plain = stream(wire, "").events
    crlf, cr = stream(wire, "line-ending=crlf"), stream(wire, "line-ending=cr")
    assert b"\n" not in cr.body
    assert crlf.body.count(b"\r\n") == crlf.body.count(b"\n") == 3 * PLAIN
    for answer in (crlf, cr):
        assert answer.types == [event["type"] for event in plain]


def test_lines(wire: Wire) -> None:
    def body(fault: str) -> bytes:
        answer = stream(wire, fault)
        assert len(answer.events) == PLAIN
        assert answer.ended == "complete"
        return answer.body

    usual = body("")
    assert usual.startswith(b'event: response.created\ndata: {"type":"response.created"')
    assert b"event:" not in body("no-event-lines")
    assert body("data-first").startswith(b"data: ")
    assert b"\nevent: response.created\n\n" in body("data-first")
    assert body("no-space").startswith(b'event:response.created\ndata:{"type"')
    assert body("bom").startswith(b"\xef\xbb\xbfevent: ")
    assert body("multiline-data").count(b"\ndata: ") == 3 * PLAIN
    assert body("comment-every=1").count(b": keepalive\n\n") == PLAIN
    assert body("comment-every=100; comment=OPENROUTER PROCESSING").startswith(
        b": OPENROUTER PROCESSING\n\n"
    )
    assert body("done").endswith(b"\n\ndata: [DONE]\n\n")
    assert b"sequence_number" not in body("no-sequence")
    assert body("id-lines").startswith(b"id: 0\nretry: 1000\nevent: ")


def test_everything_at_once(wire: Wire) -> None:
    fault = (
        "line-ending=crlf; data-first; multiline-data; no-space; bom; done; comment-every=2; "
        "id-lines; duplicate-event=3; write-size=7"
    )
    answer = stream(wire, fault)
    assert answer.ended == "complete"
    assert [event["sequence_number"] for event in answer.events] == sorted([*range(PLAIN), 3])


def test_writes(wire: Wire) -> None:
    answer = stream(wire, "event-per-write")
    assert answer.types[-1] == "response.completed"
    slow = stream(wire, "byte-per-write")
    assert slow.types == answer.types
    assert min(slow.reads) == 1
    assert len(slow.reads) > len(answer.reads)
    # The next answer of the connection is itself again.
    assert min(stream(wire, "").reads) > 1


def test_ways_of_other_servers(wire: Wire) -> None:
    messages = [{"role": "user", "content": str(number)} for number in range(3)]
    long = wire.create(body={"input": messages}, fault="long-ids").json
    assert re.fullmatch(r"resp_[0-9a-f]{400}", long["id"])
    assert re.fullmatch(r"msg_[0-9a-f]{400}", long["output"][0]["id"])
    assert len(wire.create(fault="long-ids=1000").json["id"]) == 1005
    assert len(wire.create().json["id"]) == 55

    at_once = wire.create(body={"background": True}, fault="no-background").json
    assert (at_once["status"], at_once["background"]) == ("completed", False)

    path = f"/v1/responses/{long['id']}/input_items?order=asc&limit=2"
    whole = wire.request("GET", path).json
    without = wire.request("GET", path, fault="no-last-id").json
    assert "last_id" not in without
    assert without == {k: v for k, v in whole.items() if k not in ("first_id", "last_id")}
    plain = wire.request("GET", path, fault="plain-content").json
    assert [item["content"] for item in plain["data"]] == ["0", "1"]
    assert wire.create(fault="long-ids=0").status == 400
    assert wire.create(fault="long-ids=65537").status == 400


def test_faults_from_the_command_line(sandbox_binary: Any) -> None:
    fault = "status=500; on=create; times=1"
    with Sandbox(sandbox_binary, "--fault", fault) as server, Wire(server.port) as wire:
        assert [wire.create(key=KEY).status for _ in range(2)] == [500, 200]
