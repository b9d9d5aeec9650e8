"""``with_raw_response`` and ``with_streaming_response``."""

from __future__ import annotations
