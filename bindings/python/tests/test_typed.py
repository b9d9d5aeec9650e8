"""`typed/program.py`, which type checkers read, does what its types say."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PROGRAM = Path(__file__).parent / "typed" / "program.py"


def test_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "bindings/python"))
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", str(PROGRAM)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Each function but the one of what is refused.
    functions = [one.name for one in ast.parse(PROGRAM.read_text()).body if hasattr(one, "name")]
    told = [name for name in functions if name[0].islower() and name not in ("refused", "main")]
    assert done.stdout.split() == told
