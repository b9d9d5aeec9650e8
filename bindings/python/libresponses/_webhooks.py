"""``client.webhooks``: whether a request to the program's own server comes from the API.

The scheme is that of Standard Webhooks (https://www.standardwebhooks.com): the header
``webhook-signature`` has HMAC-SHA-256 signatures of the id, the time and the payload.
"""

from __future__ import annotations

from . import _errors, _models

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

TOLERANCE = 300


class Webhooks:
    """``client.webhooks``. Nothing here waits, whichever client it belongs to."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def unwrap(
        self, payload: str | bytes, headers: Any, *, secret: str | Iterable[str] | None = None
    ) -> Any:
        """The event of a payload whose signature is right: ``event.type``, ``event.data.id``.

        ``payload`` is the body as it came: parsed and written anew, it has another signature.
        """
        self.verify_signature(payload, headers, secret=secret)
        return _models.wrap(_models.loads(payload))

    def verify_signature(
        self,
        payload: str | bytes,
        headers: Any,
        *,
        secret: str | Iterable[str] | None = None,
        tolerance: int = TOLERANCE,
    ) -> None:
        """Raises `InvalidWebhookSignatureError` unless the payload is signed, and in time.

        ``secret`` is that of the client if none is given. Of several, as there are while a secret
        is changed, one has to fit. ``tolerance`` is in seconds, before and after the time of the
        signature.
        """
        from time import time

        keys = _keys(self._client.webhook_secret if secret is None else secret)
        signatures = _header(headers, "webhook-signature")
        timestamp = _header(headers, "webhook-timestamp")
        identifier = _header(headers, "webhook-id")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
            raise _errors.InvalidWebhookSignatureError("Invalid webhook timestamp format")
        age = int(time()) - int(timestamp)
        if age > tolerance:
            raise _errors.InvalidWebhookSignatureError("Webhook timestamp is too old")
        if age < -tolerance:
            raise _errors.InvalidWebhookSignatureError("Webhook timestamp is too new")
        body = payload if isinstance(payload, (bytes, bytearray)) else payload.encode()
        signed = f"{identifier}.{timestamp}.".encode() + body
        given = [one.removeprefix("v1,").encode() for one in signatures.split()]
        if not any([_is_signed(signed, key, given) for key in keys]):
            raise _errors.InvalidWebhookSignatureError(
                "The given webhook signature does not match the expected signature"
            )


def _is_signed(signed: bytes, key: bytes, signatures: list[bytes]) -> bool:
    """Whether one of the signatures is right. The time that it takes tells nothing of them."""
    import hmac
    from base64 import b64encode

    expected = b64encode(hmac.new(key, signed, "sha256").digest())
    return any([hmac.compare_digest(expected, one) for one in signatures])


def _keys(secret: str | Iterable[str] | None) -> list[bytes]:
    """The keys of secrets: those with the prefix ``whsec_`` are base64."""
    from base64 import b64decode

    secrets = [secret] if isinstance(secret, str) else list(secret or ())
    if not secrets or not all(secrets):
        raise ValueError(
            "The webhook secret must either be set using the env var, OPENAI_WEBHOOK_SECRET, "
            "on the client class, OpenAI(webhook_secret='123'), or passed to this function"
        )
    found = []
    for one in secrets:
        if not one.startswith("whsec_"):
            found.append(one.encode())
            continue
        try:
            found.append(b64decode(one[len("whsec_") :], validate=True))
        except ValueError:
            raise ValueError("the webhook secret is not base64 after 'whsec_'") from None
    return found


def _header(headers: Any, name: str) -> str:
    """A header of a mapping, or of pairs such as ASGI's."""
    for key, value in _pairs(headers):
        if _text(key).lower().replace("_", "-") == name:
            found = _text(value).strip()
            if found:
                return found
    raise _errors.InvalidWebhookSignatureError(f"Could not find {name} header")


def _pairs(headers: Any) -> Iterator[tuple[Any, Any]]:
    items = getattr(headers, "items", None)
    yield from items() if items is not None else headers


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
