"""Certificates for a system that has none: those of certifi, where that is installed."""

from __future__ import annotations

import os
import sys

_found: list[str] = []


def fallback() -> str | None:
    """The file, for the option ``ca_fallback_file``; the library uses it where there is no other.

    Looked for once, and without importing certifi, which takes longer than loading this package.
    """
    if not _found:
        _found.append("")
        for place in sys.path:
            path = os.path.join(place, "certifi", "cacert.pem")  # noqa: PTH118
            if os.path.isabs(place) and os.path.exists(path):  # noqa: PTH110, PTH117
                _found[0] = path
                break
    return _found[0] or None
