"""The program `responses` as a process: in pipes, with files, and with signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("RESPONSES_COMMAND") or ROOT / "build/bin/responses")

# How long one run may take, unless a test says otherwise: far longer than any takes.
LIMIT = 30


@dataclass
class Ended:
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> dict[str, Any]:
        """The line of JSON on standard error."""
        found = json.loads(self.err.splitlines()[-1])["error"]
        assert isinstance(found, dict)
        return found


def signals_as_usual() -> None:
    """A process whose parent ignores SIGINT would ignore it, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Program:
    """Runs it with an environment of its own."""

    def __init__(self, base_url: str, **environment: str) -> None:
        self.environment: dict[str, str] = {
            "PATH": os.environ["PATH"],
            "OPENAI_BASE_URL": base_url,
            "OPENAI_API_KEY": "sk-sandbox-test-key-0123456789",
            "RESPONSES_MODEL": "sandbox",
            "TERM": "xterm",
            **environment,
        }
        for name in ("LD_LIBRARY_PATH", "LSAN_OPTIONS", "ASAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def start(
        self,
        *arguments: str | bytes | Path,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> subprocess.Popen[bytes]:
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("preexec_fn", signals_as_usual)
        return subprocess.Popen(
            [PROGRAM, *arguments], env={**self.environment, **(env or {})}, **options
        )

    def run(
        self,
        *arguments: str | bytes | Path,
        stdin: bytes | None = None,
        limit: float = LIMIT,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Ended:
        if stdin is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*arguments, env=env, **options)
        try:
            out, err = process.communicate(stdin, timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"did not end: {out!r} {err!r}") from None
        return Ended(process.returncode, out or b"", (err or b"").decode())
