"""Exceptions: which, and what they know."""

from __future__ import annotations

import inspect
from typing import Callable

import pytest

import libresponses
from libresponses import OpenAI, _constants, _errors

Fault = Callable[[str], dict[str, str]]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, libresponses.BadRequestError),
        (401, libresponses.AuthenticationError),
        (403, libresponses.PermissionDeniedError),
        (404, libresponses.NotFoundError),
        (409, libresponses.ConflictError),
        (418, libresponses.APIStatusError),
        (422, libresponses.UnprocessableEntityError),
        (429, libresponses.RateLimitError),
        (500, libresponses.InternalServerError),
        (529, libresponses.InternalServerError),
    ],
)
def test_statuses(client: OpenAI, fault: Fault, status: int, kind: type[Exception]) -> None:
    spec = f"status={status}; error-code=some_code; error-message=No."
    with pytest.raises(kind) as caught:
        client.responses.create(model="sandbox", input="Hello", extra_headers=fault(spec))
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, libresponses.APIStatusError)
    assert str(error) == f"Error code: {status} - No."
    assert error.status_code == error.response.status_code == status
    assert error.phase == "reading"
    assert error.library_status == _constants.E_API
    assert error.code == "some_code"
    assert isinstance(error.body, dict)
    assert error.body["message"] == "No."
    assert error.request_id
    assert error.response.headers["x-request-id"] == error.request_id
    assert error.attempts == 1


def test_retries(client: OpenAI, fault: Fault) -> None:
    patient = client.with_options(max_retries=3)
    headers = fault("status=503; retry-after-ms=1; times=2")
    response = patient.responses.create(model="sandbox", input="Hello", extra_headers=headers)
    assert response._attempts == 3
    with pytest.raises(libresponses.RateLimitError) as caught:
        headers = fault("status=429; retry-after=7; skip=0; error-message=again")
        client.responses.create(model="sandbox", input="Hello", extra_headers=headers)
    assert caught.value.retry_after == 7
    assert caught.value.is_retryable
    assert caught.value.history[0]["http_status"] == 429


def test_connection() -> None:
    with OpenAI(base_url="http://127.0.0.1:9/v1", max_retries=0) as client:
        with pytest.raises(libresponses.APIConnectionError) as caught:
            client.responses.create(model="sandbox", input="Hello")
        assert not isinstance(caught.value, libresponses.APITimeoutError)
        assert caught.value.phase == "connect"
        assert caught.value.library_status == _constants.E_NETWORK
        with pytest.raises(libresponses.InvalidArgumentError) as refused:
            client.responses.retrieve("..")
        assert refused.value.library_status == _constants.E_INVALID
    assert libresponses.OpenAIError("no").library_status is None


def test_timeouts(client: OpenAI, fault: Fault) -> None:
    headers = fault("first-byte-delay=20000")
    for timeout in (0.05, libresponses.Timeout(read=0.05), libresponses.Timeout(total=0.05)):
        with pytest.raises(libresponses.APITimeoutError):
            client.responses.create(
                model="sandbox", input="Hello", timeout=timeout, extra_headers=headers
            )
    # A stream that goes on and on is limited too.
    with pytest.raises(libresponses.APITimeoutError) as caught:
        for _ in client.responses.create(
            model="sandbox",
            input="#long=100000",
            stream=True,
            timeout=0.3,
            extra_headers={"X-Sandbox-Speed": "50"},
        ):
            pass
    assert caught.value.partial_response is not None


def test_truncated(client: OpenAI, fault: Fault) -> None:
    headers = fault("no-terminal")
    with pytest.raises(libresponses.StreamTruncatedError) as caught:
        for _ in client.responses.create(
            model="sandbox", input="#long=3", stream=True, extra_headers=headers
        ):
            pass
    assert caught.value.partial_response is not None
    assert caught.value.partial_response.output_text == "while small sails"
    assert caught.value.last_sequence is not None
    assert caught.value.response_id == caught.value.partial_response.id


@pytest.mark.parametrize("shape", ["flat", "nested"])
def test_failed(client: OpenAI, fault: Fault, shape: str) -> None:
    types = []
    with pytest.raises(libresponses.APIError) as caught:
        for event in client.responses.create(
            model="sandbox",
            input="#fail=2",
            stream=True,
            extra_headers=fault(f"error-shape={shape}"),
        ):
            types.append(event.type)
    assert "error" in types
    assert type(caught.value) is libresponses.ResponseFailedError
    assert caught.value.code == "server_error"
    assert caught.value.partial_response is not None
    assert caught.value.partial_response.output_text == "while small"


def test_incomplete_is_no_error(client: OpenAI) -> None:
    stream = client.responses.create(model="sandbox", input="#incomplete", stream=True)
    assert [event.type for event in stream][-1] == "response.incomplete"
    assert stream.get_final_response().incomplete_details.reason == "max_output_tokens"


def test_broken_answers(client: OpenAI, fault: Fault) -> None:
    with pytest.raises(libresponses.APIResponseValidationError):
        client.responses.create(model="sandbox", input="Hi", extra_headers=fault("bad-json=0"))
    with pytest.raises(libresponses.APIResponseValidationError):
        for _ in client.responses.create(
            model="sandbox", input="Hi", stream=True, extra_headers=fault("bad-json=3")
        ):
            pass
    with OpenAI(options={"max_response_bytes": 1024}) as small:  # noqa: SIM117
        with pytest.raises(libresponses.ResponseTooLargeError):
            small.responses.create(model="sandbox", input="#huge=5000")


def test_the_tree() -> None:
    for name, kind in vars(_errors).items():
        if inspect.isclass(kind) and issubclass(kind, Exception):
            assert issubclass(kind, libresponses.OpenAIError), name
    assert issubclass(libresponses.APITimeoutError, libresponses.APIConnectionError)
    assert issubclass(libresponses.APIConnectionError, libresponses.APIError)
    assert issubclass(libresponses.RateLimitError, libresponses.APIStatusError)


def test_what_cannot_be_sent(client: OpenAI) -> None:
    with pytest.raises(ValueError, match="JSON"):
        client.responses.create(model="sandbox", metadata={"a": object()})  # type: ignore


def test_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    import sys

    from libresponses import _log

    monkeypatch.setenv("OPENAI_LOG", "info")
    before = sys.getrefcount(_log._callback)
    with OpenAI() as client:
        headers = fault("status=503; retry-after-ms=1; times=1")
        client.responses.create(model="sandbox", input="Hello", extra_headers=headers)
    assert any("503" in one.getMessage() for one in caplog.records)
    assert not any("sk-sandbox" in one.getMessage() for one in caplog.records)
    after = sys.getrefcount(_log._callback)
    assert after == before
