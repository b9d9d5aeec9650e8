"""What the tests of all engines use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Workers import what the tests do.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
)
KEY = "sk-only-in-the-environment"


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS"):
        os.environ.pop(name, None)
    os.environ["OPENAI_API_KEY"] = KEY
    yield
