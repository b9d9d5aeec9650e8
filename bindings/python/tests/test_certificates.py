"""Trusted certificates where the system has none, and a library that lacks another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from libresponses import OpenAI, _certificates, _engine, _options


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_certificates, "_found", [])


def test_those_of_certifi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "certifi/cacert.pem"
    file.parent.mkdir()
    file.write_text("")
    # Of the directory that a program happens to be in nothing is taken.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "."])
    assert _certificates.fallback() is None
    _certificates._found.clear()
    monkeypatch.setattr(sys, "path", ["/nonexistent", str(tmp_path)])
    assert _certificates.fallback() == str(file)
    assert "certifi" not in sys.modules or sys.modules["certifi"].__file__ != str(file)


@pytest.mark.parametrize("names", [{"ca_fallback_file", "api_key"}, {"api_key"}])
def test_every_client_has_them(monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
    given: list[Any] = []
    monkeypatch.setattr(_certificates, "fallback", lambda: "/certifi/cacert.pem")
    monkeypatch.setattr(_options, "names", lambda: frozenset(names))
    monkeypatch.setattr(_options, "set_all", lambda handle, options, headers: given.append(options))
    _engine.Engine().close()
    expected = [{"ca_fallback_file": "/certifi/cacert.pem"}] if len(names) == 2 else []
    assert given == expected


def test_the_option_of_the_program_counts(client: OpenAI) -> None:
    with client.with_options(options={"ca_fallback_file": "/nonexistent"}) as other:
        assert other.responses.create(model="sandbox", input="x").output_text


@pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")
@pytest.mark.parametrize("lacks", ["libcurl.so.4711", "libjansson.so.4711"])
def test_the_packages_of_what_is_missing_are_named(tmp_path: Path, lacks: str) -> None:
    missing, library = str(tmp_path / lacks), str(tmp_path / "libresponses.so.0")
    build = ["cc", "-shared", "-nostdlib", "-x", "c", "/dev/null", "-o"]
    subprocess.run([*build, missing, f"-Wl,-soname,{lacks}"], check=True)
    keep = ["-Wl,--no-as-needed", "-x", "none", missing]
    subprocess.run([*build, library, *keep], check=True)
    Path(missing).unlink()
    done = subprocess.run(
        [sys.executable, "-c", "import libresponses; libresponses.OpenAI"],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "bindings/python"),
            "RESPONSES_LIBRARY": library,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"{lacks}: cannot open shared object file" in done.stderr
    assert "; install libcurl4 and libjansson4 (Debian" in done.stderr
