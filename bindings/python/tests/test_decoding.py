"""Bytes that the program received by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import libresponses

EVENTS = [
    {"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1"}},
    *(
        {
            "type": "response.output_text.delta", "sequence_number": 1 + i, "output_index": 0,
            "content_index": 0, "item_id": "msg_1", "delta": word,
        }
        for i, word in enumerate(["Hel", "lo ", "\u00e4\U0001f600"])
    ),
    {
        "type": "response.completed", "sequence_number": 4,
        "response": {"id": "resp_1", "status": "completed", "output": []},
    },
]  # fmt: skip


def stream(events: list[dict[str, object]] = EVENTS) -> bytes:
    return b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)


@pytest.mark.parametrize("size", [1, 2, 7, 100, 10000])
def test_pieces(size: int) -> None:
    data = stream()
    decoder = libresponses.Decoder()
    heard = []
    for at in range(0, len(data), size):
        heard += decoder.feed(data[at : at + size])
    assert decoder.end() == []
    assert decoder.is_done
    assert [event.type for event in heard] == [event["type"] for event in EVENTS]
    assert "".join(event.delta for event in heard[1:4]) == "Hello \u00e4\U0001f600"
    assert decoder.snapshot is not None
    assert decoder.snapshot.status == "completed"
    decoder.close()
    decoder.close()
    with pytest.raises(libresponses.ClosedError):
        decoder.feed(b"x")


def test_chunks() -> None:
    data = stream()

    def chunks() -> Iterator[bytes]:
        yield data[:50]
        yield memoryview(data)[50:]  # type: ignore[misc]
        raise AssertionError("nothing is asked for after the terminal event")

    assert len(list(libresponses.decode(chunks()))) == len(EVENTS)


def test_a_stream_that_is_cut_is_truncated_after_its_events() -> None:
    heard: list[str] = []
    with pytest.raises(libresponses.StreamTruncatedError) as caught:
        heard.extend(event.type for event in libresponses.decode([stream()[:-10]]))
    assert len(heard) == 4
    assert caught.value.partial_response is not None
    assert caught.value.partial_response.output_text == "Hello \u00e4\U0001f600"
    with pytest.raises(libresponses.StreamTruncatedError):
        list(libresponses.decode([]))


def test_no_event_is_lost_before_a_failure() -> None:
    failed: list[dict[str, object]] = [
        *EVENTS[:2],
        {"type": "error", "code": "rate_limit_exceeded", "message": "slow down"},
    ]
    decoder = libresponses.Decoder()
    assert len(decoder.feed(stream(failed))) == 3
    for _ in range(2):
        with pytest.raises(libresponses.APIError, match="slow down"):
            decoder.end()
    broken = libresponses.Decoder()
    assert len(broken.feed(stream(EVENTS[:2]) + b"data: [1]\n\n")) == 2
    with pytest.raises(libresponses.APIError):
        broken.feed(b"")
