"""Webhooks: the scheme of Standard Webhooks, with its example, and as the openai package has it."""

from __future__ import annotations

import base64
import hmac
import importlib
import sys
import time
from typing import Any

import pytest

from libresponses import AsyncOpenAI, InvalidWebhookSignatureError, OpenAI

# The example that implementations of Standard Webhooks are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAYLOAD = '{"test": 2432232314}'
TIME = 1614265330
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(TIME),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OTHER = "whsec_" + base64.b64encode(b"another key").decode()
WRONG = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: float(TIME))


def changed(**headers: str) -> dict[str, str]:
    return {**HEADERS, **{f"webhook-{name}": value for name, value in headers.items()}}


def signed(payload: bytes, key: bytes, **headers: str) -> dict[str, str]:
    found = changed(**headers)
    text = f"{found['webhook-id']}.{found['webhook-timestamp']}.".encode() + payload
    made = base64.b64encode(hmac.new(key, text, "sha256").digest()).decode()
    return {**found, "webhook-signature": f"v1,{made}"}


def test_unwrap(client: OpenAI) -> None:
    assert client.webhooks.unwrap(PAYLOAD, HEADERS, secret=SECRET).test == 2432232314
    payload = '{"type": "response.completed", "data": {"id": "resp_1"}, "größe": 1}'.encode()
    headers = signed(payload, b"plain key")
    for text in (payload, payload.decode()):
        event = client.webhooks.unwrap(text, headers, secret="plain key")
        assert event.type == "response.completed"
        assert event.data.id == "resp_1"
    with pytest.raises(InvalidWebhookSignatureError, match="does not match"):
        client.webhooks.unwrap(payload + b" ", headers, secret="plain key")


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_secrets(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind(webhook_secret=SECRET).webhooks.verify_signature(PAYLOAD, HEADERS)
    monkeypatch.setenv("OPENAI_WEBHOOK_SECRET", SECRET)
    made = kind()
    assert made.webhooks is made.webhooks
    made.webhooks.verify_signature(PAYLOAD, HEADERS)
    made.copy().webhooks.verify_signature(PAYLOAD, HEADERS)
    other = made.copy(webhook_secret=OTHER)
    with pytest.raises(InvalidWebhookSignatureError):
        other.webhooks.verify_signature(PAYLOAD, HEADERS)
    other.webhooks.verify_signature(PAYLOAD, HEADERS, secret=[OTHER, SECRET])
    for secrets in ([OTHER, "x"], OTHER):
        with pytest.raises(InvalidWebhookSignatureError):
            made.webhooks.verify_signature(PAYLOAD, HEADERS, secret=secrets)
    monkeypatch.delenv("OPENAI_WEBHOOK_SECRET")
    for nothing in (None, "", [], [SECRET, ""]):
        with pytest.raises(ValueError, match="must either be set"):
            kind().webhooks.verify_signature(PAYLOAD, HEADERS, secret=nothing)
    with pytest.raises(ValueError, match="not base64") as caught:
        made.webhooks.verify_signature(PAYLOAD, HEADERS, secret="whsec_no base64!")
    assert "no base64!" not in str(caught.value)


def test_times(client: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    verify = client.webhooks.verify_signature
    for late, words in ((0, ""), (300, ""), (-300, ""), (301, "too old"), (-301, "too new")):
        monkeypatch.setattr(time, "time", lambda late=late: TIME + late + 0.5)
        if words:
            with pytest.raises(InvalidWebhookSignatureError, match=words):
                verify(PAYLOAD, HEADERS, secret=SECRET)
            verify(PAYLOAD, HEADERS, secret=SECRET, tolerance=301)
        else:
            verify(PAYLOAD, HEADERS, secret=SECRET)
    for wrong in ("", "x", "1.5", "-1", "1_614_265_330", "١٦١٤٢٦٥٣٣٠", "9" * 5000):
        with pytest.raises(InvalidWebhookSignatureError, match="timestamp"):
            verify(PAYLOAD, changed(timestamp=wrong), secret=SECRET)


def test_headers(client: OpenAI) -> None:
    verify = client.webhooks.verify_signature
    given = [
        {name.title(): value for name, value in HEADERS.items()},
        {name.upper(): value for name, value in HEADERS.items()},
        list(HEADERS.items()),
        [(name.encode(), value.encode()) for name, value in HEADERS.items()],
        changed(signature=f"{WRONG} {HEADERS['webhook-signature']} v2,x"),
        changed(signature=f"v1a,x {HEADERS['webhook-signature']}"),
    ]
    for headers in given:
        verify(PAYLOAD, headers, secret=SECRET)
    for name in HEADERS:
        lacking = {key: value for key, value in HEADERS.items() if key != name}
        with pytest.raises(InvalidWebhookSignatureError, match=name):
            verify(PAYLOAD, lacking, secret=SECRET)
    for wrong in (WRONG, "v1,", "v1", ",", "v1,größe", "v2," + HEADERS["webhook-signature"][3:]):
        with pytest.raises(InvalidWebhookSignatureError, match="does not match"):
            verify(PAYLOAD, changed(signature=wrong), secret=SECRET)
    with pytest.raises(InvalidWebhookSignatureError, match="does not match"):
        verify(PAYLOAD, changed(id="msg_other"), secret=SECRET)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the openai package needs Python 3.10")
def test_it_is_as_openai_has_it(client: OpenAI) -> None:
    theirs: Any = importlib.import_module("openai")
    other = theirs.OpenAI(api_key="k")

    def outcome(verify: Any, headers: Any, secret: str) -> str:
        try:
            verify(PAYLOAD, headers, secret=secret)
        except ValueError as problem:
            return str(problem)
        return "right"

    given = [
        HEADERS, changed(id="other"), changed(signature=WRONG), changed(timestamp="x"),
        changed(signature=f"{WRONG} {HEADERS['webhook-signature']}"),
        changed(signature=HEADERS["webhook-signature"][3:]),
        signed(PAYLOAD.encode(), b"k", timestamp=str(TIME - 301)),
        signed(PAYLOAD.encode(), b"k", timestamp=str(TIME + 301)),
        signed(PAYLOAD.encode(), b"k", timestamp=str(TIME + 300)),
        {}, {"Webhook-Id": "x"},
    ]  # fmt: skip
    seen = set()
    for headers in given:
        for secret in (SECRET, "k"):
            ours = outcome(client.webhooks.verify_signature, headers, secret)
            assert ours == outcome(other.webhooks.verify_signature, headers, secret)
            seen.add(ours)
    assert len(seen) >= 6
    other.close()
