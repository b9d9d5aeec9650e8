"""What is JSON and what is none, and that what a client sent comes back as it was sent."""

from __future__ import annotations

import pytest
from server import Sandbox
from wire import Answer, Wire

# None of these is JSON.
BROKEN = {
    "nothing but space": b" ",
    "an unfinished object": b'{"model":"sandbox"',
    "a member without a value": b'{"model":}',
    "a comma too much": b'{"model":"sandbox",}',
    "a comma too much in an array": b'{"input":[1,]}',
    "something behind it": b'{"model":"sandbox"} x',
    "two values": b"{}{}",
    "a name without quotes": b'{model:"sandbox"}',
    "single quotes": b"{'model':'sandbox'}",
    "a comment": b'{"model":"sandbox" /* it */}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a misspelt word": b'{"stream":True}',
    "half a word": b'{"stream":tru}',
    "no number": b'{"temperature":NaN}',
    "infinity": b'{"temperature":-Infinity}',
    "a zero in front": b'{"temperature":01}',
    "a zero in front, below zero": b'{"temperature":-01}',
    "a plus sign": b'{"temperature":+1}',
    "a sign alone": b'{"temperature":-}',
    "a point at the end": b'{"temperature":1.}',
    "a point in front": b'{"temperature":.5}',
    "an exponent without digits": b'{"temperature":1e}',
    "two numbers in one": b'{"temperature":1-2}',
    "a hexadecimal number": b'{"temperature":0x10}',
    "a word behind a number": b'{"temperature":1e5true}',
    "an unfinished string": b'{"model":"sandbox',
    "an unfinished escape": b'{"model":"\\',
    "an unfinished \\u": b'{"model":"\\u00"}',
    "a sign in \\u": b'{"model":"\\u+041"}',
    "an unknown escape": b'{"model":"\\x41"}',
    "a line break in a string": b'{"model":"a\nb"}',
    "a NUL in a string": b'{"model":"a\x00b"}',
    "a NUL behind it": b'{"model":"sandbox"}\x00',
    "half a surrogate pair": b'{"model":"\\ud83d"}',
    "the other half": b'{"model":"\\ude00"}',
    "two first halves": b'{"model":"\\ud83d\\ud83d"}',
    "a surrogate as UTF-8": b'{"model":"\xed\xa0\xbd"}',
    "no UTF-8": b'{"model":"\xff"}',
    "a character cut off": b'{"model":"\xc3"}',
    "more bytes than the character needs": b'{"model":"\xc0\xaf"}',
    "no UTF-8 in a name": b'{"\xff":1}',
    "513 levels": b'{"input":' + b"[" * 512 + b"]" * 512 + b"}",
    "100,000 levels": b'{"input":' + b"[" * 100_000,
}
# These are JSON, but no object.
NO_OBJECT = [b"[]", b'"{}"', b"1", b"null", b"true"]
# Kept to the letter where a response shows what was asked for.
VALUES = [
    b"0", b"-0.0", b"1.0", b"1.50", b"-1.5e-7", b"1e2", b"1E+2", b"1e400", b"0.1000000000000000055",
    b"9223372036854775807", b"-9223372036854775808", b"9223372036854775808", b"1" + b"0" * 400,
    b"null", b"true", b"false", b"[]", b"{}", b"[[],{}]", b'""', b'"\\u0000"', b'"\\u001f\\n\\t"',
    b'"\xf0\x9f\x98\x80"', b'"\xef\xbf\xbf"', b'"1.50"', b'{"z":1,"a":2,"m":3}', b'["1",2,"-3.0"]',
    b'{"a":{"b":[0,1,2.0,"x",{"c":1e1}]},"0":0}', b'{"":1}',
]  # fmt: skip
# What was sent, and what comes back: the same value, written in the shortest way.
REWRITTEN = [
    (b"-0", b"0"),
    (b'"\\u0041\\/\\b"', b'"A/\\u0008"'),
    (b'"\\ud83d\\ude00"', b'"\xf0\x9f\x98\x80"'),
    (b'{"a":1,"b":2,"a":3.0}', b'{"a":3.0,"b":2}'),
    (b'{"a":{"x":1},"\\u0061":{"y":2}}', b'{"a":{"y":2}}'),
    (b'\t[ 1 ,\r\n{ "a" : 2.50 } ] ', b'[1,{"a":2.50}]'),
]


def refused(answer: Answer) -> bool:
    error = answer.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return (
        answer.status == 400
        and error["message"].startswith("We could not parse the JSON body of your request.")
        and (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, None)
    )


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_json_is_refused(wire: Wire, body: bytes) -> None:
    assert refused(wire.request("POST", "/v1/responses", body))


@pytest.mark.parametrize("body", NO_OBJECT)
def test_what_is_no_object_is_refused(wire: Wire, body: bytes) -> None:
    assert refused(wire.request("POST", "/v1/responses", body))


@pytest.mark.parametrize(("sent", "back"), [(value, value) for value in VALUES] + REWRITTEN)
def test_what_was_sent_comes_back(wire: Wire, sent: bytes, back: bytes) -> None:
    prefix = (
        b'{"model":"sandbox","input":"Hi","tools":[{"type":"function","name":"f","parameters":{"x":'
    )
    answer = wire.request("POST", "/v1/responses", prefix + sent + b"}}]}")
    assert answer.status == 200, answer.body
    assert b'"parameters":{"x":' + back + b"}" in answer.body


def test_a_nul_in_a_name_is_refused(wire: Wire) -> None:
    """JSON all the same; jansson has no place for it."""
    assert refused(wire.request("POST", "/v1/responses", b'{"metadata":{"a\\u0000b":"c"}}'))


def test_512_levels_are_allowed(wire: Wire) -> None:
    nested = b"[" * 505 + b"]" * 505
    test_what_was_sent_comes_back(wire, nested, nested)
    deep = b'{"input":' + b"[" * 511 + b"]" * 511 + b"}"
    assert not refused(wire.request("POST", "/v1/responses", deep))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (b"1e400", "decimal_above_max_value"),
        (b"-1e400", "decimal_below_min_value"),
        (b"1" + b"0" * 30, "decimal_above_max_value"),
        (b"0.9999999999999999999", None),
    ],
)
def test_numbers_are_compared_whatever_their_size(
    wire: Wire, number: bytes, code: str | None
) -> None:
    body = b'{"model":"sandbox","input":"Hi","temperature":' + number + b"}"
    answer = wire.request("POST", "/v1/responses", body)
    assert (answer.json["error"] or {}).get("code") == code


def test_the_last_of_two_members_counts(wire: Wire) -> None:
    body = b'{"model":5,"input":"no","input":"yes","model":"sandbox"}'
    answer = wire.request("POST", "/v1/responses", body)
    assert answer.json["output"][0]["content"][0]["text"] == "You said: yes"


def test_text_of_every_kind_is_repeated(wire: Wire) -> None:
    text = "".join(chr(code) for code in [*range(128), 0x7FF, 0x800, 0xFFFD, 0x10FFFF])
    answer = wire.create("x" + text + "x")
    assert answer.json["output"][0]["content"][0]["text"] == f"You said: x{text}x"


def test_a_large_request_is_read(sandbox: Sandbox) -> None:
    text = '\N{GRINNING FACE}\\"' * 500_000
    with Wire(sandbox.port, timeout=60) as wire:
        assert wire.request(
            "POST", "/v1/responses/input_tokens", {"model": "sandbox", "input": text}
        ).json["input_tokens"]
